"""The kernel: every policy over the rows of one block, three-valued, with near misses.

For each policy it goes through the groups of conditions, those that lose most first, and stops as
soon as nobody in the block is left who has lost at most one.

    once   has lost one group
    dead   has lost two, or a hard one
    hope   has lost none: eligible or maybe
"""

import numba
import numpy as np

from qifu.rulebook.engine.coding import Array
from qifu.rulebook.engine.counting import add, ones

ZERO = np.uint64(0)
EVERY = np.uint64(2**64 - 1)

_compiled = numba.njit(nogil=True, cache=True, boundscheck=False)


@_compiled
def holds(
    rows: Array, leaves: Array, first: int, last: int, least: int, sure: bool, out: Array,
    count: Array,
) -> None:  # fmt: skip
    """Where a group holds for sure, or may hold."""
    if least > 1 and least < last - first:
        _counted(rows, leaves, first, last, least, sure, out, count)
        return
    every = least == last - first
    out[:] = EVERY if every else ZERO
    for i in range(first, last):
        negated = leaves[i, 2] == 1
        true, flip = rows[leaves[i, 0]], EVERY if negated else ZERO
        # for sure: t or ~(t | u); may be: t | u or ~t
        unknown = rows[leaves[i, 1]] if negated == sure else true
        if every:
            for w in range(len(out)):
                out[w] &= (true[w] | unknown[w]) ^ flip
        else:
            for w in range(len(out)):
                out[w] |= (true[w] | unknown[w]) ^ flip


@_compiled
def _counted(
    rows: Array, leaves: Array, first: int, last: int, least: int, sure: bool, out: Array,
    count: Array,
) -> None:  # fmt: skip
    """At least so many of the leaves: `count[j]` has those who hold j of the leaves so far."""
    words = len(out)
    count[0, :words] = EVERY
    count[1 : least + 1, :words] = ZERO
    for i in range(first, last):
        negated = leaves[i, 2] == 1
        true, flip = rows[leaves[i, 0]], EVERY if negated else ZERO
        unknown = rows[leaves[i, 1]] if negated == sure else true
        for j in range(least, 0, -1):
            fewer, more = count[j - 1], count[j]
            for w in range(words):
                more[w] |= fewer[w] & ((true[w] | unknown[w]) ^ flip)
    out[:] = count[least, :words]


@_compiled
def _sift(once: Array, dead: Array, may: Array, other: Array, flip: np.uint64, hard: bool) -> bool:
    """One group more, which those may hold who are in `may` or `other` (turned round by `flip`);
    whether anybody is left."""
    alive = ZERO
    if hard:
        for w in range(len(once)):
            dead[w] |= ~((may[w] | other[w]) ^ flip)
            alive |= ~dead[w]
    else:
        for w in range(len(once)):
            lost = ~((may[w] | other[w]) ^ flip)
            dead[w] |= once[w] & lost
            once[w] |= lost
            alive |= ~dead[w]
    return bool(alive != ZERO)


@_compiled
def _opens(rows: Array, valid: Array, door: Array) -> bool:
    true, unknown = rows[door[0]], rows[door[1]]
    anybody = ZERO
    if door[2] == 1:
        for w in range(len(valid)):
            anybody |= ~true[w] & valid[w]
    else:
        for w in range(len(valid)):
            anybody |= (true[w] | unknown[w]) & valid[w]
    return bool(anybody != ZERO)


@_compiled
def _decide(
    rows: Array, leaves: Array, begin: int, end: int, least: Array, leaf_starts: Array,
    sure: Array, out: Array, count: Array,
) -> None:  # fmt: skip
    """Leave in `sure` those who hold every group for sure."""
    for g in range(begin, end):
        holds(rows, leaves, leaf_starts[g], leaf_starts[g + 1], least[g], True, out, count)
        alive = ZERO
        for w in range(len(sure)):
            sure[w] &= out[w]
            alive |= sure[w]
        if alive == ZERO:
            return


@_compiled
def _match(
    rows: Array, valid: Array, policies: Array, group_starts: Array, least: Array, hard: Array,
    leaf_starts: Array, leaves: Array, totals: Array, eligible: Array, maybe: Array,
    scratch: Array, count: Array,
) -> None:  # fmt: skip
    """Policies over one block, one by one."""
    once, dead, out, sure = scratch[0], scratch[1], scratch[2], scratch[3]
    words = rows.shape[1]
    for p in policies:
        for w in range(words):
            once[w] = ZERO
            dead[w] = ~valid[w]
        anybody = True
        for g in range(group_starts[p], group_starts[p + 1]):
            first, last = leaf_starts[g], leaf_starts[g + 1]
            if last - first == 1:
                true = rows[leaves[first, 0]]
                negated = leaves[first, 2] == 1
                other = true if negated else rows[leaves[first, 1]]
                anybody = _sift(once, dead, true, other, EVERY if negated else ZERO, hard[g])
            else:
                holds(rows, leaves, first, last, least[g], False, out, count)
                anybody = _sift(once, dead, out, out, ZERO, hard[g])
            if not anybody:
                break
        if not anybody:
            continue
        near, hope = 0, ZERO
        for w in range(words):
            near += ones(once[w] & ~dead[w])
            # from here on: who has lost nothing
            once[w] = ~once[w] & ~dead[w]
            sure[w] = once[w]
            hope |= once[w]
        totals[p, 2] += near
        if hope != ZERO:
            _decide(
                rows,
                leaves,
                group_starts[p],
                group_starts[p + 1],
                least,
                leaf_starts,
                sure,
                out,
                count,
            )
            for w in range(words):
                if once[w] != ZERO:
                    totals[p, 0] += ones(sure[w])
                    totals[p, 1] += ones(once[w] & ~sure[w])
                    add(eligible, w, sure[w])
                    add(maybe, w, once[w] & ~sure[w])


@_compiled
def match_block(
    rows: Array, valid: Array, doors: Array, door_starts: Array, policies: Array,
    group_starts: Array, least: Array, hard: Array, leaf_starts: Array, leaves: Array,
    totals: Array, eligible: Array, maybe: Array, scratch: Array, count: Array,
) -> None:  # fmt: skip
    """All policies over one block.

    Adds to `totals` (eligible, maybe, near miss a policy) and to the planes of counters `eligible`
    and `maybe` (see counting.add).

    `policies[door_starts[d]:door_starts[d + 1]]` begin with the same hard leaf `doors[d]`: where
    nobody in the block may hold it, none of them is looked at. `valid` has a bit for each
    enterprise that is there; `scratch` is uint64, four rows of words; `count` 66 of them.
    """
    for d in range(len(doors)):
        if _opens(rows, valid, doors[d]):
            _match(
                rows, valid, policies[door_starts[d] : door_starts[d + 1]], group_starts, least,
                hard, leaf_starts, leaves, totals, eligible, maybe, scratch, count,
            )  # fmt: skip
