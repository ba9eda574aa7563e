"""Whole rows of an index from its columns, and policies over whole rows; compiled with numba.

A row is a line of words, one bit an enterprise: enterprise e is bit e % 64 of word e // 64.
`plain.py` has the same functions without numba.
"""

import numba
import numpy as np

from qifu.rulebook.engine.coding import Array

ZERO = np.uint64(0)
ONE = np.uint64(1)
EVERY = np.uint64(2**64 - 1)
DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
PLACES = np.zeros(64, np.uint8)
for _i in range(64):
    PLACES[((int(DE_BRUIJN) << _i) % 2**64) >> 58] = _i
MOST = 65  # leaves of a group, and one

_compiled = numba.njit(nogil=True, cache=True, boundscheck=False)
_inlined = numba.njit(nogil=True, cache=True, boundscheck=False, inline="always")


@_inlined
def _ones(word: np.uint64) -> int:
    word = word - ((word >> ONE) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + (
        (word >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@_compiled
def spans(values: Array, lows: Array, highs: Array, out: Array) -> None:
    """Whose value lies in one of the spans [low, high)."""
    for s in range(len(lows)):
        low, high = lows[s], highs[s]
        for w in range((len(values) + 63) // 64):
            word = ZERO
            begin = 64 * w
            for b in range(min(64, len(values) - begin)):
                value = values[begin + b]
                word |= np.uint64((value >= low) & (value < high)) << np.uint64(b)
            out[w] |= word


@_compiled
def coded(values: Array, answers: Array, wanted: int, out: Array) -> None:
    """Whose code has this answer; an unknown code has none."""
    for w in range((len(values) + 63) // 64):
        word = ZERO
        begin = 64 * w
        for b in range(min(64, len(values) - begin)):
            code = values[begin + b]
            if code >= 0 and answers[code] == wanted:
                word |= ONE << np.uint64(b)
        out[w] |= word


@_compiled
def sets(
    rows: Array, starts: Array, lengths: Array, heap: Array, member_starts: Array,
    member_rows: Array,
) -> None:  # fmt: skip
    """Rows of "has one of": each member knows the rows that it is in."""
    for e in range(len(lengths)):
        bit, w = ONE << np.uint64(e & 63), e >> 6
        for m in range(starts[e], starts[e] + max(lengths[e], 0)):
            member = heap[m]
            for i in range(member_starts[member], member_starts[member + 1]):
                rows[member_rows[i], w] |= bit


@_inlined
def _leaf(rows: Array, leaves: Array, i: int, w: int, sure: bool) -> np.uint64:
    true, unknown = rows[leaves[i, 0], w], rows[leaves[i, 1], w]
    if leaves[i, 2] == 1:
        return np.uint64(~(true | unknown) if sure else ~true)
    return np.uint64(true if sure else true | unknown)


@_compiled
def _held(
    rows: Array, leaves: Array, first: int, last: int, least: int, w: int, sure: bool, count: Array
) -> np.uint64:
    """Where at least so many leaves hold for sure, or may hold; of one word."""
    if least == 1:
        some = _leaf(rows, leaves, first, w, sure)
        for i in range(first + 1, last):
            some |= _leaf(rows, leaves, i, w, sure)
        return some
    if least == last - first:
        every = _leaf(rows, leaves, first, w, sure)
        for i in range(first + 1, last):
            every &= _leaf(rows, leaves, i, w, sure)
        return every
    count[0] = EVERY
    count[1 : least + 1] = ZERO
    for i in range(first, last):
        yes = _leaf(rows, leaves, i, w, sure)
        for j in range(min(least, i - first + 1), 0, -1):
            count[j] |= count[j - 1] & yes
    return np.uint64(count[least])


@_compiled
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
    """One policy over everybody: groups `begin` to `end`; (eligible, maybe, near) counted.

    `out` gets their rows, three of them.
    """
    count = np.zeros(MOST + 1, np.uint64)
    eligible, maybe, near = 0, 0, 0
    for w in range(out.shape[1]):
        dead = ~rows[valid, w]
        once = ZERO
        out[0, w] = ZERO
        out[1, w] = ZERO
        out[2, w] = ZERO
        for g in range(begin, end):
            if dead == EVERY:
                break
            lost = ~_held(
                rows, leaves, leaf_starts[g], leaf_starts[g + 1], least[g], w, False, count
            )
            if hard[g]:
                dead |= lost
            else:
                dead |= once & lost
                once |= lost
        if dead == EVERY:
            continue
        hope = ~(once | dead)
        word = once & ~dead
        out[2, w] = word
        near += _ones(word)
        if hope != ZERO:
            sure = hope
            for g in range(begin, end):
                if sure == ZERO:
                    break
                sure &= _held(
                    rows, leaves, leaf_starts[g], leaf_starts[g + 1], least[g], w, True, count
                )
            out[0, w] = sure
            out[1, w] = hope & ~sure
            eligible += _ones(sure)
            maybe += _ones(hope & ~sure)
    return eligible, maybe, near


@_compiled
def judge(
    rows: Array, at: int, policies: Array, begins: Array, ends: Array, least: Array, hard: Array,
    leaf_starts: Array, leaves: Array, out: Array,
) -> None:  # fmt: skip
    """Some policies for one enterprise: 3 eligible, 2 maybe, 1 a near miss, 0 none of these."""
    w, bit = at >> 6, np.uint64(at & 63)
    for i in range(len(policies)):
        p = policies[i]
        lost, dead, sure = 0, False, True
        for g in range(begins[p], ends[p]):
            yes, may = 0, 0
            for n in range(leaf_starts[g], leaf_starts[g + 1]):
                true = (rows[leaves[n, 0], w] >> bit) & ONE
                unknown = (rows[leaves[n, 1], w] >> bit) & ONE
                if leaves[n, 2] == 1:
                    yes += int(true == ZERO and unknown == ZERO)
                    may += int(true == ZERO)
                else:
                    yes += int(true)
                    may += int(true | unknown)
            if may < least[g]:
                lost += 1
                dead = dead or hard[g] or lost > 1
                if dead:
                    break
            if yes < least[g]:
                sure = False
        if dead:
            out[i] = 0
        elif lost:
            out[i] = 1
        else:
            out[i] = 3 if sure else 2


@_compiled
def chosen(bits: Array, ids: Array, out: Array) -> None:
    """The ids whose bits are set, in order; `out` has room for them."""
    n = 0
    for w in range(len(bits)):
        word = bits[w]
        while word != ZERO:
            low = word & (~word + ONE)
            out[n] = ids[64 * w + PLACES[(low * DE_BRUIJN) >> np.uint64(58)]]
            n += 1
            word ^= low
