"""Due dates: the n-th working day after the day of arrival, with the reason for every day.

Rules: CASEWORK §3. The day of arrival in Asia/Shanghai is not counted, whether or not it is a
working day; the due moment is the end of the last day (23:59:59) unless a closing hour is given.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from qifu.rulebook.calendar_days import Calendar, Kind
from qifu.rulebook.calendar_words import ClockError, Name, weekday

SHANGHAI = ZoneInfo("Asia/Shanghai")
# The same since 1992, and four times as fast: a calendar starts in 2004 at the earliest.
_EIGHT_HOURS_EAST = timezone(timedelta(hours=8))
END_OF_DAY = time(23, 59, 59)
LONGEST = 3660  # days of either kind
WORKING, CALENDAR = "working_day", "calendar_day"
_STOPPED = Name("，当日计时暂停，不计入", ", the clock was stopped, not counted")


class TraceDay(NamedTuple):
    """One day between arrival and due date: whether it counts, its number if so, and why."""

    date: date
    counts: bool
    number: int | None
    why_zh: str
    why_en: str


class Pause(NamedTuple):
    """A span in which the clock stood still: from `start` up to, not including, `end`.

    For a pause that still runs give the present moment as its end; the due date is then the
    earliest there can be.
    """

    start: datetime
    end: datetime


class Due(NamedTuple):
    """When something is due, whether a calendar still to be published may change that, and why.

    `due` is a moment in Asia/Shanghai. What it was counted from is kept for the trace.
    """

    due: datetime
    due_date: date
    provisional: bool
    arrived: date
    number: int
    unit: str
    calendar: Calendar
    stopped: frozenset[date] = frozenset()

    @property
    def trace(self) -> tuple[TraceDay, ...]:
        """Every day after the day of arrival up to the due date."""
        found: list[TraceDay] = []
        day, number = self.arrived, 0
        while day < self.due_date:
            day += timedelta(days=1)
            if self.unit == WORKING:
                counts = self.calendar.is_working_day(day) and day not in self.stopped
            else:
                counts = number < self.number and day not in self.stopped
            number += counts
            found.append(self._explained(day, number if counts else None))
        return tuple(found)

    def _explained(self, day: date, number: int | None) -> TraceDay:
        what = self.calendar.day(day)
        zh, en = weekday(day)
        name = what.name
        if self.unit == CALENDAR:
            if number is not None:
                return TraceDay(day, True, number, f"{zh}，第 {number} 天", f"{en}, day {number}")
            if day in self.stopped:  # whatever day it is: no notice can make it count
                return TraceDay(day, False, None, zh + _STOPPED.zh, en + _STOPPED.en)
            zh += "，顺延至本工作日" if what.counts else "，不是工作日，顺延"
            en += ", moved on to this working day" if what.counts else ", not a working day"
        elif day in self.stopped and what.counts:
            zh, en = zh + _STOPPED.zh, en + _STOPPED.en
        elif what.kind is Kind.MAKEUP_WORKDAY:
            zh += f"，{name.zh if name else ''}调休上班"
            en += f", make-up working day{f' for {name.en}' if name else ''}"
        elif what.kind is Kind.HOLIDAY and name:
            zh, en = f"{zh}，{name.zh}放假", f"{en}, holiday: {name.en}"
        elif what.kind is Kind.WEEKEND:
            zh, en = f"{zh}，休息日", f"{en}, weekend"
        if number is not None:
            zh, en = f"{zh}，第 {number} 个工作日", f"{en}, working day {number}"
        if what.provisional:
            zh += f"（暂定，{day.year} 年放假安排尚未录入）"
            en += f" (provisional: the calendar of {day.year} is not known yet)"
        return TraceDay(day, number is not None, number, zh, en)

    def to_json(self, language: str = "zh") -> dict[str, Any]:
        """The shape of `qifu clock due --json`; `language` is zh or en."""
        return {
            "due": self.due.isoformat(),
            "due_date": self.due_date.isoformat(),
            "provisional": self.provisional,
            "trace": [
                {
                    "date": day.date.isoformat(),
                    "counts": day.counts,
                    "why": day.why_en if language == "en" else day.why_zh,
                }
                for day in self.trace
            ],
        }


def arrival_day(start: datetime) -> date:
    """The day of arrival in Asia/Shanghai, whatever zone the moment is in.

    ClockError for a moment without a zone: nobody knows which day that is.
    """
    if isinstance(start, datetime):
        if start.tzinfo is SHANGHAI:
            return start.date()
        if start.utcoffset() is not None:
            try:
                return start.astimezone(_EIGHT_HOURS_EAST).date()
            except OverflowError:
                raise ClockError(
                    "start", f"时间 {start} 超出范围", f"the moment {start} is out of range"
                ) from None
    raise ClockError(
        "start",
        f"时间须带时区，例如 2026-09-29T16:00+08:00（收到 {start}）",
        f"the moment needs a time zone, as in 2026-09-29T16:00+08:00 (found {start})",
    )


def due_by_working_days(
    start: datetime, n: int, calendar: Calendar, *, closing: time | None = None
) -> Due:
    """The n-th working day after the day of arrival; n = 0 is the day of arrival itself.

    `closing` is the hour at which that day ends (local time). ClockError for a moment without a
    zone, for n outside 0 to 3660, and where the calendar ends before the due date.
    """
    _check(n, closing)
    arrived = arrival_day(start)
    return _working(arrived, n, n, calendar, closing, frozenset())


def due_by_calendar_days(
    start: datetime,
    n: int,
    calendar: Calendar,
    *,
    roll: bool = False,
    closing: time | None = None,
    pauses: Iterable[Pause] = (),
) -> Due:
    """The n-th day after the day of arrival; with `roll` the next working day if it is none.

    A day touched by a pause does not count and cannot be the due date, as in due_with_pauses.
    Provisional only where rolling asked a day whose calendar is not published yet: without it no
    notice can change the date.
    """
    _check(n, closing)
    arrived = arrival_day(start)
    stopped = _stopped_days(pauses, arrived, calendar)
    if n == 0 and arrived in stopped:
        n = 1  # the day of arrival cannot be the last day of a clock that stood still on it
    lost = sorted(day.toordinal() for day in stopped if day > arrived)
    counted = n
    while (passed := bisect_right(lost, arrived.toordinal() + counted)) != counted - n:
        counted = n + passed
    if calendar.index(arrived) + counted >= len(calendar.upto):
        raise _too_far(arrived, n, calendar, "个日历日", "calendar days")
    last = date.fromordinal(arrived.toordinal() + counted)
    due_date, provisional = last, False
    if roll:
        position = bisect_left(calendar.working, last.toordinal())
        working = calendar.working
        while position < len(working) and date.fromordinal(working[position]) in stopped:
            position += 1
        if position == len(working):
            raise _too_far(arrived, n, calendar, "个日历日", "calendar days")
        due_date = date.fromordinal(working[position])
        asked = calendar.day(last).provisional
        provisional = asked or calendar.provisional_between(last, due_date)
    moment = datetime.combine(due_date, closing or END_OF_DAY, SHANGHAI)
    return Due(moment, due_date, provisional, arrived, n, CALENDAR, calendar, stopped)


def contact_due(start: datetime, calendar: Calendar, *, closing: time | None = None) -> Due:
    """ "Contact in one day": by the end of the next working day."""
    return due_by_working_days(start, 1, calendar, closing=closing)


def due_with_pauses(
    start: datetime,
    n: int,
    pauses: Iterable[Pause],
    calendar: Calendar,
    *,
    closing: time | None = None,
) -> Due:
    """As due_by_working_days, without the working days on which the clock stood still.

    A day touched by a pause does not count, like the day of arrival: a firm that answers in the
    evening does not use up the unit's day. So a pause never makes a due date earlier, and one that
    begins after the due date does not move it.
    """
    _check(n, closing)
    arrived = arrival_day(start)
    stopped = _stopped_days(pauses, arrived, calendar)
    if n == 0 and arrived in stopped:
        n = 1  # the day of arrival cannot be the last day of a clock that stood still on it
    lost = sorted(d.toordinal() for d in stopped if d > arrived and calendar.is_working_day(d))
    counted = n
    while True:
        due = _working(arrived, n, counted, calendar, closing, stopped)
        passed = bisect_right(lost, due.due_date.toordinal())
        if counted == n + passed:
            return due
        counted = n + passed


@dataclass(frozen=True)
class Recomputed:
    """The due date of one clock under an old and a new calendar."""

    old: Due
    new: Due

    @property
    def changed(self) -> bool:
        """Whether the due moment moved."""
        return self.old.due != self.new.due

    @property
    def days(self) -> int:
        """By how many calendar days it moved; above 0 is later."""
        return (self.new.due_date - self.old.due_date).days

    @property
    def confirmed(self) -> bool:
        """Whether a provisional date became a certain one."""
        return self.old.provisional and not self.new.provisional


def recompute(
    start: datetime,
    n: int,
    old_calendar: Calendar,
    new_calendar: Calendar,
    *,
    pauses: Iterable[Pause] = (),
    closing: time | None = None,
) -> Recomputed:
    """Count a clock again with a new calendar, and keep the date that it had."""
    stops = tuple(pauses)
    old, new = (
        due_with_pauses(start, n, stops, calendar, closing=closing)
        if stops
        else due_by_working_days(start, n, calendar, closing=closing)
        for calendar in (old_calendar, new_calendar)
    )
    return Recomputed(old, new)


def _working(
    arrived: date,
    n: int,
    counted: int,
    calendar: Calendar,
    closing: time | None,
    stopped: frozenset[date],
) -> Due:
    """The `counted`-th working day after arrival; `n` of them were asked for."""
    index = calendar.index(arrived)
    if counted == 0:
        due_date, provisional = arrived, False
    else:
        position = calendar.upto[index] + counted - 1
        if position >= len(calendar.working):
            raise _too_far(arrived, n, calendar, "个工作日", "working days")
        ordinal = calendar.working[position]
        due_date = date.fromordinal(ordinal)
        seen = calendar.provisional_upto
        provisional = seen[ordinal - calendar.start] > seen[index]
    moment = datetime.combine(due_date, closing or END_OF_DAY, SHANGHAI)
    return Due(moment, due_date, provisional, arrived, n, WORKING, calendar, stopped)


def _check(n: int, closing: time | None) -> None:
    if type(n) is not int or not 0 <= n <= LONGEST:
        raise ClockError(
            "limit",
            f"天数须为 0 至 {LONGEST} 的整数（收到 {n!r}）",
            f"the number of days must be a whole number from 0 to {LONGEST} (found {n!r})",
        )
    if closing is not None and (not isinstance(closing, time) or closing.tzinfo is not None):
        raise ClockError(
            "hours",
            f"下班时刻须为不带时区的当地时间（收到 {closing!r}）",
            f"the closing hour is a local time without a zone (found {closing!r})",
        )


def _too_far(arrived: date, n: int, calendar: Calendar, zh: str, en: str) -> ClockError:
    return calendar.beyond(
        "limit",
        f"{arrived} 之后 {n} {zh}超出日历",
        f"{n} {en} after {arrived} end beyond the calendar",
    )


def _stopped_days(pauses: Iterable[Pause], arrived: date, calendar: Calendar) -> frozenset[date]:
    """The days from arrival on that a pause touches; a pause without length touches none."""
    stopped: set[date] = set()
    for pause in pauses:
        first, last = arrival_day(pause.start), arrival_day(pause.end)
        if pause.end < pause.start:
            raise ClockError(
                "pause",
                f"暂停的结束时间 {pause.end} 早于开始时间 {pause.start}",
                f"a pause ends at {pause.end}, before it starts at {pause.start}",
            )
        if pause.end == pause.start:
            continue
        if pause.end.astimezone(SHANGHAI).time() == time.min:
            last -= timedelta(days=1)
        day, last = max(first, arrived), min(last, calendar.last)
        while day <= last:
            stopped.add(day)
            day += timedelta(days=1)
    return frozenset(stopped)
