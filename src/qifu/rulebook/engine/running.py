"""Run a program over a snapshot, block by block, on several threads."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from qifu.rulebook.engine import plain
from qifu.rulebook.engine.coding import Array, Snapshot
from qifu.rulebook.engine.compiling import Program
from qifu.rulebook.engine.layout import ALL, Layout, lay_out
from qifu.rulebook.engine.planning import Plan, make_plan

# The rows of a block of 4,096 enterprises lie in the caches of a core; NumPy alone wants fewer and
# longer calls.
BLOCKS = {"numba": 4096, "numpy": 1 << 17}
SAMPLES = 4096 * 12
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
    chunk: int


def kernel_for(name: str, size: int) -> Kernel:
    """`numba`, `numpy`, or for "" the faster one that is here; for so many enterprises."""
    if name != "numpy":
        try:
            from qifu.rulebook.engine import compiled  # noqa: PLC0415 - starts the compiler
        except ImportError:
            if name:
                raise
        else:
            return Kernel(compiled, BLOCKS["numba"], compiled.WORDS)
    words = min(BLOCKS["numpy"], max(size, 1) + 63) // 64
    return Kernel(plain, 64 * words, words)


def match(
    program: Program, snapshot: Snapshot, *, threads: int = 2, engine: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Counts:  # fmt: skip
    """Three-valued counts of every policy and of every enterprise.

    `engine` is numba, numpy or "" for the faster that is here; both give the same. `progress` is
    told (enterprises done, of how many).
    """
    kernel, layout, plan = prepare(program, snapshot, engine, range(len(program.ids)))
    size = snapshot.size
    counts = np.zeros((size, 2), np.int32)
    queue = blocks(snapshot, kernel)
    done = 0

    def work() -> Array:
        nonlocal done
        bench = Bench(layout, plan, len(program.ids), kernel)
        for begin, end in queue:
            bench.block(snapshot, begin, end, counts[begin:end])
            done += end - begin
            if progress:
                progress(done, size)
        return bench.totals

    with ThreadPoolExecutor(threads) as pool:
        totals = sum(pool.map(lambda _: work(), range(threads)), np.zeros((len(program.ids), 3)))
    enterprises = np.zeros_like(counts)
    enterprises[snapshot.order] = counts
    return Counts(np.asarray(totals, np.int64), enterprises)


def prepare(
    program: Program, snapshot: Snapshot, engine: str, policies: range
) -> tuple[Kernel, Layout, Plan]:
    """All that is known before the first block, for some policies of the program."""
    kernel = kernel_for(engine, snapshot.size)
    layout = lay_out(program, snapshot)
    chance = chances(snapshot, layout, kernel)
    chosen = np.arange(policies.start, policies.stop)
    return kernel, layout, make_plan(program, snapshot, layout, chance, chosen)


def blocks(snapshot: Snapshot, kernel: Kernel) -> Iterator[tuple[int, int]]:
    """Begin and end of every block; several threads may take from it, each block goes to one."""
    step, size = kernel.block, snapshot.size
    # next() of a list's iterator is one step for Python's threads, that of a generator is not
    return iter([(begin, min(begin + step, size)) for begin in range(0, size, step)])


class Bench:
    """What one thread works with: the rows of a block, who fails which leaf, counters."""

    def __init__(self, layout: Layout, plan: Plan | None, policies: int, kernel: Kernel) -> None:
        words = kernel.block // 64
        self.layout, self.run, self.size = layout, kernel.functions, kernel.block
        self.rows = np.zeros((layout.count, words), np.uint64)
        self.valid = np.zeros(words, np.uint64)
        self.totals = np.zeros((policies, 3), np.int64)
        # digits of a counter: an enterprise may be eligible for every policy
        digits = max(1, policies.bit_length())
        self.planes = np.zeros((2, words // kernel.chunk, digits, kernel.chunk), np.uint64)
        if plan is not None:
            self.plan = plan
            shape = (words // kernel.chunk, len(plan.used), kernel.chunk)
            self.lost, self.open = np.empty(shape, np.uint64), np.empty(shape, np.uint64)

    def block(self, snapshot: Snapshot, begin: int, end: int, counts: Array) -> None:
        """One block: its rows, then every policy whose door is open, then its counters."""
        self.build(snapshot, begin, end)
        self.run.fail(self.rows, self.plan.used, False, self.lost)
        self.run.fail(self.rows, self.plan.used, True, self.open)
        self.run.match_block(
            self.lost, self.open, self.valid, self.plan, self.totals, self.planes[0], self.planes[1]
        )
        for which in (0, 1):
            counted = np.zeros(end - begin, np.int32)
            self.run.flush(self.planes[which], counted)
            counts[:, which] = counted

    def build(self, snapshot: Snapshot, begin: int, end: int) -> None:
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
        run.joined(rows, layout.joined)
        for at, unknown, least, leaves in layout.composites:
            run.composite(rows, at, unknown, least, leaves)


def chances(snapshot: Snapshot, layout: Layout, kernel: Kernel) -> Array:
    """The share of enterprises in each row, over a few blocks spread through the snapshot."""
    bench = Bench(layout, None, 0, kernel)
    share = np.zeros(layout.count)
    most = max(1, SAMPLES // kernel.block)
    starts = np.unique(np.linspace(0, max(snapshot.size - kernel.block, 0), most).astype(int))
    seen = 0
    for start in starts:
        end = min(int(start) + kernel.block, snapshot.size)
        bench.build(snapshot, int(start), end)
        share += np.bitwise_count(bench.rows & bench.valid).sum(axis=1)
        seen += end - int(start)
    return share / max(seen, 1)
