"""`qifu enterprises export`: the facts of every firm in the database, for `qifu rules match`."""

from datetime import datetime
from pathlib import Path

import click

from qifu.cli.main import start_django
from qifu.cli.rules_basis import path_type, refuse
from qifu.cli.rules_progress import Progress
from qifu.rulebook.documents import load_documents
from qifu.rulebook.policy import read_policies


@click.command()
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Parquet 文件 · the file to write.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="推算的事实和在效政策按这一天；默认今天 · the day of derived facts and of the policies.",
)
@click.option(
    "--policies",
    type=path_type,
    help="取这些政策要问的列 · columns that these ask for. Default: the library.",
)
def export(out: Path, as_of: datetime | None, policies: Path | None) -> None:
    """全部企业的事实 · The facts of every firm, as Parquet that `qifu rules match` reads.

    A column a fact, typed by the city's catalogue, unknown is null; only the credit code and what
    policies ask. Facts as they count now. The file may hold what firms gave in confidence: keep it
    like a backup of the database.
    """
    start_django()
    from django.utils.timezone import localdate

    from qifu.base.city import current_city
    from qifu.base.errors import Refused
    from qifu.jobs.facts_file import asked_keys, policies_in_force, write_facts

    try:
        city = current_city()
    except Refused as error:
        raise click.ClickException(str(error)) from None
    on = as_of.date() if as_of else localdate()
    if policies is None:
        asked = policies_in_force(city, on)
    else:
        documents, unreadable = load_documents(policies)
        read, findings = read_policies(documents, city.catalogue)
        if unreadable or findings:
            refuse(*unreadable, *findings)
        asked = list(read)
    try:
        with Progress("企业 enterprises") as progress:
            keys = asked_keys(asked, city, on)
            written = write_facts(out, keys, city, on=on, progress=progress)
    except OSError as error:
        raise click.ClickException(
            f"{out}：写不进去 · cannot be written: {error.strerror or error}"
        ) from None
    click.echo(
        f"{on} · {written.firms:,} 家企业 enterprises, {len(written.keys)} 项事实 facts → {out}"
    )
