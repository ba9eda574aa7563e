"""Counting: how many policies an enterprise can use, and where the bits of a row stand."""

import numba
import numpy as np

from qifu.rulebook.engine.coding import Array
from qifu.rulebook.engine.eights import WORDS, Words, count, empty, load, lowest, pointer, store

ZERO, ONE = np.uint64(0), np.uint64(1)

_compiled = numba.njit(nogil=True, cache=True, boundscheck=False)


@_compiled
def add(planes: Words, at: int, row: Words) -> None:
    """One more for every enterprise whose bit is set.

    512 counters stand side by side, their binary digits in planes: adding a bit to all of them is
    an addition with carry, a plane a digit, and most carries end at once.
    """
    while not empty(row):
        plane = load(planes, at)
        store(planes, at, plane ^ row)
        row = plane & row
        at += 1


@_compiled
def flush(planes: Array, counts: Array) -> None:
    """Read counters (chunks x planes x words) out into `counts`, a number an enterprise, and set
    them to zero."""
    for c in range(planes.shape[0]):
        for plane in range(planes.shape[1]):
            for w in range(WORDS):
                word, first = planes[c, plane, w], 64 * (c * WORDS + w)
                if word == ZERO:
                    continue
                planes[c, plane, w] = ZERO
                for bit in range(min(64, len(counts) - first)):
                    counts[first + bit] += ((word >> np.uint64(bit)) & ONE) << plane


@_compiled
def reserve(words: Array, owners: Array, found: int, free: Array, ends: Array, at: Array) -> bool:
    """Where each of the `found` rows of eight words puts its enterprises: at its owner's next free
    place. False where an owner has more of them than places."""
    rows = pointer(words)
    for i in range(found):
        owner = owners[i]
        at[i] = free[owner]
        free[owner] += count(load(rows, i))
        if free[owner] > ends[owner]:
            return False
    return True


@_compiled
def place(
    words: Array, chunks: Array, found: int, at: Array, order: Array, positions: Array
) -> None:
    """Put down the enterprises of each row, as their places in the input, from `at[i]` on."""
    for i in range(found):
        to = at[i]
        for w in range(WORDS):
            word, first = words[i, w], 64 * (chunks[i] * WORDS + w)
            while word != ZERO:
                positions[to] = order[first + lowest(word)]
                word &= word - ONE
                to += 1
