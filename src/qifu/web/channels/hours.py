"""Opening hours as lines that a person types, and as a week that a person reads.

The document of a pack (`rulebook.business_hours`) becomes lines such as `周一至周五 09:00-12:00
14:00-18:00`, and back. English lines (`Mon-Fri 09:00-12:00`) say the same and are read too.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qifu.rulebook.business_hours import WEEK, parse_business_hours
from qifu.rulebook.findings import RuleError
from qifu.web.words import language, spoken

ALWAYS: Final = "7×24"
_DAYS_ZH: Final = "一二三四五六日"
_DAYS_EN: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# what a person may write for the same thing, in the form that is read
_SAME: Final = (
    ("：", ":"), ("－", "-"), ("—", "-"), ("–", "-"), ("～", "-"), ("~", "-"), ("，", ","),
    ("、", ","), ("；", " "), (";", " "), ("　", " "), ("星期", "周"), ("礼拜", "周"),
    ("天", "日"), ("法定工作日", "工作日"), ("工作日", "周一至周五"), ("每日", "周一至周日"),
    ("周末", "周六,周日"),
)  # fmt: skip
_ALWAYS: Final = re.compile(r"(?i)(?:7\s*[×x*]\s*24|24\s*[×x*]\s*7|全日|24\s*(?:小时|hours|h))\S*")
_SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|至|到)\s*(\d{1,2}):(\d{2})")
_SHUT: Final = re.compile(r"(?i)不开放?|休息|关闭|closed")
_DATE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\s*:?\s*(.*)")
_THROUGH: Final = re.compile(r"(?i)(?:节?假日(?:照常|也开放?|不休息?)|open on holidays)")
_MAKEUP: Final = re.compile(r"(?i)(?:调休(?:上班日?|日)?|make-?up days?)\s*:?\s*(.*)")
_ONE: Final = {f"周{zh}": n for n, zh in enumerate(_DAYS_ZH)} | {
    en.lower(): n for n, en in enumerate(_DAYS_EN)
}
_DAYS: Final = re.compile(
    r"(?i)(周[一二三四五六日]|mon|tue|wed|thu|fri|sat|sun)[a-z]*"
    r"(?:\s*(-|至|到|to)\s*(周?[一二三四五六日]|mon|tue|wed|thu|fri|sat|sun)[a-z]*)?\s*,?\s*(?:和|and)?\s*"
)


def example() -> str:
    """A line that can be read."""
    return spoken(("周一至周五 09:00-12:00 14:00-18:00", "Mon-Fri 09:00-12:00 14:00-18:00"))


def read_hours(text: str) -> dict[str, Any] | None:
    """What was typed, as a document of the pack; None for nothing: the hours are not known.

    ValidationError with a message for each line that cannot be read.
    """
    rows = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not rows:
        return None
    document: dict[str, Any] = {}
    wrong = []
    for number, line in rows:
        try:
            _read_line(_plain(line), document)
        except ValueError as error:
            wrong.append(
                _("第 %(number)s 行「%(line)s」：%(why)s")
                % {"number": number, "line": line.strip()[:40], "why": error}
            )
    if not wrong:
        wrong = _judged(document)
    if wrong:
        raise ValidationError(wrong)
    return document


def _plain(line: str) -> str:
    for said, meant in _SAME:
        line = line.replace(said, meant)
    return line.strip()


def _read_line(line: str, document: dict[str, Any]) -> None:
    """One line into the document; ValueError says what is expected."""
    if _ALWAYS.fullmatch(line):
        document["always"] = True
        return
    if _THROUGH.fullmatch(line):
        document["follows_calendar"] = False
        return
    if found := _MAKEUP.fullmatch(line):
        document["makeup_days"] = _spans(found[1])
        return
    if found := _DATE.fullmatch(line):
        try:
            day = date.fromisoformat(found[1])
        except ValueError:
            raise ValueError(_("没有这一天，日期写成 2026-10-01。")) from None
        document.setdefault("exceptions", []).append(
            {"date": day.isoformat(), "hours": _spans(found[2])}
        )
        return
    days, rest = _days(line)
    if not days:
        raise ValueError(_("看不懂，例如写 %(example)s，或 7×24。") % {"example": example()})
    week = document.setdefault("week", {})
    spans = _spans(rest)
    for number in days:
        if WEEK[number] in week:
            raise ValueError(_("%(day)s写了两次。") % {"day": _day(number)})
        week[WEEK[number]] = spans


def _days(line: str) -> tuple[list[int], str]:
    """The weekdays that a line begins with, and what follows."""
    days: list[int] = []
    at = 0
    while found := _DAYS.match(line, at):
        first = _ONE[found[1].lower()]
        last = first
        if found[3]:
            name = found[3].lower()
            last = _ONE.get(name, _ONE.get(f"周{name}", first))
            if last < first:
                raise ValueError(_("从周几到周几，要从前往后写，例如周一至周五。"))
        days += range(first, last + 1)
        at = found.end()
    return days, line[at:].lstrip(": ")


def _spans(text: str) -> list[str]:
    """The spans of a line; an empty list for a day on which it is shut."""
    text = text.strip().rstrip("。.")
    if _SHUT.fullmatch(text):
        return []
    spans = []
    rest = _SPAN.sub(" ", text).replace(",", " ").replace("和", " ").strip()
    for a, b, c, d in _SPAN.findall(text):
        if int(a) > 24 or int(c) > 24 or int(b) > 59 or int(d) > 59:
            raise ValueError(_("没有这个时刻，一天是 00:00 到 24:00。"))
        spans.append(f"{int(a):02d}:{b}-{int(c):02d}:{d}")
    if rest or not spans:
        raise ValueError(_("时段写成 09:00-12:00，几段之间空一格；不开就写「不开」。"))
    return spans


def _judged(document: dict[str, Any]) -> list[str]:
    """What the clock itself has against the hours, in words."""
    if document.get("always") and len(document.keys() - {"exceptions"}) > 1:
        return [_("写了 7×24，就不用再写周几开放。")]
    if "week" not in document and not document.get("always"):
        return [_("还要写一周的时段，例如 %(example)s。") % {"example": example()}]
    try:
        parse_business_hours(document, None)
    except RuleError as error:
        words = {
            "reversed": _("结束要晚于开始，例如 09:00-12:00。"),
            "overlap": _("一天里的时段要从早到晚，互不重叠。"),
            "bounds": _("没有这个时刻，一天是 00:00 到 24:00。"),
            "duplicate": _("同一天写了两次。"),
            "empty": _("一周里至少要有一天开放。"),
        }
        codes = dict.fromkeys(one.code for one in error.findings)
        other = _("时段看不懂，例如写 %(example)s。") % {"example": example()}
        return [words.get(code, other) for code in codes]
    return []


def hours_lines(document: Mapping[str, Any] | None) -> str:
    """The document as lines to be changed by hand; empty where the hours are not known."""
    if not document:
        return ""
    lines = []
    if document.get("always"):
        lines.append(ALWAYS)
    week = document.get("week") or {}
    first = 0
    while first < len(WEEK):
        last = first
        spans = week.get(WEEK[first]) or []
        while last + 1 < len(WEEK) and (week.get(WEEK[last + 1]) or []) == spans:
            last += 1
        if spans:
            lines.append(f"{_day(first, last)} {' '.join(spans)}")
        first = last + 1
    if "makeup_days" in document:
        lines.append(f"{spoken(('调休上班日', 'Make-up days'))} {_said(document['makeup_days'])}")
    if document.get("follows_calendar") is False:
        lines.append(spoken(("节假日照常", "Open on holidays")))
    lines += [f"{one['date']} {_said(one['hours'])}" for one in document.get("exceptions") or []]
    return "\n".join(lines)


def _said(spans: Sequence[str]) -> str:
    return " ".join(spans) or spoken(("不开", "closed"))


def _day(first: int, last: int | None = None) -> str:
    """周一, 周一至周五; Mon, Mon-Fri."""
    if language() == "en":
        names, to = [_DAYS_EN[n] for n in (first, first if last is None else last)], "-"
    else:
        names, to = [f"周{_DAYS_ZH[n]}" for n in (first, first if last is None else last)], "至"
    return names[0] if names[0] == names[1] else to.join(names)


def weekday_name(number: int) -> str:
    """周一 for 0, Mon in English."""
    return _day(number)
