"""Business hours: when a desk is open, and when so many open minutes have passed.

Contact clocks run in these hours (CASEWORK §3): 09–12 and 14–18 at most desks, a hotline may run
round the clock. A holiday closes a desk that follows the calendar, a make-up day opens it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from qifu.rulebook.calendar_days import Calendar, Kind
from qifu.rulebook.calendar_words import ClockError
from qifu.rulebook.gather import Gather
from qifu.rulebook.workdays import LONGEST, SHANGHAI, Pause, arrival_day

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROUND_THE_CLOCK = ((0, 1440),)
_TOP = ("always", "week", "follows_calendar", "makeup_days", "exceptions")
_SPAN = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_HOURS = '["09:00-12:00", "14:00-18:00"]'

Spans = tuple[tuple[int, int], ...]  # minutes of the day: start included, end not


@dataclass(frozen=True)
class BusinessHours:
    """Opening spans by weekday (Monday first), with days that differ.

    With a `calendar` its holidays are closed and its make-up days have the hours `makeup`, or those
    of the first open weekday where it is None. Without one the week repeats for ever: 7×24 is
    `BusinessHours.always()`. Spans are minutes of the day in Asia/Shanghai, in order and apart.
    `exceptions` go before everything else.
    """

    week: tuple[Spans, ...]
    calendar: Calendar | None = field(default=None, repr=False, compare=False)
    makeup: Spans | None = None
    exceptions: Mapping[date, Spans] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != len(WEEK) or not any(self.week):
            raise ClockError(
                "hours",
                "办公时间须有七天的安排，且至少一天有办公时段",
                "business hours need seven days, and one of them has to be open",
            )
        for spans in (*self.week, self.makeup or (), *self.exceptions.values()):
            ends = [minute for span in spans for minute in span]
            if ends and (ends[0] < 0 or ends[-1] > 1440 or ends != sorted(set(ends))):
                raise ClockError(
                    "hours",
                    f"办公时段须按先后排列且互不重叠（收到 {spans}）",
                    f"opening spans must be in order and apart (found {spans})",
                )

    @classmethod
    def always(cls) -> "BusinessHours":
        """Round the clock, seven days a week."""
        return cls((ROUND_THE_CLOCK,) * 7)

    def spans_on(self, day: date) -> Spans:
        """The opening spans of a day; ClockError for a day outside the calendar it follows."""
        if day in self.exceptions:
            return self.exceptions[day]
        if self.calendar is not None:
            kind = self.calendar.day(day).kind
            if kind is Kind.HOLIDAY:
                return ()
            if kind is Kind.MAKEUP_WORKDAY:
                first_open = next(spans for spans in self.week if spans)
                return first_open if self.makeup is None else self.makeup
        return self.week[day.weekday()]

    def open_spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open spans from a moment on, the first cut to it; local time without a zone."""
        day = start.date()
        for _ in range(LONGEST * 2):
            midnight = datetime.combine(day, time.min)
            for first, last in self.spans_on(day):
                end = midnight + timedelta(minutes=last)
                if end > start:
                    yield max(start, midnight + timedelta(minutes=first)), end
            day += timedelta(days=1)

    def is_open(self, at: datetime) -> bool:
        """Whether the desk is open at a moment; at closing time it no longer is."""
        local = local_moment(at)
        minute = local.hour * 60 + local.minute
        return any(first <= minute < last for first, last in self.spans_on(local.date()))

    def may_change(self, first: date, last: date) -> bool:
        """Whether a calendar still to be published may change the hours from `first` to `last`."""
        if self.calendar is None:
            return False
        return any(
            day.provisional and day.date not in self.exceptions
            for day in self.calendar.days(first, last)
        )

    def next_opening(self, at: datetime) -> datetime:
        """The moment itself while the desk is open, else when it opens next (Asia/Shanghai).

        ClockError where the calendar that the hours follow ends before that.
        """
        for opening, _ in self.open_spans(local_moment(at)):
            return opening.replace(tzinfo=SHANGHAI)
        raise _never_again(at)

    def closing_on(self, day: date) -> time | None:
        """When the desk closes that day, as `closing` of a due date; None if never or at 24:00."""
        spans = self.spans_on(day)
        if not spans or spans[-1][1] == 1440:
            return None
        return time(*divmod(spans[-1][1], 60))


def add_business_minutes(
    start: datetime, minutes: int, hours: BusinessHours, *, pauses: Iterable[Pause] = ()
) -> datetime:
    """The moment at which so many open minutes have passed; `start` itself for 0.

    Time in a pause does not pass. ClockError for a moment without a zone, for minutes below 0 or
    above 3,660 days, and where the calendar that the hours follow ends. `business_due` says the
    same with the reasons.
    """
    spans = list(counted_spans(start, minutes, hours, pauses=pauses))
    return (spans[-1][1] if spans else local_moment(start)).replace(tzinfo=SHANGHAI)


def counted_spans(
    start: datetime, minutes: int, hours: BusinessHours, *, pauses: Iterable[Pause] = ()
) -> Iterator[tuple[datetime, datetime]]:
    """The open spans that make up so many minutes, in local time without a zone; none for 0.

    Errors as add_business_minutes.
    """
    if type(minutes) is not int or not 0 <= minutes <= LONGEST * 1440:
        raise ClockError(
            "limit",
            f"分钟数须为 0 至 {LONGEST * 1440} 的整数（收到 {minutes!r}）",
            f"minutes must be a whole number from 0 to {LONGEST * 1440} (found {minutes!r})",
        )
    local = local_moment(start)
    left = timedelta(minutes=minutes)
    stops = _stops(pauses)
    if not left:
        return
    for first, last in hours.open_spans(local):
        for a, b in _without(first, last, stops):
            if b - a >= left:
                yield a, a + left
                return
            left -= b - a
            yield a, b
    raise _never_again(start)


def open_time(
    start: datetime, end: datetime, hours: BusinessHours, *, pauses: Iterable[Pause] = ()
) -> timedelta:
    """How long the desk was open from `start` to `end`, pauses left out; 0 if `end` is earlier."""
    local, until = local_moment(start), local_moment(end)
    total = timedelta()
    if until <= local:
        return total
    stops = _stops(pauses)
    for first, last in hours.open_spans(local):
        if first >= until:
            break
        for a, b in _without(first, min(last, until), stops):
            total += b - a
        if last >= until:
            break
    return total


def parse_business_hours(doc: Any, calendar: Calendar | None, *, file: str = "") -> BusinessHours:
    """`{week: {mon: ["09:00-12:00", …], …}, follows_calendar, makeup_days, exceptions}`.

    `{always: true}` is 7×24. A week follows the calendar unless it says `follows_calendar: false`;
    make-up days have the first open weekday's hours unless `makeup_days` gives others; exceptions
    are `[{date, hours}]`, closed with `hours: []`. RuleError with every finding.
    """
    gather = Gather(file)
    top = gather.mapping(doc, "", "week or always")
    gather.stop()
    assert top is not None
    gather.keys(top, _TOP, "")
    for key in ("always", "follows_calendar"):
        if key in top and not isinstance(top[key], bool):
            gather.say("type", key, "must be true or false", top[key])
    if ("week" in top) == bool(top.get("always")):
        gather.say("missing", "week", "must have either week or always: true", None, _HOURS)
        gather.stop()
    exceptions = _exceptions(gather, top.get("exceptions"))
    if "week" not in top:
        gather.stop()
        return replace(BusinessHours.always(), exceptions=exceptions)
    block = gather.mapping(top["week"], "week", "mon, tue, …") or {}
    gather.keys(block, WEEK, "week")
    week = tuple(_spans(gather, block.get(day, []), f"week.{day}") for day in WEEK)
    if not any(week) and not gather.findings:
        gather.say("empty", "week", "no day is open", None, _HOURS)
    makeup = None
    if "makeup_days" in top:
        makeup = _spans(gather, top["makeup_days"], "makeup_days")
    gather.stop()
    follows = top.get("follows_calendar", True)
    return BusinessHours(week, calendar if follows else None, makeup, exceptions)


def _exceptions(gather: Gather, doc: Any) -> dict[date, Spans]:
    found: dict[date, Spans] = {}
    if doc is None:
        return found
    if not isinstance(doc, list):
        gather.say("type", "exceptions", "must be a list", doc, "[{date: 2027-02-04, hours: []}]")
        return found
    for i, item in enumerate(doc):
        path = f"exceptions[{i}]"
        row = gather.mapping(item, path, "{date: 2027-02-04, hours: []}")
        if row is None:
            continue
        gather.keys(row, ("date", "hours"), path)
        day = gather.day(row, "date", path)
        for key in ("date", "hours"):
            if row.get(key) is None:
                gather.say("missing", f"{path}.{key}", "is missing")
        if day in found:
            gather.say("duplicate", f"{path}.date", "the same day twice", str(day))
        spans = _spans(gather, row.get("hours") or [], f"{path}.hours")
        if day is not None:
            found[day] = spans
    return found


def _spans(gather: Gather, doc: Any, path: str) -> Spans:
    spans: list[tuple[int, int]] = []
    if not isinstance(doc, list):
        gather.say("type", path, "must be a list of spans", doc, _HOURS)
        return ()
    for i, item in enumerate(doc):
        where = f"{path}[{i}]"
        found = _SPAN.fullmatch(item) if isinstance(item, str) else None
        if found is None:
            gather.say("type", where, "must be a span of hours", item, "09:00-12:00")
            continue
        a, b, c, d = map(int, found.groups())
        first, last = a * 60 + b, c * 60 + d
        if b > 59 or d > 59 or last > 1440:
            gather.say("bounds", where, "no such time of day", item, "00:00 to 24:00")
        elif first >= last:
            gather.say("reversed", where, "ends before it starts", item)
        elif spans and first <= spans[-1][1]:
            gather.say("overlap", where, "must start after the span before it", item)
        else:
            spans.append((first, last))
    return tuple(spans)


def _never_again(at: datetime) -> ClockError:
    return ClockError(
        "hours",
        f"{at} 之后 {LONGEST * 2} 天内没有足够的办公时间",
        f"there are not enough business hours in the {LONGEST * 2} days after {at}",
    )


def local_moment(at: datetime) -> datetime:
    """The moment in Asia/Shanghai without its zone, for reckoning."""
    arrival_day(at)  # refuses what has no zone
    return at.astimezone(SHANGHAI).replace(tzinfo=None)


def _stops(pauses: Iterable[Pause]) -> list[tuple[datetime, datetime]]:
    stops = []
    for pause in pauses:
        start, end = local_moment(pause.start), local_moment(pause.end)
        if end < start:
            raise ClockError(
                "pause",
                f"暂停的结束时间 {pause.end} 早于开始时间 {pause.start}",
                f"a pause ends at {pause.end}, before it starts at {pause.start}",
            )
        stops.append((start, end))
    return sorted(stops)


def _without(
    start: datetime, end: datetime, stops: list[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, datetime]]:
    """The span without the stops, in parts."""
    for first, last in stops:
        if last <= start:
            continue
        if first >= end:
            break
        if first > start:
            yield start, first
        start = last
        if start >= end:
            return
    yield start, end
