"""Files of the register: CSV in UTF-8 or GB18030, or Parquet, row by row in one form."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

# How the columns are called in files, and here; the first three must be there.
COLUMNS = {
    "统一社会信用代码": "uscc",
    "企业名称": "name",
    "注册日期": "founded",
    "企业类型": "legal_form",
    "注册资金": "capital",
    "经营范围": "scope",
    "所在省份": "province",
    "地区": "city",
    "注册地址": "address",
    "成立日期": "founded",
    "注册资本": "capital",
}
REQUIRED = ("uscc", "name", "founded")
_BLOCK = 1 << 20
# A field of more than this is no field but a quotation mark that was never closed.
LONGEST_FIELD = 16 << 20
_BATCH = 20_000

Row = dict[str, str]


class UnreadableFile(ValueError):
    """A file that cannot be read as a register; the text says why and what was found."""


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


def encoding_of(path: Path) -> str:
    """utf-8-sig or gb18030: the first in which the whole file is valid, read block by block."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        try:
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableFile(
        f"{path.name}: neither UTF-8 nor GB18030 / 既不是 UTF-8 也不是 GB18030 编码"
    )


def _csv_rows(path: Path) -> Iterator[tuple[int, Row]]:
    encoding = encoding_of(path)
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        with path.open(encoding=encoding, newline="") as file:
            rows = csv.reader(_without_nul(file), strict=True)
            header = next(rows, None)
            if header is None:
                raise UnreadableFile(f"{path.name}: the file is empty / 文件是空的")
            names = _names(path, header)
            line = rows.line_num + 1
            for cells in rows:
                if any(cells):
                    row = {
                        name: cell.strip() for name, cell in zip(names, cells, strict=False) if name
                    }
                    yield line, row
                line = rows.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(f"{path.name}: no CSV from line {rows.line_num}: {error}") from None
    finally:
        csv.field_size_limit(before)


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    """No value holds a NUL, and no database keeps one."""
    return (line.replace("\0", "") if "\0" in line else line for line in lines)


def _parquet_rows(path: Path) -> Iterator[tuple[int, Row]]:
    file = _open_parquet(path)
    found = file.schema_arrow.names
    names = _names(path, found)
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


def _names(path: Path, header: Iterable[str]) -> list[str]:
    """For each column its name here, empty where it is not used; each name once."""
    found = [column.strip() for column in header]
    names: list[str] = []
    for column in found:
        name = COLUMNS.get(column, "")
        names.append("" if name in names else name)
    missing = [
        next(c for c, n in COLUMNS.items() if n == want) for want in REQUIRED if want not in names
    ]
    if missing:
        raise UnreadableFile(
            f"{path.name}: missing column / 缺少列：{'、'.join(missing)}; "
            f"found / 现有：{'、'.join(found)[:300]}"
        )
    return names
