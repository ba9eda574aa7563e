"""`qifu city`: check, compare and load a city pack."""

import sys
from pathlib import Path

import click

from qifu.cli.main import start_django

PACK = click.argument("pack", type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group()
def city() -> None:
    """City packs: everything that differs from one city to the next."""


def _checked(pack: Path) -> bool:
    """Print every finding; whether the pack can be loaded."""
    from qifu.base.packs import check_pack

    findings = check_pack(pack)
    for finding in findings:
        click.echo(str(finding), err=True)
    return not findings


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
    """Show what loading this pack would change; exit 0 with 'no difference' if nothing."""
    start_django()
    from qifu.base.city import last_load
    from qifu.base.packs import read_pack
    from qifu.jobs.city import changes_of

    changes = changes_of(read_pack(pack), last_load())
    for change in changes:
        click.echo(f"{change['what']:8} {change['kind']} {change['code']}")
    click.echo(f"{len(changes)} changes" if changes else "no difference / 没有变化")


@city.command()
@PACK
def load(pack: Path) -> None:
    """Check a pack, show the difference, load it in one transaction. May be run again."""
    if not _checked(pack):
        click.echo("nothing was loaded / 没有载入", err=True)
        sys.exit(1)
    start_django()
    from django.utils import timezone

    from qifu.base.errors import Refused
    from qifu.base.packs import read_pack
    from qifu.jobs.city import load_city

    try:
        outcome = load_city(read_pack(pack), now=timezone.now())
    except Refused as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    for line in outcome:
        click.echo(line)
