"""A due date told in one sentence, day by day: what the enterprise and the officer both read."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby

from qifu.rulebook.calendar_days import Kind
from qifu.rulebook.calendar_words import Name, circled, day_en, day_zh, weekday
from qifu.rulebook.workdays import WORKING, Due, TraceDay

# Spans longer than this are told by their ends; the trace keeps every day.
_LONGEST = 40


def explain(due: Due, *, extra: int = 0) -> Name:
    """The sentence in both languages; `extra` of the days are told as those of an extension.

    "自2026年9月29日（周二，收到当日不计）起 2 个工作日：9月30日①，10月1日至7日国庆节放假，…"
    """
    year = due.arrived.year
    parts = list(_parts(due, year))
    if len(parts) > _LONGEST:
        parts = [*parts[: _LONGEST // 2], Name("……", "…"), *parts[-_LONGEST // 2 :]]
    length, on = days_in_words(due.number, due.unit), weekday(due.arrived)
    zh = f"自{day_zh(due.arrived)}（{on.zh}，收到当日不计）起 {length.zh}"
    en = f"{length.en} from {on.en} {day_en(due.arrived)} (not counted)"
    if extra:
        added = days_in_words(extra, due.unit)
        zh += f"（含延期 {added.zh}）"
        en += f", {added.en} of them by extension"
    if parts:
        zh += "：" + "，".join(part.zh for part in parts)
        en += ": " + ", ".join(part.en for part in parts)
    end = ending(due.due, due.provisional)
    return Name(zh + end.zh, en + end.en)


def days_in_words(number: int, unit: str) -> Name:
    """5 个工作日, 5 working days; 30 天, 30 days. `unit` is WORKING or CALENDAR."""
    plural = "" if number == 1 else "s"
    if unit == WORKING:
        return Name(f"{number} 个工作日", f"{number} working day{plural}")
    return Name(f"{number} 天", f"{number} day{plural}")


def ending(due: datetime, provisional: bool) -> Name:
    """How every explanation ends: the due moment, and whether it may still change."""
    on, clock = weekday(due.date()), due.strftime("%H:%M:%S")
    zh = f"。到期时间：{day_zh(due.date())}（{on.zh}）{clock}"
    en = f". Due {on.en} {day_en(due.date())} at {clock}"
    if provisional:
        zh += "（暂定：放假安排公布后可能变动）"
        en += " (provisional: it may change when the calendar is published)"
    return Name(zh + "。", en + ".")


def _parts(due: Due, year: int) -> Iterator[Name]:
    """One part for each day that counts and each run of days that do not; a year is told once."""
    for what, run in groupby(due.trace, key=lambda day: _what(due, day)):
        days = list(run)
        if what is None:
            for day in days:
                yield _counted(due, day, year)
                year = day.date.year
            continue
        first, last = days[0].date, days[-1].date
        zh, en = span_zh(first, last, year), span_en(first, last, year)
        yield Name(zh + what.zh, f"{en} {what.en}")
        year = last.year


def _what(due: Due, day: TraceDay) -> Name | None:
    """Why a run of days does not count; None for days that do, which are told one by one."""
    if day.counts:
        return None
    known = due.calendar.day(day.date)
    if day.date in due.stopped and (known.counts or due.unit != WORKING):
        return Name("计时暂停", "clock stopped")
    if due.unit != WORKING and known.counts:
        return Name("为顺延后的工作日", "is the next working day")
    if known.kind is Kind.HOLIDAY and known.name:
        return Name(f"{known.name.zh}放假", f"holiday ({known.name.en})")
    return Name("休息", "weekend")


def _counted(due: Due, day: TraceDay, year: int) -> Name:
    number = circled(day.number or 0)
    zh, en = f"{day_zh(day.date, year)}{number}", f"{day_en(day.date, year)} {number}"
    known = due.calendar.day(day.date)
    if due.unit == WORKING and known.kind is Kind.MAKEUP_WORKDAY:
        on = weekday(day.date)
        zh, en = f"{zh}（{on.zh}调休上班）", f"{en} ({on.en}, make-up working day)"
    return Name(zh, en)


def span_zh(first: date, last: date, year: int) -> str:
    """10月1日至7日; the year where it differs from `year`."""
    if first == last:
        return day_zh(first, year)
    same = (first.year, first.month) == (last.year, last.month)
    end = f"{last.day}日" if same else day_zh(last, first.year)
    return f"{day_zh(first, year)}至{end}"


def span_en(first: date, last: date, year: int) -> str:
    """1–7 Oct; the year where it differs from `year`."""
    if first == last:
        return day_en(first, year)
    same = (first.year, first.month) == (last.year, last.month)
    start = str(first.day) if same else day_en(first, year if first.year == last.year else None)
    return f"{start}–{day_en(last, year)}"
