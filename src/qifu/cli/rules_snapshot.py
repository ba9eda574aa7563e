"""`qifu rules snapshot`: enterprises as `qifu rules match` needs them, kept for the next time."""

import os
from datetime import datetime
from pathlib import Path

import click

from qifu.cli.rules_basis import CITY_TIME, as_of_option, attributes_option, path_type, refuse
from qifu.cli.rules_inputs import code_firms, hash_of, read_laws
from qifu.cli.rules_progress import Stages, timed
from qifu.rulebook.report import ENGINE


@click.command()
@click.option("--policies", required=True, type=path_type, help="File, JSON lines or folder.")
@click.option("--enterprises", required=True, type=path_type, help="Parquet, a column a fact.")
@attributes_option
@as_of_option
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--threads", type=click.IntRange(1, 256), default=os.cpu_count() or 1)
def snapshot(
    policies: Path,
    enterprises: Path,
    attributes: Path | None,
    as_of: str | None,
    out: Path,
    threads: int,
) -> None:
    """企业快照 · Enterprises coded once, for `match --snapshot` again and again.

    Serves these policies, and others that ask the same attributes with the same thresholds. It is
    made for one day: ages are thresholds, too.
    """
    stages: Stages = {}
    with timed("policies", stages):
        laws = read_laws(policies, attributes, as_of)
    program = laws.program
    with timed("read, code", stages):
        coded, ids = code_firms(enterprises, program, threads)
    from qifu.rulebook.engine.store import save_snapshot

    try:
        with timed("write", stages):
            save_snapshot(
                out,
                coded,
                ids,
                as_of=laws.on,
                made_at=datetime.now(CITY_TIME),
                data_hash=hash_of(enterprises),
                program_hash=laws.content_hash,
                engine=ENGINE,
            )
    except OSError as error:
        refuse(f"{out}: 写不进去 · cannot be written: {error}")
    listed = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in stages.items())
    click.echo(
        f"{laws.on} · {coded.size:,} 家企业 enterprises, {len(coded.columns)} 列 columns, "
        f"{out.stat().st_size / 1e6:,.0f} MB → {out}"
    )
    click.echo(listed)
