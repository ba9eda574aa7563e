"""Business hours as lines that people write, in a spreadsheet or on a page, and back."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from qifu.rulebook.business_hours import WEEK

ALWAYS: Final = "7x24"
EXAMPLE: Final = "mon-fri 09:00-12:00 14:00-18:00; sat 09:00-18:00"
# why a line cannot be read
STRANGE, NO_DAY, BACKWARDS, TWICE, NO_TIME, NO_SPAN = (
    "strange", "no_day", "backwards", "twice", "no_time", "no_span",
)  # fmt: skip
# what people write for the same thing, in the form that is read
_SAME: Final = (
    ("：", ":"), ("－", "-"), ("—", "-"), ("–", "-"), ("～", "-"), ("~", "-"), ("，", ","),
    ("、", ","), ("；", " "), (";", " "), ("　", " "), ("星期", "周"), ("礼拜", "周"),
    ("天", "日"), ("法定工作日", "工作日"), ("工作日", "周一至周五"), ("每日", "周一至周日"),
    ("周末", "周六,周日"),
)  # fmt: skip
_ALWAYS: Final = re.compile(
    r"(?i)(?:7\s*[×x*]\s*24|24\s*[×x*]\s*7|always|全日|24\s*(?:小时|hours|h))\S*"
)
_SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|至|到)\s*(\d{1,2}):(\d{2})")
_SHUT: Final = re.compile(r"(?i)不开放?|休息|关闭|closed")
_DATE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\s*:?\s*(.*)")
_THROUGH: Final = re.compile(
    r"(?i)(?:节?假日(?:照常|也开放?|不休息?)|open on holidays|holidays open)"
)
_MAKEUP: Final = re.compile(r"(?i)(?:调休(?:上班日?|日)?|make-?up(?: days?)?)\s*:?\s*(.*)")
_ONE: Final = {f"周{zh}": n for n, zh in enumerate("一二三四五六日")} | {
    day: n for n, day in enumerate(WEEK)
}
_DAYS: Final = re.compile(
    rf"(?i)(周[一二三四五六日]|{'|'.join(WEEK)})[a-z]*"
    rf"(?:\s*(-|至|到|to)\s*(周?[一二三四五六日]|{'|'.join(WEEK)})[a-z]*)?\s*,?\s*(?:和|and)?\s*"
)


class BadHours(ValueError):
    """A line that cannot be read; `why` is one of the codes above, `day` the weekday from 0."""

    def __init__(self, line: str, why: str = STRANGE, day: int = 0) -> None:
        super().__init__(line)
        self.why, self.day = why, day


def plain_hours(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same hours in one form: closed days, `always: false` and what is so anyway left out."""
    kept: dict[str, Any] = {}
    if document.get("always") is True:
        kept["always"] = True
    week = document.get("week")
    if isinstance(week, Mapping):
        order = [*WEEK, *(day for day in week if day not in WEEK)]
        kept["week"] = {day: week[day] for day in order if week.get(day)}
    elif week is not None:
        kept["week"] = week
    for key, value in document.items():
        if key != "week" and not _usual(key, value):
            kept[key] = value
    return kept


def _usual(key: str, value: Any) -> bool:
    if key == "always":
        return isinstance(value, bool)
    return (key == "follows_calendar" and value is True) or (key == "exceptions" and value == [])


def write_hours(document: Mapping[str, Any]) -> str:
    """A document of business hours, in the form of `plain_hours`, as one line."""
    parts = []
    if document.get("always"):
        parts.append(ALWAYS)
    for first, last, spans in runs(document.get("week") or {}):
        days = WEEK[first] if first == last else f"{WEEK[first]}-{WEEK[last]}"
        parts.append(f"{days} {' '.join(spans)}")
    if "makeup_days" in document:
        parts.append("makeup " + (" ".join(document["makeup_days"]) or "closed"))
    if document.get("follows_calendar") is False:
        parts.append("holidays open")
    for row in document.get("exceptions") or ():
        parts.append(f"{row['date']} " + (" ".join(row["hours"]) or "closed"))
    return "; ".join(parts)


def runs(week: Mapping[str, list[str]]) -> Iterator[tuple[int, int, list[str]]]:
    """The open days in runs with the same hours: first and last day from 0, and the hours."""
    first = 0
    while first < len(WEEK):
        last, spans = first, week.get(WEEK[first]) or []
        while last + 1 < len(WEEK) and (week.get(WEEK[last + 1]) or []) == spans:
            last += 1
        if spans:
            yield first, last, spans
        first = last + 1


def read_hours(text: str) -> dict[str, Any] | None:
    """The document of a cell that `write_hours` or a person wrote; None for an empty one.

    BadHours with the first piece that cannot be read. Whether the hours make sense is checked
    later.
    """
    document, wrong = read_lines(re.split(r"[;；\n]", text))
    if wrong:
        raise wrong[0][1]
    week = {day: spans for day, spans in document.get("week", {}).items() if spans}
    return {**document, "week": week} if week else document or None


def read_lines(lines: Iterable[str]) -> tuple[dict[str, Any], list[tuple[int, BadHours]]]:
    """The document of lines, a day that is shut as an empty list; and the lines that cannot be
    read, by their number. Like 周一至周五 09:00-12:00, mon-fri 9:00-12:00, 2026-10-01 不开."""
    document: dict[str, Any] = {}
    wrong = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            _read(line, document)
        except BadHours as error:
            wrong.append((number, error))
    return document, wrong


def _read(line: str, document: dict[str, Any]) -> None:
    plain = line
    for said, meant in _SAME:
        plain = plain.replace(said, meant)
    plain = plain.strip()
    if _ALWAYS.fullmatch(plain):
        document["always"] = True
    elif _THROUGH.fullmatch(plain):
        document["follows_calendar"] = False
    elif found := _MAKEUP.fullmatch(plain):
        document["makeup_days"] = _spans(found[1], line)
    elif found := _DATE.fullmatch(plain):
        try:
            day = date.fromisoformat(found[1]).isoformat()
        except ValueError:
            raise BadHours(line, NO_DAY) from None
        row = {"date": day, "hours": _spans(found[2], line)}
        document.setdefault("exceptions", []).append(row)
    else:
        days, rest = _days(plain, line)
        week = document.setdefault("week", {})
        spans = _spans(rest, line)
        for number in days:
            if WEEK[number] in week:
                raise BadHours(line, TWICE, number)
            week[WEEK[number]] = spans


def _days(plain: str, line: str) -> tuple[list[int], str]:
    """The weekdays that a line begins with, and what follows."""
    days: list[int] = []
    at = 0
    while found := _DAYS.match(plain, at):
        first = last = _ONE[found[1].lower()]
        if found[3]:
            name = found[3].lower()
            last = _ONE.get(name, _ONE.get(f"周{name}", first))
            if last < first:
                raise BadHours(line, BACKWARDS)
        days += range(first, last + 1)
        at = found.end()
    if not days:
        raise BadHours(line)
    return days, plain[at:].lstrip(": ")


def _spans(text: str, line: str) -> list[str]:
    """The spans of a line; an empty list for a day on which it is shut."""
    text = text.strip().rstrip("。.")
    if _SHUT.fullmatch(text):
        return []
    spans = []
    rest = _SPAN.sub(" ", text).replace(",", " ").replace("和", " ").strip()
    for a, b, c, d in _SPAN.findall(text):
        if int(a) > 24 or int(c) > 24 or int(b) > 59 or int(d) > 59:
            raise BadHours(line, NO_TIME)
        spans.append(f"{int(a):02d}:{b}-{int(c):02d}:{d}")
    if rest or not spans:
        raise BadHours(line, NO_SPAN)
    return spans
