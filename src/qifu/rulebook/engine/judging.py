"""One policy over columns of many enterprises: three-valued conditions and the four outcomes.

The kernel counts thousands of policies and keeps no more than bits. Whoever looks at one policy
wants to turn each of its conditions: here a condition is two arrays of truth values, and a group
can be asked again with one of its conditions replaced.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.conditions import Atom, Group, Node, Not
from qifu.rulebook.engine.coding import NEAR, Array, exactly
from qifu.rulebook.engine.columns import Columns, Three, unknown
from qifu.rulebook.engine.compiling import (
    Codes,
    Column,
    Composite,
    Flag,
    HasAny,
    Judged,
    Leaf,
    Row,
    Spans,
    compile_policies,
)
from qifu.rulebook.policy import Policy

# how a policy turns out for an enterprise
ELIGIBLE, MAYBE, NEAR_MISS, OTHER = range(4)
OUTCOMES = ("eligible", "maybe", "near_miss", "other")


class Judge:
    """One policy on one day: its conditions as rows over columns."""

    def __init__(self, policy: Policy, catalogue: Catalogue, as_of: date) -> None:
        self.policy, self.as_of = policy, as_of
        self.atoms = tuple(atom for group in policy.groups for atom in group.atoms())
        self.leaves = dict(
            zip(map(id, self.atoms), leaves_of(self.atoms, policy, catalogue, as_of), strict=True)
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the facts that its conditions read."""
        return tuple(dict.fromkeys(key for atom in self.atoms for key in atom.keys(self.as_of)))

    def groups(self, columns: Columns) -> "Judgement":
        """Every condition and every group over the rows."""
        atoms = {id(atom): _leaf(self.leaves[id(atom)], columns) for atom in self.atoms}
        groups = [answer(group, atoms) for group in self.policy.groups]
        hard = [group.hard for group in self.policy.groups]
        return Judgement.of(atoms, groups, hard, columns.size)

    def possible(self, columns: Columns, but: frozenset[int]) -> Array | None:
        """Where no hard group is lost, of those groups whose number is not in `but`; None for all.

        Whoever loses one of them is out, whatever the other conditions say.
        """
        left: Array | None = None
        for number, group in enumerate(self.policy.groups):
            if group.hard and number not in but:
                atoms = {id(a): _leaf(self.leaves[id(a)], columns) for a in group.atoms()}
                may = answer(group, atoms).may
                left = may if left is None else left & may
        return left


@dataclass(frozen=True)
class Judgement:
    """A policy's answers for every row: of conditions (by their object), and counted over groups.

    `lost` and `open` count groups that are unmet and unknown, `out` says that a hard one is unmet.
    """

    atoms: Mapping[int, Three]
    groups: Sequence[Three]
    hard: Sequence[bool]
    lost: Array
    open: Array
    out: Array

    @classmethod
    def of(
        cls, atoms: Mapping[int, Three], groups: Sequence[Three], hard: Sequence[bool], size: int
    ) -> "Judgement":
        """Count the groups."""
        lost, open_ = np.zeros(size, np.int16), np.zeros(size, np.int16)
        out = np.zeros(size, bool)
        for group, is_hard in zip(groups, hard, strict=True):
            lost += ~group.may
            open_ += group.may & ~group.sure
            if is_hard:
                out |= ~group.may
        return cls(atoms, groups, hard, lost, open_, out)

    @property
    def outcomes(self) -> Array:
        """ELIGIBLE, MAYBE, NEAR_MISS or OTHER for every row."""
        return outcomes(self.lost, self.open, self.out)

    def without(self, number: int) -> "Judgement":
        """The same but for one group."""
        groups, hard = list(self.groups), list(self.hard)
        group, is_hard = groups.pop(number), hard.pop(number)
        out = self.out
        if is_hard:
            out = np.zeros_like(out)
            for other, also in zip(groups, hard, strict=True):
                if also:
                    out |= ~other.may
        lost, open_ = self.lost - ~group.may, self.open - (group.may & ~group.sure)
        return Judgement(self.atoms, groups, hard, lost, open_, out)


def outcomes(lost: Array, open_: Array, out: Array) -> Array:
    """The outcome by the number of unmet and of unknown groups, and whether a hard one is unmet."""
    found = np.full(len(lost), OTHER, np.uint8)
    found[(lost == 1) & ~out] = NEAR_MISS
    none = lost == 0
    found[none] = np.where(open_[none] > 0, MAYBE, ELIGIBLE)
    return found


def answer(node: Node, atoms: Mapping[int, Three]) -> Three:
    """A condition by those that it consists of."""
    if isinstance(node, Not):
        return answer(node.part, atoms).turned()
    if isinstance(node, Group):
        parts = [answer(part, atoms) for part in node.parts]
        return at_least(node.least, parts)
    return atoms[id(node)]


def at_least(least: int, parts: Sequence[Three]) -> Three:
    """So many of several."""
    ends = []
    for found in zip(*parts, strict=True):
        if least == len(parts):
            ends.append(np.logical_and.reduce(found))
        elif least == 1:
            ends.append(np.logical_or.reduce(found))
        else:
            ends.append(np.sum(found, axis=0, dtype=np.int16) >= least)
    return Three(*ends)


def leaves_of(
    atoms: Sequence[Atom], policy: Policy, catalogue: Catalogue, as_of: date
) -> list[Leaf]:
    """What each condition asks, as a leaf of its own."""
    alone = [replace(policy, groups=(atom,)) for atom in atoms]
    program = compile_policies(alone, catalogue, as_of=as_of)
    asked = [groups[0][2][0] for groups in program.policies]
    return [Leaf(program.rows[row], negated) for row, negated in asked]


def figures(column: Column, columns: Columns, cuts: Sequence[float]) -> Array:
    """The figure that a column of numbers or days stands for, NaN for unknown.

    A sum or a mean of years lies on the right side of every cut, as it does in exact decimals.
    """
    parts = [columns.numbers(key, days=column.kind == "date") for key in column.keys]
    if not column.how:
        return parts[0]
    values: Array = np.sum(parts, axis=0)
    if column.how == "mean":
        values = values / len(parts)
    # what large figures of both signs leave is as uncertain as they are
    doubt = NEAR * np.maximum(np.max([np.abs(part) for part in parts], axis=0), 1.0)
    near = np.zeros(len(values), bool)
    for cut in cuts:
        near |= np.abs(values - cut) <= doubt
    for i in np.flatnonzero(near):
        exact = exactly([part[i] for part in parts], column.how)
        # the cuts that it has reached say where it lies; the figure itself is only compared
        for cut in cuts:
            if abs(values[i] - cut) <= doubt[i]:
                reached = Fraction(repr(float(cut))) <= exact
                values[i] = cut if reached else min(values[i], np.nextafter(cut, -np.inf))
    return values


def _leaf(leaf: Leaf, columns: Columns) -> Three:
    found = _row(leaf.row, columns)
    return found.turned() if leaf.negated else found


def _row(row: Row, columns: Columns) -> Three:
    match row:
        case Spans(column, spans):
            ends = sorted({end for span in spans for end in span if np.isfinite(end)})
            values = figures(column, columns, ends)
            inside = np.zeros(len(values), bool)
            for low, high in spans:
                inside |= (values >= low) & (values < high)
            return Three(inside, inside | np.isnan(values))
        case Flag(column):
            return columns.flags(column.keys[0])
        case Codes(column):
            return columns.answers(column.keys[0], row.answer)
        case HasAny(column, members):
            return columns.members(column.keys[0], members)
        case Composite(least, leaves):
            return at_least(least, [_leaf(leaf, columns) for leaf in leaves])
        case Judged():
            return unknown(columns.size)
