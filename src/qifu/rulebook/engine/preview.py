"""Before a policy is published: whom it would reach, what it would cost, what a threshold does.

The rows are looked at once, some at a time; nothing of an enterprise is kept but what is counted.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.dates import Period
from qifu.rulebook.engine.coding import Array
from qifu.rulebook.engine.columns import Columns
from qifu.rulebook.engine.grids import STEPS, grid
from qifu.rulebook.engine.judging import ELIGIBLE, MAYBE, OTHER, OUTCOMES, Judge
from qifu.rulebook.engine.preview_results import (
    Breakdown,
    Change,
    Cost,
    Curve,
    Part,
    Point,
    Preview,
    Reach,
    Spending,
)
from qifu.rulebook.engine.sliding import SUMS, Slide, Target, target, targets
from qifu.rulebook.engine.splitting import AGE_BANDS, Split, listed, splits
from qifu.rulebook.estimates import estimate, keys_read
from qifu.rulebook.labels import Teller
from qifu.rulebook.policy import Policy
from qifu.rulebook.words import Words, period, value

# rows looked at together: their columns stay in the processor's cache
ROWS = 1 << 17
# where so many pass the hard conditions, leaving out the others costs more than it saves
_MOST = 0.5


@dataclass(frozen=True)
class Sliding:
    """Which threshold to slide, and between which values of its type (None: chosen by the grid)."""

    condition: str
    first: Any = None
    last: Any = None


def preview(
    policy: Policy,
    firms: pa.Table | pa.RecordBatch | Iterable[pa.RecordBatch],
    catalogue: Catalogue,
    *,
    as_of: date,
    slides: Sequence[Sliding] | None = None,
    steps: int = STEPS,
    against: Policy | None = None,
    age_bands: Sequence[int] = AGE_BANDS,
) -> Preview:
    """The preview of one policy over firms: a column a fact, as for `qifu rules match`.

    Whether the policy is in force is not asked. `slides` None: every threshold. NoSuchCondition
    and NoThreshold for ids that cannot slide, UnfitColumn for a column of a wrong type.
    """
    asked = [Sliding(one.ident) for one in targets(policy)] if slides is None else slides
    chosen = [(found, one) for one in asked for found in target(policy, one.condition)]
    work = _Work(policy, catalogue, as_of, against, age_bands)
    made: list[Slide] | None = None
    for columns in _parts(firms):
        if made is None:
            made = [work.slide(found, one, steps, columns) for found, one in chosen]
        work.add(columns, made)
    if made is None:
        nothing = Columns(pa.table({}))
        made = [work.slide(found, one, steps, nothing) for found, one in chosen]
    return work.result(made)


def keys_of(
    policy: Policy, catalogue: Catalogue, *, as_of: date, against: Policy | None = None
) -> tuple[str, ...]:
    """The columns that a preview reads where they are there."""
    keys = [split.key for split in splits(catalogue, as_of)]
    for one in (policy, against):
        if one is not None:
            keys += Judge(one, catalogue, as_of).keys
            if one.amount is not None:
                keys += keys_read(one.amount, catalogue, as_of=as_of)
    return tuple(dict.fromkeys(keys))


def _parts(firms: Any) -> Iterator[Columns]:
    if isinstance(firms, pa.Table):
        firms = firms.to_batches(max_chunksize=ROWS)
    elif isinstance(firms, pa.RecordBatch):
        firms = [firms]
    for batch in firms:
        for begin in range(0, batch.num_rows, ROWS):
            yield Columns(batch.slice(begin, ROWS))


@dataclass
class _Largest:
    """The sum of the largest so many of all values seen, which come in parts."""

    most: int
    values: Array = field(default_factory=lambda: np.zeros(0))

    def add(self, values: Array) -> None:
        both = np.concatenate([self.values, values])
        if len(both) > self.most:
            both = np.partition(both, len(both) - self.most)[len(both) - self.most :]
        self.values = both

    @property
    def sum(self) -> float:
        return float(self.values.sum())


class _Work:
    """One preview while it is made."""

    def __init__(
        self,
        policy: Policy,
        catalogue: Catalogue,
        as_of: date,
        against: Policy | None,
        age_bands: Sequence[int],
    ) -> None:
        self.policy, self.catalogue, self.as_of, self.against = policy, catalogue, as_of, against
        self.judge = Judge(policy, catalogue, as_of)
        self.before = Judge(against, catalogue, as_of) if against else None
        self.splits = splits(catalogue, as_of, age_bands=age_bands)
        self.counts = np.zeros(4, np.int64)
        self.moves = np.zeros((4, 4), np.int64)
        self.money = np.zeros((2, SUMS))  # eligible, maybe
        self.money_before = np.zeros(SUMS)
        places = policy.budget.firms or 0
        self.dearest, self.cheapest = _Largest(places), _Largest(places)
        self.missing: dict[str, None] = {}
        self.not_split: dict[str, None] = {}

    def slide(self, found: Target, asked: Sliding, steps: int, columns: Columns) -> Slide:
        """A threshold with the values to try; of what is compared with nothing, by the rows."""
        scale = Decimal(1)
        if isinstance(found.value, Decimal) and not found.value:
            scale = _scale(columns, found.atom.keys(self.as_of))
        values = grid(
            found.atom, found.value, first=asked.first, last=asked.last, steps=steps, scale=scale
        )
        with_money = self.policy.amount is not None
        return Slide(found, values, self.policy, self.catalogue, self.as_of, with_money=with_money)

    def add(self, columns: Columns, slides: Sequence[Slide]) -> None:
        """Some rows more."""
        sliding = frozenset(slide.target.group for slide in slides)
        some, rows = self._possible(self.judge, columns, sliding)
        judged = self.judge.groups(some)
        outcomes = _spread(judged.outcomes, rows, columns.size)
        self.counts += np.bincount(outcomes, minlength=4)
        money = _money(self.policy, some, self.catalogue, self.as_of)
        if money is not None:
            self._pay(judged.outcomes, money)
        for slide in slides:
            slide.add(judged, some, money)
        self._split(columns, outcomes)
        if self.before is not None:
            self._compare(self.before, columns, outcomes)
        self.missing |= some.missing | columns.missing

    def _possible(
        self, judge: Judge, columns: Columns, sliding: frozenset[int]
    ) -> tuple[Columns, Array | None]:
        """The rows that a hard condition does not rule out, and their places; None for all."""
        left = judge.possible(columns, sliding)
        if left is None or left.mean() > _MOST:
            return columns, None
        rows = np.flatnonzero(left)
        return columns.only(rows), rows

    def _pay(self, outcomes: Array, money: Array) -> None:
        for outcome in (ELIGIBLE, MAYBE):
            self.money[outcome] += money[outcomes == outcome].sum(axis=0)
        if self.policy.budget.firms:
            paid = money[outcomes <= MAYBE]
            self.cheapest.add(-paid[:, 0])
            self.dearest.add(np.where(paid[:, 2] > 0, np.inf, paid[:, 1]))

    def _split(self, columns: Columns, outcomes: Array) -> None:
        for split in self.splits:
            if split.key in columns.names:
                split.add(columns, outcomes)
            else:
                self.not_split[split.by] = None

    def _compare(self, before: Judge, columns: Columns, outcomes: Array) -> None:
        some, rows = self._possible(before, columns, frozenset())
        found = before.groups(some).outcomes
        earlier = _spread(found, rows, columns.size)
        self.moves += np.bincount(earlier * 4 + outcomes, minlength=16).reshape(4, 4)
        money = _money(before.policy, some, self.catalogue, self.as_of)
        if money is not None:
            self.money_before += money[found == ELIGIBLE].sum(axis=0)
        self.missing |= some.missing

    def result(self, slides: Sequence[Slide]) -> Preview:
        """Everything that was counted."""
        policy, with_money = self.policy, self.policy.amount is not None
        reach = _reach(self.counts)
        costs = [Cost.of(int(self.counts[n]), *self.money[n]) for n in (ELIGIBLE, MAYBE)]
        return Preview(
            policy=policy.id,
            version=policy.version,
            title=Words(policy.title, policy.name("en")),
            as_of=self.as_of,
            in_force=policy.in_force(self.as_of),
            status=policy.status(self.as_of),
            reach=reach,
            breakdowns=tuple(_breakdown(s, self.catalogue) for s in self.splits if s.counts),
            cost=costs[0] if with_money else None,
            cost_of_maybe=costs[1] if with_money else None,
            spending=self._spending(*costs) if with_money else None,
            curves=tuple(self._curve(slide) for slide in slides),
            change=self._change(),
            missing=tuple(self.missing),
            not_split=tuple(self.not_split),
        )

    def _spending(self, sure: Cost, maybe: Cost) -> Spending:
        budget = self.policy.budget
        low: float = sure.low
        high = None if sure.high is None or maybe.high is None else sure.high + maybe.high
        turned_away = max(0, sure.firms - budget.firms) if budget.firms else 0
        if budget.firms and sure.firms + maybe.firms > budget.firms:
            # whoever is chosen: not less than the cheapest, not more than the dearest
            low = min(low, -self.cheapest.sum)
            high = self.dearest.sum if np.isfinite(self.dearest.sum) else None
        short_of = 0.0
        if budget.total is not None:
            total = float(budget.total)
            short_of = max(0.0, low - total)
            low, high = min(low, total), total if high is None else min(high, total)
        return Spending(
            low=round(low, 2),
            high=None if high is None else round(high, 2),
            total=None if budget.total is None else float(budget.total),
            firms=budget.firms,
            short_of=round(short_of, 2),
            turned_away=turned_away,
        )

    def _curve(self, slide: Slide) -> Curve:
        found, atom = slide.target, slide.target.atom
        teller = Teller(self.catalogue, self.as_of)
        counts = slide.counts().tolist()
        money = slide.money() if self.policy.amount is not None else None
        points = []
        for n, one in enumerate(slide.values):
            costs = (
                (None, None)
                if money is None
                else tuple(Cost.of(counts[n][k], *money[n, k]) for k in (0, 1))
            )
            points.append(Point(text_of(one), self._words(found, one), *counts[n], *costs))
        return Curve(
            condition=found.ident,
            label=teller.label(found.node),
            required=teller.required(found.node),
            attribute=atom.attribute.name,
            op=atom.op,
            kind=kind_of(found.value),
            unit=atom.attribute.unit,
            present=slide.values.index(found.value) if found.value in slide.values else -1,
            points=tuple(points),
        )

    def _words(self, found: Target, one: Any) -> Words:
        if isinstance(one, Period):
            return period(one)
        return value(one, found.atom.attribute, self.catalogue)

    def _change(self) -> Change | None:
        if self.against is None:
            return None
        moves = self.moves
        before = moves.sum(axis=1)
        return Change(
            version=self.against.version,
            before=_reach(before),
            gained=int(moves[1:, 0].sum()),
            lost=int(moves[0, 1:].sum()),
            kept=int(moves[0, 0]),
            moves={
                one: dict(zip(OUTCOMES, map(int, row), strict=True))
                for one, row in zip(OUTCOMES, moves, strict=True)
            },
            cost=Cost.of(int(before[0]), *self.money_before) if self.against.amount else None,
        )


def kind_of(value: Any) -> str:
    """What values of a threshold are: number, date or period."""
    if isinstance(value, Period):
        return "period"
    return "date" if isinstance(value, date) else "number"


def text_of(value: Any) -> str:
    """A threshold as text: a figure without exponent, a day, an ISO period."""
    if isinstance(value, Period):
        years, months = divmod(value.months, 12)
        parts = ((years, "Y"), (months, "M"), (value.days, "D"))
        return "P" + ("".join(f"{n}{unit}" for n, unit in parts if n) or "0D")
    return value.isoformat() if isinstance(value, date) else f"{value.normalize():f}"


def _spread(outcomes: Array, rows: Array | None, size: int) -> Array:
    if rows is None:
        return outcomes
    every = np.full(size, OTHER, np.uint8)
    every[rows] = outcomes
    return every


def _money(policy: Policy, columns: Columns, catalogue: Catalogue, as_of: date) -> Array | None:
    """Of each row: the low end, the high end or 0, and whether it has no high end."""
    if policy.amount is None:
        return None
    low, high = estimate(policy.amount, columns, catalogue, as_of=as_of)
    open_ = np.isinf(high)
    return np.stack([np.maximum(low, 0), np.where(open_, 0, np.maximum(high, 0)), open_], axis=1)


def _scale(columns: Columns, keys: Sequence[str]) -> Decimal:
    """A size that most figures of a column do not go beyond."""
    known = [columns.numbers(key) for key in keys if key in columns.names]
    figures = np.abs(np.concatenate(known)) if known else np.zeros(0)
    figures = figures[figures > 0]
    return Decimal(repr(float(np.quantile(figures, 0.9)))) if len(figures) else Decimal(1)


def _reach(counts: Array) -> Reach:
    return Reach(int(counts.sum()), *map(int, counts[:OTHER]))


def _breakdown(split: Split, catalogue: Catalogue) -> Breakdown:
    parts = (Part(code, name, Reach(*counts)) for code, name, counts in listed(split, catalogue))
    return Breakdown(split.by, split.name, tuple(parts))
