"""Lists of different lengths that stand one behind the other in one array."""

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def starts_of(lengths: Array | Sequence[int]) -> Array:
    """Where each list begins, and the end of the last; int64."""
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(np.asarray(lengths, np.int64), out=starts[1:])
    return starts


def spread(begins: Array, lengths: Array) -> tuple[Array, Array]:
    """Runs of places, begin by begin, one after the other; before them where each run starts."""
    starts = starts_of(lengths)
    places = np.repeat(begins - starts[:-1], lengths) + np.arange(starts[-1])
    return starts, places


def ranges(begins: Array, ends: Array) -> tuple[Array, Array]:
    """All numbers from each begin to before each end, and which pair each comes from."""
    lengths = ends - begins
    return spread(begins, lengths)[1], np.repeat(np.arange(len(begins)), lengths)
