"""Every distinct question that policies ask of one attribute, answered at once for one enterprise.

Nothing is compared twice. Where a figure or a day lies among all limits that anybody asks for is
found once, by halving; from that place follows the answer to each condition on it. Codes and
members of sets know by a table which conditions they meet. So two thousand conditions cost a few
dozen look-ups and a handful of operations on arrays, and the answers are exactly those of
`Atom.answer`: limits stay decimals, nothing becomes a float.

A place is 2i below limit i and above the one before, 2i + 1 right on limit i: "at least" begins on
the limit, "more than" behind it.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.conditions import Atom
from qifu.rulebook.engine.compiling import Array, Column, days_of_age
from qifu.rulebook.facts import Fact, Facts
from qifu.rulebook.operators import AGE, combine_years

FALSE, OPEN, TRUE = 0, 1, 2
# what people judge: the first question of all, open for everybody
JUDGED = 0
_BEYOND = 2**31 - 1


@dataclass
class _Line:
    """Questions of a column of figures, days or flags: spans of its limits, both ends as
    (limit, whether behind it), None for no end."""

    limits: set[Any] = field(default_factory=set)
    numbers: list[int] = field(default_factory=list)
    spans: list[tuple[tuple[Any, bool] | None, tuple[Any, bool] | None]] = field(
        default_factory=list
    )


@dataclass
class _Table:
    """Questions of a column of codes, texts or sets: which ones each code decides."""

    attribute: Attribute
    numbers: list[int] = field(default_factory=list)
    needs: list[int] = field(default_factory=list)  # so many members
    itself: dict[str, list[int]] = field(default_factory=dict)
    below: dict[str, list[int]] = field(default_factory=dict)  # met by what is under the code
    above: dict[str, list[int]] = field(default_factory=dict)  # left open by the code


class Questions:
    """Gathers questions, each once, and numbers them from 1."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.numbers: dict[tuple[Any, ...], int] = {}
        self.columns: list[Column | None] = [None]
        self.lines: dict[Column, _Line] = {}
        self.tables: dict[Column, _Table] = {}

    def number(self, atom: Atom, column: Column, op: str, value: Any, day: date) -> int:
        """The number of a question. `op` is a positive one: what a `not` says is up to the caller.

        `value` is one value for == > >=, a pair for between, several for what asks of a set of
        values, a period for ages (counted on `day`).
        """
        key = (column, op, value, day if op in AGE else None)
        known = self.numbers.get(key)
        if known is not None:
            return known
        number = self.numbers[key] = len(self.columns)
        self.columns.append(column)
        kind = atom.attribute.type
        if kind in ("code", "text", "set"):
            self._in_table(number, atom.attribute, column, op, value)
        else:
            line = self.lines.setdefault(column, _Line())
            low, high = _ends(op, value, atom, day)
            line.numbers.append(number)
            line.spans.append((low, high))
            line.limits.update(end[0] for end in (low, high) if end is not None)
        return number

    def _in_table(
        self, number: int, attribute: Attribute, column: Column, op: str, value: Any
    ) -> None:
        table = self.tables.setdefault(column, _Table(attribute))
        wanted = frozenset(value)
        table.numbers.append(number)
        table.needs.append(len(wanted) if op == "has_all" else 1)
        for code in wanted:
            table.itself.setdefault(code, []).append(number)
            if op == "under":
                table.below.setdefault(code, []).append(number)
        if attribute.type == "code":
            tree = self.catalogue.tree(attribute)
            ancestors = {above for code in wanted for above in tree.ancestors(code)}
            for above in ancestors - wanted:
                table.above.setdefault(above, []).append(number)

    def ready(self) -> "Answers":
        """All questions in the form in which they are answered."""
        return Answers(self)


class Answers:
    """Answers all questions for one enterprise. `columns[n]` is what question n reads."""

    def __init__(self, asked: Questions) -> None:
        self.columns: Sequence[Column | None] = tuple(asked.columns)
        self.count = len(self.columns)
        self._catalogue = asked.catalogue
        self._limits: list[tuple[Column, list[Any]]] = []
        numbers: list[int] = []
        places: list[tuple[int, int, int]] = []
        for column, line in asked.lines.items():
            limits = sorted(line.limits)
            at = {limit: 2 * i + 1 for i, limit in enumerate(limits)}
            numbers += line.numbers
            for low, high in line.spans:
                begin = 0 if low is None else at[low[0]] + low[1]
                end = _BEYOND if high is None else at[high[0]] + high[1]
                places.append((len(self._limits), begin, end))
            self._limits.append((column, limits))
        self._numbers = np.array(numbers, np.int32)
        self._column, self._begin, self._end = np.array(places, np.int32).reshape(-1, 3).T.copy()
        self._tables = [(column, _Ready(table)) for column, table in asked.tables.items()]

    def of(self, facts: Facts) -> Array:
        """FALSE, OPEN or TRUE for every question, int8."""
        answers = np.full(self.count, OPEN, np.int8)
        places = np.full(len(self._limits), -1, np.int32)
        for i, (column, limits) in enumerate(self._limits):
            fact = _figure(column, facts)
            if fact is not None:
                at = bisect_left(limits, fact)
                places[i] = 2 * at + (at < len(limits) and limits[at] == fact)
        place = places[self._column]
        held = (place >= self._begin) & (place < self._end)
        answers[self._numbers] = np.where(place < 0, OPEN, TRUE * held)
        for column, table in self._tables:
            fact = facts.get(column.keys[0])
            if isinstance(fact, frozenset):
                table.members(fact, answers)
            elif isinstance(fact, str):
                kind = table.attribute.type
                tree = self._catalogue.tree(table.attribute) if kind == "code" else None
                table.code(fact, () if tree is None else tree.ancestors(fact), answers)
        return answers


def _figure(column: Column, facts: Facts) -> Fact | None:
    """What one enterprise's facts say of a column, None for unknown."""
    if not column.how:
        return facts.get(column.keys[0])
    figures = [fact for key in column.keys if isinstance(fact := facts.get(key), Decimal)]
    return combine_years(column.how, figures) if len(figures) == len(column.keys) else None


class _Ready:
    """A table with arrays in it."""

    def __init__(self, table: _Table) -> None:
        self.attribute = table.attribute
        self.numbers = np.array(table.numbers, np.int32)
        self.needs = np.array(table.needs, np.int32)
        self.itself, self.below, self.above = (
            {code: np.array(numbers, np.int32) for code, numbers in found.items()}
            for found in (table.itself, table.below, table.above)
        )

    def code(self, fact: str, ancestors: Sequence[str], answers: Array) -> None:
        """One code or text. A code above a wanted one leaves it open: it may yet be that one."""
        answers[self.numbers] = FALSE
        if fact in self.above:
            answers[self.above[fact]] = OPEN
        if fact in self.itself:
            answers[self.itself[fact]] = TRUE
        for code in ancestors:
            if code in self.below:
                answers[self.below[code]] = TRUE

    def members(self, fact: frozenset[str], answers: Array) -> None:
        """A set: how many of the wanted members it has."""
        found = [self.itself[member] for member in fact if member in self.itself]
        answers[self.numbers] = FALSE
        if found:
            hits = np.bincount(np.concatenate(found), minlength=len(answers))[self.numbers]
            answers[self.numbers] = TRUE * (hits >= self.needs)


def _ends(
    op: str, value: Any, atom: Atom, day: date
) -> tuple[tuple[Any, bool] | None, tuple[Any, bool] | None]:
    """Where the values begin that meet a condition, and where they end (that end left out)."""
    if op in AGE:
        return _ages(op, atom, day)
    if op == "between":
        return (value[0], False), (value[1], True)
    if op in (">", ">="):
        return (value, op == ">"), None
    return (value, False), (value, True)


def _ages(
    op: str, atom: Atom, day: date
) -> tuple[tuple[date, bool] | None, tuple[date, bool] | None]:
    """The days that have the age."""
    first, end = days_of_age(op, atom.test, day)
    if first >= end:
        return (date.min, False), (date.min, False)
    # there may be no day `end`: the last one with the age is behind us
    return (date.fromordinal(first), False), (date.fromordinal(end - 1), True)
