"""The file of rows that an import could not take, with the reason beside each."""

import codecs
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from qifu.base.errors import BadInput

# enough to find the row again; a cell may hold megabytes
LONGEST_CELL = 200
# what makes a spreadsheet take a cell for a formula, full-width signs included
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def check_bad_path(bad_path: Path, path: Path) -> None:
    """BadInput where the bad rows of `path` cannot be written to `bad_path`."""
    if bad_path.resolve() == path.resolve():
        raise BadInput(f"{bad_path}: 坏行不能写进源文件 · bad rows cannot go into the file itself")
    if not bad_path.absolute().parent.is_dir():
        raise BadInput(f"{bad_path}: 没有这个文件夹 · there is no such folder")


class BadRows:
    """Made when the first bad row comes; spreadsheet formulas are defused.

    `columns` start with "line" and end with "reason_zh", "reason_en"; those between are cells.
    `mode`: "x" where the file must not be there yet, not even as a link.
    """

    def __init__(self, path: Path, columns: Sequence[str], *, mode: str = "w") -> None:
        self.path, self.columns, self.count, self._mode = path, tuple(columns), 0, mode
        self._writer: csv.DictWriter[str] | None = None

    def add(self, line: int, row: Mapping[str, str], zh: str, en: str) -> None:
        if self._writer is None:
            # the BOM makes Excel read it as UTF-8
            self._file = self.path.open(self._mode, newline="", encoding="utf-8-sig")
            self._writer = csv.DictWriter(self._file, self.columns)
            self._writer.writeheader()
        self.count += 1
        texts = {**row, "line": str(line), "reason_zh": zh, "reason_en": en}
        self._writer.writerow({name: _cell(texts.get(name, "")) for name in self.columns})

    def close(self) -> None:
        if self._writer is not None:
            self._file.close()

    def forget_last(self) -> None:
        """Nothing was bad: what an earlier run left here would mislead. Only our own file goes."""
        header = ",".join(self.columns).encode()
        if self._writer is None and self.path.is_file():
            with self.path.open("rb") as file:
                ours = file.read(3 + len(header)) == codecs.BOM_UTF8 + header
            if ours:
                self.path.unlink()


def _cell(text: str) -> str:
    short = text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + "…"
    return f"'{short}" if short.startswith(FORMULA) else short
