"""`qifu import`: data from elsewhere, good rows in, bad rows to a file with the reason."""

import sys
from datetime import datetime
from pathlib import Path

import click

from qifu.cli.main import start_django


@click.group("import")
def imports() -> None:
    """Bring data in. Every import may be run again without doubles."""


@imports.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--bad",
    "bad_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rows that cannot be read go (default: FILE.bad.csv in the current folder).",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day for which the register says so (default: today).",
)
def enterprises(file: Path, bad_path: Path | None, as_of: datetime | None) -> None:
    """Firms from the register: CSV (UTF-8 or GB18030) or Parquet."""
    start_django()
    from django.utils import timezone

    from qifu.base.errors import Refused
    from qifu.jobs.register import import_enterprises
    from qifu.organisations.logic.register import UnreadableFile, count_rows

    now = timezone.now()
    day = as_of.date() if as_of else timezone.localdate(now)
    began = timezone.now()
    try:
        with click.progressbar(length=count_rows(file), label=file.name) as bar:
            done = import_enterprises(
                file,
                bad_path=bad_path or Path(f"{file.name}.bad.csv"),
                as_of=day,
                now=now,
                progress=bar.update,
            )
    except (UnreadableFile, Refused) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    seconds = (timezone.now() - began).total_seconds()
    click.echo(
        f"{done.rows:,} rows in {seconds:.0f} s: {done.loaded.new:,} new, "
        f"{done.loaded.changed:,} changed, {done.loaded.same:,} as before, {done.bad:,} bad; "
        f"{done.loaded.facts:,} facts written"
    )
    for note, count in sorted(done.notes.items()):
        click.echo(f"  {note}: {count:,}")
    if done.bad_file:
        click.echo(f"bad rows, with the reason: {done.bad_file}")
