"""Enterprises as small numbers: a value becomes its rank among the cuts that policies ask for.

A revenue is never compared again: between which two thresholds it lies says everything. Forty
columns of two and a half million enterprises are then about a hundred megabytes.

    number, date   rank among the column's cuts, the last value of the type for unknown
    flag           0, 1, unknown
    code, text     its place in the list of distinct values, unknown
    set            offsets and members, only those that a policy asks for
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qifu.rulebook.engine.compiling import Codes, Column, HasAny, Program, Spans

Array = np.ndarray[Any, np.dtype[Any]]
DAYS_TO_1970 = date(1970, 1, 1).toordinal()
# sums of floats are off by less than this share of the sum
NEAR = 1e-9


class UnfitColumn(ValueError):
    """A column of the data that cannot hold what the catalogue says; names it and what would."""


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
    (most policies begin with its region), so that most policies can pass over most blocks.
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


def code_snapshot(table: pa.Table, program: Program, *, threads: int = 2) -> Snapshot:
    """Code a table for a program; columns are coded side by side.

    A column that is not there is unknown for everybody and a warning says so; one of a wrong type
    raises UnfitColumn.
    """
    cuts, size = cuts_of(program), table.num_rows
    asked = {row.column: set[str]() for row in program.rows if isinstance(row, HasAny)}
    for row in program.rows:
        if isinstance(row, HasAny):
            asked[row.column].update(row.members)
    warnings: list[str] = []
    work = [(column, _read(table, column, warnings)) for column in program.columns]

    def code(item: tuple[Column, list[pa.ChunkedArray | None]]) -> tuple[Any, ...]:
        column, found = item
        if column.kind in ("number", "date"):
            return column, _ranks(column, found, cuts[column], size), ()
        if column.kind == "flag":
            return column, _flags(column, found[0], size), ()
        if column.kind == "set":
            return column, _sets(column, found[0], sorted(asked[column]), size), ()
        coded, distinct = _codes(column, found[0], size)
        return column, coded, distinct

    with ThreadPoolExecutor(threads) as pool:
        made = list(pool.map(code, work))
    columns = {column: coded for column, coded, _ in made}
    distinct = {column: values for column, coded, values in made if values}
    by = _first_asked(program)
    snapshot = Snapshot(
        size, columns, cuts, distinct, np.arange(size, dtype=np.int64), None, tuple(warnings)
    )
    return _sorted(snapshot, by, threads)


def _read(table: pa.Table, column: Column, warnings: list[str]) -> list[pa.ChunkedArray | None]:
    found = []
    for key in column.keys:
        if key in table.column_names:
            found.append(table.column(key))
        else:
            warnings.append(key)
            found.append(None)
    return found


def _first_asked(program: Program) -> Column | None:
    """The code column that most policies ask for in a hard group of one leaf."""
    groups = program.groups
    single = groups.hard & (np.diff(groups.leaf_starts) == 1)
    asked = np.bincount(groups.rows[groups.leaf_starts[:-1][single]], minlength=len(program.rows))
    votes: dict[Column, int] = {}
    for row, count in zip(program.rows, asked.tolist(), strict=True):
        if count and isinstance(row, Codes):
            votes[row.column] = votes.get(row.column, 0) + count
    regions = {column: count for column, count in votes.items() if column.name == "region"}
    chosen = regions or votes
    return max(chosen, key=lambda column: chosen[column]) if chosen else None


def _sorted(snapshot: Snapshot, by: Column | None, threads: int) -> Snapshot:
    key = snapshot.columns.get(by) if by is not None else None
    if not isinstance(key, Coded):
        return snapshot
    order = np.argsort(key.values, kind="stable")
    if bool((order[1:] > order[:-1]).all()):
        return Snapshot(
            snapshot.size, snapshot.columns, snapshot.cuts, snapshot.distinct, order, by,
            snapshot.warnings,
        )  # fmt: skip

    def move(coded: Coded | CodedSet) -> Coded | CodedSet:
        if isinstance(coded, Coded):
            return Coded(coded.column, coded.values[order], coded.unknown)
        return _moved(coded, order)

    with ThreadPoolExecutor(threads) as pool:
        moved = list(pool.map(move, snapshot.columns.values()))
    columns = dict(zip(snapshot.columns, moved, strict=True))
    return Snapshot(
        snapshot.size, columns, snapshot.cuts, snapshot.distinct, order, by, snapshot.warnings
    )


def _moved(coded: CodedSet, order: Array) -> CodedSet:
    lengths = np.diff(coded.offsets)[order]
    offsets = np.zeros(len(order) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    # where each member comes from: the start of its set, plus its place in it
    begins = coded.offsets[:-1][order] - offsets[:-1]
    places = np.repeat(begins, lengths) + np.arange(int(offsets[-1]))
    return CodedSet(coded.column, offsets, coded.members[places], coded.names, coded.missing[order])


def _small(count: int) -> tuple[type[np.unsignedinteger[Any]], int]:
    """The smallest type for ranks 0 to `count`, and its number for unknown."""
    if count < 255:
        return np.uint8, 255
    return (np.uint16, 65535) if count < 65535 else (np.uint32, 2**32 - 1)


def _ranks(
    column: Column, found: Sequence[pa.ChunkedArray | None], cuts: Array, size: int
) -> Coded:
    """The number of cuts at or below each value."""
    kind, unknown = _small(len(cuts))
    if any(part is None for part in found):
        return Coded(column, np.full(size, unknown, kind), unknown)
    parts = [_floats(column, part) for part in found if part is not None]
    values = parts[0] if not column.how else np.sum(parts, axis=0)
    if column.how == "mean":
        values = values / len(parts)
    ranks = np.searchsorted(cuts, values, side="right").astype(kind)
    if column.how and len(cuts):
        _mend_sums(column, parts, values, cuts, ranks)
    ranks[np.isnan(values)] = unknown
    return Coded(column, ranks, unknown)


def _mend_sums(
    column: Column, parts: list[Array], values: Array, cuts: Array, ranks: Array
) -> None:
    """Sums so near to a cut that floats cannot tell: counted again exactly."""
    places = np.clip(np.searchsorted(cuts, values), 0, len(cuts) - 1)
    off = np.minimum(
        np.abs(cuts[places] - values), np.abs(cuts[np.maximum(places - 1, 0)] - values)
    )
    for i in np.nonzero(off <= NEAR * np.maximum(np.abs(values), 1.0))[0]:
        exact = sum((Fraction(repr(float(part[i]))) for part in parts), Fraction())
        if column.how == "mean":
            exact /= len(parts)
        ranks[i] = sum(1 for cut in cuts if Fraction(repr(float(cut))) <= exact)


def _floats(column: Column, found: pa.ChunkedArray) -> Array:
    """The values as floats, NaN for unknown; days as their number."""
    type_ = found.type
    if column.kind == "date":
        if not pa.types.is_date(type_):
            raise UnfitColumn(f"{column.name}: must be days (date32), found {type_}")
        days = pc.cast(found, pa.date32()).cast(pa.int32())
        return _filled(days, pa.float64()) + DAYS_TO_1970
    if not (
        pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_)
    ):
        raise UnfitColumn(f"{column.name}: must be numbers, found {type_}")
    return _filled(found, pa.float64())


def _filled(found: pa.ChunkedArray, type_: pa.DataType) -> Array:
    array = pc.cast(found, type_, safe=False)
    if array.null_count:
        array = pc.fill_null(array, float("nan"))
    return np.asarray(array.combine_chunks().to_numpy(zero_copy_only=False))


def _flags(column: Column, found: pa.ChunkedArray | None, size: int) -> Coded:
    if found is None:
        return Coded(column, np.full(size, 255, np.uint8), 255)
    if not pa.types.is_boolean(found.type):
        raise UnfitColumn(f"{column.name}: must be true or false, found {found.type}")
    whole = pc.fill_null(pc.cast(found, pa.uint8()), pa.scalar(255, pa.uint8()))
    return Coded(column, np.array(whole.combine_chunks().to_numpy(zero_copy_only=False)), 255)


def _codes(
    column: Column, found: pa.ChunkedArray | None, size: int
) -> tuple[Coded, tuple[Any, ...]]:
    if found is None:
        return Coded(column, np.full(size, 255, np.uint8), 255), ()
    indices, names = _dictionary(column, found)
    kind, unknown = _small(len(names))
    whole = pc.fill_null(pc.cast(indices, pa.int64()), unknown)
    return Coded(column, np.asarray(whole).astype(kind), unknown), tuple(names)


def _dictionary(column: Column, found: pa.ChunkedArray) -> tuple[pa.Array, list[str]]:
    """Numbers and what they stand for."""
    type_ = found.type
    value = type_.value_type if pa.types.is_dictionary(type_) else type_
    if not (pa.types.is_string(value) or pa.types.is_large_string(value)):
        raise UnfitColumn(f"{column.name}: must be texts, found {type_}")
    whole = found if pa.types.is_dictionary(type_) else found.dictionary_encode()
    whole = whole.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], type_)
    return whole.indices, whole.dictionary.to_pylist()


def _sets(
    column: Column, found: pa.ChunkedArray | None, asked: Sequence[str], size: int
) -> CodedSet:
    names = tuple(asked)
    if found is None:
        nothing = np.zeros(0, np.uint16)
        return CodedSet(
            column, np.zeros(size + 1, np.int64), nothing, names, np.ones(size, np.uint8)
        )
    if not (pa.types.is_list(found.type) or pa.types.is_large_list(found.type)):
        raise UnfitColumn(f"{column.name}: must be lists of texts, found {found.type}")
    whole = found.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], found.type)
    lengths = np.asarray(pc.fill_null(pc.list_value_length(whole), 0)).astype(np.int64)
    missing = np.asarray(pc.cast(pc.is_null(whole), pa.uint8()))
    flat = whole.flatten()
    indices, members = _dictionary(column, pa.chunked_array([flat]))
    number = {name: i for i, name in enumerate(names)}
    none = len(names)
    of = np.array([number.get(member, none) for member in members] or [none], np.uint32)
    # a null inside a set says nothing and is left out
    chosen = np.asarray(pc.fill_null(pc.cast(indices, pa.int64()), -1))
    numbers = np.where(chosen < 0, none, of[chosen]) if len(chosen) else np.zeros(0, np.uint32)
    kept = numbers != none
    whose = np.repeat(np.arange(size), lengths)
    offsets = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(whose[kept], minlength=size), out=offsets[1:])
    kind = np.uint16 if none < 65535 else np.uint32
    return CodedSet(column, offsets, numbers[kept].astype(kind), names, missing)
