"""Columns and rows of a live index, side by side: what is known, and what is asked of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qifu.rulebook.engine.coding import Array
from qifu.rulebook.engine.compiling import Column, Composite, Judged, Row
from qifu.rulebook.engine.index.asked import COARSE, YES, Asked
from qifu.rulebook.engine.index.bits import ALL, EVERY, NONE, VALID, Bits
from qifu.rulebook.engine.index.columns import Kept, Plain
from qifu.rulebook.engine.index.places import NOBODY
from qifu.rulebook.engine.index.plain import held, packed
from qifu.rulebook.engine.index.store import Store

LEAST_ROOM = 4096


@dataclass(frozen=True)
class News:
    """What new facts of one enterprise change: columns, bits, and the rows that may differ."""

    columns: Sequence[tuple[Kept, Plain]]
    slots: Array
    bits: Array
    touched: frozenset[int]


class Table:
    """All enterprises by place, all rows by number. A row's number is never used again."""

    def __init__(self, store: Store, run: Any) -> None:
        header = store.header
        self.store, self.run = store, run
        self.size: int = header.get("size", 0)
        capacity: int = header.get("capacity", LEAST_ROOM)
        self.ids = store.array("ids", np.int64, capacity)
        self.bits = Bits(
            store, header.get("generation", 0), header.get("slots", 64), capacity // 64
        )
        self.columns: dict[str, Kept] = {}
        for one in header.get("columns", ()):
            self.columns[one["key"]] = Kept(
                store, one["place"], one["key"], one["kind"], capacity, one["names"], one["heap"]
            )
        self.number: dict[Row, int] = {}
        self.true: dict[int, int] = {}
        self.unknown: dict[int, int] = {}
        self.asked: dict[Column, Asked] = {}
        self.parents: dict[int, list[int]] = {}
        self._composites: dict[int, Composite] = {}
        self.changed = "size" not in header
        self._owned: list[tuple[int, int]] = []
        self._next = 0
        if self.changed:
            self.ids.array[:] = NOBODY
            self.bits.free = list(range(3, self.bits.slots))[::-1]
            self.bits.matrix[NONE], self.bits.matrix[VALID] = 0, 0
        else:
            self._clean()
        self.bits.matrix[ALL] = EVERY

    @property
    def capacity(self) -> int:
        """How many places there are before everything has to grow."""
        return self.bits.words * 64

    def _revalidate(self) -> None:
        there = self.ids.array[: self.size] != NOBODY
        self.bits.matrix[VALID] = packed(there, self.bits.words)

    def _clean(self) -> None:
        """Places where nobody is hold nothing, whatever a crash left there."""
        free = np.nonzero(self.ids.array[: self.size] == NOBODY)[0]
        for kept in self.columns.values():
            kept.clear(free)
        self._revalidate()

    # enterprises

    def reserve(self, places: int) -> None:
        """Room for so many; rows move to a wider file, which counts from the next save on."""
        if places <= self.capacity:
            return
        capacity = -(-max(places, self.capacity + self.capacity // 8) // 4096) * 4096
        before = self.bits
        self.ids.grow(capacity)
        self.ids.array[before.words * 64 :] = NOBODY
        for kept in self.columns.values():
            kept.grow(capacity)
        after = Bits(self.store, before.generation + 1, before.slots, capacity // 64)
        after.matrix[:, : before.words] = before.matrix
        after.matrix[:, before.words :] = 0
        after.matrix[ALL] = EVERY
        after.free, after.freed, after.count = before.free, before.freed, before.count
        self.store.drop(before.name)
        self.bits = after

    def append(self, ids: Array) -> int:
        """Places for new enterprises at the end; the first of them."""
        first, end = self.size, self.size + len(ids)
        self.reserve(end)
        for kept in self.columns.values():
            kept.clear(slice(first, end))
        self.ids.array[first:end] = ids
        self.size = end
        if len(ids) > 1:
            self._revalidate()
        else:
            self.bits.put(np.array([VALID]), first, np.array([ids[0] != NOBODY], np.uint8))
        return first

    def keep(self, key: str, kind: str) -> Kept:
        """The column of a fact; a new one is unknown for everybody."""
        found = self.columns.get(key)
        if found is None:
            place = 1 + max((one.place for one in self.columns.values()), default=-1)
            found = self.columns[key] = Kept(self.store, place, key, kind, self.capacity)
            found.clear(slice(None))
            self.changed = True
        return found

    # rows

    def place(self, number: int) -> tuple[int, int]:
        """The slots of a row and of those for whom it is unknown."""
        return self.true[number], self.unknown[number]

    def recall(self, rows: Iterable[Row]) -> None:
        """Those of these rows that the header names lie where it says; the other slots are free."""
        header = self.store.header
        known, columns = header["rows"], header["unknown"]
        taken = {NONE, ALL, VALID}
        for row in rows:
            slots = known.get(repr(row))
            if isinstance(row, Composite):
                if slots is None or any(leaf.row not in self.number for leaf in row.leaves):
                    continue
                self._enter(row, *slots)
            elif isinstance(row, Judged):
                self._enter(row, NONE, ALL)
                continue
            else:
                unknown = columns.get(repr(row.column))
                if slots is None or unknown is None:
                    continue
                asked = self._asked(row.column, unknown)
                taken.add(unknown)
                own = slots[1] if slots[1] != unknown else -1
                asked.add(row, self._enter(row, *slots), slots[0], own)
            taken.update(slots)
        self.changed = len(known) != len(self.number)
        self.bits.free = [slot for slot in range(self.bits.slots) if slot not in taken][::-1]

    def _enter(self, row: Row, true: int, unknown: int) -> int:
        number = self.number[row] = self._next
        self._next += 1
        self.true[number], self.unknown[number] = true, unknown
        if isinstance(row, Composite):
            self._composites[number] = row
            for leaf in row.leaves:
                self.parents.setdefault(self.number[leaf.row], []).append(number)
        return number

    def _asked(self, column: Column, unknown: int) -> Asked:
        found = self.asked.get(column)
        if found is None:
            kept = [self.keep(key, column.kind) for key in column.keys]
            found = self.asked[column] = Asked(column, kept, unknown)
        return found

    def ensure(self, rows: Sequence[Row]) -> list[int]:
        """The numbers of these rows; those that are not there are made, a column at a time."""
        begun: dict[Column, int] = {}
        composites = []
        for row in rows:
            if row in self.number:
                continue
            self.changed = True
            if isinstance(row, Judged):
                self._enter(row, NONE, ALL)
            elif isinstance(row, Composite):
                composites.append(self._enter(row, self.bits.take(), self.bits.take()))
            else:
                asked = self.asked.get(row.column)
                if asked is None:
                    asked = self._asked(row.column, self.bits.take())
                    asked.make_unknown(self.bits, self.size)
                begun.setdefault(row.column, len(asked.rows))
                true = self.bits.take()
                asked.add(row, self._enter(row, true, asked.unknown), true)
        for column, begin in begun.items():
            asked = self.asked[column]
            for i in range(begin, len(asked.rows)):
                if asked.coarse(i):
                    self._own(asked, i)
            asked.make(begin, self.bits, self.size, self.run)
        for number in composites:
            self._compose(number, self._composites[number])
        self._owned.clear()
        return [self.number[row] for row in rows]

    def _own(self, asked: Asked, i: int) -> None:
        """Give a row of codes its own row of those for whom it is unknown."""
        asked.own[i] = slot = self.bits.take()
        self.bits.matrix[slot] = self.bits.matrix[asked.unknown]
        self.unknown[asked.numbers[i]] = slot
        self._owned.append((asked.true[i], slot))

    def owned(self) -> list[tuple[int, int]]:
        """Rows (true, own) that got an own row of the unknown since this was last asked."""
        found, self._owned = self._owned, []
        return found

    def _leaves(self, row: Composite) -> Array:
        return np.array(
            [(*self.place(self.number[leaf.row]), leaf.negated) for leaf in row.leaves], np.int64
        ).reshape(-1, 3)

    def _compose(self, number: int, row: Composite) -> None:
        """A composite for everybody."""
        leaves, (true, own) = self._leaves(row), self.place(number)
        sure = held(self.bits.matrix, leaves, row.least, sure=True)
        self.bits.matrix[own] = held(self.bits.matrix, leaves, row.least, sure=False) & ~sure
        self.bits.matrix[true] = sure

    def sweep(self, used: set[int]) -> None:
        """Give up every row that is not used, by a policy or by a row that is."""
        by_number = {number: row for row, number in self.number.items()}
        wanted = set(used)
        for number in sorted(used, reverse=True):
            wanted |= self._below(by_number[number])
        gone = {number for number in self.true if number not in wanted}
        if not gone:
            return
        self.changed = True
        slots = {self.true[number] for number in gone} - {NONE, ALL, VALID}
        freed: set[int] = set()
        for column, asked in list(self.asked.items()):
            freed.update(asked.remove(slots))
            if not asked.rows:
                freed.add(asked.unknown)
                del self.asked[column]
        for number in gone:
            row = by_number[number]
            if self._composites.pop(number, None):
                freed.update(self.place(number))
            del self.number[row], self.true[number], self.unknown[number]
        self.parents = {
            number: [p for p in above if p not in gone]
            for number, above in self.parents.items()
            if number not in gone
        }
        self.bits.freed += sorted(freed)
        for slot in freed:
            self.bits.count.pop(slot, None)

    def _below(self, row: Row) -> set[int]:
        if not isinstance(row, Composite):
            return set()
        found = set()
        for leaf in row.leaves:
            found |= {self.number[leaf.row]} | self._below(leaf.row)
        return found

    # one enterprise

    def same(self, place: int, facts: Mapping[str, Plain]) -> bool:
        """Whether the columns say exactly this of the enterprise at a place."""
        return facts.keys() <= self.columns.keys() and all(
            kept.get(place) == facts.get(key) for key, kept in self.columns.items()
        )

    def news(
        self, place: int, facts: Mapping[str, Plain], kind_of: Callable[[str], str | None], *,
        whole: bool,
    ) -> News:  # fmt: skip
        """What these facts change for the enterprise at a place; nothing is written yet.

        `whole`: everything is written, whatever the columns say.
        """
        for key in facts:
            if key not in self.columns:
                self.keep(key, kind_of(key) or "")
        columns = []
        for key, kept in self.columns.items():
            value = facts.get(key)
            # after a crash a column may hold what the header does not know yet
            if whole or kept.get(place) != value:
                columns.append((kept, value))
                if kept.kind in ("code", "text") and value is not None:
                    kept.names.take(str(value))
        changed = {kept.key for kept, _ in columns}
        slots: list[Array] = []
        bits: list[Array] = []
        touched: set[int] = set()
        for column, asked in self.asked.items():
            if whole or not changed.isdisjoint(column.keys):
                self._answered(asked, facts, place, slots, bits, touched)
        for number in sorted(touched):
            self._up(number, touched)
        empty = np.zeros(0, np.int64)
        return News(
            columns, np.concatenate([empty, *slots]), np.concatenate([empty, *bits]),
            frozenset(touched),
        )  # fmt: skip

    def _answered(
        self, asked: Asked, facts: Mapping[str, Plain], place: int, slots: list[Array],
        bits: list[Array], touched: set[int],
    ) -> None:  # fmt: skip
        unknown, said = asked.answer(facts)
        for i in np.nonzero(said == COARSE)[0]:
            if asked.own[i] < 0:
                self._own(asked, int(i))
        own = np.array(asked.own, np.int64)
        has = own >= 0
        true = np.array(asked.true, np.int64)
        at = np.concatenate([[asked.unknown], true, own[has]])
        new = np.concatenate([[unknown], said == YES, (said[has] == COARSE) | unknown])
        differs = self.bits.get(at, place) != new
        slots.append(at)
        bits.append(new.astype(np.int64))
        count = len(true)
        numbers = asked.numbers
        if differs[0]:
            touched.update(numbers)
        else:
            touched.update(numbers[i] for i in np.nonzero(differs[1 : count + 1])[0])
            owners = np.nonzero(has)[0][differs[count + 1 :]]
            touched.update(numbers[i] for i in owners)

    def _up(self, number: int, touched: set[int]) -> None:
        for above in self.parents.get(number, ()):
            touched.add(above)
            self._up(above, touched)

    def write(self, place: int, news: News) -> None:
        """Write what `news` said, and what follows from it."""
        for kept, value in news.columns:
            kept.put(place, value)
        self.bits.put(news.slots, place, news.bits)
        for number in sorted(news.touched & self._composites.keys()):
            row = self._composites[number]
            leaves = self._leaves(row)
            true = self.bits.get(leaves[:, 0], place) == 1
            unknown = self.bits.get(leaves[:, 1], place) == 1
            negated = leaves[:, 2] == 1
            sure = int(np.where(negated, ~(true | unknown), true).sum()) >= row.least
            hope = int(np.where(negated, ~true, true | unknown).sum()) >= row.least
            self.bits.put(
                np.array(self.place(number)), place, np.array([sure, hope and not sure], np.uint8)
            )

    # the folder

    def header(self) -> dict[str, Any]:
        """What the header has to know to find everything again."""
        return {
            "size": self.size, "capacity": self.capacity, "generation": self.bits.generation,
            "slots": self.bits.slots,
            "columns": [kept.header() for kept in self.columns.values()],
            "unknown": {repr(column): asked.unknown for column, asked in self.asked.items()},
            "rows": {repr(row): list(self.place(n)) for row, n in self.number.items()},
        }  # fmt: skip

    def saved(self) -> None:
        """The header on disk is ours: what it no longer names can be written over."""
        self.changed = False
        self.bits.free += self.bits.freed
        self.bits.freed = []
