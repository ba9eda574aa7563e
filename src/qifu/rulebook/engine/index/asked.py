"""What is asked of one column: its rows made for everybody, or answered for one enterprise."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from qifu.rulebook.engine.coding import Array
from qifu.rulebook.engine.compiling import Codes, Column, HasAny, Row, Spans
from qifu.rulebook.engine.index.bits import Bits
from qifu.rulebook.engine.index.columns import Kept, Plain, joined, joined_one
from qifu.rulebook.engine.index.plain import packed
from qifu.rulebook.engine.layout import answers

NO, YES, COARSE = 0, 1, 2


class Asked:
    """One column with the rows that read it.

    `unknown` is the row of those for whom nothing is known. `rows`, `numbers`, `true` and `own`
    stand side by side: the question, its number, its row, and a row of its own for those whose code
    is too coarse to say (-1 where nobody's is); the own row holds `unknown` too.
    """

    def __init__(self, column: Column, kept: Sequence[Kept], unknown: int) -> None:
        self.column, self.kept, self.unknown = column, tuple(kept), unknown
        self.rows: list[Row] = []
        self.numbers: list[int] = []
        self.true: list[int] = []
        self.own: list[int] = []
        self._answers = np.zeros((0, 0), np.uint8)
        self._ready: Any = None

    def add(self, row: Row, number: int, true: int, own: int = -1) -> None:
        """One question more."""
        self.rows.append(row)
        self.numbers.append(number)
        self.true.append(true)
        self.own.append(own)
        self._ready = None

    def remove(self, gone: set[int]) -> list[int]:
        """Forget the rows in these slots; the slots that are free now."""
        kept = [i for i, true in enumerate(self.true) if true not in gone]
        free = [s for i, t in enumerate(self.true) if t in gone for s in (t, self.own[i]) if s >= 0]
        self._answers = (
            self.answers()[kept]
            if self.column.kind in ("code", "text")
            else np.zeros((0, 0), np.uint8)
        )
        self.rows = [self.rows[i] for i in kept]
        self.numbers = [self.numbers[i] for i in kept]
        self.true = [self.true[i] for i in kept]
        self.own = [self.own[i] for i in kept]
        self._ready = None
        return free

    def answers(self) -> Array:
        """For codes: what each row says of each name."""
        names = self.kept[0].names.all
        rows, known = self._answers.shape
        if rows != len(self.rows) or known != len(names):
            table = np.zeros((len(self.rows), len(names)), np.uint8)
            table[:rows, :known] = self._answers
            self._fill(table, 0, known)
            self._fill(table[:, :known], rows, 0)
            self._answers = table
        return self._answers

    def _fill(self, table: Array, row: int, name: int) -> None:
        """Rows from `row` on, asked about the names from `name` on."""
        rows = [one for one in self.rows[row:] if isinstance(one, Codes)]
        names = self.kept[0].names.all[name : table.shape[1]]
        for j, (true, coarse) in enumerate(zip(*answers(rows, names), strict=True)):
            table[[row + i for i in true], name + j] = YES
            table[[row + i for i in coarse], name + j] = COARSE

    def values(self, size: int) -> Array:
        """The column's values; of several years' figures what they are together."""
        if not self.column.how:
            return self.kept[0].values.array[:size]
        return joined([kept.values.array[:size] for kept in self.kept], self.column.how)

    def make_unknown(self, bits: Bits, size: int) -> None:
        """The row of those for whom nothing is known."""
        nothing = self.kept[0].unknown(size)
        for kept in self.kept[1:]:
            nothing = nothing | kept.unknown(size)
        bits.matrix[self.unknown] = packed(nothing, bits.words)

    def make(self, begin: int, bits: Bits, size: int, run: Any) -> None:
        """The rows from number `begin` on, for everybody; their slots are empty."""
        kind, matrix = self.column.kind, bits.matrix
        if kind == "set":
            kept, starts, rows = self.kept[0], *self._members(begin)
            assert kept.heap is not None
            run.sets(
                matrix, kept.values.array[:size], kept.lengths.array[:size], kept.heap.array,
                starts, rows,
            )  # fmt: skip
            return
        values = self.values(size)
        for i in range(begin, len(self.rows)):
            row, out = self.rows[i], matrix[self.true[i]]
            if isinstance(row, Spans):
                ends = np.array(row.spans, np.float64).reshape(-1, 2)
                run.spans(values, ends[:, 0].copy(), ends[:, 1].copy(), out)
            elif kind == "flag":
                out[:] = packed(values == 1, bits.words)
            else:
                run.coded(values, self.answers()[i], YES, out)
                if self.own[i] >= 0:
                    coarse = matrix[self.own[i]]
                    coarse[:] = matrix[self.unknown]
                    run.coded(values, self.answers()[i], COARSE, coarse)

    def coarse(self, i: int) -> bool:
        """Whether some code that occurs is too coarse for row i."""
        return self.column.kind in ("code", "text") and bool((self.answers()[i] == COARSE).any())

    def _members(self, begin: int) -> tuple[Array, Array]:
        """For every member of the sets the slots of the rows that it is in."""
        names = self.kept[0].names
        lists: list[list[int]] = [[] for _ in names.all]
        for row, slot in zip(self.rows[begin:], self.true[begin:], strict=True):
            assert isinstance(row, HasAny)
            for member in row.members:
                if member in names.number:
                    lists[names.number[member]].append(slot)
        starts = np.zeros(len(lists) + 1, np.int32)
        np.cumsum([len(one) for one in lists], out=starts[1:])
        return starts, np.array([slot for one in lists for slot in one], np.int32)

    def answer(self, values: Mapping[str, Plain]) -> tuple[bool, Array]:
        """Whether nothing is known of one enterprise, and what each row says of it."""
        kind = self.column.kind
        found = [values.get(key) for key in self.column.keys]
        value = joined_one(found, self.column.how) if self.column.how else found[0]
        if value is None:
            return True, np.zeros(len(self.rows), np.uint8)
        if kind in ("code", "text"):
            return False, self.answers()[:, self.kept[0].names.number[str(value)]]
        if self._ready is None:
            self._ready = self._lines() if kind in ("number", "date") else self._rows_of()
        said = np.zeros(len(self.rows), np.uint8)
        if kind == "flag":
            said[:] = bool(value)
        elif kind == "set":
            assert isinstance(value, list)
            for member in value:
                said[self._ready.get(member, [])] = YES
        else:
            lows, highs, whose = self._ready
            said[whose[(lows <= value) & (value < highs)]] = YES
        return False, said

    def _lines(self) -> tuple[Array, Array, Array]:
        spans = [
            (*span, i)
            for i, row in enumerate(self.rows)
            if isinstance(row, Spans)
            for span in row.spans
        ]
        table = np.array(spans, np.float64).reshape(-1, 3)
        return table[:, 0].copy(), table[:, 1].copy(), table[:, 2].astype(np.int64)

    def _rows_of(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for i, row in enumerate(self.rows):
            if isinstance(row, HasAny):
                for member in row.members:
                    found.setdefault(member, []).append(i)
        return found
