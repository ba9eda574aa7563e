"""`qifu rules match`: every policy against every enterprise of a file; no database, no Django."""

import os
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qifu.cli.rules_basis import (
    as_of_option,
    attributes_option,
    file_type,
    path_type,
    read_as_of,
    read_basis,
    refuse,
)
from qifu.rulebook.documents import load_documents
from qifu.rulebook.facts import IDENTITY
from qifu.rulebook.policy import Policy, in_force, read_policies

if TYPE_CHECKING:
    import pyarrow as pa

    from qifu.rulebook.engine.running import Counts


@click.command()
@click.option("--policies", required=True, type=path_type, help="File, JSON lines or folder.")
@click.option("--enterprises", required=True, type=file_type, help="Parquet, a column a fact.")
@attributes_option
@as_of_option
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--policy", "only", multiple=True, metavar="ID", help="Only this one; repeatable.")
@click.option("--threads", type=click.IntRange(1, 256), default=os.cpu_count() or 1)
@click.option("--plain", is_flag=True, help="Without numba: slower, same answers.")
def match(
    policies: Path,
    enterprises: Path,
    attributes: Path | None,
    as_of: str | None,
    out: Path,
    only: Sequence[str],
    threads: int,
    plain: bool,
) -> None:
    """全部政策对照全部企业 · All policies against all enterprises.

    Writes OUT/policies.parquet (policy_id, version, eligible, maybe, near_miss; nulls for a policy
    that is not in force) and OUT/enterprises.parquet (enterprise_id, eligible, maybe).
    """
    stages: dict[str, float] = {}
    with _timed("policies", stages):
        basis = read_basis(attributes)
        on = read_as_of(as_of) or basis.catalogue.as_of
        if on is None:
            refuse(
                "没有日期：请用 --as-of，或在属性文件里写 as_of · "
                "no day: give --as-of D, or as_of in the attributes file"
            )
        others = [file for file in (attributes,) if file is not None]
        documents, unreadable = load_documents(policies, without=others)
        read, findings = read_policies(documents, basis.catalogue)
        if unreadable or findings:
            refuse(*unreadable, *findings)
        read = _chosen(read, only)
        chosen, skipped = in_force(read, on)
    import pyarrow as pa
    import pyarrow.parquet as pq

    from qifu.rulebook.engine.coding import UnfitColumn, code_snapshot
    from qifu.rulebook.engine.compiling import compile_policies
    from qifu.rulebook.engine.running import match as run

    with _timed("compile", stages):
        program = compile_policies(chosen, basis.catalogue, as_of=on)
    try:
        with _timed("read", stages):
            names = set(pq.read_schema(enterprises).names)
            if IDENTITY not in names:
                refuse(
                    f"{enterprises}：没有 {IDENTITY} 列 · no column {IDENTITY}; "
                    f"found {', '.join(sorted(names)[:12])}"
                )
            wanted = {key for column in program.columns for key in column.keys}
            table = pq.read_table(enterprises, columns=[IDENTITY, *sorted(wanted & names)])
        with _timed("code", stages):
            snapshot = code_snapshot(table, program, threads=threads)
    except (UnfitColumn, pa.ArrowInvalid, OSError) as error:
        refuse(f"{enterprises}: {error}")
    for key in snapshot.warnings:
        click.echo(
            f"提醒 warning: 没有 {key} 这一列，按未知处理 · no column {key}: unknown for everybody",
            err=True,
        )
    with _timed("match", stages):
        counts = run(
            program, snapshot, threads=threads, engine="numpy" if plain else "", progress=_progress
        )
    with _timed("write", stages):
        _write(out, read, chosen, table.column(IDENTITY), counts)
    _tell(len(chosen), skipped, snapshot.size, stages, on)


def _chosen(policies: tuple[Policy, ...], only: Sequence[str]) -> tuple[Policy, ...]:
    if not only:
        return policies
    known = {policy.id for policy in policies}
    for missing in [ident for ident in only if ident not in known]:
        refuse(f"没有政策 {missing} · no policy {missing}")
    return tuple(policy for policy in policies if policy.id in only)


def _write(
    out: Path, read: Sequence[Policy], chosen: Sequence[Policy], ids: "pa.ChunkedArray",
    counts: "Counts",
) -> None:  # fmt: skip
    """The two files; each gets its name when it is whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out.mkdir(parents=True, exist_ok=True)
    place = {id(policy): i for i, policy in enumerate(chosen)}
    found: list[Any] = [
        counts.policies[place[id(policy)]].tolist() if id(policy) in place else (None,) * 3
        for policy in read
    ]
    kinds = {
        "policies": pa.table(
            {
                "policy_id": pa.array([policy.id for policy in read], pa.string()),
                "version": pa.array([policy.version for policy in read], pa.int64()),
                **{
                    name: pa.array([row[i] for row in found], pa.int64())
                    for i, name in enumerate(("eligible", "maybe", "near_miss"))
                },
            }
        ),
        "enterprises": pa.table(
            {
                IDENTITY: ids,
                "eligible": counts.enterprises[:, 0],
                "maybe": counts.enterprises[:, 1],
            }
        ),
    }
    for name, table in kinds.items():
        part = out / f".{name}.parquet.part"
        try:
            pq.write_table(table, part)
            part.replace(out / f"{name}.parquet")
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def _timed(name: str, stages: dict[str, float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    stages[name] = time.perf_counter() - began


def _progress(done: int, size: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done:,} / {size:,}", nl=done == size, err=True)


def _tell(policies: int, skipped: int, size: int, stages: dict[str, float], on: date) -> None:
    pairs = policies * size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took = stages["match"]
    click.echo(
        f"{on} · {policies:,} 项政策 policies × {size:,} 家企业 enterprises = {pairs:,} 对 pairs, "
        f"{pairs / took / 1e9 if took else 0:.2f} · 10⁹ 对/秒 pairs a second"
    )
    if skipped:
        click.echo(f"{skipped:,} 项不在有效期 · not in force")
    listed = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in stages.items())
    click.echo(f"{listed}; {sum(stages.values()):.2f} s · 内存 memory {peak:,.0f} MB")
