"""The live index: bits of every row for every enterprise, kept while policies and facts change.

A new policy is an AND over rows that are there; a changed enterprise is a few bits. Rows, policies
and judgements are those of `engine.compiling`; whatever changes, the index says as the whole match
over the same facts would.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.engine.coding import Array
from qifu.rulebook.engine.compiling import compile_policies
from qifu.rulebook.engine.index.bits import (
    VALID,
    VERDICTS,
    Bits,
    Difference,
    Flat,
    Groups,
    Reach,
    difference,
    functions,
    groups_of,
)
from qifu.rulebook.engine.index.columns import Plain, plain_of
from qifu.rulebook.engine.index.places import NOBODY, Places
from qifu.rulebook.engine.index.store import Store
from qifu.rulebook.engine.index.table import Table
from qifu.rulebook.facts import IDENTITY, Fact, split_key
from qifu.rulebook.policy import Policy

# the journal is folded into the arrays when it is longer than this many bytes
LONGEST_JOURNAL = 4 << 20
AT_ONCE = 2000


@dataclass(frozen=True)
class Moved:
    """What one policy says of one enterprise, before and after: none, near, maybe, eligible."""

    policy: str
    before: str
    after: str


class LiveIndex:
    """An index in a folder, for the one process that writes it.

    Enterprises are whole numbers from 0 up; facts are those of `rulebook.facts.read_facts`, with
    what is derived from them. Facts of attributes that the catalogue does not have are left out.
    """

    def __init__(self, store: Store, catalogue: Catalogue, as_of: date, engine: str) -> None:
        self.catalogue, self.as_of = catalogue, as_of
        self.policies: dict[str, Policy] = {}
        self.notes: dict[str, Any] = dict(store.header.get("notes") or {})
        self.stamp: str = store.header["stamp"]
        self._store, self._run = store, functions(engine)
        self._flat = Flat()
        self._groups: dict[str, Groups] = {}
        self._users: dict[int, list[int]] = {}
        self._users_of: dict[int, Array] = {}
        self._current: Array | None = None
        self._kinds: dict[str, str | None] = {}
        self._number: dict[str, int] = {}
        self._names: list[str] = []
        self._table = Table(store, self._run)
        self._places = Places(self._table.ids.array[: self._table.size])

    @classmethod
    def create(
        cls, folder: Path, policies: Sequence[Policy], catalogue: Catalogue, *, as_of: date,
        stamp: str = "", notes: Mapping[str, Any] | None = None, engine: str = "",
        tables: Iterable[pa.Table] = (),
        enterprises: Iterable[tuple[int, Mapping[str, Fact]]] = (), room: int = 0,
    ) -> "LiveIndex":  # fmt: skip
        """Build from `tables` (a column a fact and `enterprise_id`, whole numbers) or from facts
        one by one; what was in the folder is gone. Sorted by region it answers sooner.

        `stamp` says what else the facts depend on: another one, and it is time to build again.
        `room` for so many enterprises is taken at once.
        """
        header = {"stamp": stamp, "notes": dict(notes or {}), "as_of": as_of.isoformat()}
        index = cls(Store.create(folder, header), catalogue, as_of, engine)
        index._table.reserve(room)
        for table in tables:
            ids = np.asarray(table.column(IDENTITY).combine_chunks()).astype(np.int64)
            first = index._table.append(ids)
            for key in table.column_names:
                kind = index._kind(key)
                if kind is not None:
                    index._table.keep(key, kind).fill(first, table.column(key))
        waiting = iter(enterprises)
        while some := list(islice(waiting, AT_ONCE)):
            first = index._table.append(np.array([number for number, _ in some], np.int64))
            for place, (_, facts) in enumerate(some, first):
                for key, value in index._plain(facts).items():
                    index._table.keep(key, index._kind(key) or "").put(place, value)
        index._places = Places(index._table.ids.array[: index._table.size])
        index._take(policies)
        index.save()
        return index

    @classmethod
    def open(
        cls, folder: Path, policies: Sequence[Policy], catalogue: Catalogue, *, engine: str = ""
    ) -> "LiveIndex":
        """What is in a folder, for the day that it was left at, with the policies that it had (see
        `standing`); what a crash left in the journal is applied again. Torn where it is not whole.
        """
        store = Store.open(folder, write=True)
        index = cls(store, catalogue, date.fromisoformat(store.header["as_of"]), engine)
        program = compile_policies(policies, catalogue, as_of=index.as_of)
        index._table.recall(program.rows)
        replayed = False
        for record in store.changes():
            replayed = True
            number = int(record["id"])
            if record.get("gone"):
                index._gone(number)
            else:
                index._patch(number, record["facts"], whole=True)
        index._take(policies)
        if replayed or store.noted > len(str(store.epoch)) + 1 or index._table.changed:
            index.save()
        return index

    # policies

    def reach(self, policy: Policy) -> Reach:
        """Whom a policy reaches, which need not be one of the index; missing rows are made."""
        flat = Flat()
        return self._reached(flat, flat.add(self._compiled(policy), *self._lie))

    def _reached(self, flat: Flat, p: int) -> Reach:
        return flat.reach(p, self._table.bits, self._used, self._table.ids.array, self._run)

    @property
    def _lie(self) -> tuple[Callable[[int], tuple[int, int]], Bits]:
        return self._table.place, self._table.bits

    def diff(self, old: Policy | None, new: Policy | None) -> Difference:
        """Who comes, goes and stays from one version to another, over the facts as they are."""
        return difference(
            None if old is None else self.reach(old), None if new is None else self.reach(new)
        )

    def keep(
        self, policies: Sequence[Policy], *, as_of: date, catalogue: Catalogue | None = None
    ) -> dict[str, Difference]:
        """These policies and no others, on that day; by id what is different for whom.

        Both a new library and midnight: a policy whose rows are the same, and say the same, is not
        looked at. Rows that nobody asks for any more are given up.
        """
        before = {ident: (self._groups[ident], p) for ident, p in self._number.items()}
        old, flat = self.policies, self._flat
        self.catalogue, self.as_of = catalogue or self.catalogue, as_of
        self.policies, self._number, self._names, self._flat = {}, {}, [], Flat()
        self._current, self._kinds = None, {}
        self._take(policies)
        found: dict[str, Difference] = {}
        for ident in dict.fromkeys([*old, *self.policies]):
            was, groups = before.get(ident), self._groups.get(ident)
            if was is not None and ident in self.policies and was[0] == groups:
                continue
            old_reach = None if was is None else self._reached(flat, was[1])
            new = self._number.get(ident)
            new_reach = None if new is None else self._reached(self._flat, new)
            made = difference(old_reach, new_reach)
            if made:
                found[ident] = made
        self._sweep()
        self.save()
        return found

    def _take(self, policies: Sequence[Policy]) -> None:
        self._groups, self._users, self._users_of = {}, {}, {}
        program = compile_policies(policies, self.catalogue, as_of=self.as_of)
        numbers = self._table.ensure(program.rows)
        for i, policy in enumerate(policies):
            self._groups[policy.id] = groups_of(program, i, numbers)
            self._link(policy)

    def _compiled(self, policy: Policy) -> Groups:
        program = compile_policies([policy], self.catalogue, as_of=self.as_of)
        return groups_of(program, 0, self._table.ensure(program.rows))

    def _link(self, policy: Policy) -> None:
        groups = self._groups[policy.id]
        p = self._flat.add(groups, *self._lie)
        self.policies[policy.id] = policy
        self._number[policy.id] = p
        self._current = None
        self._names.append(policy.id)
        for _, _, leaves in groups:
            for number, _ in leaves:
                self._users.setdefault(number, []).append(p)
                self._users_of.pop(number, None)

    def _standing_on(self, rows: Iterable[int]) -> Array:
        """The policies, as they are now, that stand on one of these rows."""
        marked = np.zeros(self._flat.policies, np.bool_)
        for number in rows:
            users = self._users_of.get(number)
            if users is None:
                users = self._users_of[number] = np.array(self._users.get(number, ()), np.int64)
            marked[users] = True
        current = self._slots()
        return np.asarray(current[marked[current]])

    def _slots(self) -> Array:
        """The policies as they are now, in the order of their ids here."""
        if self._current is None:
            self._current = np.fromiter(self._number.values(), np.int64, len(self._number))
        return self._current

    def _sweep(self) -> None:
        """Give up the rows that no policy stands on."""
        used = {n for groups in self._groups.values() for _, _, own in groups for n, _ in own}
        self._table.sweep(used)

    # enterprises

    @property
    def _used(self) -> int:
        return (self._table.size + 63) // 64

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, number: int) -> bool:
        return self._places.get(number) is not None

    @property
    def ids(self) -> Array:
        """The enterprises that are there, in the order of the index."""
        found = self._table.ids.array[: self._table.size]
        return np.asarray(found[found != NOBODY])

    def update_enterprise(self, number: int, facts: Mapping[str, Fact]) -> tuple[Moved, ...]:
        """The facts of one enterprise as they are now; which policies say something else of it."""
        return self.update_enterprises([(number, facts)])[number]

    def update_enterprises(
        self, changed: Iterable[tuple[int, Mapping[str, Fact]]]
    ) -> dict[int, tuple[Moved, ...]]:
        """Many at once, with one wait for the disk; who was not there is added."""
        plain = {number: self._plain(facts) for number, facts in changed}
        news = {number: facts for number, facts in plain.items() if not self._same(number, facts)}
        if news:
            self._store.note([{"id": number, "facts": facts} for number, facts in news.items()])
        found = {
            number: self._patch(number, facts) if number in news else ()
            for number, facts in plain.items()
        }
        self._fold()
        return found

    def _same(self, number: int, facts: Mapping[str, Plain]) -> bool:
        place = self._places.get(number)
        return place is not None and self._table.same(place, facts)

    def remove_enterprise(self, number: int) -> None:
        """An enterprise is gone from every policy; KeyError where it was not there."""
        if number not in self:
            raise KeyError(number)
        self._store.note([{"id": number, "gone": True}])
        self._gone(number)
        self._fold()

    def verdicts(self, number: int) -> dict[str, str]:
        """What every policy says of one enterprise; KeyError where it is not there."""
        place = self._places.get(number)
        if place is None:
            raise KeyError(number)
        said = self._flat.judge(self._slots(), place, self._table.bits, self._run)
        return {ident: VERDICTS[one] for ident, one in zip(self._number, said, strict=True)}

    def _kind(self, key: str) -> str | None:
        """How a fact is kept; None for what the catalogue does not have."""
        if key not in self._kinds:
            self._kinds[key] = self._kind_of(key)
        return self._kinds[key]

    def _kind_of(self, key: str) -> str | None:
        try:
            name, _ = split_key(key)
        except ValueError:
            return None
        attribute = self.catalogue.get(name)
        if attribute is None or key == IDENTITY:
            return None
        return "number" if attribute.numeric else attribute.type

    def _plain(self, facts: Mapping[str, Fact]) -> dict[str, Plain]:
        return {
            key: plain_of(value)
            for key, value in facts.items()
            if value is not None and self._kind(key)
        }

    def _patch(
        self, number: int, facts: Mapping[str, Plain], *, whole: bool = False
    ) -> tuple[Moved, ...]:
        place, table = self._places.get(number), self._table
        if place is None:
            place = (
                self._places.free.pop()
                if self._places.free
                else table.append(np.array([NOBODY], np.int64))
            )
            table.ids.array[place] = number
            self._places.add(number, place)
            whole, policies = True, self._slots()
            before = np.zeros(len(policies), np.uint8)
            table.write(place, table.news(place, facts, self._kind, whole=True))
            table.bits.put(np.array([VALID]), place, np.ones(1, np.uint8))
        else:
            news = table.news(place, facts, self._kind, whole=whole)
            policies = self._standing_on(news.touched)
            before = self._flat.judge(policies, place, table.bits, self._run)
            table.write(place, news)
            table.bits.put(np.array([VALID]), place, np.ones(1, np.uint8))
        for true, own in table.owned():
            self._flat.renamed(true, own)
        after = self._flat.judge(policies, place, table.bits, self._run)
        return tuple(
            Moved(self._names[policies[i]], VERDICTS[before[i]], VERDICTS[after[i]])
            for i in np.nonzero(before != after)[0]
        )

    def _gone(self, number: int) -> None:
        place = self._places.get(number)
        if place is not None:
            self._table.ids.array[place] = NOBODY
            self._table.bits.put(np.array([VALID]), place, np.zeros(1, np.uint8))
            self._places.remove(number, place)

    # the folder

    def _fold(self) -> None:
        if self._store.noted > LONGEST_JOURNAL:
            self.save()

    def save(self) -> None:
        """Bring everything to the disk; the journal is empty afterwards."""
        self._store.checkpoint(
            {
                "as_of": self.as_of.isoformat(), "stamp": self.stamp, "notes": self.notes,
                "policies": {ident: policy.version for ident, policy in self.policies.items()},
                "there": len(self), **self._table.header(),
            }
        )  # fmt: skip
        self._table.saved()

    @property
    def state(self) -> tuple[int, ...]:
        """Changes whenever anybody writes: the header on disk and the length of the journal."""
        return (*self._store.stamp(), self._store.noted)
