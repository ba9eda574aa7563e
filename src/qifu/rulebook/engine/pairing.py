"""Who exactly can use a policy: eligible pairs of many policies as two arrays, in bounded memory.

How many there are is known from counting, so the arrays have their size before the first pair is
found. A thread takes a block, finds its pairs, reserves their places (that alone the threads do one
after the other) and puts them down; at the end each policy's own are sorted.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import numpy as np

from qifu.rulebook.engine.coding import Array, Snapshot
from qifu.rulebook.engine.compiling import Program
from qifu.rulebook.engine.running import Bench, blocks, prepare


class OtherCounts(ValueError):
    """The counts are not those of this program and snapshot."""


def pairs(
    program: Program, snapshot: Snapshot, *, policies: range, counts: Array, threads: int = 2,
    engine: str = "",
) -> tuple[Array, Array]:  # fmt: skip
    """The eligible of the policies `policies` (numbers in the program, step 1).

    `counts` is how many there are of each policy of the program, as `match` counted them
    (`Counts.policies[:, 0]`). Given back are (starts, positions), int64 and uint32: those of the
    i-th of `policies` are `positions[starts[i]:starts[i + 1]]`, the places of the enterprises in
    the input, ascending. Memory is four bytes a pair and some 20 MB a thread, whatever the size of
    the snapshot: choose the range by the sum of its counts. OtherCounts where they do not fit.
    """
    kernel, layout, plan = prepare(program, snapshot, engine, policies)
    plan = plan._replace(policies=plan.policies - policies.start)
    starts = np.zeros(len(policies) + 1, np.int64)
    np.cumsum(counts[policies.start : policies.stop], out=starts[1:])
    positions = np.empty(int(starts[-1]), np.uint32)
    free, ends = starts[:-1].copy(), starts[1:]
    order = snapshot.order
    queue, lock = blocks(snapshot, kernel), Lock()

    def find() -> None:
        bench = Bench(layout, plan, 0, kernel)
        most = len(policies) * len(bench.open)
        owners, chunks = np.empty(most, np.int32), np.empty(most, np.int32)
        words, at = np.empty((most, kernel.chunk), np.uint64), np.empty(most, np.int64)
        for begin, end in queue:
            bench.build(snapshot, begin, end)
            bench.run.fail(bench.rows, plan.used, True, bench.open)
            found = bench.run.eligible_block(bench.open, bench.valid, plan, owners, chunks, words)
            with lock:
                fits = bench.run.reserve(words, owners, found, free, ends, at)
            if not fits:
                raise OtherCounts("more enterprises than were counted")
            bench.run.place(words, chunks, found, at, order[begin:end], positions)

    def sort(first: int) -> None:
        for i in range(first, len(policies), threads):
            positions[starts[i] : starts[i + 1]].sort()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: find(), range(threads)))
        if not (free == ends).all():
            raise OtherCounts("fewer enterprises than were counted")
        list(pool.map(sort, range(threads)))
    return starts, positions
