"""From a file of the register to firms: good rows in, bad rows aside with the reason."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from qifu.base import journal
from qifu.base.city import City, current_city, last_load
from qifu.jobs.bad_rows import BadRows, check_bad_path
from qifu.organisations.actions.register import Loaded, RegisteredFirm, load_firms
from qifu.organisations.logic.register import RegisterReader, read_register

BAD_COLUMNS = ("line", "uscc", "name", "reason_zh", "reason_en")


@dataclass
class Imported:
    """What an import did; `bad_file` is None where every row was good."""

    loaded: Loaded
    rows: int = 0
    bad: int = 0
    bad_file: Path | None = None
    notes: dict[str, int] = field(default_factory=dict)


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
    check_bad_path(bad_path, path)
    bad = BadRows(bad_path, BAD_COLUMNS)
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
    path: Path, city: City, bad: BadRows, imported: Imported, today: date
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
