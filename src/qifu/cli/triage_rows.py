"""What the commands on texts share: files that are looked at first, rows in, bad rows, tables."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from qifu.textmine.classify.tables import BadRow
    from qifu.textmine.likeness.told import Told

in_file = click.Path(exists=True, dir_okay=False, path_type=Path)
out_file = click.Path(dir_okay=False, path_type=Path)
_BAD = ("line", "id", "text", "time", "reason_zh", "reason_en")


def bad_place(out: Path, bad: Path | None) -> Path:
    """Where rows that cannot be used go unless it is said."""
    return bad or out.with_name(f"{out.name}.bad.csv")


def check_places(sources: Iterable[Path | None], outs: Sequence[Path]) -> None:
    """Before the work: no output is an input or another output, and its folder is there."""
    taken = {source.resolve() for source in sources if source is not None}
    for out in outs:
        if out.resolve() in taken:
            refuse(f"{out.name}: 不能写进源文件 · must not be the file itself")
        if not out.absolute().parent.is_dir():
            refuse(f"{out}: 没有这个文件夹 · there is no such folder")
        taken.add(out.resolve())


def read_rows(data: Path, bad: Path, *, timed: bool = False) -> list["Told"]:
    """The usable rows of a table; the others go to the file `bad`, each with its reason."""
    from qifu.base.table_files import UnreadableFile, read_named
    from qifu.textmine.likeness.told import COLUMNS, take

    needed = ("id", "text", "time") if timed else ("id", "text")
    try:
        taken = take(read_named(data, COLUMNS, needed), timed=timed)
    except (UnreadableFile, OSError) as error:
        refuse(str(error))
    write_bad(bad, _BAD, ((data.name, one) for one in taken.bad))
    return taken.rows


def write_bad(path: Path, columns: Sequence[str], rows: Iterable[tuple[str, "BadRow"]]) -> None:
    """Rows that were left out, each with the name of its file; without any, those of an earlier
    run go."""
    from qifu.jobs.bad_rows import BadRows

    bad = BadRows(path, columns)
    try:
        for name, one in rows:
            bad.add(one.line, {**one.row, "file": name}, one.zh, one.en)
        bad.close()
        bad.forget_last()
    except OSError as error:
        refuse(f"{path}: {error.strerror}")
    if bad.count:
        click.echo(f"{bad.count:,} 行没有用 rows left out → {path}", err=True)


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
