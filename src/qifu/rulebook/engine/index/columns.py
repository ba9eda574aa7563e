"""What an index keeps of every enterprise, a column a fact: enough to answer a new question.

    number, date   floats, NaN for unknown; days counted as the rulebook does
    flag           0, 1, 255 for unknown
    code, text     the place in a list of names, -1 for unknown
    set            where its members lie in a heap, and how many; -1 for unknown

A value goes in and out in one plain form: float, bool, text, sorted list of texts, None.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qifu.rulebook.engine.arrow import dictionary, members_of
from qifu.rulebook.engine.coding import DAYS_TO_1970, Array, exactly
from qifu.rulebook.engine.index.store import Mapped, Store
from qifu.rulebook.facts import Fact

UNKNOWN_FLAG = 255
Plain = float | bool | str | list[str] | None
# beyond this a float cannot hold every sum of whole figures
WHOLE = 2.0**52


def plain_of(fact: Fact | None) -> Plain:
    """A fact as a column takes it."""
    if fact is None or isinstance(fact, bool | str):
        return fact
    if isinstance(fact, Decimal):
        return float(fact)
    if isinstance(fact, date):
        return float(fact.toordinal())
    return sorted(fact)


class Names:
    """Texts by number, in the order in which they came."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.all = list(known)
        self.number = {name: i for i, name in enumerate(self.all)}

    def take(self, name: str) -> int:
        """The number of a name, a new one where it has none."""
        found = self.number.get(name)
        if found is None:
            found = self.number[name] = len(self.all)
            self.all.append(name)
        return found

    def taken(self, names: Sequence[str | None]) -> Array:
        """The numbers of many, -1 for None; one more at the end, so that -1 finds it."""
        numbers = [-1 if name is None else self.take(name) for name in names]
        return np.array([*numbers, -1], np.int64)


class Kept:
    """One column of an index."""

    def __init__(
        self, store: Store, place: int, key: str, kind: str, capacity: int,
        names: Iterable[str] = (), heap: int = 0,
    ) -> None:  # fmt: skip
        self.store, self.key, self.kind = store, key, kind
        self.place, self.names = place, Names(names)
        types: dict[str, Any] = {"number": np.float64, "date": np.float64, "flag": np.uint8}
        self.values = store.array(
            f"column{place}", types.get(kind, np.int64 if kind == "set" else np.int32), capacity
        )
        self.heap: Mapped | None = None
        self.used = heap
        if kind == "set":
            self.lengths = store.array(f"column{place}.lengths", np.int32, capacity)
            self.heap = store.array(f"column{place}.heap", np.uint32, max(heap, 64))

    def header(self) -> dict[str, Any]:
        """What the header has to know."""
        return {
            "place": self.place, "key": self.key, "kind": self.kind, "names": self.names.all,
            "heap": self.used,
        }  # fmt: skip

    def grow(self, capacity: int) -> None:
        """Room for so many enterprises; new ones are unknown."""
        before = len(self.values)
        self.values.grow(capacity)
        if self.kind == "set":
            self.lengths.grow(capacity)
        self.clear(slice(before, capacity))

    def clear(self, places: "slice | Array") -> None:
        """Unknown in some places."""
        if self.kind == "set":
            self.lengths.array[places] = -1
        elif self.kind == "flag":
            self.values.array[places] = UNKNOWN_FLAG
        else:
            self.values.array[places] = np.nan if self.values.kind.kind == "f" else -1

    def get(self, at: int) -> Plain:
        """The value of one enterprise."""
        if self.kind == "set":
            length = int(self.lengths.array[at])
            if length < 0 or self.heap is None:
                return None
            start = int(self.values.array[at])
            return sorted(self.names.all[i] for i in self.heap.array[start : start + length])
        value = self.values.array[at]
        if self.kind == "flag":
            return None if value == UNKNOWN_FLAG else bool(value)
        if self.kind in ("number", "date"):
            return None if np.isnan(value) else float(value)
        return None if value < 0 else self.names.all[value]

    def put(self, at: int, value: Any) -> None:
        """Set the value of one enterprise."""
        if value is None:
            self.clear(slice(at, at + 1))
        elif self.kind == "set":
            numbers = [self.names.take(member) for member in value]
            self.values.array[at] = self._onto(np.array(numbers, np.uint32))
            self.lengths.array[at] = len(numbers)
        elif self.kind in ("code", "text"):
            self.values.array[at] = self.names.take(value)
        else:
            self.values.array[at] = value

    def _onto(self, members: Array) -> int:
        """Put members at the end of the heap; where they begin."""
        assert self.heap is not None
        begin, end = self.used, self.used + len(members)
        if end > len(self.heap):
            self.heap.grow(max(end, len(self.heap) + len(self.heap) // 4))
        self.heap.array[begin:end] = members
        self.used = end
        return begin

    def fill(self, first: int, found: pa.ChunkedArray) -> None:
        """The values of many enterprises at once, from `first` on, out of a table.

        UnfitColumn for a null inside a set.
        """
        end = first + len(found)
        if self.kind in ("number", "date"):
            if self.kind == "date":
                found = pc.cast(pc.cast(found, pa.date32()), pa.int32())
            values = np.asarray(pc.fill_null(pc.cast(found, pa.float64(), safe=False), np.nan))
            self.values.array[first:end] = values + (DAYS_TO_1970 if self.kind == "date" else 0)
        elif self.kind == "flag":
            numbers = pc.fill_null(pc.cast(found, pa.uint8()), pa.scalar(UNKNOWN_FLAG, pa.uint8()))
            self.values.array[first:end] = np.asarray(numbers)
        elif self.kind == "set":
            whole = pa.concat_arrays(found.chunks) if found.num_chunks else pa.array([], found.type)
            lengths = np.asarray(pc.fill_null(pc.list_value_length(whole), -1)).astype(np.int32)
            places, names = members_of(self.key, whole)
            members = self.names.taken(names)[places]
            begin = self._onto(members.astype(np.uint32))
            starts = np.cumsum(np.maximum(lengths, 0), dtype=np.int64)
            self.values.array[first:end] = begin + starts - np.maximum(lengths, 0)
            self.lengths.array[first:end] = lengths
        else:
            self.values.array[first:end] = self._numbers(found)

    def _numbers(self, found: pa.ChunkedArray) -> Array:
        """Texts as numbers of names."""
        parts = [np.zeros(0, np.int64)]
        for chunk in found.chunks:
            places, names = dictionary(chunk)
            parts.append(self.names.taken(names)[places])
        return np.concatenate(parts)

    def unknown(self, size: int) -> Array:
        """One truth value an enterprise: nothing is known."""
        if self.kind == "set":
            return np.asarray(self.lengths.array[:size] < 0)
        values = self.values.array[:size]
        if self.kind == "flag":
            return np.asarray(values == UNKNOWN_FLAG)
        return np.isnan(values) if self.values.kind.kind == "f" else np.asarray(values < 0)


def joined(parts: Sequence[Array], how: str) -> Array:
    """Several years' figures as one; NaN where one is unknown.

    Compared with a cut it says what the exact figure says; only a mean of whole figures is rounded
    in its last digit. Sums of whole figures are exact; the others are added again as fractions.
    """
    total = np.sum(parts, axis=0)
    with np.errstate(invalid="ignore"):
        whole = [(part == np.floor(part)) & (abs(part) < WHOLE / len(parts)) for part in parts]
    by_itself = ~np.all(whole, axis=0) & ~np.isnan(total)
    if how == "mean":
        total = total / len(parts)
    for i in np.nonzero(by_itself)[0]:
        total[i] = _below(exactly([part[i] for part in parts], how))
    return np.asarray(total)


def _below(exact: Fraction) -> float:
    """The last float whose written form is not above a figure."""
    near = float(exact)
    return near if Fraction(repr(near)) <= exact else math.nextafter(near, -math.inf)


def joined_one(values: Sequence[Plain], how: str) -> float | None:
    """The same for one enterprise."""
    if any(value is None for value in values):
        return None
    return float(joined([np.array([value], np.float64) for value in values], how)[0])
