"""Business hours as one line of a spreadsheet, and back."""

import re
from collections.abc import Mapping
from typing import Any, Final

from qifu.rulebook.business_hours import WEEK

ALWAYS: Final = "7x24"
_ALWAYS = re.compile(r"(?i)7\s*[x×*]\s*24|always")
_ZH_DAYS = {f"周{zh}": day for zh, day in zip("一二三四五六日", WEEK, strict=True)} | {
    "周天": "sun"
}
_DAYS = re.compile(rf"({'|'.join(WEEK)})(?:-({'|'.join(WEEK)}))?", re.IGNORECASE)
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SAME: Final = (("；", ";"), ("：", ":"), ("，", " "), (",", " "), ("、", " "), ("—", "-"),
    ("–", "-"), ("～", "-"), ("至", "-"), ("工作日", "mon-fri"), ("休息", "closed"),
    ("调休", "makeup"), ("节假日照常", "holidays open"))  # fmt: skip
EXAMPLE: Final = "mon-fri 09:00-12:00 14:00-18:00; sat 09:00-18:00"


class BadHours(ValueError):
    """A piece of the line that cannot be read."""


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
    week = document.get("week") or {}
    run: list[str] = []
    for day in WEEK:
        if run and week.get(day) == week.get(run[-1]) and week.get(day):
            run.append(day)
            continue
        if run:
            parts.append(_line(run, week))
        run = [day] if week.get(day) else []
    if run:
        parts.append(_line(run, week))
    if "makeup_days" in document:
        parts.append("makeup " + (" ".join(document["makeup_days"]) or "closed"))
    if document.get("follows_calendar") is False:
        parts.append("holidays open")
    for row in document.get("exceptions") or ():
        parts.append(f"{row['date']} " + (" ".join(row["hours"]) or "closed"))
    return "; ".join(parts)


def _line(days: list[str], week: Mapping[str, list[str]]) -> str:
    name = days[0] if len(days) == 1 else f"{days[0]}-{days[-1]}"
    return f"{name} {' '.join(week[days[0]])}"


def read_hours(text: str) -> dict[str, Any] | None:
    """The document of a line that `write_hours` or a person wrote; None for an empty one.

    BadHours with the piece that cannot be read. Whether the hours make sense is checked later.
    """
    for zh, plain in (*_SAME, *_ZH_DAYS.items()):
        text = text.replace(zh, plain)
    document: dict[str, Any] = {}
    for part in filter(None, map(str.strip, re.split(r"[;\n]", text))):
        _read(part, document)
    return document or None


def _read(part: str, document: dict[str, Any]) -> None:
    if _ALWAYS.fullmatch(part):
        document["always"] = True
    elif re.fullmatch(r"(?i)holidays open", part):
        document["follows_calendar"] = False
    elif found := re.fullmatch(r"(?i)makeup\s+(.+)", part):
        document["makeup_days"] = _spans(found[1], part)
    elif found := re.fullmatch(rf"({_DATE.pattern})\s+(.+)", part):
        row = {"date": found[1], "hours": _spans(found[2], part)}
        document.setdefault("exceptions", []).append(row)
    elif found := re.match(rf"{_DAYS.pattern}(?=\s)", part, re.IGNORECASE):
        week = document.setdefault("week", {})
        spans = _spans(part[found.end() :], part)
        for day in _run(found[1].lower(), (found[2] or found[1]).lower(), part):
            if day in week:
                raise BadHours(part)
            if spans:
                week[day] = spans
    else:
        raise BadHours(part)


def _run(first: str, last: str, part: str) -> tuple[str, ...]:
    days = WEEK[WEEK.index(first) : WEEK.index(last) + 1]
    if not days:
        raise BadHours(part)
    return days


def _spans(text: str, part: str) -> list[str]:
    if text.strip().lower() == "closed":
        return []
    spans = []
    for piece in text.split():
        found = _SPAN.fullmatch(piece)
        if found is None:
            raise BadHours(part)
        spans.append(f"{int(found[1]):02d}:{found[2]}-{int(found[3]):02d}:{found[4]}")
    return spans
