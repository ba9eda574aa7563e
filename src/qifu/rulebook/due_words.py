"""A due date told in one sentence, day by day: what the enterprise and the officer both read."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from qifu.rulebook.calendar_days import Kind
from qifu.rulebook.calendar_words import Name, circled, day_en, day_zh, weekday
from qifu.rulebook.workdays import WORKING, Due, TraceDay

# Spans longer than this are told by their ends; the trace keeps every day.
_LONGEST = 40


def explain(due: Due) -> Name:
    """The sentence in both languages.

    "自2026年9月29日（周二，收到当日不计）起 2 个工作日：9月30日①，10月1日至7日国庆节放假，…"
    """
    year = due.arrived.year
    parts = list(_parts(due, year))
    if len(parts) > _LONGEST:
        parts = [*parts[: _LONGEST // 2], Name("……", "…"), *parts[-_LONGEST // 2 :]]
    unit = Name("个工作日", "working days") if due.unit == WORKING else Name("天", "days")
    on = weekday(due.arrived)
    zh = f"自{day_zh(due.arrived)}（{on.zh}，收到当日不计）起 {due.number} {unit.zh}"
    en = f"{due.number} {unit.en} from {on.en} {day_en(due.arrived)} (not counted)"
    if parts:
        zh += "：" + "，".join(part.zh for part in parts)
        en += ": " + ", ".join(part.en for part in parts)
    last = weekday(due.due_date)
    clock = due.due.strftime("%H:%M:%S")
    zh += f"。到期时间：{day_zh(due.due_date)}（{last.zh}）{clock}"
    en += f". Due {last.en} {day_en(due.due_date)} at {clock}"
    if due.provisional:
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
        zh, en = _span_zh(first, last, year), _span_en(first, last, year)
        yield Name(zh + what.zh, f"{en} {what.en}")
        year = last.year


def _what(due: Due, day: TraceDay) -> Name | None:
    """Why a run of days does not count; None for days that do, which are told one by one."""
    if day.counts:
        return None
    known = due.calendar.day(day.date)
    if due.unit != WORKING and known.counts:
        return Name("为顺延后的工作日", "is the next working day")
    if day.date in due.stopped and known.counts:
        return Name("计时暂停", "clock stopped")
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


def _span_zh(first: date, last: date, year: int) -> str:
    if first == last:
        return day_zh(first, year)
    same = (first.year, first.month) == (last.year, last.month)
    end = f"{last.day}日" if same else day_zh(last, first.year)
    return f"{day_zh(first, year)}至{end}"


def _span_en(first: date, last: date, year: int) -> str:
    if first == last:
        return day_en(first, year)
    same = (first.year, first.month) == (last.year, last.month)
    start = str(first.day) if same else day_en(first, year if first.year == last.year else None)
    return f"{start}–{day_en(last, year)}"
