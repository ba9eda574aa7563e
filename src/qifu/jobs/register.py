"""From a file of the register to firms: good rows in, bad rows aside with the reason."""

import codecs
import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from qifu.base import journal
from qifu.base.city import City, current_city, last_load
from qifu.base.errors import BadInput
from qifu.organisations.actions.register import Loaded, RegisteredFirm, load_firms
from qifu.organisations.logic.register import RegisterReader, read_register

BAD_COLUMNS = ("line", "uscc", "name", "reason_zh", "reason_en")
# enough to find the row again; a cell may hold megabytes
LONGEST_CELL = 200
# what makes a spreadsheet take a cell for a formula, full-width signs included
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass
class Imported:
    """What an import did; `bad_file` is None where every row was good."""

    loaded: Loaded
    rows: int = 0
    bad: int = 0
    bad_file: Path | None = None
    notes: dict[str, int] = field(default_factory=dict)


class _BadRows:
    """The file of bad rows, made when the first one comes; spreadsheet formulas are defused."""

    def __init__(self, path: Path) -> None:
        self.path, self.count = path, 0
        self._writer: csv.DictWriter[str] | None = None

    def add(self, line: int, row: Mapping[str, str], zh: str, en: str) -> None:
        if self._writer is None:
            # the BOM makes Excel read it as UTF-8
            self._file = self.path.open("w", newline="", encoding="utf-8-sig")
            self._writer = csv.DictWriter(self._file, BAD_COLUMNS)
            self._writer.writeheader()
        self.count += 1
        texts = (str(line), row.get("uscc", ""), row.get("name", ""), zh, en)
        cells = [text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + "…" for text in texts]
        safe = [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]
        self._writer.writerow(dict(zip(BAD_COLUMNS, safe, strict=True)))

    def close(self) -> None:
        if self._writer is not None:
            self._file.close()

    def forget_last(self) -> None:
        """Nothing was bad: what an earlier run left here would mislead. Only our own file goes."""
        header = ",".join(BAD_COLUMNS).encode()
        if self._writer is None and self.path.is_file():
            with self.path.open("rb") as file:
                ours = file.read(3 + len(header)) == codecs.BOM_UTF8 + header
            if ours:
                self.path.unlink()


def import_enterprises(
    path: Path,
    *,
    bad_path: Path,
    as_of: date,
    now: datetime,
    progress: Callable[[int], None] = lambda count: None,
) -> Imported:
    """Read the whole file, load what is good, write what is not to `bad_path`.

    Running it again with the same file changes nothing: firms are known by their code, and
    only what the register says differently is written. BadInput where `bad_path` cannot be.
    """
    city = current_city()
    if bad_path.resolve() == path.resolve():
        raise BadInput(f"{bad_path}: 坏行不能写进源文件 / bad rows cannot go into the file itself")
    if not bad_path.absolute().parent.is_dir():
        raise BadInput(f"{bad_path}: 没有这个文件夹 / there is no such folder")
    bad = _BadRows(bad_path)
    imported = Imported(Loaded())
    try:
        firms = _good_rows(path, city, bad, imported, as_of)
        imported.loaded = load_firms(
            firms,
            as_of=as_of,
            now=now,
            catalogue=city.catalogue,
            progress=progress,
        )
    finally:
        bad.close()
    bad.forget_last()
    progress(bad.count)
    imported.bad = bad.count
    imported.bad_file = bad.path if bad.count else None
    load = last_load()
    assert load is not None
    journal.record(
        load, "import_enterprises", actor_id=None, now=now,
        note=f"{path.name}: {imported.rows} rows, {imported.loaded.new} new, {imported.bad} bad",
    )  # fmt: skip
    return imported


def _good_rows(
    path: Path, city: City, bad: _BadRows, imported: Imported, today: date
) -> Iterator[RegisteredFirm]:
    reader = RegisterReader(city.catalogue.trees["region"], today=today)
    lines: dict[str, int] = {}
    for line, row in read_register(path):
        imported.rows += 1
        firm, zh, en = reader.firm(row)
        if firm is None:
            bad.add(line, row, zh, en)
            continue
        code = firm["uscc"]
        first = lines.setdefault(code, line)
        if first != line:
            bad.add(line, row, f"统一社会信用代码与第 {first} 行相同", f"same code as line {first}")
            continue
        for note in firm.pop("notes", ()):
            imported.notes[note] = imported.notes.get(note, 0) + 1
        yield RegisteredFirm(**firm)
