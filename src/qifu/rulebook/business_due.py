"""When so many business minutes are over, whether that may still change, and which spans counted.

The twin of `workdays.Due` and `due_words` for limits in open minutes (CASEWORK §3).
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple

from qifu.rulebook.business_hours import BusinessHours, counted_spans, local_moment
from qifu.rulebook.calendar_days import Kind
from qifu.rulebook.calendar_words import Name, day_en, day_zh, weekday
from qifu.rulebook.due_words import ending, span_en, span_zh
from qifu.rulebook.workdays import SHANGHAI, Pause, TraceDay, arrival_day

BUSINESS = "business_minute"
# Explanations of more parts than this are told by their ends; the trace keeps every day.
_LONGEST = 40
_CLOSED = Name("不在办公时间", "outside business hours")
_UNKNOWN = Name(
    "（暂定，{year} 年放假安排尚未录入）", " (provisional: the calendar of {year} is not known yet)"
)


class BusinessDue(NamedTuple):
    """When a limit of open minutes ends, whether a calendar to come may change that, and why.

    `due` and `arrived` are moments in Asia/Shanghai; `spans` are the open spans that counted, in
    local time without a zone. An end at 24:00 is 0:00 of the next day, which is then `due_date`.
    """

    due: datetime
    due_date: date
    provisional: bool
    arrived: datetime
    number: int
    hours: BusinessHours
    spans: tuple[tuple[datetime, datetime], ...]
    stopped: frozenset[date] = frozenset()

    @property
    def trace(self) -> tuple[TraceDay, ...]:
        """Every day from the day of arrival to the last one that counted; `number` is None."""
        by_day = {day: list(run) for day, run in groupby(self.spans, key=lambda s: s[0].date())}
        found: list[TraceDay] = []
        day, last = self.arrived.date(), max(by_day, default=date.min)
        while day <= last:
            found.append(self._explained(day, by_day.get(day, [])))
            day += timedelta(days=1)
        return tuple(found)

    def why_not(self, day: date) -> Name:
        """Why nothing counted on a day, in a word that stands for several days too."""
        if self.hours.spans_on(day):
            return Name("计时暂停", "clock stopped") if day in self.stopped else _CLOSED
        known = None if day in self.hours.exceptions else self.hours.calendar
        if known is not None and (name := known.day(day).name):
            return Name(f"{name.zh}放假", f"holiday ({name.en})")
        if known is not None and known.day(day).kind is Kind.WEEKEND:
            return Name("休息", "weekend")
        return _CLOSED

    def _explained(self, day: date, spans: list[tuple[datetime, datetime]]) -> TraceDay:
        zh, en = weekday(day)
        known = self.hours.calendar
        if spans:
            counted = "、".join(map(_hours, spans)), ", ".join(map(_hours, spans))
            if known is not None and known.day(day).kind is Kind.MAKEUP_WORKDAY:
                zh, en = f"{zh}，调休上班", f"{en}, make-up working day"
            zh, en = f"{zh}，{counted[0]} 计入", f"{en}, {counted[1]} counted"
        else:
            why = self.why_not(day)
            zh, en = f"{zh}，{why.zh}，不计入", f"{en}, {why.en}, not counted"
        if self.hours.may_change(day, day):
            zh, en = zh + _UNKNOWN.zh.format(year=day.year), en + _UNKNOWN.en.format(year=day.year)
        return TraceDay(day, bool(spans), None, zh, en)


def business_due(
    start: datetime, minutes: int, hours: BusinessHours, *, pauses: Iterable[Pause] = ()
) -> BusinessDue:
    """The moment at which so many open minutes have passed, with the spans that made them up.

    Time in a pause does not pass, so a pause never makes it earlier. Provisional where the hours
    follow a calendar that is not published yet on a day that was asked. ClockError as
    add_business_minutes.
    """
    stops = tuple(pauses)
    spans = tuple(counted_spans(start, minutes, hours, pauses=stops))
    local = local_moment(start)
    due = (spans[-1][1] if spans else local).replace(tzinfo=SHANGHAI)
    provisional = bool(spans) and hours.may_change(local.date(), spans[-1][0].date())
    stopped = frozenset(_days_of(stops, local.date(), due.date()))
    arrived = local.replace(tzinfo=SHANGHAI)
    return BusinessDue(due, due.date(), provisional, arrived, minutes, hours, spans, stopped)


def explain_minutes(due: BusinessDue, *, extra: int = 0) -> Name:
    """The sentence in both languages; `extra` of the minutes are told as those of an extension.

    "自2026年11月3日（周二）11:30 起 1 小时办公时间：11月3日 11:30–12:00、14:00–14:30。到期时间：…"
    """
    length, on = minutes_in_words(due.number), weekday(due.arrived.date())
    clock, year = _clock(due.arrived), due.arrived.year
    zh = f"自{day_zh(due.arrived.date())}（{on.zh}）{clock} 起 {length.zh}"
    en = f"{length.en} from {on.en} {day_en(due.arrived.date())} {clock}"
    if extra:
        added = minutes_in_words(extra)
        zh, en = f"{zh}（含延期 {added.zh}）", f"{en}, {added.en} of them by extension"
    parts = list(_parts(due, year))
    if len(parts) > _LONGEST:
        parts = [*parts[: _LONGEST // 2], Name("……", "…"), *parts[-_LONGEST // 2 :]]
    if parts:
        zh += "：" + "，".join(part.zh for part in parts)
        en += ": " + "; ".join(part.en for part in parts)
    end = ending(due.due, due.provisional)
    return Name(zh + end.zh, en + end.en)


def minutes_in_words(minutes: int) -> Name:
    """90 分钟办公时间, 90 business minutes; whole hours as hours."""
    if minutes and minutes % 60 == 0:
        hours = minutes // 60
        return Name(f"{hours} 小时办公时间", f"{hours} business hour{'' if hours == 1 else 's'}")
    plural = "" if minutes == 1 else "s"
    return Name(f"{minutes} 分钟办公时间", f"{minutes} business minute{plural}")


def _parts(due: BusinessDue, year: int) -> Iterator[Name]:
    """One part for each day that counts and each run of days that do not; a year is told once."""
    by_day = {day: list(run) for day, run in groupby(due.spans, key=lambda s: s[0].date())}
    days = [day.date for day in due.trace]
    for why, run in groupby(days, key=lambda day: None if day in by_day else due.why_not(day)):
        together = list(run)
        if why is not None:
            first, last = together[0], together[-1]
            yield Name(
                span_zh(first, last, year) + why.zh, f"{span_en(first, last, year)} {why.en}"
            )
            year = last.year
            continue
        for day in together:
            spans = by_day[day]
            yield Name(
                f"{day_zh(day, year)} {'、'.join(map(_hours, spans))}",
                f"{day_en(day, year)} {', '.join(map(_hours, spans))}",
            )
            year = day.year


def _hours(span: tuple[datetime, datetime]) -> str:
    """09:00–12:00, up to 24:00."""
    start, end = span
    midnight = end.time() == time.min and end.date() > start.date()
    return f"{_clock(start)}–{'24:00' if midnight else _clock(end)}"


def _clock(at: datetime) -> str:
    return at.strftime("%H:%M:%S" if at.second else "%H:%M")


def _days_of(pauses: Iterable[Pause], first: date, last: date) -> Iterator[date]:
    """The days from `first` to `last` that a pause touches."""
    for pause in pauses:
        if pause.end <= pause.start:
            continue
        moment = pause.end - timedelta(microseconds=1)
        day, end = max(arrival_day(pause.start), first), min(arrival_day(moment), last)
        while day <= end:
            yield day
            day += timedelta(days=1)
