"""A Parquet file as a table whose columns are read when they are asked for, or as batches."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq


class Table(Protocol):
    """What coding asks of a table: `pyarrow.Table`, or one that reads its columns late."""

    @property
    def num_rows(self) -> int: ...

    @property
    def schema(self) -> pa.Schema: ...

    def column(self, name: str, /) -> pa.ChunkedArray: ...


class ParquetTable:
    """Never all of the file in memory: each column is read, coded and forgotten.

    Columns may be asked for by several threads at once. ArrowInvalid or OSError for a file that is
    no Parquet or cannot be read, on making it or on reading a column.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._metadata = pq.read_metadata(path)

    @cached_property
    def schema(self) -> pa.Schema:
        """Names and types of all columns."""
        return self._metadata.schema.to_arrow_schema()

    @property
    def num_rows(self) -> int:
        return int(self._metadata.num_rows)

    def column(self, name: str, /) -> pa.ChunkedArray:
        """One column, read anew each time, by the thread that asks."""
        with pq.ParquetFile(self._path, metadata=self._metadata, memory_map=True) as file:
            # group by group: lists of dictionaries cannot be read across groups
            parts = [
                file.read_row_group(i, columns=[name], use_threads=False).column(name)
                for i in range(file.num_row_groups)
            ]
        chunks = [chunk for part in parts for chunk in part.chunks]
        return pa.chunked_array(chunks, self.schema.field(name).type)


def batches(path: Path, keys: Iterable[str], rows: int) -> Iterator[pa.RecordBatch]:
    """Those of the columns that are there, so many rows at a time; errors as of ParquetTable."""
    with pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        there = set(names)
        # without any column Parquet does not say how many rows there are
        yield from file.iter_batches(rows, columns=[k for k in keys if k in there] or names[:1])
