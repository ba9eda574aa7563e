"""The rows of one block: a bit an enterprise, from its coded columns; compiled with numba.

Every function writes into `rows` (uint64, physical rows × words), which begin as zeros; enterprise
e of the block is bit e % 64 of word e // 64. `plain.py` has the same functions without numba.
"""

import numba
import numpy as np

from qifu.rulebook.engine.coding import Array
from qifu.rulebook.engine.eights import above, equal, pointer

ONE = np.uint64(1)
ZERO = np.uint64(0)
EVERY = np.uint64(2**64 - 1)

_compiled = numba.njit(nogil=True, cache=True, boundscheck=False)


@_compiled
def _rest(values: Array, none: int) -> Array:
    """The values beyond the last full word, filled up with unknown."""
    rest = np.full(64, none, values.dtype)
    begin = len(values) // 64 * 64
    rest[: len(values) - begin] = values[begin:]
    return rest


@_compiled
def _ranks(
    rows: Array, values: Array, none: int, first: int, cuts: int, unknown: int, word: int
) -> None:
    ranks, nothing = pointer(values), values.dtype.type(none)
    for i in range(len(values) // 64):
        missing = equal(ranks, 64 * i, nothing)
        rows[unknown, word + i] = missing
        for c in range(cuts):
            rows[first + c, word + i] = above(ranks, 64 * i, values.dtype.type(c)) & ~missing


@_compiled
def ranked(rows: Array, values: Array, none: int, first: int, cuts: int, unknown: int) -> None:
    """Rows "at or above cut c" of a column of ranks; 64 ranks compared at once are a word."""
    _ranks(rows, values, none, first, cuts, unknown, 0)
    if len(values) % 64:
        _ranks(rows, _rest(values, none), none, first, cuts, unknown, len(values) // 64)


@_compiled
def _flags(rows: Array, values: Array, at: int, unknown: int, word: int) -> None:
    found = pointer(values)
    for i in range(len(values) // 64):
        rows[at, word + i] = equal(found, 64 * i, np.uint8(1))
        rows[unknown, word + i] = above(found, 64 * i, np.uint8(1))


@_compiled
def flags(rows: Array, values: Array, at: int, unknown: int) -> None:
    """The row of a flag, and of those for whom it is unknown."""
    _flags(rows, values, at, unknown, 0)
    if len(values) % 64:
        _flags(rows, _rest(values, 255), at, unknown, len(values) // 64)


@_compiled
def coded(
    rows: Array, values: Array, none: int, unknown: int,
    true_starts: Array, true_items: Array, coarse_starts: Array, coarse_items: Array,
) -> None:  # fmt: skip
    """Rows of codes: each code knows the rows that it is in.

    Enterprises are sorted, so that the same code stands many times in a row: its bits of a word are
    put down together.
    """
    e, size = 0, len(values)
    while e < size:
        code, w, bits = values[e], e >> 6, ZERO
        while e < size and e >> 6 == w and values[e] == code:
            bits |= ONE << np.uint64(e & 63)
            e += 1
        if code == none:
            rows[unknown, w] |= bits
            continue
        for i in range(true_starts[code], true_starts[code + 1]):
            rows[true_items[i], w] |= bits
        for i in range(coarse_starts[code], coarse_starts[code + 1]):
            rows[coarse_items[i], w] |= bits


@_compiled
def sets(
    rows: Array, offsets: Array, members: Array, missing: Array, unknown: int,
    starts: Array, items: Array,
) -> None:  # fmt: skip
    """Rows of "has one of": each member knows the rows that it is in."""
    for e in range(len(missing)):
        bit, w = ONE << np.uint64(e & 63), e >> 6
        if missing[e]:
            rows[unknown, w] |= bit
        for m in range(offsets[e], offsets[e + 1]):
            member = members[m]
            for i in range(starts[member], starts[member + 1]):
                rows[items[i], w] |= bit


@_compiled
def spans(rows: Array, at: int, unknown: int, pairs: Array) -> None:
    """In one of several spans between cuts, and known."""
    for i in range(len(pairs)):
        for w in range(rows.shape[1]):
            rows[at, w] |= rows[pairs[i, 0], w] & ~rows[pairs[i, 1], w] & ~rows[unknown, w]


@_compiled
def joined(rows: Array, pairs: Array) -> None:
    """Rows into others: each pair is (row, what is added to it)."""
    for i in range(len(pairs)):
        for w in range(rows.shape[1]):
            rows[pairs[i, 0], w] |= rows[pairs[i, 1], w]


@_compiled
def composite(rows: Array, at: int, unknown: int, least: int, leaves: Array) -> None:
    """At least so many of these leaves: true in row `at`, open in row `unknown`."""
    n = len(leaves)
    sure = np.zeros(least + 1, np.uint64)
    hope = np.zeros(least + 1, np.uint64)
    for w in range(rows.shape[1]):
        sure[:] = ZERO
        hope[:] = ZERO
        sure[0] = EVERY
        hope[0] = EVERY
        for i in range(n):
            t, u = rows[leaves[i, 0], w], rows[leaves[i, 1], w]
            yes = ~(t | u) if leaves[i, 2] else t
            may = ~t if leaves[i, 2] else t | u
            # k of n by counting in bits: at least j of the first i + 1
            for j in range(min(least, i + 1), 0, -1):
                sure[j] |= sure[j - 1] & yes
                hope[j] |= hope[j - 1] & may
        rows[at, w] = sure[least]
        rows[unknown, w] = hope[least] & ~sure[least]
