"""How hot a topic is: number, supporters, spread and recency, each 0 to 1, weighed and added."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from qifu.textmine.likeness.told import Told


class BadWeights(ValueError):
    """A table of weights that cannot be used; the text says why in Chinese and English."""


@dataclass(frozen=True)
class Weights:
    """What each part counts, and what counts as full. A city may write its own (docs/topics.md).

    The defaults are a convention, not a measurement: how many write weighs most; pressing a button
    weighs less than writing; a full part is what the largest topics of a year reach.
    """

    number: float = 50.0
    supporters: float = 20.0
    spread: float = 15.0
    recency: float = 15.0
    full_number: float = 50.0  # messages, the second of one writer counting a half, and so on
    full_supporters: float = 1000.0
    full_spread: float = 30.0  # different days
    half_life: float = 90.0  # days until the recency of a topic that nobody adds to halves


DEFAULTS = Weights()


@dataclass(frozen=True)
class Heat:
    """The four parts, 0 to 1 each, and their weighed sum: 0 to 100 with the default weights."""

    total: float
    number: float
    supporters: float
    spread: float
    recency: float


def heat_of(members: Sequence[Told], as_of: date, weights: Weights = DEFAULTS) -> Heat:
    """The heat of a topic on a day; members without a time count for no day.

    number: ln(1 + n) / ln(1 + full_number), at most 1, where the k-th message of one writer counts
    1/k in n (an unknown writer is always another one). supporters and spread (different days)
    likewise. recency: a half to the power of the newest member's age by half_life.
    """
    often = Counter(one.firm for one in members if one.firm)
    number = float(sum(not one.firm for one in members))
    number += sum(sum(1 / k for k in range(1, count + 1)) for count in often.values())
    days = {one.time.date() for one in members if one.time is not None}
    parts = {
        "number": _part(number, weights.full_number),
        "supporters": _part(sum(one.supporters for one in members), weights.full_supporters),
        "spread": _part(len(days), weights.full_spread),
        "recency": (0.5 ** (max((as_of - max(days)).days, 0) / weights.half_life) if days else 0.0),
    }
    total = sum(getattr(weights, name) * part for name, part in parts.items())
    return Heat(total, **parts)


def _part(amount: float, full: float) -> float:
    return min(math.log1p(amount) / math.log1p(full), 1.0)


def parse_weights(text: str) -> Weights:
    """Weights written as JSON; what is not written has its default.

    BadWeights for anything but an object of known names with numbers: parts not negative, the
    others above 0.
    """
    try:
        said = json.loads(text)
    except ValueError as error:
        raise BadWeights(f"不是 JSON · no JSON: {error}") from None
    known = asdict(DEFAULTS)
    if not isinstance(said, dict) or set(said) - set(known):
        raise BadWeights(f"只能有这些名称 · only these names: {', '.join(known)}")
    for name, value in said.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or value < 0:
            raise BadWeights(f"{name}: 不是非负的数 · no number from 0 up")
        if value == 0 and name.startswith(("full", "half")):
            raise BadWeights(f"{name}: 必须大于 0 · must be above 0")
    return Weights(**{name: float(value) for name, value in said.items()})
