"""What the commands on texts without labels share: rows of a table in, bad rows and tables out."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from qifu.textmine.classify.tables import BadRow
    from qifu.textmine.likeness.told import Told

BAD = ("line", "id", "text", "time", "reason_zh", "reason_en")


def read_rows(data: Path, bad: Path, *, timed: bool = False) -> list["Told"]:
    """The usable rows of a table; the others go to the file `bad`, each with its reason."""
    from qifu.base.table_files import UnreadableFile, read_named
    from qifu.textmine.likeness.told import COLUMNS, take

    needed = ("id", "text", "time") if timed else ("id", "text")
    try:
        taken = take(read_named(data, COLUMNS, needed), timed=timed)
    except (UnreadableFile, OSError) as error:
        refuse(str(error))
    if taken.bad:
        _write_bad(bad, taken.bad)
    return taken.rows


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV file in UTF-8."""
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}")


def refuse(words: str) -> NoReturn:
    """End with these words and exit code 1."""
    raise click.ClickException(words)


def _write_bad(path: Path, rows: Sequence["BadRow"]) -> None:
    from qifu.base.errors import BadInput
    from qifu.jobs.bad_rows import BadRows

    bad = BadRows(path, BAD)
    try:
        for one in rows:
            bad.add(one.line, one.row, one.zh, one.en)
        bad.close()
    except (OSError, BadInput) as error:
        refuse(f"{path}: {error}")
    click.echo(f"{len(rows):,} 行没有用 · rows left out → {path}", err=True)
