"""Columns of a table as NumPy arrays: numbers with NaN for unknown, answers in three values."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qifu.rulebook.engine.arrow import dictionary, holds, members_of
from qifu.rulebook.engine.coding import DAYS_TO_1970, Array

Answer = Callable[[str], bool | None]


class Three(NamedTuple):
    """Kleene's three values for many: who holds for sure, and who may hold (sure or unknown)."""

    sure: Array
    may: Array

    def turned(self) -> "Three":
        """The opposite; unknown stays unknown."""
        return Three(~self.may, ~self.sure)


class Columns:
    """Rows of a table, each column read when it is first asked for.

    A column that is not there is unknown for everybody and stands in `missing`; one of a wrong
    type, or with a null inside a set, raises UnfitColumn.
    """

    def __init__(self, rows: pa.Table | pa.RecordBatch) -> None:
        self.rows = rows
        self.size: int = rows.num_rows
        self.names = frozenset(rows.schema.names)
        self.missing: dict[str, None] = {}
        self._numbers: dict[str, Array] = {}
        self._codes: dict[str, tuple[Array, list[str]]] = {}

    def only(self, chosen: Array) -> "Columns":
        """The same for some of the rows (places in order)."""
        return Columns(self.rows.take(pa.array(chosen)))

    def _column(self, key: str, kind: str) -> pa.Array | None:
        if not holds(key, kind, self.rows.schema):
            if key not in self.names:
                self.missing[key] = None
            return None
        found = self.rows.column(key)
        return _whole(found) if isinstance(found, pa.ChunkedArray) else found

    def numbers(self, key: str, *, days: bool = False) -> Array:
        """Figures as float64, NaN for unknown; days as their number (0001-01-01 is 1)."""
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = self._read_numbers(key, days)
        return known

    def _read_numbers(self, key: str, days: bool) -> Array:
        found = self._column(key, "date" if days else "number")
        if found is None:
            return np.full(self.size, np.nan)
        if days:
            numbers = pc.cast(found, pa.date32()).cast(pa.int32())
            return _floats(numbers) + DAYS_TO_1970
        return _floats(found)

    def flags(self, key: str) -> Three:
        """Whether a flag is set."""
        found = self._column(key, "flag")
        if found is None:
            return unknown(self.size)
        return Three(_bools(pc.fill_null(found, False)), _bools(pc.fill_null(found, True)))

    def codes(self, key: str) -> tuple[Array, list[str]]:
        """Codes or texts as places in a list of those that occur; −1 is unknown."""
        known = self._codes.get(key)
        if known is None:
            found = self._column(key, "text")
            none: tuple[Array, list[str]] = (np.full(self.size, -1, np.int32), [])
            known = self._codes[key] = none if found is None else _codes(found)
        return known

    def answers(self, key: str, answer: Answer) -> Three:
        """What a question says of each code or text; it is asked once of those that occur."""
        places, names = self.codes(key)
        told = [answer(name) for name in names]
        # the last entry is for −1: unknown
        sure = np.array([*(one is True for one in told), False])
        may = np.array([*(one is not False for one in told), True])
        return Three(sure[places], may[places])

    def members(self, key: str, wanted: Iterable[str]) -> Three:
        """Whether a set has one of these members."""
        found = self._column(key, "set")
        if found is None:
            return unknown(self.size)
        places, names = members_of(key, found)
        wanted = frozenset(wanted)
        hit = np.array([name in wanted for name in names], bool)[places]
        before = np.zeros(len(hit) + 1, np.int64)
        np.cumsum(hit, out=before[1:])
        lengths = _floats(pc.fill_null(pc.list_value_length(found), 0)).astype(np.int64)
        ends = np.cumsum(lengths)
        has = before[ends] > before[ends - lengths]
        return Three(has, has | _bools(pc.is_null(found)))


def unknown(size: int) -> Three:
    """Unknown for everybody."""
    return Three(np.zeros(size, bool), np.ones(size, bool))


def _whole(found: pa.ChunkedArray) -> pa.Array:
    if pa.types.is_dictionary(found.type):
        found = found.unify_dictionaries()
    if found.num_chunks == 1:
        return found.chunk(0)
    return pa.concat_arrays(found.chunks) if found.num_chunks else pa.array([], found.type)


def _floats(found: pa.Array) -> Array:
    array = pc.cast(found, pa.float64(), safe=False)
    if array.null_count:
        array = pc.fill_null(array, float("nan"))
    return np.asarray(array.to_numpy(zero_copy_only=False))


def _bools(found: pa.Array) -> Array:
    return np.asarray(found.to_numpy(zero_copy_only=False)).astype(bool)


def _codes(found: pa.Array) -> tuple[Array, list[str]]:
    places, names = dictionary(found)
    if None in names:
        places = np.where(places == names.index(None), -1, places)
    return places, [name or "" for name in names]
