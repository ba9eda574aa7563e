"""What happens when one threshold slides: everybody counted once, by where their value lies.

For an enterprise the other conditions are settled. Whether this one is met or not only decides
between two outcomes; where its value lies says at which thresholds it is met. So one pass sorts the
enterprises into the gaps between the thresholds, once by the outcome if it is met and once by that
if it is not; sums from either end give every point of the curve, exactly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.conditions import Atom, Node, Not
from qifu.rulebook.engine.coding import Array
from qifu.rulebook.engine.columns import Columns, Three
from qifu.rulebook.engine.compiling import Column, Composite, Leaf, Spans
from qifu.rulebook.engine.judging import (
    OTHER,
    Judgement,
    answer,
    figures,
    leaves_of,
    outcomes,
)
from qifu.rulebook.operators import AGE, aged, ordered
from qifu.rulebook.policy import Policy

SLIDES = ("<", "<=", ">", ">=", "between", *AGE)
# conditions of which the upper end of the values that meet it moves
_UPPER = ("age_at_least",)
LOW, HIGH = "low", "high"
# what is added up of each amount: its low end, its high end where it has one, whether it has none
SUMS = 3


class NoSuchCondition(ValueError):
    """An id that no condition of the policy has; `known` are those that can slide."""

    def __init__(self, ident: str, known: Sequence[str]) -> None:
        super().__init__(f"no condition {ident}")
        self.ident, self.known = ident, tuple(known)


class NoThreshold(NoSuchCondition):
    """A condition without a threshold that could slide."""


class NothingToTry(ValueError):
    """The ends that were given leave no value for a threshold."""

    def __init__(self, ident: str) -> None:
        super().__init__(f"no value to try for {ident}")
        self.ident = ident


@dataclass(frozen=True)
class Target:
    """One threshold of a policy: a condition, and of `between` which of its ends."""

    ident: str  # the condition's id, with :low or :high for an end of `between`
    group: int
    node: Node
    atom: Atom
    end: str = ""

    @property
    def value(self) -> Any:
        """What the policy says: a figure, a day or a period."""
        return self.atom.value[self.end == HIGH] if self.end else self.atom.value

    def moved(self, value: Any) -> Atom:
        """The condition with another threshold."""
        atom = self.atom
        if atom.op in AGE:
            return replace(atom, value=value, test=aged(atom.op, value))
        if self.end:
            low, high = atom.value
            value = (low, value) if self.end == HIGH else (value, high)
        return replace(atom, value=value, test=ordered(atom.op, value))

    def fits(self, value: Any) -> bool:
        """Whether an end of `between` stays on its side of the other."""
        if not self.end:
            return True
        low, high = self.atom.value
        return bool(low <= value if self.end == HIGH else value <= high)


def targets(policy: Policy) -> list[Target]:
    """Every threshold of figures, days and ages that a policy has, in its order."""
    found = []
    for number, group in enumerate(policy.groups):
        for node, atom in _conditions(group):
            if atom.op in SLIDES and (atom.attribute.numeric or atom.attribute.type == "date"):
                ends = (LOW, HIGH) if atom.op == "between" else ("",)
                found += [
                    Target(f"{node.id}:{end}" if end else node.id, number, node, atom, end)
                    for end in ends
                ]
    return found


def target(policy: Policy, ident: str) -> list[Target]:
    """The threshold with this id, both of a `between`; NoSuchCondition or NoThreshold else."""
    every = targets(policy)
    known = [one.ident for one in every]
    found = [one for one in every if ident in (one.ident, one.node.id, one.atom.id)]
    if found:
        return found
    ids = {node.id for group in policy.groups for node in _nodes(group)}
    raise (NoThreshold if ident in ids else NoSuchCondition)(ident, known)


def _nodes(node: Node) -> Iterable[Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def _conditions(node: Node) -> Iterable[tuple[Node, Atom]]:
    """The atomic conditions; the opposite of one goes by the id of the `not`."""
    if isinstance(node, Atom):
        yield node, node
    elif isinstance(node, Not) and isinstance(node.part, Atom):
        yield node, node.part
    else:
        for child in node.children:
            yield from _conditions(child)


class Slide:
    """One threshold with the values that are tried, and what has been counted for them.

    `with_money` keeps sums of amounts beside the counts.
    """

    def __init__(
        self, target: Target, values: Sequence[Any], policy: Policy, catalogue: Catalogue,
        as_of: date, *, with_money: bool,
    ) -> None:  # fmt: skip
        self.target, self.group = target, policy.groups[target.group]
        self.values = tuple(value for value in values if target.fits(value))
        if not self.values:
            raise NothingToTry(target.ident)
        self.upper = target.end == HIGH or target.atom.op in _UPPER
        moved = leaves_of([target.moved(v) for v in self.values], policy, catalogue, as_of)
        asked = [_spans(leaf) for leaf in moved]
        columns, self.negated, _ = asked[0]
        self.columns: tuple[Column, ...] = columns
        spans = [span for _, _, span in asked]
        known = [span for span in spans if span is not None]
        # the end that stays: the same for all values, whatever the other end
        other = {low if self.upper else high for low, high in known}
        self.fixed = other.pop() if other else (-np.inf if self.upper else np.inf)
        nobody = self.fixed if self.upper else np.inf
        ends = [nobody if span is None else span[self.upper] for span in spans]
        self.cuts, self.places = np.unique(np.array(ends), return_inverse=True)
        gaps = len(self.cuts) + 1
        self.met, self.unmet = np.zeros((gaps, 4), np.int64), np.zeros((gaps, 4), np.int64)
        self.always = np.zeros(4, np.int64)
        shape = (gaps, 2, SUMS) if with_money else (0, 0, 0)
        self.met_money, self.unmet_money = np.zeros(shape), np.zeros(shape)
        self.always_money = np.zeros((2, SUMS))

    def add(self, judged: Judgement, columns: Columns, money: Array | None) -> None:
        """Count rows: `judged` are all conditions for them, `money` the SUMS of each row."""
        rest = judged.without(self.target.group)
        rows = np.flatnonzero((rest.lost <= 1) & ~rest.out)
        if not len(rows):
            return
        met, unmet, open_ = self._outcomes(judged, rest, rows)
        ends = [cut for cut in {*self.cuts.tolist(), self.fixed} if np.isfinite(cut)]
        parts = [figures(column, columns, sorted(ends))[rows] for column in self.columns]
        missing = np.isnan(parts)
        lowest, highest = np.fmin.reduce(parts), np.fmax.reduce(parts)
        none = missing.all(axis=0)
        # of several years some are known: one of them may fail, but none makes it sure
        met = np.where(missing.any(axis=0), open_, met)
        fails = lowest < self.fixed if self.upper else highest >= self.fixed
        if self.negated:
            fails = np.zeros_like(none)
        settled = np.where(none, open_, unmet)[none | fails]
        worth = None if money is None else money[rows]
        self.always += np.bincount(settled, minlength=4)
        if worth is not None:
            self.always_money += _money(
                np.zeros(len(settled), int), settled, worth[none | fails], 1
            )[0]
        moving = ~(none | fails)
        leading = (lowest if not self.upper and not self.negated else highest)[moving]
        gap = np.searchsorted(self.cuts, leading, side="right")
        gaps = len(self.cuts) + 1
        for found, counts, sums in (
            (met[moving], self.met, self.met_money),
            (unmet[moving], self.unmet, self.unmet_money),
        ):
            more = np.bincount(gap * 4 + found, minlength=gaps * 4).reshape(gaps, 4)
            np.add(counts, more, out=counts)
            if worth is not None:
                np.add(sums, _money(gap, found, worth[moving], gaps), out=sums)

    def _outcomes(
        self, judged: Judgement, rest: Judgement, rows: Array
    ) -> tuple[Array, Array, Array]:
        """The outcome of some rows if the condition is met, unmet, unknown."""
        group = self.group
        atoms = {
            id(atom): Three(judged.atoms[id(atom)].sure[rows], judged.atoms[id(atom)].may[rows])
            for atom in group.atoms()
        }
        found = []
        for sure, may in ((True, True), (False, False), (False, True)):
            fixed = Three(np.full(len(rows), sure), np.full(len(rows), may))
            whole = answer(group, atoms | {id(self.target.atom): fixed})
            lost = ~whole.may
            out = rest.out[rows] | lost if group.hard else rest.out[rows]
            open_ = rest.open[rows] + (whole.may & ~whole.sure)
            found.append(outcomes(rest.lost[rows] + lost, open_, out))
        return found[0], found[1], found[2]

    def counts(self) -> Array:
        """How many have each outcome (but for OTHER) at every value: values × 3."""
        return self._points(self.met, self.unmet, self.always)[:, :OTHER]

    def money(self) -> Array:
        """The sums of amounts of the eligible and of the maybe at every value: values × 2 × 3."""
        return self._points(self.met_money, self.unmet_money, self.always_money)

    def _points(self, met: Array, unmet: Array, always: Array) -> Array:
        def below(found: Array) -> Array:
            # of gap g everything that lies in the gaps before it
            return np.concatenate([np.zeros_like(found[:1]), np.cumsum(found, axis=0)])

        # above a cut are the gaps behind it; who is above a lower end is inside
        inside_above = not self.upper
        above_met = inside_above != self.negated
        above, under = (met, unmet) if above_met else (unmet, met)
        total = above.sum(axis=0) - below(above) + below(under) + always
        found: Array = total[self.places + 1]
        return found


def _spans(leaf: Leaf) -> tuple[tuple[Column, ...], bool, tuple[float, float] | None]:
    """The columns a moved condition reads, whether it holds outside its span, and the span."""
    leaves = leaf.row.leaves if isinstance(leaf.row, Composite) else (leaf,)
    rows = [part.row for part in leaves if isinstance(part.row, Spans)]
    spans = rows[0].spans
    return tuple(row.column for row in rows), leaves[0].negated, spans[0] if spans else None


def _money(gap: Array, found: Array, worth: Array, gaps: int) -> Array:
    """Sums by gap, for the eligible and the maybe."""
    paid = found < 2
    place = (gap * 2 + found)[paid]
    sums = [np.bincount(place, one[paid], minlength=gaps * 2) for one in worth.T]
    return np.stack(sums, axis=-1).reshape(gaps, 2, SUMS)
