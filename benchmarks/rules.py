"""`make bench-rules`: every policy against every enterprise, beside DuckDB and plain Python.

    python benchmarks/rules.py [--workload DIR] [--enterprises N] [--policies N] [--rounds N]
                               [--curve] [--shuffled] [--referee]

One run, one table. The peer is DuckDB with one WHERE a policy as the referee in QIFU_BENCH (default
../shared/bench) writes it, over a sample of the policies, with as many threads, on the same file in
the order in which it was made; it counts the eligible only, we count three values and near misses,
both ways. Its time is scaled to all policies. `--shuffled` gives both the same rows in another
order, `--curve` shows 10⁵ to 10⁷ enterprises, `--referee` compares maybe and near misses as well.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
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
from qifu.rulebook.engine.coding import code_snapshot
from qifu.rulebook.engine.compiling import Program, compile_policies
from qifu.rulebook.engine.parquet import ParquetTable
from qifu.rulebook.engine.running import match
from qifu.rulebook.policy import Policy, read_policies
from qifu.rulebook.report import Prepared, report

THREADS = os.cpu_count() or 1
SAMPLE = 300
CURVE = (100_000, 1_000_000, 2_653_000, 10_000_000)
QIFU = "from qifu.cli.main import qifu; qifu()"
ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Timings:
    """Seconds of each round of each thing, in the order in which they are first seen."""

    of: dict[str, list[float]] = field(default_factory=dict)

    def time(self, name: str, work: Callable[[], Any]) -> Any:
        """Do it once and keep how long it took."""
        began = time.perf_counter()
        gave = work()
        self.of.setdefault(name, []).append(time.perf_counter() - began)
        return gave

    def show(self, peer: str) -> None:
        """A row a thing: median, fastest, slowest, and how many times faster than the peer."""
        base = statistics.median(self.of[peer])
        print(f"\n{'seconds':58} {'median':>9} {'min':>9} {'max':>9} {'x DuckDB':>9}")
        for name, took in self.of.items():
            median = statistics.median(took)
            ratio = f"{base / median:9.1f}" if "all pairs" in name else ""
            print(f"{name:58} {median:9.3f} {min(took):9.3f} {max(took):9.3f} {ratio}")


@dataclass(frozen=True)
class World:
    """What is measured on."""

    folder: Path
    catalogue: Catalogue
    policies: tuple[Policy, ...]
    raw: list[dict[str, Any]]

    @classmethod
    def load(cls, folder: Path) -> "World":
        catalogue = Catalogue.from_document(json.loads((folder / "attributes.json").read_text()))
        documents, unreadable = load_documents(folder / "policies.jsonl")
        policies, findings = read_policies(documents, catalogue)
        assert not unreadable and not findings
        return cls(folder, catalogue, policies, raw_policies(folder))

    @property
    def enterprises(self) -> Path:
        return self.folder / "enterprises.parquet"

    @property
    def sample(self) -> list[int]:
        """The places of the referee's policies."""
        return list(range(0, len(self.raw), max(1, len(self.raw) // SAMPLE)))[:SAMPLE]

    def compiled(self) -> Program:
        assert self.catalogue.as_of is not None
        return compile_policies(self.policies, self.catalogue, as_of=self.catalogue.as_of)


class Sql:
    """The peer: the enterprises as a table in memory, a WHERE for each policy of the sample."""

    def __init__(self, world: World, file: Path) -> None:
        self.world, self.written = world, referee()
        self.as_of = str(world.catalogue.as_of)
        self.db = duckdb.connect()
        self.db.execute(f"SET threads = {THREADS}")
        self.db.execute(f"CREATE TABLE e AS SELECT * FROM '{file}'")

    def count(self, where: str) -> int:
        found = self.db.execute(f"SELECT count(*) FROM e WHERE {where}").fetchone()
        assert found is not None
        return int(found[0])

    def eligible(self) -> list[int]:
        """The eligible of every policy of the sample."""
        return [self.count(self._where(place, exact=False)) for place in self.world.sample]

    def others(self) -> list[tuple[int, int]]:
        """(maybe, near misses) of the same."""
        found = []
        for place in self.world.sample:
            rule = self.world.raw[place]
            near = self.written.near_miss(rule["when"]["all"], dates_of(rule, self.as_of))
            maybe = f"({self._where(place, exact=True)}) IS NULL"
            found.append((self.count(maybe), self.count(near)))
        return found

    def _where(self, place: int, *, exact: bool) -> str:
        rule = self.world.raw[place]
        return str(self.written.sql(rule["when"], dates_of(rule, self.as_of), exact))


@dataclass(frozen=True)
class Ended:
    """A command that went well: seconds from start to end, peak MB, and what it printed."""

    seconds: float
    peak: float
    said: str

    def stage(self, name: str) -> float:
        """The seconds of a stage, as the command says them."""
        found = re.search(rf"{name} ([0-9.]+) s", self.said)
        assert found is not None, self.said
        return float(found[1])


def command(arguments: Sequence[object], home: Path) -> Ended:
    """Run a `qifu` command whose caches are in `home`.

    A process inherits the peak memory of the one that starts it: start it while that is small.
    """
    env = {
        **os.environ, "PYTHONPATH": str(ROOT / "src"), "QIFU_VAR": str(home),
        "NUMBA_CACHE_DIR": str(home / "numba"),
    }  # fmt: skip
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-c", QIFU, *map(str, arguments)], env=env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert child.stdout is not None
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    took = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stdout.close()
    assert child.returncode == 0, f"qifu {arguments} ended with {child.returncode}"
    return Ended(took, usage.ru_maxrss / 1024, said)


def whole_way(folder: Path, file: Path, few: Path, rounds: int, timings: Timings) -> None:
    """The command from start to end: without caches, with them, with pairs; its memory."""
    with TemporaryDirectory(prefix="qifu-bench-") as name:
        home, number = Path(name), count()

        def run(enterprises: Path, *more: object) -> Ended:
            return command(
                [
                    "rules", "match", "--policies", folder / "policies.jsonl",
                    "--enterprises", enterprises, "--attributes", folder / "attributes.json",
                    "--out", home / f"out-{next(number)}", *more,
                ],
                home,
            )  # fmt: skip

        for which in ("without caches", "with caches", "with caches", "with caches"):
            label = f"start: the command on 1,000 enterprises, {which}"
            timings.of.setdefault(label, []).append(run(few).seconds)
        ended = [run(file) for _ in range(rounds)]
        label = "qifu rules match: Parquet to two files, all pairs"
        timings.of[label] = [one.seconds for one in ended]
        print(f"peak memory of qifu rules match: {max(one.peak for one in ended):,.0f} MB")
        paired = [run(file, "--pairs") for _ in range(rounds)]
        timings.of["qifu rules match --pairs, whole command"] = [one.seconds for one in paired]
        parts = (home / f"out-{next(number) - 1}" / "pairs").glob("*.parquet")
        written = sum(pq.read_metadata(part).num_rows for part in parts)
        each = sorted(written / one.stage("pairs") / 1e6 for one in paired)
        print(
            f"--pairs: {written:,} pairs found and written, "
            f"{', '.join(f'{rate:.1f}' for rate in each)} million a second, "
            f"peak memory {max(one.peak for one in paired):,.0f} MB"
        )


def one_by_one(world: World, many: int) -> None:
    """One enterprise against all policies: milliseconds, with what is made when it is read."""
    assert world.catalogue.as_of is not None
    prepared = Prepared(world.policies, world.catalogue, as_of=world.catalogue.as_of)
    table = pq.read_table(world.enterprises, columns=None)
    places = np.random.default_rng(7).integers(0, table.num_rows, many)
    firms = [facts_of(table.slice(int(place), 1)) for place in places]
    prepared.report(firms[0]).questions  # noqa: B018 - compiles
    steps: dict[str, Callable[[dict[str, Any]], object]] = {
        "verdict, degree, near miss of every policy": lambda f: prepared.report(f).verdicts,
        "the same and questions by money × chance": lambda f: prepared.report(f).questions,
        "the same and groups, gaps, amounts of 20": lambda f: shown(prepared.report(f)),
    }
    print(f"\n{'one enterprise against all policies, ms':58} {'median':>9} {'p99':>9}")
    for name, work in steps.items():
        took = []
        for facts in firms:
            began = time.perf_counter()
            work(facts)
            took.append(1000 * (time.perf_counter() - began))
        print(f"{name:58} {np.median(took):9.2f} {np.quantile(took, 0.99):9.2f}")


def shown(made: Any) -> list[Any]:
    """A page of results with their words, and the questions."""
    page = made.policies[:20]
    return [made.questions, [result.to_json() for result in page]]


def facts_of(row: pa.Table) -> dict[str, Any]:
    """One row of the file as facts."""
    facts = row.to_pylist()[0]
    facts.pop("enterprise_id")
    return {
        key: Decimal(repr(value)) if isinstance(value, float) else value
        for key, value in facts.items()
        if value is not None
    }


def plain_python(world: World, timings: Timings) -> None:
    """Condition by condition, pair by pair, scaled to all pairs."""
    assert world.catalogue.as_of is not None
    table, policies = pq.read_table(world.enterprises), world.policies[:: len(world.policies) // 50]
    firms = [facts_of(table.slice(i, 1)) for i in range(0, table.num_rows, table.num_rows // 40)]
    began = time.perf_counter()
    for facts in firms:
        made = report(policies, facts, world.catalogue, as_of=world.catalogue.as_of)
        for result in made.policies:
            [group.node.answer(made.view.facts, made.as_of) for group in result.groups]
    each = (time.perf_counter() - began) / (len(firms) * len(policies))
    timings.of["Python, condition by condition, scaled to all pairs"] = [
        each * len(world.policies) * table.num_rows
    ]


def measure(folder: Path, rounds: int, *, shuffled: bool, with_referee: bool) -> int:
    """Everything on one workload; 1 where the counts differ from DuckDB's."""
    timings = Timings()
    with TemporaryDirectory(prefix="qifu-bench-") as name:
        file, few = folder / "enterprises.parquet", Path(name) / "few.parquet"
        if shuffled:
            file = Path(name) / "shuffled.parquet"
            shuffle(folder / "enterprises.parquet", file)
        first_rows(file, few)
        whole_way(folder, file, few, rounds, timings)
        world = World.load(folder)
        size = pq.read_metadata(file).num_rows
        print(
            f"{size:,} enterprises × {len(world.policies):,} policies, {THREADS} threads, "
            f"rows {'shuffled' if shuffled else 'in generated order'}"
        )
        sql = Sql(world, file)
        peer = f"DuckDB, {len(world.sample)} policies, scaled to all pairs"
        wanted = sql.eligible()
        for _ in range(rounds):
            timings.time(peer, sql.eligible)
        scale = len(world.policies) / len(world.sample)
        timings.of[peer] = [took * scale for took in timings.of[peer]]
        for _ in range(rounds):
            program = timings.time("compile the policies", world.compiled)
        for _ in range(rounds):
            snapshot = timings.time(
                "snapshot: read and code the enterprises",
                lambda: code_snapshot(ParquetTable(file), program, threads=THREADS),
            )
        print(f"snapshot: {snapshot.nbytes / size:.0f} bytes an enterprise")
        counts = match(program, snapshot, threads=THREADS)
        for _ in range(rounds):
            timings.time(
                "kernel, numba: counts both ways, all pairs",
                lambda: match(program, snapshot, threads=THREADS),
            )
        bad = compare(counts.policies[world.sample], wanted, sql if with_referee else None)
        sql.db.close()
    plain_python(world, timings)
    timings.show(peer)
    one_by_one(world, 300)
    return bad


def shuffle(file: Path, out: Path) -> None:
    """The same rows in another order; in a process of its own, for its memory."""
    code = (
        "import sys, numpy as np, pyarrow.parquet as pq; t = pq.read_table(sys.argv[1]); "
        "pq.write_table(t.take(np.random.default_rng(1).permutation(t.num_rows)), sys.argv[2])"
    )
    subprocess.run([sys.executable, "-c", code, str(file), str(out)], check=True)


def first_rows(file: Path, out: Path) -> None:
    """The first thousand rows, without reading the others."""
    batch = next(pq.ParquetFile(file).iter_batches(batch_size=1000))
    pq.write_table(pa.Table.from_batches([batch]), out)


def compare(ours: Any, eligible: Sequence[int], sql: Sql | None) -> int:
    """Say how many counts are the referee's; 1 where one differs."""
    same = sum(int(a) == b for a, b in zip(ours[:, 0], eligible, strict=True))
    print(f"eligible equal to DuckDB's: {same} of {len(eligible)}")
    bad = same != len(eligible)
    if sql is not None:
        others = [tuple(map(int, row)) for row in ours[:, 1:]]
        equal = sum(a == b for a, b in zip(others, sql.others(), strict=True))
        print(f"maybe and near misses equal to DuckDB's: {equal} of {len(others)}")
        bad = bad or equal != len(others)
    return int(bad)


def curve(policies: int, rounds: int) -> None:
    """Seconds of coding and matching by the number of enterprises."""
    print(f"\n{'enterprises':>12} {'code s':>8} {'match s':>8} {'10⁹ pairs/s':>12} {'bytes':>6}")
    for size in CURVE:
        with workload(None, size, policies) as folder:
            world, timings = World.load(folder), Timings()
            program = world.compiled()
            table = ParquetTable(world.enterprises)
            snapshot = timings.time("code", partial(code_snapshot, table, program, threads=THREADS))
            for _ in range(rounds + 1):
                timings.time("match", partial(match, program, snapshot, threads=THREADS))
            took = statistics.median(timings.of["match"][1:])
            print(
                f"{size:12,} {timings.of['code'][0]:8.2f} {took:8.2f} "
                f"{size * policies / took / 1e9:12.1f} {snapshot.nbytes / size:6.0f}",
                flush=True,
            )


def main() -> int:
    """Make the workload where none is given, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workload", type=Path, help="a folder that holds one already")
    parser.add_argument("--enterprises", type=int, default=ENTERPRISES)
    parser.add_argument("--policies", type=int, default=POLICIES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--curve", action="store_true")
    parser.add_argument("--shuffled", action="store_true")
    parser.add_argument("--referee", action="store_true")
    options = parser.parse_args()
    print(machine())
    if not is_here():
        return 0
    if options.curve:
        curve(options.policies, options.rounds)
        return 0
    with workload(options.workload, options.enterprises, options.policies) as folder:
        return measure(
            folder, options.rounds, shuffled=options.shuffled, with_referee=options.referee
        )


if __name__ == "__main__":
    sys.exit(main())
