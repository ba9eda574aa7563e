"""The live index: one new policy with ids, one changed enterprise, beside one WHERE in DuckDB.

    python benchmarks/index.py [--enterprises N] [--policies N] [--asked N] [--workload DIR]

The workload is made by the maker in the folder named by QIFU_BENCH, else in ../shared/bench, or
taken from DIR where there is one already. The peer, in the same run on the same data in memory,
with one thread too: the ids of those eligible by one SELECT a policy, as the referee of that folder
writes it. Its counts and ours must be equal.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq
from workload import (
    ENTERPRISES,
    POLICIES,
    dates_of,
    is_here,
    machine,
    raw_policies,
    referee,
    workload,
)

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.documents import load_documents
from qifu.rulebook.engine.index import LiveIndex
from qifu.rulebook.policy import Policy, read_policies

WHICH = ("eligible", "maybe", "near")


def timed(work: Callable[[Any], object], items: Sequence[Any]) -> tuple[np.ndarray, list[Any]]:
    """Milliseconds of each, and what each gave."""
    took, gave = [], []
    for item in items:
        began = time.perf_counter()
        gave.append(work(item))
        took.append(1000 * (time.perf_counter() - began))
    return np.array(took), gave


def line(label: str, took: np.ndarray, peer: np.ndarray | None = None) -> None:
    """One row of the table."""
    ratio = "" if peer is None else f"{np.median(peer) / np.median(took):9.0f}"
    print(f"{label:48} {np.median(took):9.3f} {np.quantile(took, 0.99):9.3f} {ratio}")


def changed(index: LiveIndex, table: Any, rng: np.random.Generator, many: int) -> list[Any]:
    """Enterprises with one figure another than before, their other facts as they are."""
    found = []
    for place in rng.integers(0, table.num_rows, many):
        facts = table.slice(int(place), 1).to_pylist()[0]
        number = facts.pop("enterprise_id")
        facts = {key: fact(value) for key, value in facts.items() if value is not None}
        facts["revenue"] = Decimal(int(np.exp(rng.normal(14.5, 2))))
        found.append((number, facts))
    return found


def fact(value: object) -> object:
    """A cell of the table as the rulebook reads facts."""
    if isinstance(value, float):
        return Decimal(repr(value))
    return frozenset(value) if isinstance(value, list) else value


def peer(folder: Path, asked: Sequence[Policy], as_of: date) -> tuple[np.ndarray, list[int]]:
    """Milliseconds of one SELECT of ids a policy, and how many each found."""
    written, today = referee(), as_of.isoformat()
    raw = {one["id"]: one for one in raw_policies(folder)}
    wheres = [
        written.sql(one["when"], dates_of(one, today), False)
        for one in (raw[policy.id] for policy in asked)
    ]
    with duckdb.connect() as db:
        db.execute("SET threads = 1")
        db.execute(f"CREATE TABLE e AS SELECT * FROM '{folder / 'enterprises.parquet'}'")

        def ids(where: str) -> int:
            found = db.execute(f"SELECT enterprise_id FROM e WHERE {where}").fetchnumpy()
            return len(found["enterprise_id"])

        return timed(ids, wheres)


def measure(folder: Path, place: Path, many: int) -> int:
    """Everything, over one workload; 1 where the counts differ."""
    catalogue = Catalogue.from_document(json.loads((folder / "attributes.json").read_text()))
    documents, _ = load_documents(folder / "policies.jsonl")
    policies, _ = read_policies(documents, catalogue)
    table = pq.read_table(folder / "enterprises.parquet")
    as_of = catalogue.as_of
    assert as_of is not None
    asked = policies[:: max(1, len(policies) // many)][:many]
    LiveIndex.create(place / "warm", asked[:9], catalogue, as_of=as_of, tables=[table.slice(0, 99)])
    began = time.perf_counter()
    index = LiveIndex.create(
        place / "index", policies, catalogue, as_of=as_of, tables=[table], room=table.num_rows
    )
    built = time.perf_counter() - began
    size = sum(path.stat().st_size for path in (place / "index").iterdir())
    print(f"\n{table.num_rows:,} enterprises, {len(policies):,} policies")
    print(f"built in {built:.1f} s, {size / 1e6:,.0f} MB on disk")
    began = time.perf_counter()
    index = LiveIndex.open(place / "index", policies, catalogue)
    print(f"opened again in {time.perf_counter() - began:.1f} s\n")
    reaches = [index.reach(policy) for policy in asked]  # every page once in memory
    sql, found = peer(folder, asked, as_of)
    alone, _ = timed(index.reach, asked)

    def with_ids(which: Sequence[str]) -> Callable[[Policy], object]:
        def work(policy: Policy) -> object:
            reach = index.reach(policy)
            return [reach.ids(one) for one in which]

        return work

    eligible, _ = timed(with_ids(WHICH[:1]), asked)
    every, _ = timed(with_ids(WHICH), asked)
    news = changed(index, table, np.random.default_rng(1), many)
    durable, _ = timed(lambda one: index.update_enterprise(*one), news)
    index._store.note = lambda records: None  # type: ignore[method-assign]
    news = changed(index, table, np.random.default_rng(2), many)
    bits, moved = timed(lambda one: index.update_enterprise(*one), news)
    print(f"{'milliseconds':48} {'median':>9} {'p99':>9} {'x faster':>9}")
    line("one new policy: counts", alone)
    line("one new policy: counts, ids of the eligible", eligible, sql)
    line("one new policy: counts, ids of all three", every)
    line("  peer: DuckDB, one SELECT of the eligible's ids", sql)
    line("one changed enterprise: bits, policies that moved", bits)
    line("  the same, waiting for the disk first", durable)
    print(f"\n{np.mean([len(one) for one in moved]):.1f} policies moved a change")
    wrong = [
        p.id for p, r, n in zip(asked, reaches, found, strict=True) if r.eligible != n
    ]  # fmt: skip
    print(f"counts of the eligible equal DuckDB's: {len(asked) - len(wrong)} of {len(asked)}")
    return int(bool(wrong))


def main() -> int:
    """Make the workload where it is not there, measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--enterprises", type=int, default=ENTERPRISES)
    parser.add_argument("--policies", type=int, default=POLICIES)
    parser.add_argument("--asked", type=int, default=300, help="policies asked, firms changed")
    parser.add_argument("--workload", type=Path, help="a folder that holds one already")
    options = parser.parse_args()
    print(machine())
    if not is_here():
        return 0
    with (
        TemporaryDirectory(prefix="qifu-index-") as name,
        workload(options.workload, options.enterprises, options.policies) as folder,
    ):
        return measure(folder, Path(name), options.asked)


if __name__ == "__main__":
    sys.exit(main())
