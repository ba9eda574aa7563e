"""Counting bits: how many enterprises of a policy, how many policies of an enterprise."""

import numba
import numpy as np

from qifu.rulebook.engine.coding import Array

PLANES = 16  # counts up to 65,535 policies before they must be flushed

_compiled = numba.njit(nogil=True, cache=True, boundscheck=False, inline="always")


@_compiled
def ones(word: np.uint64) -> int:
    """The number of bits that are set."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + (
        (word >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@_compiled
def add(planes: Array, w: int, word: np.uint64) -> None:
    """One more for every enterprise whose bit is set.

    64 counters stand side by side, their binary digits in planes: adding a bit to all of them is an
    addition with carry, a plane a digit, and most carries end at once.
    """
    plane = 0
    while word != np.uint64(0):
        carried = planes[plane, w] & word
        planes[plane, w] ^= word
        word = carried
        plane += 1


@numba.njit(nogil=True, cache=True, boundscheck=False)
def flush(planes: Array, counts: Array) -> None:
    """Read the counters out into `counts` (a number an enterprise) and set them to zero."""
    for plane in range(len(planes)):
        for w in range(planes.shape[1]):
            word = planes[plane, w]
            if word == np.uint64(0):
                continue
            for bit in range(min(64, len(counts) - 64 * w)):
                if (word >> np.uint64(bit)) & np.uint64(1):
                    counts[64 * w + bit] += 1 << plane
            planes[plane, w] = np.uint64(0)
