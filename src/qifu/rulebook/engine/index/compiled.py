"""Whole rows of an index from its columns, and policies over whole rows; compiled with numba.

A row is a line of words, one bit an enterprise: enterprise e is bit e % 64 of word e // 64.
`plain.py` has the same functions without numba.
"""

import numba
import numpy as np

from qifu.rulebook.engine.coding import Array
from qifu.rulebook.engine.compiling import MOST_IN_A_GROUP
from qifu.rulebook.engine.eights import lowest, ones

ZERO = np.uint64(0)
ONE = np.uint64(1)
EVERY = np.uint64(2**64 - 1)
CHUNK = 64  # words that are looked at together: 4,096 enterprises

_compiled = numba.njit(nogil=True, cache=True, boundscheck=False)


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


@_compiled
def _held(
    rows: Array, leaves: Array, first: int, last: int, least: int, begin: int, sure: bool,
    out: Array, count: Array,
) -> None:  # fmt: skip
    """Where at least so many leaves hold for sure, or may hold; of as many words as `out` has."""
    end = begin + len(out)
    every = least == last - first
    counted = least > 1 and not every
    if counted:
        count[0] = EVERY
        count[1 : least + 1] = ZERO
    for i in range(first, last):
        flip = EVERY if leaves[i, 2] == 1 else ZERO
        true = rows[leaves[i, 0], begin:end]
        # for sure: t or ~(t | u); may be: t | u or ~t
        other = rows[leaves[i, 1], begin:end] if (flip != ZERO) == sure else true
        if counted:
            for j in range(min(least, i - first + 1), 0, -1):
                fewer, more = count[j - 1], count[j]
                for w in range(len(out)):
                    more[w] |= fewer[w] & ((true[w] | other[w]) ^ flip)
        elif i == first:
            for w in range(len(out)):
                out[w] = (true[w] | other[w]) ^ flip
        elif every:
            for w in range(len(out)):
                out[w] &= (true[w] | other[w]) ^ flip
        else:
            for w in range(len(out)):
                out[w] |= (true[w] | other[w]) ^ flip
    if counted:
        out[:] = count[least, : len(out)]


@_compiled
def _sifted(once: Array, dead: Array, held: Array, hard: bool) -> bool:
    """One group more, which `held` may hold; whether anybody is left who lost at most one."""
    alive = ZERO
    if hard:
        for w in range(len(held)):
            dead[w] |= ~held[w]
            alive |= ~dead[w]
    else:
        for w in range(len(held)):
            dead[w] |= once[w] & ~held[w]
            once[w] |= ~held[w]
            alive |= ~dead[w]
    return bool(alive != ZERO)


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

    `out` gets their rows, three of them. A few words at a time, so that a part of the city where
    nobody is left costs only the groups that lost it.
    """
    count = np.zeros((MOST_IN_A_GROUP + 1, CHUNK), np.uint64)
    scratch = np.zeros((4, CHUNK), np.uint64)
    eligible, maybe, near = 0, 0, 0
    words = out.shape[1]
    for c in range(0, words, CHUNK):
        n = min(CHUNK, words - c)
        once, dead, held, sure = scratch[0, :n], scratch[1, :n], scratch[2, :n], scratch[3, :n]
        for w in range(n):
            once[w] = ZERO
            dead[w] = ~rows[valid, c + w]
        anybody = True
        for g in range(begin, end):
            _held(rows, leaves, leaf_starts[g], leaf_starts[g + 1], least[g], c, False, held, count)
            anybody = _sifted(once, dead, held, hard[g])
            if not anybody:
                break
        if not anybody:
            out[:, c : c + n] = ZERO
            continue
        hope = ZERO
        for w in range(n):
            lost = once[w] & ~dead[w]
            sure[w] = ~once[w] & ~dead[w]
            once[w] = sure[w]
            hope |= sure[w]
            out[2, c + w] = lost
            near += ones(lost)
        for g in range(begin, end):
            if hope == ZERO:
                break
            _held(rows, leaves, leaf_starts[g], leaf_starts[g + 1], least[g], c, True, held, count)
            hope = ZERO
            for w in range(n):
                sure[w] &= held[w]
                hope |= sure[w]
        for w in range(n):
            maybes = once[w] & ~sure[w]
            out[0, c + w] = sure[w]
            out[1, c + w] = maybes
            eligible += ones(sure[w])
            maybe += ones(maybes)
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
            out[n] = ids[64 * w + lowest(word)]
            n += 1
            word &= word - ONE
