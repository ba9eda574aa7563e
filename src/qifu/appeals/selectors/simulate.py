"""What a month would have been under another rule set: read, counted anew, nothing written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from qifu.appeals.models import Clock
from qifu.appeals.selectors.clocks import hours_of
from qifu.base.calendar import calendar_in_force
from qifu.base.city import City
from qifu.rulebook.clock_rules import RuleSet, due_of
from qifu.rulebook.workdays import SHANGHAI, Pause

ON_TIME, LATE, OPEN, STOPPED = "on_time", "late", "open", "stopped"
STATUSES: Final = (ON_TIME, LATE, OPEN, STOPPED)
NAMES: Final = ("reply", "contact")


@dataclass(frozen=True)
class Moved:
    """One clock under both rule sets; `after` is None where the other has no such limit."""

    number: str
    kind: str
    name: str
    before: datetime
    after: datetime | None
    was: str
    would_be: str

    @property
    def way(self) -> str:
        """earlier, later, same, none."""
        if self.after is None:
            return "none"
        if self.after == self.before:
            return "same"
        return "later" if self.after > self.before else "earlier"


@dataclass
class Tally:
    """How many clocks of one kind of case: by how the date moves, and how they stand, both ways."""

    clocks: int = 0
    ways: dict[str, int] = field(default_factory=dict)
    was: dict[str, int] = field(default_factory=dict)
    would_be: dict[str, int] = field(default_factory=dict)

    def add(self, one: Moved) -> None:
        """Count one clock."""
        self.clocks += 1
        for counts, key in (
            (self.ways, one.way),
            (self.was, one.was),
            (self.would_be, one.would_be),
        ):
            counts[key] = counts.get(key, 0) + 1


def simulate(city: City, rules: RuleSet, month: date, *, now: datetime) -> Iterator[Moved]:
    """The reply and contact clocks of all cases submitted in a month, under another rule set.

    Each keeps its start, its pauses, and what an extension added where the unit is the same. A
    clock that was met is on time or late by when it was met; one that still runs is open or late
    by `now`; one that was stopped (withdrawn, not accepted) is neither.
    """
    calendar = calendar_in_force()
    hours = hours_of(city, calendar)
    first = month.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    start, end = (datetime.combine(day, time.min, SHANGHAI) for day in (first, after))
    clocks = (
        Clock.objects.filter(
            name__in=NAMES, round=1, appeal__submitted_at__gte=start, appeal__submitted_at__lt=end
        )
        .select_related("appeal")
        .prefetch_related("pauses")
        .order_by("appeal_id", "name", "pk")
    )
    for clock in _last_of_each(clocks.iterator(chunk_size=500)):
        appeal = clock.appeal
        limit = rules.limit(clock.name, kind=appeal.kind, several=appeal.several)
        due = None
        if limit is not None:
            due = due_of(
                limit,
                clock.started_at,
                calendar=calendar,
                hours=hours,
                pauses=tuple(
                    Pause(p.start, max(p.end or now, p.start)) for p in clock.pauses.all()
                ),
                extra=clock.extra if limit.unit == clock.limit["unit"] else 0,
            ).due
        yield Moved(
            number=appeal.number,
            kind=appeal.kind,
            name=clock.name,
            before=clock.due_at,
            after=due,
            was=_status(clock, clock.due_at, now),
            would_be=_status(clock, due, now),
        )


def tallies(moved: Iterator[Moved]) -> dict[tuple[str, str], Tally]:
    """Counts by clock and kind of case, and by clock alone under the kind ""."""
    found: dict[tuple[str, str], Tally] = {}
    for one in moved:
        for kind in (one.kind, ""):
            found.setdefault((one.name, kind), Tally()).add(one)
    return found


def _last_of_each(clocks: Iterator[Clock]) -> Iterator[Clock]:
    """A clock that was stopped and started anew (a refusal contested) counts once, as it is."""
    last: Clock | None = None
    for clock in clocks:
        if last is not None and (last.appeal_id, last.name) != (clock.appeal_id, clock.name):
            yield last
        last = clock
    if last is not None:
        yield last


def _status(clock: Clock, due: datetime | None, now: datetime) -> str:
    if due is None or clock.state == Clock.State.CANCELLED:
        return STOPPED
    if clock.state == Clock.State.MET and clock.ended_at is not None:
        return ON_TIME if clock.ended_at <= due else LATE
    stands_still = clock.state == Clock.State.PAUSED
    return LATE if due < now and not stands_still else OPEN
