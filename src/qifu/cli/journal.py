"""`qifu journal`: seal the journal and prove that nobody changed it."""

import sys

import click

from qifu.cli.main import start_django


@click.group()
def journal() -> None:
    """The journal of every step."""


@journal.command()
def seal() -> None:
    """Number and hash the lines that are not yet sealed."""
    start_django()
    from qifu.base import journal as book

    click.echo(f"{book.seal()} lines sealed")


@journal.command()
def verify() -> None:
    """Walk the chain; name every changed, missing or inserted line; exit 1 if there is any."""
    start_django()
    from qifu.base import journal as book

    found = book.verify()
    for fault in found.faults:
        click.echo(fault, err=True)
    click.echo(
        f"{found.sealed} lines sealed, {found.unsealed} not yet sealed, "
        f"{found.notes_deleted} notes deleted, {len(found.faults)} faults"
    )
    if found.faults:
        sys.exit(1)
