"""Tables in files that people send: CSV in UTF-8 or GB18030, read strictly, row by row."""

import codecs
import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_BLOCK = 1 << 20
# A field of more than this is no field but a quotation mark that was never closed.
LONGEST_FIELD = 16 << 20


class UnreadableFile(ValueError):
    """A file that cannot be read as the table it should be; the text says why."""


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
        f"{path.name}: 既不是 UTF-8 也不是 GB18030 编码 · neither UTF-8 nor GB18030"
    )


def read_csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Lines with their cells, the header first; empty lines are left out.

    UnreadableFile for an empty file, another encoding, or a quotation that never ends.
    """
    encoding = encoding_of(path)
    before = csv.field_size_limit(LONGEST_FIELD)
    rows = None
    try:
        with path.open(encoding=encoding, newline="") as file:
            rows = csv.reader(_without_nul(file), strict=True)
            header = next(rows, None)
            if header is None:
                raise UnreadableFile(f"{path.name}: 文件是空的 · the file is empty")
            yield 1, header
            line = rows.line_num + 1
            for cells in rows:
                if any(cells):
                    yield line, [cell.strip() for cell in cells]
                line = rows.line_num + 1
    except csv.Error as error:
        line = rows.line_num if rows else 1
        raise UnreadableFile(f"{path.name}: no CSV from line {line}: {error}") from None
    finally:
        csv.field_size_limit(before)


Columns = Mapping[str, tuple[str, ...]]


def named_columns(
    header: Iterable[str], columns: Columns, required: Iterable[str], *, name: str
) -> tuple[list[str], tuple[str, ...]]:
    """Our name of each column, "" for none, and the words of the header that nobody knows.

    `columns` has for each of our names other words that files use for it; of two columns with one
    name the first counts. UnreadableFile where a required column is missing.
    """
    header, names = list(header), list[str]()
    for cell in header:
        word = cell.strip()
        known = next((ours for ours, words in columns.items() if word in (ours, *words)), "")
        names.append("" if known in names else known)
    missing = [f"{columns[ours][0]}（{ours}）" for ours in required if ours not in names]
    if missing:
        raise UnreadableFile(
            f"{name}: 缺少列 · missing column: {'、'.join(missing)}; "
            f"现有 · found: {'、'.join(header)[:300]}"
        )
    return names, tuple(c for c, ours in zip(header, names, strict=True) if not ours and c.strip())


def read_named(
    path: Path, columns: Columns, required: Iterable[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file under our names of its columns, with their line: see named_columns."""
    lines = read_csv(path)
    _line, header = next(lines)
    names, _unread = named_columns(header, columns, required, name=path.name)
    for line, cells in lines:
        yield line, {name: cell for name, cell in zip(names, cells, strict=False) if name}


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    """No value holds a NUL, and no database keeps one."""
    return (line.replace("\0", "") if "\0" in line else line for line in lines)
