"""`qifu city`: check, compare and load a city pack."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qifu.cli.main import start_django

if TYPE_CHECKING:
    from qifu.base.packs import Pack

NOTHING_LOADED = "没有载入 / nothing was loaded"
# how many of the places that differ are named for one thing
MOST_PLACES = 5
PACK = click.argument("pack", type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group()
def city() -> None:
    """City packs: everything that differs from one city to the next."""


def _checked(pack: Path) -> bool:
    """Print every finding; whether there is none."""
    from qifu.base.packs import check_pack

    findings = check_pack(pack)
    for finding in findings:
        click.echo(str(finding), err=True)
    return not findings


def read_or_exit(pack: Path) -> "Pack":
    """The pack, or every finding and exit 1 where it cannot be used as a city."""
    from qifu.base.packs import read_pack
    from qifu.rulebook.findings import RuleError

    try:
        return read_pack(pack)
    except RuleError as error:
        for finding in error.findings:
            click.echo(str(finding), err=True)
        sys.exit(1)


@city.command()
@PACK
def check(pack: Path) -> None:
    """Check a pack: every finding with file, line, place and mend; exit 1 if there is any."""
    if not _checked(pack):
        sys.exit(1)
    click.echo(f"{pack}: no findings / 没有问题")


@city.command()
@PACK
def diff(pack: Path) -> None:
    """Show what loading this pack would change, and where; exit 0, changed or not."""
    start_django()
    from qifu.base.city import last_load
    from qifu.jobs.city import changes_of

    changes = changes_of(read_or_exit(pack), last_load())
    for change in changes:
        places = ", ".join(change["paths"][:MOST_PLACES])
        more = " …" if len(change["paths"]) > MOST_PLACES else ""
        where = f": {places}{more}" if places else ""
        click.echo(f"{change['what']:8} {change['kind']} {change['code']}{where}")
    click.echo(f"{len(changes)} 处变化 / changes" if changes else "没有变化 / no difference")


@city.command()
@PACK
def load(pack: Path) -> None:
    """Check a pack, show the difference, load it in one transaction. May be run again."""
    if not _checked(pack):
        click.echo(NOTHING_LOADED, err=True)
        sys.exit(1)
    start_django()
    from django.utils import timezone

    from qifu.base.errors import Refused
    from qifu.jobs.city import load_city

    try:
        outcome = load_city(read_or_exit(pack), now=timezone.now())
    except Refused as error:
        click.echo(str(error), err=True)
        click.echo(NOTHING_LOADED, err=True)
        sys.exit(1)
    for line in outcome:
        click.echo(line)
