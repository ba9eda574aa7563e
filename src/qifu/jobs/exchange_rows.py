"""The rows of a partner's file: CSV or JSON lines, under our names, one by one."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from qifu.base.table_files import UnreadableFile, encoding_of, read_named
from qifu.jobs.appeals import COLUMNS, REQUIRED

# an order has the columns of an import, without a channel of its own, and two more
ORDER_COLUMNS: Final = {
    **{name: words for name, words in COLUMNS.items() if name != "channel"},
    "supplement": ("补充内容", "补充说明"),
    "updated": ("更新时间", "修改时间"),
}
ACK_COLUMNS: Final = {"number": ("编号",), "up_to": ("截至编号",)}
LONGEST_LINE: Final = 1 << 20
ENDINGS: Final = (".csv", ".jsonl")

Row = dict[str, str]


def rows_of(path: Path, *, acks: bool = False) -> Iterator[tuple[int, Row | None]]:
    """Line and row; None for a line that is no row. UnreadableFile for a file that is no table."""
    columns = ACK_COLUMNS if acks else ORDER_COLUMNS
    if path.suffix.lower() == ".csv":
        yield from read_named(path, columns, () if acks else REQUIRED)
        return
    with path.open(encoding=encoding_of(path), newline="\n") as file:
        line, some = 0, False
        while text := file.readline(LONGEST_LINE + 1):
            line += 1
            if len(text) > LONGEST_LINE:
                raise UnreadableFile(f"{path.name}: 第 {line} 行太长 · line {line} is too long")
            if text.strip():
                some = True
                yield line, _row(text, columns)
    if not some:
        raise UnreadableFile(f"{path.name}: 文件是空的 · the file is empty")


def _row(text: str, columns: Mapping[str, tuple[str, ...]]) -> Row | None:
    """An object of texts and numbers under our names; None for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    row: Row = {}
    for name, words in columns.items():
        value: Any = next((found[word] for word in (name, *words) if word in found), None)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, str | int):
            return None
        try:
            row[name] = str(value).encode("utf-8").decode().strip()
        except UnicodeEncodeError:  # half of a pair: no text
            return None
        except ValueError:  # more digits than anybody can mean
            return None
    return row
