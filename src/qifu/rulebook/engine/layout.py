"""Where each row of a program lies in a block, and how it is made: the plan that all blocks share.

Physical rows of a block, each `words` machine words, one bit an enterprise:

    none, all | unknown rows, one a column | cuts "at or above", column by column | flags | codes |
    codes that are unknown because the fact is too coarse | members of sets | spans | composites

A leaf is then three numbers: its row, the row of those for whom it is unknown, and whether it is
negated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from qifu.rulebook.engine.coding import Array, Coded, CodedSet, Snapshot
from qifu.rulebook.engine.compiling import (
    Codes,
    Column,
    Composite,
    HasAny,
    Judged,
    Program,
    Spans,
)

NONE, ALL = 0, 1


@dataclass
class Ragged:
    """Lists of lists as one: list i is `items[starts[i]:starts[i + 1]]`."""

    starts: Array
    items: Array

    @classmethod
    def of(cls, lists: list[list[int]]) -> "Ragged":
        starts = np.zeros(len(lists) + 1, np.int32)
        np.cumsum([len(one) for one in lists], out=starts[1:])
        items = np.array([item for one in lists for item in one], np.int32)
        return cls(starts, items)


@dataclass
class Layout:
    """The plan. `true[r]` and `unknown[r]` are the physical rows of row r of the program."""

    count: int
    true: Array
    unknown: Array
    ranked: list[tuple[Coded, int, int, int]] = field(default_factory=list)
    flags: list[tuple[Coded, int, int]] = field(default_factory=list)
    coded: list[tuple[Coded, int, Ragged, Ragged]] = field(default_factory=list)
    sets: list[tuple[CodedSet, int, Ragged]] = field(default_factory=list)
    # made from other rows: (row, the unknown of its column, its spans as pairs of cut rows)
    spans: list[tuple[int, int, Array]] = field(default_factory=list)
    # pairs (row of the too coarse, the unknown of its column): who is unknown is unknown there too
    joined: Array = field(default_factory=lambda: np.zeros((0, 2), np.int32))
    # (row, its unknown, least, leaves as rows of (true, unknown, negated))
    composites: list[tuple[int, int, int, Array]] = field(default_factory=list)


def lay_out(program: Program, snapshot: Snapshot) -> Layout:
    """The plan for a program over a snapshot."""
    return _Planner(program, snapshot).plan()


class _Planner:
    def __init__(self, program: Program, snapshot: Snapshot) -> None:
        self.program, self.snapshot = program, snapshot
        self.next = 2
        size = len(program.rows)
        self.layout = Layout(0, np.zeros(size, np.int32), np.zeros(size, np.int32))
        self.unknown: dict[Column, int] = {}

    def take(self, count: int = 1) -> int:
        first, self.next = self.next, self.next + count
        return first

    def plan(self) -> Layout:
        rows = self.program.rows
        by: dict[Column, list[int]] = {}
        for number, row in enumerate(rows):
            if not isinstance(row, Composite | Judged):
                by.setdefault(row.column, []).append(number)
        for column in by:
            self.unknown[column] = self.take()
        for column, numbers in by.items():
            for number in numbers:
                self.layout.unknown[number] = self.unknown[column]
            coded = self.snapshot.columns[column]
            if isinstance(coded, CodedSet):
                self.sets(coded, numbers)
            elif column.kind in ("number", "date"):
                self.ranked(coded, numbers)
            elif column.kind == "flag":
                at = self.take()
                self.layout.true[numbers] = at
                self.layout.flags.append((coded, at, self.unknown[column]))
            else:
                self.codes(coded, numbers)
        for number, row in enumerate(rows):
            if isinstance(row, Judged):
                self.layout.true[number], self.layout.unknown[number] = NONE, ALL
            elif isinstance(row, Composite):
                self.composite(number, row)
        self.layout.count = self.next
        return self.layout

    def ranked(self, coded: Coded, numbers: list[int]) -> None:
        cuts = self.snapshot.cuts[coded.column]
        first = self.take(len(cuts))
        place: Mapping[float, int] = {float(cut): i for i, cut in enumerate(cuts)}
        unknown = self.unknown[coded.column]
        self.layout.ranked.append((coded, first, len(cuts), unknown))
        for number in numbers:
            row = self.program.rows[number]
            assert isinstance(row, Spans)
            # beyond the last cut nobody is; before the first is everybody who is known
            ends = [
                (place[low] + first if low in place else ALL,
                 place[high] + first if high in place else NONE)
                for low, high in row.spans
            ]  # fmt: skip
            if len(ends) == 1 and ends[0][0] != ALL and ends[0][1] == NONE:
                self.layout.true[number] = ends[0][0]
                continue
            at = self.take()
            self.layout.true[number] = at
            pairs = np.array(ends, np.int32).reshape(-1, 2)
            self.layout.spans.append((at, unknown, pairs))

    def codes(self, coded: Coded, numbers: list[int]) -> None:
        names = self.snapshot.distinct.get(coded.column, ())
        rows = [row for n in numbers if isinstance(row := self.program.rows[n], Codes)]
        true, coarse = answers(rows, names)
        first = self.take(len(rows))
        own = {place: self.take() for place in sorted({p for one in coarse for p in one})}
        unknown = self.unknown[coded.column]
        for place, number in enumerate(numbers):
            self.layout.true[number] = first + place
            self.layout.unknown[number] = own.get(place, unknown)
        pairs = np.array([(row, unknown) for row in own.values()], np.int32).reshape(-1, 2)
        self.layout.joined = np.concatenate((self.layout.joined, pairs))
        in_rows = Ragged.of([[first + place for place in one] for one in true])
        too_coarse = Ragged.of([[own[place] for place in one] for one in coarse])
        self.layout.coded.append((coded, unknown, in_rows, too_coarse))

    def sets(self, coded: CodedSet, numbers: list[int]) -> None:
        number_of = {name: i for i, name in enumerate(coded.names)}
        rows: list[list[int]] = [[] for _ in coded.names]
        for number in numbers:
            row = self.program.rows[number]
            assert isinstance(row, HasAny)
            at = self.take()
            self.layout.true[number] = at
            for member in row.members:
                rows[number_of[member]].append(at)
        self.layout.sets.append((coded, self.unknown[coded.column], Ragged.of(rows)))

    def composite(self, number: int, row: Composite) -> None:
        at, own = self.take(), self.take()
        self.layout.true[number], self.layout.unknown[number] = at, own
        numbers = [self.program.numbers[leaf.row] for leaf in row.leaves]
        leaves = [
            (self.layout.true[n], self.layout.unknown[n], leaf.negated)
            for n, leaf in zip(numbers, row.leaves, strict=True)
        ]
        self.layout.composites.append((at, own, row.least, np.array(leaves, np.int32)))


def answers(rows: Sequence[Codes], names: Sequence[str]) -> tuple[list[list[int]], list[list[int]]]:
    """For every code that occurs: the places of the rows that it is in, and of those for which it
    is unknown. As `Codes.answer` says it, but each code is climbed once and not once a row."""
    wanted: dict[str, list[int]] = {}
    under: dict[str, list[int]] = {}
    above: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        for code in row.wanted:
            wanted.setdefault(code, []).append(place)
            if row.under:
                under.setdefault(code, []).append(place)
        if row.tree is not None:
            for code in {up for one in row.wanted for up in row.tree.ancestors(one)}:
                above.setdefault(code, []).append(place)
    true: list[list[int]] = []
    coarse: list[list[int]] = []
    tree = rows[0].tree if rows else None
    for name in names:
        code = name if tree is None else tree.normalise(name)
        if tree is not None and not tree.has(name):
            true.append([])
            coarse.append(list(range(len(rows))))
            continue
        inside = set(wanted.get(code, ()))
        for up in tree.ancestors(code) if tree is not None else ():
            inside.update(under.get(up, ()))
        true.append(sorted(inside))
        coarse.append(sorted(set(above.get(code, ())) - inside))
    return true, coarse
