"""Files of the register: CSV in UTF-8 or GB18030, or Parquet, row by row in one form."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from qifu.base.table_files import UnreadableFile, named_columns, read_named

# How the columns are called in files, and here; the first three must be there.
COLUMNS = {
    "uscc": ("统一社会信用代码",),
    "name": ("企业名称",),
    "founded": ("注册日期", "成立日期"),
    "legal_form": ("企业类型",),
    "capital": ("注册资金", "注册资本"),
    "scope": ("经营范围",),
    "province": ("所在省份",),
    "city": ("地区",),
    "address": ("注册地址",),
}
REQUIRED = ("uscc", "name", "founded")
_BATCH = 20_000

Row = dict[str, str]


def read_register(path: Path) -> Iterator[tuple[int, Row]]:
    """Rows with their line (of a CSV file) or number (from 1), under the names of `COLUMNS`.

    Every value is text without space around it; absent is empty. UnreadableFile for a file that is
    neither of the two encodings, lacks a required column, or breaks off in a quotation.
    """
    yield from _parquet_rows(path) if is_parquet(path) else _csv_rows(path)


def count_rows(path: Path) -> int:
    """How many rows there are, for a progress bar; of CSV the records without the header."""
    if is_parquet(path):
        return int(_open_parquet(path).metadata.num_rows)
    return sum(1 for _ in _csv_rows(path))


def is_parquet(path: Path) -> bool:
    """Whether it is Parquet, by its first bytes and not by its name."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError as error:
        raise UnreadableFile(f"{path.name}: cannot be read: {error.strerror}") from None


def _csv_rows(path: Path) -> Iterator[tuple[int, Row]]:
    yield from read_named(path, COLUMNS, REQUIRED)


def _parquet_rows(path: Path) -> Iterator[tuple[int, Row]]:
    file = _open_parquet(path)
    found = file.schema_arrow.names
    names, _unread = named_columns(found, COLUMNS, REQUIRED, name=path.name)
    wanted = [(column, name) for column, name in zip(found, names, strict=True) if name]
    number = 0
    for batch in file.iter_batches(batch_size=_BATCH, columns=[column for column, _ in wanted]):
        columns = [_texts(batch.column(n)) for n in range(batch.num_columns)]
        keys = [dict(wanted)[column] for column in batch.schema.names]
        for values in zip(*columns, strict=True):
            number += 1
            yield number, dict(zip(keys, values, strict=True))


def _texts(column: "pa.Array") -> list[str]:
    return [
        "" if value is None else str(value).replace("\0", "").strip()
        for value in column.to_pylist()
    ]


def _open_parquet(path: Path) -> "pq.ParquetFile":
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise UnreadableFile(f"{path.name}: no Parquet file: {error}") from None
