"""The live index of the city: kept by the worker, one process at a time, told from the outbox.

The database is the truth. An index that is lost, torn or made with another pack is built anew; one
that cannot be had just now costs time and no message: a firm is then matched as a whole.
"""

import fcntl
import logging
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.timezone import localdate

from qifu.base import journal
from qifu.base.city import City, NoCity, current_city, last_load
from qifu.organisations.selectors.command_line import (
    facts_by_region,
    facts_of_these,
    firms_with_facts_between,
    newest_fact,
    number_of_firms,
    numbers_of_firms,
)
from qifu.policies.actions import look_again, refresh_match
from qifu.policies.selectors.library import in_force, programmes, versions_by_number
from qifu.rulebook.facts import Fact
from qifu.rulebook.policy import Policy

if TYPE_CHECKING:
    from qifu.rulebook.engine.index import Difference, Disagreement, LiveIndex, Moved

log = logging.getLogger(__name__)

PATIENCE = 5.0  # seconds that one waits for another process to let go
BATCH = 2000
SAMPLE = 20
MOST_CHANGED = 500  # versions at once for which one asks who gains or loses by each


class Busy(Exception):
    """Another process holds the index."""


# what this process has open: folder, index, and the state of the folder as it was left
_held: "dict[Path, tuple[LiveIndex, tuple[int, ...]]]" = {}


def index_folder() -> Path:
    """Where the index is."""
    return Path(settings.QIFU_INDEX)


@contextmanager
def _locked(folder: Path, patience: float) -> Iterator[None]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    until = time.monotonic() + patience
    with (folder / "lock").open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Busy(str(folder)) from None
                time.sleep(0.05)
        yield


@contextmanager
def held_index(city: City, *, patience: float = PATIENCE) -> "Iterator[LiveIndex | None]":
    """The city's index for this process alone, as it was left; None where there is none that fits.

    Busy where another process holds it. What goes wrong inside leaves it to be opened again.
    """
    folder = index_folder()
    with _locked(folder, patience):
        index = _opened(folder, city)
        _held.pop(folder, None)
        yield index
        if index is not None and folder not in _held:  # else it was built anew meanwhile
            _remember(folder, index)


def _remember(folder: Path, index: "LiveIndex") -> None:
    _held[folder] = (index, index.state)


def _opened(folder: Path, city: City) -> "LiveIndex | None":
    from qifu.rulebook.engine.index import LiveIndex, Torn, standing  # noqa: PLC0415 - compiler

    index, state = _held.get(folder, (None, ()))
    if index is not None and index.state == state and index.stamp == city.facts_stamp:
        return index
    try:
        found = standing(folder)
        if found.stamp != city.facts_stamp:
            return None
        policies = programmes(versions_by_number(found.policies), city)
        return LiveIndex.open(folder, policies, city.catalogue)
    except (Torn, OSError) as error:
        log.info("no live index: %s", error)
        return None


def build_index(city: City, *, on: date, patience: float = PATIENCE) -> int:
    """Build the index from the database, whatever is there; gives how many firms it has."""
    folder = index_folder()
    with _locked(folder, patience):
        return len(_built(folder, city, on))


def _built(folder: Path, city: City, on: date) -> "LiveIndex":
    from qifu.rulebook.engine.index import LiveIndex  # noqa: PLC0415 - starts the compiler

    newest = newest_fact()  # before the facts are read: what comes meanwhile is read again
    index = LiveIndex.create(
        folder,
        _library(city, on),
        city.catalogue,
        as_of=on,
        stamp=city.facts_stamp,
        notes={"facts": [newest, newest]},
        enterprises=((pk, _facts(own, city, on)) for pk, own in facts_by_region()),
        room=number_of_firms(),
    )
    _remember(folder, index)
    return index


def _library(city: City, on: date) -> list[Policy]:
    return programmes(list(in_force(on).values()), city)


def _facts(facts: Mapping[str, Any], city: City, on: date) -> dict[str, Fact]:
    known, _whence = city.known(facts, as_of=on)
    return known


# what the outbox asks for


def serve_refresh(payload: Mapping[str, Any], now: datetime) -> None:
    """A firm may use something else than before: its bits are brought up to date, it is told."""
    pk, on = payload["enterprise"], localdate(now)
    seen = None if payload.get("whole") else _seen(pk, on)
    refresh_match(pk, on=on, now=now, seen=seen)


def _seen(pk: int, on: date) -> list[str] | None:
    """What the firm can use now by the index; None where it cannot be asked."""
    city = current_city()
    try:
        with held_index(city) as index:
            own = facts_of_these([pk]).get(pk)
            if index is None or own is None or index.as_of != on:
                return None
            index.update_enterprise(pk, _facts(own, city, on))
            said = index.verdicts(pk)
            return [
                ident
                for ident, policy in index.policies.items()
                if said[ident] == "eligible" and policy.status(on) != "closed"
            ]
    except (Busy, OSError) as error:
        log.warning("firm %s is matched without the live index: %r", pk, error)
        return None


def serve_library(payload: Mapping[str, Any], now: datetime) -> None:
    """Versions came or went: whoever gains or loses by it is looked at again."""
    city, on, changed = current_city(), localdate(now), payload["changed"]
    firms: set[int] | None = None
    try:
        with held_index(city) as index:
            if index is not None and index.as_of == on and len(changed) <= MOST_CHANGED:
                firms = set()
                for one in changed:
                    old, new = (_version(one[which], city) for which in ("old", "new"))
                    difference = index.diff(old, new)
                    firms |= _concerned(difference)
                    _noted(index, old, new, difference)
            if index is not None:
                index.keep(_library(city, on), as_of=on, catalogue=city.catalogue)
    except (Busy, OSError) as error:
        log.warning("every firm is looked at again, without the live index: %r", error)
        firms = None
    look_again(firms, why=f"library{now.isoformat()}", now=now)


def _version(pk: int | None, city: City) -> Policy | None:
    return None if pk is None else programmes([pk], city)[0]


def _noted(
    index: "LiveIndex", old: Policy | None, new: Policy | None, difference: "Difference"
) -> None:
    """Keep what the version that counts now changed, for officers."""
    changes = dict(index.notes.get("changes") or {})
    if new is None:
        changes.pop(old.id if old else "", None)
    else:
        changes[new.id] = {
            "version": new.version,
            "from": old.version if old else None,
            **{
                which: {"gained": len(one.gained), "lost": len(one.lost), "kept": one.kept}
                for which, one in difference.named().items()
            },
        }
    index.notes["changes"] = changes


def _concerned(difference: "Difference") -> set[int]:
    """Who could use it and cannot, or the other way round."""
    change = difference.eligible
    return {*change.gained.tolist(), *change.lost.tolist()}


# what comes round


def keep_index(now: datetime) -> int:
    """Bring the index in line with day, library and facts; build it where there is none.

    At midnight ages change, windows close, versions begin: members of the firms concerned are told.
    Gives how many firms it has.
    """
    try:
        city, on = current_city(), localdate(now)
        with held_index(city, patience=0) as index:
            if index is None:
                return len(_built(index_folder(), city, on))
            firms = _in_line(index, city, on)
            size = len(index)
    except (Busy, NoCity):
        return 0  # whoever holds it does this
    if firms:
        look_again(firms, why=f"day{on}", now=now)
    return size


def _in_line(index: "LiveIndex", city: City, on: date) -> set[int]:
    """Day, library, facts, firms; gives the firms that another day concerns."""
    before, firms, library = index.as_of, set[int](), _library(city, on)
    rolled = before != on
    versions = {policy.id: policy.version for policy in library}
    if rolled or {p.id: p.version for p in index.policies.values()} != versions:
        for policy in library if rolled else ():
            if policy.status(on) == "closed" != policy.status(before):
                firms.update(index.reach(policy).ids("eligible").tolist())
        changes = index.keep(library, as_of=on, catalogue=city.catalogue)
        for difference in changes.values() if rolled else ():
            firms |= _concerned(difference)
    mark, last = index.notes["facts"]
    newest = newest_fact()
    news: Iterable[int] = firms_with_facts_between(mark, newest)
    if rolled:
        # what follows from the day (an age, a size by last year's figures) is in every firm's facts
        moved = _update(index, facts_by_region(), city, on)
        firms.update(pk for pk, one in moved if any("eligible" in (m.before, m.after) for m in one))
        news = ()
    if len(index) != number_of_firms():
        there, known = set(numbers_of_firms()), set(index.ids.tolist())
        for pk in known - there:
            index.remove_enterprise(pk)
        news = {*news, *(there - known)}
    for some in _batches(sorted(news)):
        for _one in _update(index, facts_of_these(some).items(), city, on):
            pass
    if rolled or last != newest:
        # a transaction that was open then may have written older numbers: they are read once more
        index.notes["facts"] = [last, newest]
        index.save()
    return firms


def _batches(numbers: Iterable[Any]) -> Iterator[list[Any]]:
    waiting = iter(numbers)
    while some := list(islice(waiting, BATCH)):
        yield some


def _update(
    index: "LiveIndex", firms: Iterable[tuple[int, Mapping[str, Any]]], city: City, on: date
) -> "Iterator[tuple[int, tuple[Moved, ...]]]":
    """Facts of many firms as they are now, written a batch at a time; what moved."""
    for some in _batches(firms):
        yield from index.update_enterprises((pk, _facts(own, city, on)) for pk, own in some).items()


def check_index(now: datetime, *, firms: int = SAMPLE) -> "list[Disagreement]":
    """Hold some firms, drawn by lot, against whole reports; where one disagrees build anew."""
    from qifu.rulebook.engine.index import check_sample  # noqa: PLC0415 - starts the compiler

    try:
        city, on = current_city(), localdate(now)
        with held_index(city, patience=0) as index:
            if index is None or index.as_of != on:
                return []
            _in_line(index, city, on)
            drawn = random.Random(now.isoformat()).sample(
                index.ids.tolist(), min(firms, len(index))
            )
            facts = {
                pk: city.with_derived(own, as_of=on)[0] for pk, own in facts_of_these(drawn).items()
            }
            wrong = check_sample(index, facts)
            if wrong:
                _rebuild(wrong, city, on, now)
            return wrong
    except (Busy, NoCity):
        return []


def _rebuild(wrong: "list[Disagreement]", city: City, on: date, now: datetime) -> None:
    some = "; ".join(
        f"{one.enterprise} {one.policy}: {one.index}, {one.report}" for one in wrong[:5]
    )
    log.error("the live index disagrees with reports and is built anew: %s", some)
    load = last_load()
    assert load is not None
    journal.record(load, "rebuild_index", actor_id=None, now=now, note=some)
    _built(index_folder(), city, on)
