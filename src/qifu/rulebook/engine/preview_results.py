"""What a preview says, as plain values; `to_json()` is what a page and a program read."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from qifu.rulebook.words import Words


@dataclass(frozen=True)
class Reach:
    """Of so many firms: who is eligible for sure, who may be, who misses it by one condition."""

    firms: int
    eligible: int
    maybe: int
    near_miss: int


@dataclass(frozen=True)
class Part:
    """The reach in one region, industry, size or age; `code` is "" where that is unknown."""

    code: str
    name: Words
    reach: Reach


@dataclass(frozen=True)
class Breakdown:
    """The reach divided one way: by city, district, industry, size or age."""

    by: str
    name: Words
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Cost:
    """What some firms cost together in yuan, an estimate: at least `low`, at most `high`.

    `high` is None where `unbounded` firms have an amount without upper end; `high_of_others` is the
    upper end of all the others. An amount below zero counts as nothing.
    """

    firms: int
    low: float
    high: float | None
    unbounded: int
    high_of_others: float

    @classmethod
    def of(cls, firms: int, low: float, high: float, unbounded: float) -> "Cost":
        """From sums; what floats leave behind the fen is cut off."""
        most, open_ = round(float(high), 2), int(round(unbounded))
        return cls(firms, round(float(low), 2), None if open_ else most, open_, most)


@dataclass(frozen=True)
class Spending:
    """What will be spent in yuan: everybody eligible and nobody of the maybe, to everybody of both.

    Never more than the policy's budget: `total` yuan, for at most so many `firms`. `short_of` is by
    how much the eligible alone ask for more than there is, `turned_away` how many of them get
    nothing because there are too many.
    """

    low: float
    high: float | None
    total: float | None = None
    firms: int | None = None
    short_of: float = 0.0
    turned_away: int = 0


@dataclass(frozen=True)
class Point:
    """The outcome at one threshold. Costs are those of the eligible and of the maybe."""

    value: str
    words: Words
    eligible: int
    maybe: int
    near_miss: int
    cost: Cost | None = None
    cost_of_maybe: Cost | None = None


@dataclass(frozen=True)
class Curve:
    """What happens when one threshold slides and everything else stays.

    `condition` is the id, with :low or :high for an end of `between`; `kind` says whether values
    are figures (number), days (date) or ISO periods (period); `points[present]` is the policy as it
    is. `unit` is the attribute's.
    """

    condition: str
    label: Words
    required: Words
    attribute: str
    op: str
    kind: str
    unit: str | None
    present: int
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Change:
    """Against an earlier version: who of the eligible is new, gone, still there.

    `moves[before][after]` are firms by outcome: eligible, maybe, near_miss, other.
    """

    version: int
    before: Reach
    gained: int
    lost: int
    kept: int
    moves: dict[str, dict[str, int]]
    cost: Cost | None = None


@dataclass(frozen=True)
class Preview:
    """Whom a policy would reach on a day and what it would cost, in force that day or not.

    `missing` are keys of facts that it needs and that no column has: unknown for everybody.
    `not_split` are ways to divide that no column allows. Costs are None without an amount.
    """

    policy: str
    version: int
    title: Words
    as_of: date
    in_force: bool
    status: str
    reach: Reach
    breakdowns: tuple[Breakdown, ...]
    cost: Cost | None
    cost_of_maybe: Cost | None
    spending: Spending | None
    curves: tuple[Curve, ...]
    change: Change | None
    missing: tuple[str, ...]
    not_split: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON writes it; words are {zh, en}."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Words):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
