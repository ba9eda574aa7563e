"""The same functions as in `compiled`, with NumPy alone: where numba is missing."""

import numpy as np

from qifu.rulebook.engine.coding import Array

EVERY = np.uint64(2**64 - 1)


def packed(bits: Array, words: int) -> Array:
    """One truth value an enterprise as a row of words."""
    whole = np.zeros(words * 8, np.uint8)
    some = np.packbits(bits, bitorder="little")
    whole[: len(some)] = some
    return whole.view(np.uint64)


def spans(values: Array, lows: Array, highs: Array, out: Array) -> None:
    """Whose value lies in one of the spans [low, high)."""
    for low, high in zip(lows, highs, strict=True):
        out |= packed((values >= low) & (values < high), len(out))


def coded(values: Array, answers: Array, wanted: int, out: Array) -> None:
    """Whose code has this answer; an unknown code has none."""
    # the place of -1 is the last one, which no code has
    said = np.append(answers, np.uint8(255))
    out |= packed(said[values] == wanted, len(out))


def sets(
    rows: Array, starts: Array, lengths: Array, heap: Array, member_starts: Array,
    member_rows: Array,
) -> None:  # fmt: skip
    """Rows of "has one of": each member knows the rows that it is in."""
    known = np.maximum(lengths, 0).astype(np.int64)
    whose = np.repeat(np.arange(len(lengths)), known)
    within = np.arange(len(whose)) - np.repeat(np.cumsum(known) - known, known)
    members = heap[np.repeat(starts, known) + within]
    for member in np.unique(members):
        for row in member_rows[member_starts[member] : member_starts[member + 1]]:
            bits = np.zeros(len(lengths), np.uint8)
            bits[whose[members == member]] = 1
            rows[row] |= packed(bits, rows.shape[1])


def held(rows: Array, leaves: Array, least: int, *, sure: bool) -> Array:
    reached = np.zeros((least + 1, rows.shape[1]), np.uint64)
    reached[0] = EVERY
    for true, unknown, negated in leaves:
        wide = bool(negated) == sure
        row = rows[true] | rows[unknown] if wide else rows[true]
        row = ~row if negated else row
        for j in range(least, 0, -1):
            reached[j] |= reached[j - 1] & row
    held: Array = reached[least]
    return held


def reach(
    rows: Array,
    valid: int,
    begin: int,
    end: int,
    least: Array,
    hard: Array,
    leaf_starts: Array,
    leaves: Array,
    out: Array,
) -> tuple[int, int, int]:
    """One policy over everybody, as compiled.reach does it."""
    rows = rows[:, : out.shape[1]]
    once, dead = np.zeros(rows.shape[1], np.uint64), ~rows[valid]
    groups = [(g, leaves[leaf_starts[g] : leaf_starts[g + 1]]) for g in range(begin, end)]
    for g, own in groups:
        lost = ~held(rows, own, int(least[g]), sure=False)
        if hard[g]:
            dead |= lost
        else:
            dead |= once & lost
            once |= lost
    hope = ~(once | dead)
    sure = hope.copy()
    for g, own in groups:
        sure &= held(rows, own, int(least[g]), sure=True)
    out[0], out[1], out[2] = sure, hope & ~sure, once & ~dead
    eligible, maybe, near = (int(np.bitwise_count(row).sum()) for row in out)
    return eligible, maybe, near


def judge(
    rows: Array, at: int, policies: Array, begins: Array, ends: Array, least: Array, hard: Array,
    leaf_starts: Array, leaves: Array, out: Array,
) -> None:  # fmt: skip
    """Some policies for one enterprise: 3 eligible, 2 maybe, 1 a near miss, 0 none of these."""
    word, bit = at >> 6, np.uint64(at & 63)
    column = (rows[:, word] >> bit) & np.uint64(1)
    true, unknown = column[leaves[:, 0]] == 1, column[leaves[:, 1]] == 1
    negated = leaves[:, 2] == 1
    yes = np.where(negated, ~(true | unknown), true)
    may = np.where(negated, ~true, true | unknown)
    for i, p in enumerate(policies):
        own = range(int(begins[p]), int(ends[p]))
        lost = [
            g for g in own if may[leaf_starts[g] : leaf_starts[g + 1]].sum() < least[g]
        ]  # fmt: skip
        if len(lost) > 1 or any(hard[g] for g in lost):
            out[i] = 0
        elif lost:
            out[i] = 1
        else:
            sure = all(yes[leaf_starts[g] : leaf_starts[g + 1]].sum() >= least[g] for g in own)
            out[i] = 3 if sure else 2


def chosen(bits: Array, ids: Array, out: Array) -> None:
    """The ids whose bits are set, in order; `out` has room for them."""
    set_ = np.unpackbits(bits.view(np.uint8), bitorder="little")
    places = np.nonzero(set_)[0]
    out[:] = ids[places]
