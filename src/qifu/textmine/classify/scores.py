"""How good predictions are, each figure with the interval that other texts would have given."""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

BINS: Final = 15
AGAIN: Final = 1000
COVERAGE: Final = 0.8
# answers that must stand behind a promise of how often answers are right; no confidence is so high
FEWEST: Final = 20
NEVER: Final = 2.0


class Score(NamedTuple):
    """A figure with its 95 % interval (bootstrap over texts)."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def macro_f1(truth: NDArray[np.int64], said: NDArray[np.int64], labels: int) -> float:
    """The mean of the F1 of each label; a label that neither side has counts 0."""
    return float(f1_of_each(truth, said, labels).mean())


def f1_of_each(
    truth: NDArray[np.int64], said: NDArray[np.int64], labels: int
) -> NDArray[np.float64]:
    """2 · right / (in the truth + said), label by label."""
    right = np.bincount(truth[truth == said], minlength=labels)
    either = np.bincount(truth, minlength=labels) + np.bincount(said, minlength=labels)
    return np.asarray(2 * right / np.maximum(either, 1), dtype=np.float64)


def calibration_error(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Expected calibration error: |confidence - accuracy| over BINS equal bins, by their size."""
    place = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    size = np.maximum(np.bincount(place, minlength=BINS), 1)
    gap = np.bincount(place, sure, BINS) / size - np.bincount(place, right, BINS) / size
    return float((np.abs(gap) * np.bincount(place, minlength=BINS)).sum() / max(len(sure), 1))


def accuracy_at(
    sure: NDArray[np.float64], right: NDArray[np.bool_], coverage: float = COVERAGE
) -> float:
    """The part that is right of the surest `coverage` of all."""
    most = max(1, round(coverage * len(sure)))
    return float(right[np.argsort(-sure, kind="stable")[:most]].mean())


def figures(truth: NDArray[np.int64], chances: NDArray[np.float64]) -> dict[str, Score]:
    """macro_f1, accuracy, top3, accuracy_at_80, ece of chances [texts, labels]; rows sum to 1."""
    labels = chances.shape[1]
    order = np.argsort(-chances, axis=1, kind="stable")
    said, sure = order[:, 0], chances.max(axis=1)
    right = said == truth
    in_top = (order[:, :3] == truth[:, None]).any(axis=1)
    return {
        "macro_f1": interval(lambda at: macro_f1(truth[at], said[at], labels), len(truth)),
        "accuracy": interval(lambda at: float(right[at].mean()), len(truth)),
        "top3": interval(lambda at: float(in_top[at].mean()), len(truth)),
        "accuracy_at_80": interval(lambda at: accuracy_at(sure[at], right[at]), len(truth)),
        "ece": interval(lambda at: calibration_error(sure[at], right[at]), len(truth)),
    }


def interval(
    figure: Callable[[NDArray[np.int64]], float], size: int, *, again: int = AGAIN
) -> Score:
    """A figure of all texts, and its 2.5 and 97.5 per cent points over samples drawn again."""
    drawn = np.random.default_rng(20260101)
    of_all = figure(np.arange(size))
    others = [figure(drawn.integers(0, size, size)) for _ in range(again)]
    low, high = np.percentile(others, (2.5, 97.5))
    return Score(of_all, float(low), float(high))


def least_sure(
    sure: NDArray[np.float64], right: NDArray[np.bool_], wanted: float
) -> tuple[float, float, float]:
    """The least confidence from which on at least `wanted` are right; coverage and accuracy there.

    NEVER, 0 and 0 where there is none, or fewer than FEWEST texts have it: a handful that happen to
    be right promises nothing.
    """
    order = np.argsort(-sure, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(sure) + 1)
    # texts of one confidence are answered together or not at all
    ends = np.append(np.diff(sure[order]) != 0, True)
    good = np.flatnonzero((share >= wanted) & ends)
    if not len(good) or good[-1] + 1 < FEWEST:
        return NEVER, 0.0, 0.0
    last = int(good[-1])
    return float(sure[order[last]]), (last + 1) / len(sure), float(share[last])
