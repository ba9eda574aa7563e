"""When a limit is over and why: one answer for working days, calendar days, business minutes."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from qifu.rulebook.business_due import BUSINESS, BusinessDue, business_due, explain_minutes
from qifu.rulebook.business_hours import BusinessHours
from qifu.rulebook.calendar_days import Calendar
from qifu.rulebook.calendar_words import ClockError, Name
from qifu.rulebook.clock_limits import Limit
from qifu.rulebook.due_words import explain
from qifu.rulebook.workdays import (
    CALENDAR,
    Due,
    Pause,
    TraceDay,
    due_by_calendar_days,
    due_by_working_days,
    due_with_pauses,
)


@dataclass(frozen=True)
class ClockDue:
    """When a clock ends, whether that may still change, and why, whatever the limit counts in.

    `extra` of the units were added by an extension. Explanation and trace are made when asked for.
    """

    of: Due | BusinessDue = field(repr=False)
    due: datetime
    due_date: date
    provisional: bool
    extra: int = 0

    @property
    def explanation(self) -> Name:
        """One sentence in both languages, day by day or span by span."""
        if isinstance(self.of, BusinessDue):
            return explain_minutes(self.of, extra=self.extra)
        return explain(self.of, extra=self.extra)

    @property
    def trace(self) -> tuple[TraceDay, ...]:
        """Every day on the way: whether it counts, and why."""
        return self.of.trace

    def to_json(self, language: str = "zh") -> dict[str, Any]:
        """The shape of `qifu clock due --json`, with the explanation in `language` (zh or en)."""
        english = language == "en"
        return {
            "due": self.due.isoformat(),
            "due_date": self.due_date.isoformat(),
            "provisional": self.provisional,
            "explanation": self.explanation.en if english else self.explanation.zh,
            "trace": [
                {
                    "date": day.date.isoformat(),
                    "counts": day.counts,
                    "why": day.why_en if english else day.why_zh,
                }
                for day in self.trace
            ],
        }


def due_of(
    limit: Limit,
    start: datetime,
    *,
    calendar: Calendar,
    hours: BusinessHours | None = None,
    pauses: Iterable[Pause] = (),
    extra: int = 0,
) -> ClockDue:
    """When a limit that starts then is over.

    Days: the day of arrival does not count, nor does a day that a pause touches. Minutes: they run
    in `hours`, which are asked under `calendar` where they follow one. `extra` is what an extension
    added, in the limit's own unit. A pause never makes it earlier, a longer limit neither.
    ClockError for a start without a zone, for business minutes without hours, and where the
    calendar ends.
    """
    if type(extra) is not int or extra < 0:
        raise ClockError(
            "limit",
            f"延期须为不小于 0 的整数（收到 {extra!r}）",
            f"an extension must be a whole number, 0 or more (found {extra!r})",
        )
    number, stops = limit.number + extra, tuple(pauses)
    found: Due | BusinessDue
    if limit.unit == BUSINESS:
        if hours is None:
            raise ClockError(
                "hours",
                "按办公时间计算的时限需要办公时间",
                "a limit in business minutes needs business hours",
            )
        if hours.calendar is not None and hours.calendar is not calendar:
            hours = replace(hours, calendar=calendar)
        found = business_due(start, number, hours, pauses=stops)
    elif limit.unit == CALENDAR:
        found = due_by_calendar_days(
            start, number, calendar, roll=limit.roll, closing=limit.closing, pauses=stops
        )
    elif stops:
        found = due_with_pauses(start, number, stops, calendar, closing=limit.closing)
    else:
        found = due_by_working_days(start, number, calendar, closing=limit.closing)
    return ClockDue(found, found.due, found.due_date, found.provisional, extra)
