"""Enterprises as small numbers: a value becomes its rank among the cuts that policies ask for.

A revenue is never compared again: between which two thresholds it lies says everything. Forty
columns of two and a half million enterprises are then about a hundred megabytes.

    number, date   rank among the column's cuts, the last value of the type for unknown
    flag           0, 1, unknown
    code, text     its place in the list of distinct values, unknown
    set            offsets and members, only those that a policy asks for
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qifu.rulebook.codes import REGION
from qifu.rulebook.engine.arrow import dictionary, holds, members_of
from qifu.rulebook.engine.compiling import Codes, Column, HasAny, Program, Spans
from qifu.rulebook.engine.parquet import Table
from qifu.rulebook.engine.runs import spread, starts_of
from qifu.rulebook.operators import combine_years

Array = np.ndarray[Any, np.dtype[Any]]
DAYS_TO_1970 = date(1970, 1, 1).toordinal()
# sums of floats are off by less than this share of the largest part
NEAR = 1e-9
FEW = 64  # cuts
AT_ONCE = 1 << 15  # values that a core holds near it


@dataclass(frozen=True)
class Coded:
    """One column: `values` a number an enterprise, `unknown` the number that says so."""

    column: Column
    values: Array
    unknown: int


@dataclass(frozen=True)
class CodedSet:
    """One set-valued column: members of enterprise e are `members[offsets[e]:offsets[e + 1]]`.

    `members` number `names`; members that no policy asks for are left out. `missing` is 1 where
    the set is unknown.
    """

    column: Column
    offsets: Array
    members: Array
    names: tuple[str, ...]
    missing: Array


@dataclass(frozen=True)
class Snapshot:
    """All enterprises, coded for one program.

    `order[i]` is the place in the input of the i-th enterprise here: they are sorted by `sorted_by`
    (most policies begin with its region) and by another code, so that most policies can pass over
    most enterprises.
    """

    size: int
    columns: Mapping[Column, Coded | CodedSet]
    cuts: Mapping[Column, Array] = field(repr=False)
    distinct: Mapping[Column, tuple[Any, ...]] = field(repr=False)
    order: Array = field(repr=False)
    sorted_by: Column | None
    warnings: tuple[str, ...] = ()

    @property
    def nbytes(self) -> int:
        """Bytes of all coded columns."""
        total = self.order.nbytes
        for coded in self.columns.values():
            if isinstance(coded, CodedSet):
                total += coded.offsets.nbytes + coded.members.nbytes + coded.missing.nbytes
            else:
                total += coded.values.nbytes
        return total


def cuts_of(program: Program) -> dict[Column, Array]:
    """The cuts of every column of numbers or days, sorted and distinct."""
    found: dict[Column, set[float]] = {}
    for row in program.rows:
        if isinstance(row, Spans):
            ends = found.setdefault(row.column, set())
            ends.update(end for span in row.spans for end in span if np.isfinite(end))
    return {column: np.array(sorted(ends)) for column, ends in found.items()}


def code_snapshot(table: Table, program: Program, *, threads: int = 2) -> Snapshot:
    """Code a table for a program; columns are coded side by side.

    A column that is not there is unknown for everybody and a warning says so; one of a wrong type,
    or with a null inside a set, raises UnfitColumn. Each column is asked for once (by one of
    several threads), and forgotten.
    """
    cuts, names = cuts_of(program), set(table.schema.names)
    asked = {row.column: set[str]() for row in program.rows if isinstance(row, HasAny)}
    for row in program.rows:
        if isinstance(row, HasAny):
            asked[row.column].update(row.members)
    by = _asked_first(program)
    distinct: dict[Column, tuple[Any, ...]] = {}

    def codes(column: Column) -> Coded:
        coded, found = _codes(table, column)
        if found:
            distinct[column] = found
        return coded

    def sort() -> tuple[dict[Column, Coded], Array | None]:
        """The columns that all are sorted by, and their order, if it is not that of the table."""
        keys = {column: codes(column) for column in by}
        if not keys:
            return keys, None
        order = np.lexsort([coded.values for coded in reversed(keys.values())])
        if bool((order[1:] > order[:-1]).all()):
            return keys, None
        return {c: Coded(c, one.values[order], one.unknown) for c, one in keys.items()}, order

    def code(column: Column) -> Coded | CodedSet:
        if column.kind == "set":
            return _sets(table, column, sorted(asked[column]), first.result()[1])
        if column in by:
            return first.result()[0][column]
        if column.kind in ("number", "date"):
            coded = _ranks(table, column, cuts[column])
        elif column.kind == "flag":
            coded = _flags(table, column)
        else:
            coded = codes(column)
        order = first.result()[1]
        return coded if order is None else Coded(column, coded.values[order], coded.unknown)

    # sets take longest: they begin first
    work = sorted(program.columns, key=lambda column: column.kind != "set")
    with ThreadPoolExecutor(threads) as pool:
        first = pool.submit(sort)
        made = dict(zip(work, pool.map(code, work), strict=True))
    order = first.result()[1]
    missing = (key for column in program.columns for key in column.keys if key not in names)
    return Snapshot(
        size=table.num_rows,
        columns={column: made[column] for column in program.columns},
        cuts=cuts,
        distinct={column: distinct[column] for column in program.columns if column in distinct},
        order=np.arange(table.num_rows, dtype=np.int64) if order is None else order,
        sorted_by=by[0] if by else None,
        warnings=tuple(dict.fromkeys(missing)),
    )


def _asked_first(program: Program) -> list[Column]:
    """The two columns of codes that most policies ask for in a hard group of one leaf; region at
    their head."""
    groups = program.groups
    single = groups.hard & (np.diff(groups.leaf_starts) == 1)
    asked = np.bincount(groups.rows[groups.leaf_starts[:-1][single]], minlength=len(program.rows))
    votes: dict[Column, int] = {}
    for row, count in zip(program.rows, asked.tolist(), strict=True):
        if count and isinstance(row, Codes):
            votes[row.column] = votes.get(row.column, 0) + count
    return sorted(votes, key=lambda column: (column.name != REGION, -votes[column]))[:2]


def _small(count: int) -> tuple[type[np.unsignedinteger[Any]], int]:
    """The smallest type for ranks 0 to `count`, and its number for unknown."""
    if count < 255:
        return np.uint8, 255
    return (np.uint16, 65535) if count < 65535 else (np.uint32, 2**32 - 1)


def _known(table: Table, column: Column) -> bool:
    return all([holds(key, column.kind, table.schema) for key in column.keys])


def _unknown(table: Table, column: Column, cuts: int = 0) -> Coded:
    kind, unknown = _small(cuts)
    return Coded(column, np.full(table.num_rows, unknown, kind), unknown)


def _ranks(table: Table, column: Column, cuts: Array) -> Coded:
    """The number of cuts at or below each value."""
    if not _known(table, column):
        return _unknown(table, column, len(cuts))
    kind, unknown = _small(len(cuts))
    ranks = np.empty(table.num_rows, kind)
    if not column.how:
        begin = 0
        for values in _floats(column, table.column(column.name)):
            ranks[begin : begin + len(values)] = rank(values, cuts, unknown)
            begin += len(values)
        return Coded(column, ranks, unknown)
    parts = [
        np.concatenate([np.zeros(0), *_floats(column, table.column(key))]) for key in column.keys
    ]
    values = np.sum(parts, axis=0)
    if column.how == "mean":
        values = values / len(parts)
    ranks[:] = rank(values, cuts, unknown)
    if len(cuts):
        _mend_sums(column, parts, values, cuts, ranks)
    return Coded(column, ranks, unknown)


def rank(values: Array, cuts: Array, unknown: int) -> Array:
    """The number of cuts at or below each value, `unknown` for NaN."""
    if len(cuts) > FEW:
        ranks = np.searchsorted(cuts, values, side="right")
    else:
        # for few cuts, comparing all with each is quicker than searching for each
        ranks = np.zeros(len(values), np.uint8)
        above = np.empty(min(len(values), AT_ONCE), bool)
        for begin in range(0, len(values), AT_ONCE):
            part, sums = values[begin : begin + AT_ONCE], ranks[begin : begin + AT_ONCE]
            for cut in cuts:
                np.greater_equal(part, cut, out=above[: len(part)])
                sums += above[: len(part)].view(np.uint8)
    ranks = ranks.astype(_small(len(cuts))[0], copy=False)
    ranks[np.isnan(values)] = unknown
    return ranks


def _mend_sums(
    column: Column, parts: list[Array], values: Array, cuts: Array, ranks: Array
) -> None:
    """Sums so near to a cut that floats cannot tell: counted again exactly."""
    places = np.clip(np.searchsorted(cuts, values), 0, len(cuts) - 1)
    off = np.minimum(
        np.abs(cuts[places] - values), np.abs(cuts[np.maximum(places - 1, 0)] - values)
    )
    # what large figures of both signs leave is as uncertain as they are
    largest = np.max([np.abs(part) for part in parts], axis=0)
    for i in np.nonzero(off <= NEAR * np.maximum(largest, 1.0))[0]:
        exact = exactly([part[i] for part in parts], column.how)
        ranks[i] = sum(1 for cut in cuts if Fraction(repr(float(cut))) <= exact)


def exactly(figures: Sequence[float], how: str) -> Fraction:
    """Several years' figures as one, of the decimals that the floats are written as."""
    return combine_years(how, [Fraction(repr(float(figure))) for figure in figures])


def _floats(column: Column, found: pa.ChunkedArray) -> Iterator[Array]:
    """The values as floats, NaN for unknown; days as their number."""
    if column.kind == "date":
        for piece in found.chunks:
            days = pc.cast(piece, pa.date32()).cast(pa.int32())
            yield days.to_numpy(zero_copy_only=False).astype(np.float64) + DAYS_TO_1970
        return
    for piece in found.chunks:
        # a null becomes NaN
        yield pc.cast(piece, pa.float64(), safe=False).to_numpy(zero_copy_only=False)


def _flags(table: Table, column: Column) -> Coded:
    if not _known(table, column):
        return _unknown(table, column)
    found = table.column(column.name)
    pieces = [
        pc.fill_null(pc.cast(piece, pa.uint8()), pa.scalar(255, pa.uint8())).to_numpy()
        for piece in found.chunks
    ]
    return Coded(column, np.concatenate([np.zeros(0, np.uint8), *pieces]), 255)


def _codes(table: Table, column: Column) -> tuple[Coded, tuple[str, ...]]:
    """Codes as places in the list of those that occur, and that list."""
    if not _known(table, column):
        return _unknown(table, column), ()
    found = table.column(column.name)
    numbers: dict[str, int] = {}
    coded = np.empty(table.num_rows, np.int32)
    begin = 0
    for piece in found.chunks:
        places, names = dictionary(piece)
        of = [-1 if name is None else numbers.setdefault(name, len(numbers)) for name in names]
        # the last is for unknown, whose place is -1
        coded[begin : begin + len(places)] = np.array([*of, -1], np.int32)[places]
        begin += len(places)
    kind, unknown = _small(len(numbers))
    # numbered as they sort, so that what is under one code lies together
    ordered = sorted(numbers)
    final = np.full(len(ordered) + 1, unknown, kind)
    final[[numbers[name] for name in ordered]] = np.arange(len(ordered))
    return Coded(column, final[coded], unknown), tuple(ordered)


def _sets(table: Table, column: Column, asked: Sequence[str], order: Array | None) -> CodedSet:
    """The members that are asked for of every set, the sets in the given order."""
    names, size = tuple(asked), table.num_rows
    kind = np.uint16 if len(names) < 65535 else np.uint32
    if not _known(table, column):
        nothing, ones = np.zeros(0, kind), np.ones(size, np.uint8)
        return CodedSet(column, np.zeros(size + 1, np.int64), nothing, names, ones)
    read = table.column(column.name)
    number, none = {name: i for i, name in enumerate(names)}, len(names)
    counts, missing, members = [np.zeros(0, np.int64)], [np.zeros(0, np.uint8)], [np.zeros(0, kind)]
    for piece in read.chunks:
        lengths = pc.fill_null(pc.list_value_length(piece), 0).to_numpy(zero_copy_only=False)
        missing.append(pc.cast(pc.is_null(piece), pa.uint8()).to_numpy(zero_copy_only=False))
        places, found = members_of(column.name, piece)
        # what nobody asks for is left out
        of = np.array([none if name is None else number.get(name, none) for name in found], kind)
        chosen = of[places]
        kept = chosen != none
        members.append(chosen[kept])
        ends = np.cumsum(lengths, dtype=np.int64)
        before = np.zeros(len(kept) + 1, np.int64)
        np.cumsum(kept, out=before[1:])
        counts.append(before[ends] - before[ends - lengths])
    coded = starts_of(np.concatenate(counts)), np.concatenate(members), np.concatenate(missing)
    if order is not None:
        coded = _moved(*coded, order)
    return CodedSet(column, coded[0], coded[1], names, coded[2])


def _moved(
    offsets: Array, members: Array, missing: Array, order: Array
) -> tuple[Array, Array, Array]:
    """Sets in another order, some at a time so that memory stays small."""
    moved = starts_of(np.diff(offsets)[order])
    to = np.empty_like(members)
    for first in range(0, len(order), AT_ONCE):
        some = order[first : first + AT_ONCE]
        _, places = spread(offsets[some], offsets[some + 1] - offsets[some])
        to[moved[first] : moved[first + len(some)]] = members[places]
    return moved, to, missing[order]
