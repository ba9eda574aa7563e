"""Run a program over a snapshot, block by block, on several threads."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from qifu.rulebook.engine import plain
from qifu.rulebook.engine.coding import Array, Snapshot
from qifu.rulebook.engine.compiling import Program
from qifu.rulebook.engine.layout import ALL, Layout, Ragged, lay_out

# All rows of a block of 4,096 enterprises fit into the second-level cache; NumPy alone wants fewer
# and longer calls.
BLOCKS = {"numba": 4096, "numpy": 1 << 17}
SAMPLES = 4096 * 12
PLANES = 16  # digits of a counter: as many policies as an enterprise can have
EVERY = np.uint64(2**64 - 1)


@dataclass(frozen=True)
class Counts:
    """`policies`: (eligible, maybe, near miss) a policy, in the program's order; `enterprises`:
    (eligible, maybe) an enterprise, in the order of the input."""

    policies: Array
    enterprises: Array


@dataclass(frozen=True)
class Kernel:
    """The functions that do the work, compiled or not, and the block that suits them."""

    functions: Any
    block: int


def kernel(name: str = "") -> Kernel:
    """`numba`, `numpy`, or the faster one of those that are here."""
    if name != "numpy":
        try:
            from qifu.rulebook.engine import compiled  # noqa: PLC0415 - starts the compiler
        except ImportError:
            if name:
                raise
        else:
            return Kernel(compiled, BLOCKS["numba"])
    return Kernel(plain, BLOCKS["numpy"])


@dataclass(frozen=True)
class Plan:
    """A program as flat arrays, its groups in the order in which they are looked at."""

    layout: Layout
    group_starts: Array
    least: Array
    hard: Array
    leaf_starts: Array
    leaves: Array
    # policies that begin with the same hard leaf stand together
    doors: Array
    door_starts: Array
    policies: Array


def match(
    program: Program, snapshot: Snapshot, *, threads: int = 2, engine: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Counts:  # fmt: skip
    """Three-valued counts of every policy and of every enterprise.

    `engine` is numba, numpy or "" for the faster that is here; both give the same. `progress` is
    told (enterprises done, of how many).
    """
    with_ = kernel(engine)
    layout = lay_out(program, snapshot)
    plan = _plan(program, snapshot, layout, with_)
    size = snapshot.size
    counts = np.zeros((size, 2), np.int32)
    step = with_.block
    blocks = [(begin, min(begin + step, size)) for begin in range(0, size, step)]
    queue = iter(blocks)
    done = 0

    def work() -> Array:
        nonlocal done
        bench = Bench(layout, len(program.ids), with_)
        for begin, end in _taken(queue):
            bench.block(plan, snapshot, begin, end, counts[begin:end])
            done += end - begin
            if progress:
                progress(done, size)
        return bench.totals

    with ThreadPoolExecutor(threads) as pool:
        totals = sum(pool.map(lambda _: work(), range(threads)), np.zeros((len(program.ids), 3)))
    enterprises = np.zeros_like(counts)
    enterprises[snapshot.order] = counts
    return Counts(np.asarray(totals, np.int64), enterprises)


def _taken(queue: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    # next() of one list iterator is one step for Python's threads
    while (block := next(queue, None)) is not None:
        yield block


class Bench:
    """What one thread works with: the rows of a block, counters, scratch."""

    def __init__(self, layout: Layout, policies: int, kernel: Kernel) -> None:
        words = kernel.block // 64
        self.layout, self.run, self.size = layout, kernel.functions, kernel.block
        self.rows = np.zeros((layout.count, words), np.uint64)
        self.valid = np.zeros(words, np.uint64)
        self.totals = np.zeros((policies, 3), np.int64)
        self.planes = np.zeros((2, PLANES, words), np.uint64)
        self.scratch = np.zeros((4, words), np.uint64)
        self.count = np.zeros((66, words), np.uint64)

    def block(self, plan: Plan, snapshot: Snapshot, begin: int, end: int, counts: Array) -> None:
        """One block: its rows, then every policy whose door is open, then its counters."""
        self.build(begin, end)
        self.run.match_block(
            self.rows, self.valid, plan.doors, plan.door_starts, plan.policies, plan.group_starts,
            plan.least, plan.hard, plan.leaf_starts, plan.leaves, self.totals, self.planes[0],
            self.planes[1], self.scratch, self.count,
        )  # fmt: skip
        for which in (0, 1):
            counted = np.zeros(end - begin, np.int32)
            self.run.flush(self.planes[which], counted)
            counts[:, which] = counted

    def build(self, begin: int, end: int) -> None:
        """All rows of the enterprises from `begin` to `end`."""
        rows, layout, run = self.rows, self.layout, self.run
        rows[:] = 0
        rows[ALL] = EVERY
        self.valid[:] = EVERY
        if end - begin < self.size:
            bits = np.zeros(self.size, bool)
            bits[: end - begin] = True
            self.valid[:] = np.packbits(bits, bitorder="little").view(np.uint64)
        for coded, first, cuts, unknown in layout.ranked:
            run.ranked(rows, coded.values[begin:end], coded.unknown, first, cuts, unknown)
        for coded, at, unknown in layout.flags:
            run.flags(rows, coded.values[begin:end], at, unknown)
        for coded, unknown, true, coarse in layout.coded:
            run.coded(
                rows, coded.values[begin:end], coded.unknown, unknown,
                true.starts, true.items, coarse.starts, coarse.items,
            )  # fmt: skip
        for one, unknown, members in layout.sets:
            run.sets(
                rows, one.offsets[begin : end + 1], one.members, one.missing[begin:end], unknown,
                members.starts, members.items,
            )  # fmt: skip
        for at, unknown, pairs in layout.spans:
            run.spans(rows, at, unknown, pairs)
        for at, other in layout.joined:
            run.joined(rows, at, other)
        for at, unknown, least, leaves in layout.composites:
            run.composite(rows, at, unknown, least, leaves)


def _plan(program: Program, snapshot: Snapshot, layout: Layout, with_: Kernel) -> Plan:
    """The program with the groups of each policy in the order in which they lose most."""
    chance = _chances(snapshot, layout, with_)
    group_starts, leaf_starts = [0], [0]
    least: list[int] = []
    hard: list[bool] = []
    leaves: list[tuple[int, int, int]] = []
    doors: dict[tuple[int, int, int], list[int]] = {}
    true, unknown = layout.true.tolist(), layout.unknown.tolist()
    for p, groups in enumerate(program.policies):
        ordered = sorted(groups, key=lambda group: _hope(group, true, unknown, chance))
        for k, is_hard, own in ordered:
            least.append(k)
            hard.append(is_hard)
            leaves += [(true[row], unknown[row], int(negated)) for row, negated in own]
            leaf_starts.append(len(leaves))
        group_starts.append(len(least))
        first = ordered[0] if ordered else None
        door = (ALL, ALL, 0)
        if first and first[1] and len(first[2]) == 1:
            row, negated = first[2][0]
            door = (true[row], unknown[row], int(negated))
        doors.setdefault(door, []).append(p)
    return Plan(
        layout,
        np.array(group_starts, np.int32),
        np.array(least, np.int32),
        np.array(hard, np.bool_),
        np.array(leaf_starts, np.int32),
        np.array(leaves, np.int32).reshape(-1, 3),
        np.array(list(doors), np.int32).reshape(-1, 3),
        Ragged.of(list(doors.values())).starts,
        Ragged.of(list(doors.values())).items,
    )


def _hope(group: Any, true: list[int], unknown: list[int], chance: Array) -> tuple[bool, float]:
    """Sorts hard groups first, then those that fewest may hold."""
    k, hard, leaves = group
    each = [
        1 - chance[true[row]] if negated else chance[true[row]] + chance[unknown[row]]
        for row, negated in leaves
    ]
    if len(each) == 1:
        return not hard, each[0]
    # how many of independent leaves hold: the mean is good enough for an order
    return not hard, min(1.0, sum(each) / k)


def _chances(snapshot: Snapshot, layout: Layout, with_: Kernel) -> Array:
    """The share of enterprises in each row, over a few blocks spread through the snapshot."""
    bench = Bench(layout, 0, with_)
    share = np.zeros(layout.count)
    most = max(1, SAMPLES // with_.block)
    starts = np.unique(np.linspace(0, max(snapshot.size - with_.block, 0), most).astype(int))
    seen = 0
    for start in starts:
        end = min(int(start) + with_.block, snapshot.size)
        bench.build(int(start), end)
        share += np.bitwise_count(bench.rows & bench.valid).sum(axis=1)
        seen += end - int(start)
    return share / max(seen, 1)
