"""The same functions as rows, matching and counting, with NumPy alone: where numba is missing.

Same arguments, same answers; slower, and best with long blocks, for each call works on all words.
"""

import numpy as np

from qifu.rulebook.engine.coding import Array

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


def joined(rows: Array, at: int, other: int) -> None:
    """One row into another."""
    rows[at] |= rows[other]


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


def match_block(
    rows: Array, valid: Array, doors: Array, door_starts: Array, policies: Array,
    group_starts: Array, least: Array, hard: Array, leaf_starts: Array, leaves: Array,
    totals: Array, eligible: Array, maybe: Array, scratch: Array, count: Array,
) -> None:  # fmt: skip
    """All policies over one block, as matching.match_block does it."""
    open_ = [
        p
        for d, door in enumerate(doors)
        if (_leaf(rows, door, sure=False) & valid).any()
        for p in policies[door_starts[d] : door_starts[d + 1]]
    ]
    for p in open_:
        groups = [
            (leaves[leaf_starts[g] : leaf_starts[g + 1]], int(least[g]), bool(hard[g]))
            for g in range(group_starts[p], group_starts[p + 1])
        ]
        once, dead = np.zeros_like(valid), ~valid
        for own, k, is_hard in groups:
            lost = ~_holds(rows, own, k, sure=False)
            if is_hard:
                dead |= lost
            else:
                dead |= once & lost
                once |= lost
            if (dead == EVERY).all():
                break
        else:
            totals[p, 2] += int(np.bitwise_count(once & ~dead).sum())
            hope = ~once & ~dead
            sure = hope
            for own, k, _ in groups:
                if not sure.any():
                    break
                sure = sure & _holds(rows, own, k, sure=True)
            totals[p, 0] += int(np.bitwise_count(sure).sum())
            totals[p, 1] += int(np.bitwise_count(hope & ~sure).sum())
            _add(eligible, sure)
            _add(maybe, hope & ~sure)


def _add(planes: Array, row: Array) -> None:
    plane = 0
    while row.any():
        carried = planes[plane] & row
        planes[plane] ^= row
        row = carried
        plane += 1


def flush(planes: Array, counts: Array) -> None:
    """Read the counters out into `counts` and set them to zero."""
    for plane, row in enumerate(planes):
        bits = np.unpackbits(row.view(np.uint8), bitorder="little")[: len(counts)]
        counts += bits.astype(counts.dtype) << plane
    planes[:] = 0
