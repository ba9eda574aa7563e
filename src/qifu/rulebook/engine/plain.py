"""The same functions as rows, matching and counting, with NumPy alone: where numba is missing.

Same arguments, same answers; slower, and best with long blocks, for each call works on all words.
"""

import numpy as np

from qifu.rulebook.engine.coding import Array
from qifu.rulebook.engine.planning import Plan

EVERY = np.uint64(2**64 - 1)


def _row(bits: Array, words: int) -> Array:
    """One truth value an enterprise as a row of words."""
    whole = np.zeros(words * 64, np.uint8)
    whole[: len(bits)] = bits
    return np.packbits(whole, bitorder="little").view(np.uint64)


def ranked(rows: Array, values: Array, none: int, first: int, cuts: int, unknown: int) -> None:
    """Rows "at or above cut c" of a column of ranks."""
    words = rows.shape[1]
    known = values != none
    rows[unknown] |= _row(~known, words)
    for c in range(cuts):
        rows[first + c] |= _row(known & (values > c), words)


def flags(rows: Array, values: Array, at: int, unknown: int) -> None:
    """The row of a flag, and of those for whom it is unknown."""
    rows[at] |= _row(values == 1, rows.shape[1])
    rows[unknown] |= _row(values > 1, rows.shape[1])


def coded(
    rows: Array, values: Array, none: int, unknown: int,
    true_starts: Array, true_items: Array, coarse_starts: Array, coarse_items: Array,
) -> None:  # fmt: skip
    """Rows of codes: which codes occur, then the rows that each is in."""
    words = rows.shape[1]
    for code in np.unique(values):
        row = _row(values == code, words)
        if code == none:
            rows[unknown] |= row
            continue
        rows[true_items[true_starts[code] : true_starts[code + 1]]] |= row
        rows[coarse_items[coarse_starts[code] : coarse_starts[code + 1]]] |= row


def sets(
    rows: Array, offsets: Array, members: Array, missing: Array, unknown: int,
    starts: Array, items: Array,
) -> None:  # fmt: skip
    """Rows of "has one of"."""
    words = rows.shape[1]
    rows[unknown] |= _row(missing, words)
    own = members[offsets[0] : offsets[-1]]
    if not len(own):
        return
    whose = np.repeat(np.arange(len(missing)), np.diff(offsets))
    order = np.argsort(own, kind="stable")
    own, whose = own[order], whose[order]
    found, begins = np.unique(own, return_index=True)
    for member, begin, end in zip(found, begins, [*begins[1:], len(own)], strict=True):
        bits = np.zeros(len(missing), np.uint8)
        bits[whose[begin:end]] = 1
        rows[items[starts[member] : starts[member + 1]]] |= _row(bits, words)


def spans(rows: Array, at: int, unknown: int, pairs: Array) -> None:
    """In one of several spans between cuts, and known."""
    for low, high in pairs:
        rows[at] |= rows[low] & ~rows[high] & ~rows[unknown]


def joined(rows: Array, pairs: Array) -> None:
    """Rows into others: each pair is (row, what is added to it)."""
    rows[pairs[:, 0]] |= rows[pairs[:, 1]]


def composite(rows: Array, at: int, unknown: int, least: int, leaves: Array) -> None:
    """At least so many of these leaves: true in row `at`, open in row `unknown`."""
    sure = _holds(rows, leaves, least, sure=True)
    rows[unknown] = _holds(rows, leaves, least, sure=False) & ~sure
    rows[at] = sure


def _leaf(rows: Array, leaf: Array, *, sure: bool) -> Array:
    true, unknown, negated = leaf
    wide = bool(negated) == sure
    row: Array = rows[true] | rows[unknown] if wide else rows[true]
    return ~row if negated else row


def _holds(rows: Array, leaves: Array, least: int, *, sure: bool) -> Array:
    """Where at least so many leaves hold for sure, or may hold."""
    reached = np.zeros((least + 1, rows.shape[1]), np.uint64)
    reached[0] = EVERY
    for leaf in leaves:
        row = _leaf(rows, leaf, sure=sure)
        for j in range(least, 0, -1):
            reached[j] |= reached[j - 1] & row
    held: Array = reached[least]
    return held


def fail(rows: Array, leaves: Array, sure: bool, out: Array) -> None:
    """Who does not hold each leaf for sure, or cannot hold it; one chunk, as long as the block."""
    for i, leaf in enumerate(leaves):
        out[0, i] = ~_leaf(rows, leaf, sure=sure)


def _group(failing: Array, enough: int) -> Array:
    """Who fails at least `enough` of the leaves."""
    if enough == 1 or enough == len(failing):
        join = np.bitwise_or if enough == 1 else np.bitwise_and
        joined: Array = join.reduce(failing)
        return joined
    reached = np.zeros((enough + 1, failing.shape[1]), np.uint64)
    reached[0] = EVERY
    for row in failing:
        for j in range(enough, 0, -1):
            reached[j] |= reached[j - 1] & row
    failed: Array = reached[enough]
    return failed


def match_block(
    lost: Array, open_: Array, valid: Array, plan: Plan, totals: Array, eligible: Array,
    maybe: Array,
) -> None:  # fmt: skip
    """All policies over one block, as matching.match_block does it."""
    failing, unsure = lost[0], open_[0]
    for d, door in enumerate(plan.doors):
        start = failing[door] | ~valid
        if (start == EVERY).all():
            continue
        for p in range(plan.door_starts[d], plan.door_starts[d + 1]):
            groups = [
                (plan.leaves[plan.leaf_starts[g] : plan.leaf_starts[g + 1]], plan.enough[g], g)
                for g in range(plan.group_starts[p], plan.group_starts[p + 1])
            ]
            once, dead = np.zeros_like(valid), start
            for leaves, enough, g in groups:
                row = _group(failing[leaves], enough)
                dead = dead | (row if plan.hard[g] else once & row)
                once |= row
                if (dead == EVERY).all():
                    break
            else:
                counts = totals[plan.policies[p]]
                counts[2] += int(np.bitwise_count(once & ~dead).sum())
                hope = ~(once | dead)
                sure = hope & ~unsure[door]
                for leaves, enough, _ in groups:
                    if not sure.any():
                        break
                    sure &= ~_group(unsure[leaves], enough)
                counts[0] += int(np.bitwise_count(sure).sum())
                counts[1] += int(np.bitwise_count(hope & ~sure).sum())
                _add(eligible[0], sure)
                _add(maybe[0], hope & ~sure)


def eligible_block(
    open_: Array, valid: Array, plan: Plan, owners: Array, chunks: Array, words: Array
) -> int:
    """Who is eligible in one block, as matching.eligible_block gives it."""
    unsure, found = open_[0], 0
    for d, door in enumerate(plan.doors):
        start = valid & ~unsure[door]
        if not start.any():
            continue
        for p in range(plan.door_starts[d], plan.door_starts[d + 1]):
            sure = start
            for g in range(plan.group_starts[p], plan.group_starts[p + 1]):
                leaves = plan.leaves[plan.leaf_starts[g] : plan.leaf_starts[g + 1]]
                sure = sure & ~_group(unsure[leaves], plan.enough[g])
                if not sure.any():
                    break
            else:
                owners[found], chunks[found], words[found] = plan.policies[p], 0, sure
                found += 1
    return found


def reserve(words: Array, owners: Array, found: int, free: Array, ends: Array, at: Array) -> bool:
    """The next free places of each row's owner, and whether there are enough."""
    own = owners[:found]
    # an owner has one row a block
    at[:found] = free[own]
    free[own] += np.bitwise_count(words[:found]).sum(axis=1, dtype=np.int64)
    return bool((free[own] <= ends[own]).all())


def place(
    words: Array, chunks: Array, found: int, at: Array, order: Array, positions: Array
) -> None:
    """Put down the enterprises of each row, as their places in the input."""
    for row, start in zip(words[:found], at[:found], strict=True):
        bits = np.unpackbits(row.view(np.uint8), bitorder="little")
        where = order[np.nonzero(bits)[0]]
        positions[start : start + len(where)] = where


def _add(planes: Array, row: Array) -> None:
    plane = 0
    while row.any():
        carried = planes[plane] & row
        planes[plane] ^= row
        row = carried
        plane += 1


def flush(planes: Array, counts: Array) -> None:
    """Read the counters out into `counts` and set them to zero."""
    for plane, row in enumerate(planes[0]):
        bits = np.unpackbits(row.view(np.uint8), bitorder="little")[: len(counts)]
        counts += bits.astype(counts.dtype) << plane
    planes[:] = 0
