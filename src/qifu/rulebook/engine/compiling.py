"""Policies as programs over shared rows: what a condition becomes before any enterprise is seen.

A condition asks of one column; the same question asked by a hundred policies is one *row*: a bit
an enterprise. Numbers and days need only rows "at or above a cut", built for all cuts of a column
in one sweep; `<` is such a row the other way round, `between` two of them. So a policy is a list of
groups, a group a list of leaves, a leaf a row, with or without "not".

    policy   all of      groups
    group    least of    leaves       least = 1: any; = number of leaves: all
    leaf     row, negated

What nests deeper becomes a row of its own (`Composite`), so that a policy always has this shape.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.codes import CodeTree
from qifu.rulebook.conditions import Atom, Group, Node, Not
from qifu.rulebook.operators import AGE, HUMAN, Test, coded
from qifu.rulebook.policy import Policy

# what nests deeper or is longer becomes a composite row: the kernel counts a group in registers
MOST_IN_A_GROUP = 64


@dataclass(frozen=True)
class Column:
    """What is read of an enterprise: one key, or several years' figures as one (`sum`, `mean`)."""

    keys: tuple[str, ...]
    kind: str  # number | date | flag | code | text | set
    how: str = ""

    @property
    def name(self) -> str:
        """The key, or how the keys are joined."""
        return self.keys[0] if not self.how else f"{self.how}({', '.join(self.keys)})"


def columns_of(atom: Atom, as_of: date) -> tuple[Column, ...]:
    """What a condition reads: one column, or several that must each meet it by themselves."""
    keys = atom.keys(as_of)
    kind = "number" if atom.attribute.numeric else atom.attribute.type
    if atom.each_year:
        return tuple(Column((key,), kind) for key in keys)
    how = atom.years.how if atom.years and len(keys) > 1 else ""
    return (Column(keys, kind, how),)


@dataclass(frozen=True)
class Spans:
    """The value lies in one of these spans [low, high) of the float line; in order and apart."""

    column: Column
    spans: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Flag:
    """The flag is set."""

    column: Column


@dataclass(frozen=True)
class Codes:
    """The code is one of those wanted, or stands below one of them (`under`).

    A code above a wanted one is unknown: it may yet be that one; so is a code of no tree's.
    """

    column: Column
    under: bool
    wanted: tuple[str, ...]
    tree: CodeTree | None = field(compare=False, repr=False)

    def answer(self, found: str) -> bool | None:
        """What the condition says of a code as it was found."""
        if self.tree is None:
            return found in self.wanted
        if not self.tree.has(found):
            return None
        op = "under" if self.under else "in"
        return coded(op, self.wanted, self.tree)(self.tree.normalise(found), date.min)


@dataclass(frozen=True)
class HasAny:
    """The set has one of these members."""

    column: Column
    members: tuple[str, ...]


@dataclass(frozen=True)
class Composite:
    """At least so many of these leaves: what stands deeper than a group's own leaves."""

    least: int
    leaves: "tuple[Leaf, ...]"


@dataclass(frozen=True)
class Judged:
    """People decide: unknown for everybody."""


Row = Spans | Flag | Codes | HasAny | Composite | Judged


@dataclass(frozen=True)
class Leaf:
    """A row, or its opposite; unknown stays unknown."""

    row: Row
    negated: bool = False


@dataclass(frozen=True)
class Condition:
    """One group of a policy: at least `least` of its leaves; hard ones nobody can change."""

    least: int
    leaves: tuple[Leaf, ...]
    hard: bool = False


Array = np.ndarray[Any, np.dtype[Any]]
# least, hard, ((row number, negated), …)
NumberedGroup = tuple[int, bool, tuple[tuple[int, bool], ...]]


@dataclass(frozen=True)
class Groups:
    """The groups of all policies as flat arrays.

    Groups of policy p are `starts[p]` to `starts[p + 1]`; group g asks for `least[g]` of its leaves
    `leaf_starts[g]` to `leaf_starts[g + 1]`; leaf i is the row `rows[i]`, or its opposite.
    """

    starts: Array
    least: Array
    hard: Array
    leaf_starts: Array
    rows: Array
    negated: Array

    @classmethod
    def of(cls, policies: Iterable[Sequence[NumberedGroup]]) -> "Groups":
        """Policies as lists of groups, a group (least, hard, ((row number, negated), …))."""
        starts, leaf_starts = [0], [0]
        groups: list[NumberedGroup] = []
        leaves: list[tuple[int, bool]] = []
        for policy in policies:
            for group in policy:
                groups.append(group)
                leaves += group[2]
                leaf_starts.append(len(leaves))
            starts.append(len(groups))
        return cls(
            starts=np.array(starts, np.int32),
            least=np.array([group[0] for group in groups], np.int32),
            hard=np.array([group[1] for group in groups], np.bool_),
            leaf_starts=np.array(leaf_starts, np.int32),
            rows=np.array([leaf[0] for leaf in leaves], np.int32),
            negated=np.array([leaf[1] for leaf in leaves], np.bool_),
        )

    def listed(self) -> tuple[tuple[NumberedGroup, ...], ...]:
        """The same as lists of groups, a policy each."""
        leaves = list(zip(self.rows.tolist(), self.negated.tolist(), strict=True))
        at = self.leaf_starts.tolist()
        groups = [
            (least, hard, tuple(leaves[at[g] : at[g + 1]]))
            for g, (least, hard) in enumerate(
                zip(self.least.tolist(), self.hard.tolist(), strict=True)
            )
        ]
        starts = self.starts.tolist()
        return tuple(tuple(groups[i:j]) for i, j in zip(starts, starts[1:], strict=False))


@dataclass(frozen=True)
class Program:
    """Policies compiled for one day: `rows` in an order that names only rows before them."""

    ids: tuple[str, ...]
    versions: tuple[int, ...]
    as_of: date
    rows: tuple[Row, ...] = field(repr=False)
    groups: Groups = field(repr=False)

    @cached_property
    def policies(self) -> tuple[tuple[NumberedGroup, ...], ...]:
        """`policies[p]` are the groups of policy p: (least, hard, ((row number, negated), …))."""
        return self.groups.listed()

    @cached_property
    def numbers(self) -> dict[Row, int]:
        """The number of each row."""
        return {row: number for number, row in enumerate(self.rows)}

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Every column that a row reads, in order of first use."""
        found = [row.column for row in self.rows if not isinstance(row, Composite | Judged)]
        return tuple(dict.fromkeys(found))


def compile_policies(policies: Sequence[Policy], catalogue: Catalogue, *, as_of: date) -> Program:
    """The policies as one program for a day, in the given order; in force or not is not asked."""
    compiler = _Compiler(catalogue, as_of)
    groups = Groups.of([compiler.condition(group) for group in one.groups] for one in policies)
    return Program(
        ids=tuple(policy.id for policy in policies),
        versions=tuple(policy.version for policy in policies),
        as_of=as_of,
        rows=tuple(compiler.rows),
        groups=groups,
    )


class _Compiler:
    """Gives every distinct row a number; conditions that are shared are compiled once."""

    def __init__(self, catalogue: Catalogue, as_of: date) -> None:
        self.catalogue, self.as_of = catalogue, as_of
        self.rows: dict[Row, int] = {}
        self.atoms: dict[tuple[Any, ...], Leaf] = {}
        self.columns: dict[Column, Column] = {}

    def condition(self, node: Node) -> NumberedGroup:
        """A group as numbers."""
        made = self.group(node)
        leaves = tuple((self.number(leaf.row), leaf.negated) for leaf in made.leaves)
        return made.least, node.hard, leaves

    def number(self, row: Row) -> int:
        """The row's number; the rows it stands on are numbered before it."""
        known = self.rows.get(row)
        if known is not None:
            return known
        if isinstance(row, Composite):
            for leaf in row.leaves:
                self.number(leaf.row)
        return self.rows.setdefault(row, len(self.rows))

    def group(self, node: Node) -> Condition:
        """A condition as "at least so many of these leaves"."""
        if isinstance(node, Group):
            leaves = tuple(self.leaf(part) for part in node.parts)
            if len(leaves) <= MOST_IN_A_GROUP:
                return Condition(node.least, leaves)
        if isinstance(node, Not) and isinstance(node.part, Group):
            # not (k of n) is (n - k + 1 of the opposites)
            inner = self.group(node.part)
            leaves = tuple(Leaf(leaf.row, not leaf.negated) for leaf in inner.leaves)
            return Condition(len(leaves) - inner.least + 1, leaves)
        return Condition(1, (self.leaf(node),))

    def leaf(self, node: Node) -> Leaf:
        """A condition as one row."""
        if isinstance(node, Not):
            inner = self.leaf(node.part)
            return Leaf(inner.row, not inner.negated)
        if isinstance(node, Group):
            leaves = tuple(self.leaf(part) for part in node.parts)
            return Leaf(Composite(node.least, leaves))
        assert isinstance(node, Atom)
        return self.atom(node)

    def atom(self, atom: Atom) -> Leaf:
        """One attribute against one value; asked before, it is the same leaf."""
        if atom.op == HUMAN:
            return Leaf(Judged())
        keys = atom.keys(self.as_of)
        day = atom.moment or self.as_of
        # a sum and a mean of the same years are two questions
        how = atom.years and (atom.years.count, atom.years.how)
        key = (keys, atom.op, atom.value, day if atom.op in AGE else None, how)
        known = self.atoms.get(key)
        if known is None:
            each = [self.asked(atom, column, day) for column in columns_of(atom, self.as_of)]
            known = each[0] if len(each) == 1 else Leaf(Composite(len(each), tuple(each)))
            self.atoms[key] = known
        return known

    def asked(self, atom: Atom, column: Column, day: date) -> Leaf:
        """What an atom asks of one column."""
        column = self.columns.setdefault(column, column)
        op, value = atom.op, atom.value
        if column.kind in ("number", "date"):
            spans, negated = (
                _days(op, value, atom.test, day) if column.kind == "date" else _numbers(op, value)
            )
            return Leaf(Spans(column, spans), negated)
        if column.kind == "flag":
            return Leaf(Flag(column), value is not True)
        if column.kind == "set":
            members = tuple(sorted(dict.fromkeys(value)))
            if op == "has_any" or len(members) == 1:
                return Leaf(HasAny(column, members))
            each = tuple(Leaf(HasAny(column, (member,))) for member in members)
            return Leaf(Composite(len(each), each))
        wanted = tuple(sorted(value)) if isinstance(value, tuple) else (value,)
        # one wanted code: == and in are the same question
        tree = self.catalogue.tree(atom.attribute) if column.kind == "code" else None
        return Leaf(Codes(column, op == "under", wanted, tree), op in ("!=", "not_in"))


Line = tuple[tuple[tuple[float, float], ...], bool]
END = math.inf


def _numbers(op: str, value: Any) -> Line:
    """Spans of floats for which a comparison with exact decimals holds, and whether negated."""
    if op == "between":
        low, high = value
        return _kept([(_from(low), _after(high))]), False
    if op in ("in", "not_in", "==", "!="):
        points = value if isinstance(value, tuple) else (value,)
        spans = sorted((_from(point), _after(point)) for point in points)
        return _kept(spans), op in ("not_in", "!=")
    if op in (">=", "<"):
        return _kept([(_from(value), END)]), op == "<"
    return _kept([(_after(value), END)]), op == "<="


def _kept(spans: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Without empty spans, and those that touch joined."""
    joined: list[tuple[float, float]] = []
    for low, high in spans:
        if low >= high:
            continue
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)


def _from(value: Any) -> float:
    """The first float that is not below a decimal."""
    near = float(value)
    # the float next to a decimal may lie on either side of it
    return near if Decimal(repr(near)) >= value else math.nextafter(near, END)


def _after(value: Any) -> float:
    """The first float above a decimal."""
    near = float(value)
    return near if Decimal(repr(near)) > value else math.nextafter(near, END)


def _days(op: str, value: Any, test: Test, at: date) -> Line:
    """The same over days, counted from 0001-01-01 = 1; ages are spans of days too."""
    if op in AGE:
        first, end = days_of_age(op, test, at)
        return _kept([(float(first), float(end))]), False
    if isinstance(value, tuple):
        return _numbers(op, tuple(Decimal(day.toordinal()) for day in value))
    return _numbers(op, Decimal(value.toordinal()))


def days_of_age(op: str, test: Test, at: date) -> tuple[int, int]:
    """The days that have the age on a day, as [first, end) of days counted from 0001-01-01 = 1.

    Anniversaries follow each other, so these days lie together. There may be none.
    """
    earliest, today = 1, at.toordinal()
    if op == "age_at_least":
        # holds up to some day
        return earliest, _first(lambda day: not test(date.fromordinal(day), at), earliest, today)
    return _first(lambda day: test(date.fromordinal(day), at) is True, earliest, today), today + 1


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The first day from `low` to `high` for which it holds, as it does for all after; else
    the day after `high`."""
    while low <= high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle - 1
        else:
            low = middle + 1
    return low
