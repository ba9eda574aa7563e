"""Reading clocks: which limit holds for a case, when it ends, and why, day by day."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from qifu.appeals.models import Appeal, Clock
from qifu.base.calendar import calendar_in_force, calendar_of
from qifu.base.city import City, city_of_load, current_city
from qifu.rulebook.business_hours import BusinessHours, parse_business_hours
from qifu.rulebook.calendar_days import Calendar
from qifu.rulebook.clock_rules import ClockDue, Limit, RuleSet, due_of
from qifu.rulebook.workdays import Pause

# clocks whose passing is somebody's failure; the others are windows or the firm's own time
DUTIES = frozenset({"contact", "acknowledge", "reply", "callback"})


def city_for(appeal: Appeal) -> City:
    """The pack whose rules hold for a case: the one in force when it was submitted."""
    return city_of_load(appeal.city_load) if appeal.city_load else current_city()


def rule_set_of(appeal: Appeal) -> RuleSet:
    """The rule set of a case, in the version it was submitted under."""
    city = city_for(appeal)
    return city.clock_rules.get(appeal.rule_set or city.appeals["clocks"])


def limit_for(appeal: Appeal, name: str) -> Limit | None:
    """The limit of one clock for this case; None where its rule set has none."""
    return rule_set_of(appeal).limit(name, kind=appeal.kind, several=appeal.several)


def calendar_now() -> Calendar:
    """The calendar in force."""
    return calendar_in_force()


def hours_of(city: City, calendar: Calendar) -> BusinessHours | None:
    """The business hours in which contact clocks run; None where the pack has none."""
    document = city.appeals.get("hours")
    return parse_business_hours(document, calendar) if document else None


def due_of_clock(
    appeal: Appeal,
    limit: Limit,
    start: datetime,
    *,
    calendar: Calendar,
    pauses: Iterable[Pause] = (),
    extra: int = 0,
) -> ClockDue:
    """When a limit that started then ends, under a calendar."""
    return due_of(
        limit,
        start,
        calendar=calendar,
        hours=hours_of(city_for(appeal), calendar),
        pauses=tuple(pauses),
        extra=extra,
    )


def spans_of(clock: Clock, *, now: datetime) -> list[Pause]:
    """The pauses of a clock; one that still runs ends now, for the earliest date there can be."""
    return [
        Pause(pause.start, max(pause.end or now, pause.start))
        for pause in clock.pauses.order_by("pk")
    ]


def explained(clock: Clock, *, now: datetime) -> ClockDue:
    """The due date of a clock with the reason for every day, under the calendar it stands on."""
    return due_of_clock(
        clock.appeal,
        limit_from_json(clock.name, clock.limit),
        clock.started_at,
        calendar=calendar_of(clock.calendar),
        pauses=spans_of(clock, now=now),
        extra=clock.extra,
    )


def window_of(appeal: Appeal, name: str, since: datetime) -> ClockDue | None:
    """When a window without a clock of its own closes (reopen, contest); None for no limit."""
    limit = limit_for(appeal, name)
    if limit is None:
        return None
    return due_of_clock(appeal, limit, since, calendar=calendar_now())


def limit_to_json(limit: Limit) -> dict[str, Any]:
    """A limit as a clock keeps it."""
    return {
        "number": limit.number,
        "unit": limit.unit,
        "roll": limit.roll,
        "closing": limit.closing.isoformat("minutes") if limit.closing else None,
    }


def limit_from_json(name: str, doc: Mapping[str, Any]) -> Limit:
    """The limit that a clock was started with."""
    return Limit(
        clock=name,
        number=doc["number"],
        unit=doc["unit"],
        roll=bool(doc["roll"]),
        closing=time.fromisoformat(doc["closing"]) if doc["closing"] else None,
    )
