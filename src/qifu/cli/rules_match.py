"""`qifu rules match`: every policy against every enterprise of a file; no database, no Django."""

import os
import resource
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qifu.cli.rules_basis import as_of_option, attributes_option, file_type, path_type, refuse
from qifu.cli.rules_inputs import (
    Laws,
    code_firms,
    hash_of,
    read_laws,
    tell_ids,
    tell_missing,
)
from qifu.cli.rules_progress import Progress, Stages, timed
from qifu.cli.rules_results import publish, results, write_counts

if TYPE_CHECKING:
    import pyarrow as pa

    from qifu.cli.rules_pairs import Written
    from qifu.rulebook.engine.coding import Snapshot
    from qifu.rulebook.engine.compiling import Program


@click.command()
@click.option("--policies", required=True, type=path_type, help="File, JSON lines or folder.")
@click.option("--enterprises", metavar="FILE", help="Parquet, a column a fact.")
@click.option("--snapshot", type=file_type, help="Instead: what `qifu rules snapshot` made.")
@attributes_option
@as_of_option
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--pairs", is_flag=True, help="Also write who can use what: OUT/pairs/*.parquet.")
@click.option("--policy", "only", multiple=True, metavar="ID", help="Only this one; repeatable.")
@click.option("--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True)
@click.option("--threads", type=click.IntRange(1, 256), default=os.cpu_count() or 1)
@click.option("--plain", is_flag=True, help="Without numba: slower, same answers.")
def match(
    policies: Path,
    enterprises: str | None,
    snapshot: Path | None,
    attributes: Path | None,
    as_of: str | None,
    out: Path,
    pairs: bool,
    only: Sequence[str],
    engine: str,
    threads: int,
    plain: bool,
) -> None:
    """全部政策对照全部企业 · All policies against all enterprises.

    Writes OUT/policies.parquet (policy_id, version, eligible, maybe, near_miss; nulls for a policy
    that is not in force) and OUT/enterprises.parquet (enterprise_id, eligible, maybe); with --pairs
    also OUT/pairs/*.parquet (policy_id, enterprise_id) of the eligible, sorted. What was broken off
    goes on where it was when it is run again with the same input.
    """
    stages: Stages = {}
    with timed("policies", stages):
        laws = read_laws(policies, attributes, as_of, only)
    program = laws.program
    kernel = "numpy" if plain else ""
    if engine == "spark":
        if enterprises is None or snapshot is not None:
            refuse("Spark 读 Parquet，不读快照 · Spark reads --enterprises, no --snapshot")
        from qifu.cli.rules_spark import match_with_spark

        size, written = match_with_spark(
            laws, program, enterprises, out, pairs=pairs, threads=threads, kernel=kernel,
            stages=stages,
        )  # fmt: skip
    else:
        size, written = _locally(
            laws, program, enterprises, snapshot, out, pairs=pairs, threads=threads, kernel=kernel,
            stages=stages,
        )  # fmt: skip
    _tell(len(laws.chosen), laws.skipped, size, written, stages, laws.on)


def _locally(
    laws: Laws, program: "Program", enterprises: str | None, snapshot: Path | None, out: Path, *,
    pairs: bool, threads: int, kernel: str, stages: Stages,
) -> tuple[int, "Written | None"]:  # fmt: skip
    """How many enterprises, and what was written of pairs; None where none were asked for."""
    from qifu.cli.rules_pairs import prepare, write_pairs
    from qifu.rulebook.engine.running import match as run

    if pairs:
        prepare(out)
    if (enterprises is None) == (snapshot is None):
        refuse("--enterprises 和 --snapshot 给一个 · give --enterprises or --snapshot, one of them")
    file = Path(enterprises) if enterprises is not None else None
    coded, ids, source = _firms(program, file, snapshot, threads, stages)
    tell_ids(ids)
    with timed("match", stages), Progress("对照 match") as progress:
        counts = run(program, coded, threads=threads, engine=kernel, progress=progress)
    with results(out):
        with timed("write", stages):
            write_counts(out, laws.read, laws.chosen, ids, counts)
        place, written = None, None
        if pairs:
            with timed("pairs", stages), Progress("企业政策对 pairs") as progress:
                key = f"{laws.content_hash} {hash_of(file) if file else source}"
                place, written = write_pairs(
                    out, program, coded, ids, counts.policies[:, 0], key=key, threads=threads,
                    kernel=kernel, progress=progress,
                )  # fmt: skip
        publish(out, place)
    return coded.size, written


def _firms(
    program: "Program", enterprises: Path | None, snapshot: Path | None, threads: int,
    stages: Stages,
) -> tuple["Snapshot", "pa.ChunkedArray", str]:  # fmt: skip
    """All enterprises as numbers, their ids, and the hash of what a snapshot is made of."""
    if snapshot is not None:
        from qifu.rulebook.engine.store import UnfitSnapshot, open_snapshot

        try:
            with timed("open", stages):
                stored = open_snapshot(snapshot, program)
        except UnfitSnapshot as error:
            refuse(f"{snapshot}: {error}")
        tell_missing(stored.snapshot.warnings)
        return stored.snapshot, stored.ids, stored.data_hash
    assert enterprises is not None
    with timed("read, code", stages):
        coded, ids = code_firms(enterprises, program, threads)
    return coded, ids, ""


def _tell(
    policies: int, skipped: int, size: int, written: "Written | None", stages: Stages, on: date
) -> None:
    pairs = policies * size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took = stages["match"]
    click.echo(
        f"{on} · {policies:,} 项政策 policies × {size:,} 家企业 enterprises = {pairs:,} 对 pairs, "
        f"{pairs / took / 1e9 if took else 0:.2f} · 10⁹ 对/秒 pairs a second"
    )
    if skipped:
        click.echo(f"{skipped:,} 项不在有效期 · not in force")
    if written is not None:
        took = stages["pairs"]
        click.echo(
            f"企业政策对 eligible pairs {written.pairs:,}，写出 written {written.now:,}, "
            f"{written.now / took / 1e6 if took else 0:.1f} · 10⁶ 对/秒 a second"
        )
    listed = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in stages.items())
    click.echo(f"{listed}; {sum(stages.values()):.2f} s · 内存 memory {peak:,.0f} MB")
