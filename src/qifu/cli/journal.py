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

    click.echo(f"{book.seal()} 行已封存 · lines sealed")


@journal.command()
def verify() -> None:
    """Walk the chain; name every changed, missing or inserted line; exit 1 if there is any."""
    start_django()
    from qifu.base import journal as book

    found = book.verify()
    for fault in found.faults:
        click.echo(fault, err=True)
    click.echo(
        f"已封存 {found.sealed} 行，未封存 {found.unsealed} 行，已删附言 {found.notes_deleted} 条，"
        f"{len(found.faults)} 处不符\n"
        f"{found.sealed} lines sealed, {found.unsealed} not yet sealed, "
        f"{found.notes_deleted} notes deleted, {len(found.faults)} faults"
    )
    if found.faults:
        sys.exit(1)
