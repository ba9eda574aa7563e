"""Texts in groups of one subject, place and time: average linkage inside a graph of likeness."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

from qifu.textmine.likeness.candidates import candidates
from qifu.textmine.likeness.weighing import ELSEWHERE, Weighed, alike

# What a word at the beginning counts more here: a topic is what its titles share.
HEAD: Final = 3.0
# How alike two texts must be to touch, and two groups on average to become one. Read off 4,326
# public messages of one year: with less, neighbouring estates run together; with more, one
# complaint of fifty people breaks into five.
TOUCH: Final = 0.18
TOGETHER: Final = 0.15
# Texts so many days apart are half as alike: a trouble that comes back is another topic.
HALF_AFTER: Final = 180.0
# texts of one text's neighbourhood that are looked at, and what heavy words must give
_NEAREST: Final = 40
_FLOOR: Final = 0.04
# A larger part is first cut where its texts touch less: a table of all its pairs must fit.
_LARGEST: Final = 2_000
_STEP: Final = 0.05


def group(
    weighed: Weighed, times: Sequence[datetime], places: Sequence[str]
) -> list[NDArray[np.int64]]:
    """Groups of two rows or more, each in order; the largest first, then the earliest.

    `times` must not fall; `places` are "" where not given: given ones that differ make texts less
    alike, as districts named in the texts do.
    """
    days = np.array([time.timestamp() / 86_400 for time in times])
    later, earlier = candidates(weighed, most=_NEAREST, floor=_FLOOR)
    scores = alike(weighed, later, earlier) * _near(days, later, earlier)
    for pair, (a, b) in enumerate(zip(later.tolist(), earlier.tolist(), strict=True)):
        if _elsewhere(places[a], places[b]):
            scores[pair] *= ELSEWHERE
    everything = np.arange(len(days))
    found = []
    for part in _parts(everything, later, earlier, scores, TOUCH):
        found += _split(weighed, days, places, part)
    return sorted(found, key=lambda rows: (-len(rows), rows[0]))


def _elsewhere(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _near(
    days: NDArray[np.float64], first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float64]:
    near: NDArray[np.float64] = 0.5 ** (np.abs(days[first] - days[second]) / HALF_AFTER)
    return near


def _parts(
    rows: NDArray[np.int64],
    later: NDArray[np.int64],
    earlier: NDArray[np.int64],
    scores: NDArray[np.float64],
    touch: float,
) -> list[NDArray[np.int64]]:
    """The rows that touch each other, directly or through others, in parts of _LARGEST at most."""
    inside = np.zeros(rows[-1] + 1 if len(rows) else 0, bool)
    inside[rows] = True
    kept = (scores >= touch) & (later < len(inside))
    kept[kept] = inside[later[kept]] & inside[earlier[kept]]
    size = len(inside)
    graph = csr_matrix((np.ones(kept.sum()), (later[kept], earlier[kept])), shape=(size, size))
    _count, label = connected_components(graph, directed=False)
    order = rows[np.argsort(label[rows], kind="stable")]
    parts = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    found = []
    for part in parts:
        if len(part) > _LARGEST and touch + _STEP < 1:
            found += _parts(part, later, earlier, scores, touch + _STEP)
        elif len(part) > 1:
            # texts that are all the same stay in pieces of a size that can be compared
            found += [part[at : at + _LARGEST] for at in range(0, len(part), _LARGEST)]
    return found


def _split(
    weighed: Weighed, days: NDArray[np.float64], places: Sequence[str], rows: NDArray[np.int64]
) -> list[NDArray[np.int64]]:
    """A part by average linkage; groups of one are none."""
    some = weighed.rows[rows]
    near = np.asarray((some @ some.T).todense(), dtype=np.float64)
    near *= 0.5 ** (np.abs(days[rows][:, None] - days[rows][None, :]) / HALF_AFTER)
    for names in (
        [weighed.regions[row] for row in rows],
        [frozenset({places[row]} - {""}) for row in rows],
    ):
        near *= _apart(names)
    far = 1 - np.minimum((near + near.T) / 2, 1)
    np.fill_diagonal(far, 0)
    label = fcluster(linkage(squareform(far, checks=False), "average"), 1 - TOGETHER, "distance")
    groups = [rows[label == one] for one in np.unique(label)]
    return [one for one in groups if len(one) > 1]


def _apart(names: Sequence[frozenset[str]]) -> NDArray[np.float64]:
    """ELSEWHERE for pairs that both have names and none in common, else 1."""
    numbers: dict[str, int] = {}
    for name in sorted(set().union(*names)):
        numbers[name] = len(numbers)
    table = np.zeros((len(names), len(numbers)), np.float32)
    for row, own in enumerate(names):
        table[row, [numbers[name] for name in own]] = 1
    has: NDArray[np.bool_] = table.max(axis=1, initial=0) > 0
    apart = has[:, None] & has[None, :] & ~((table @ table.T) > 0)
    return np.where(apart, ELSEWHERE, 1.0)
