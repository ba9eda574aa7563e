"""Opening hours as lines that a person types, and as a week that a person reads.

The document of a pack (`rulebook.business_hours`) becomes lines such as `周一至周五 09:00-12:00
14:00-18:00`, and back. English lines (`Mon-Fri 09:00-12:00`) say the same and are read too.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qifu.organisations.logic import hours_text
from qifu.organisations.logic.hours_text import BadHours, read_lines, runs
from qifu.rulebook.business_hours import parse_business_hours
from qifu.rulebook.findings import RuleError
from qifu.web.words import language, spoken

ALWAYS: Final = "7×24"
_DAYS_ZH: Final = "一二三四五六日"
_DAYS_EN: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def example() -> str:
    """A line that can be read."""
    return spoken(("周一至周五 09:00-12:00 14:00-18:00", "Mon-Fri 09:00-12:00 14:00-18:00"))


def read_hours(text: str) -> dict[str, Any] | None:
    """What was typed, as a document of the pack; None for nothing: the hours are not known.

    ValidationError with a message for each line that cannot be read.
    """
    if not text.strip():
        return None
    document, bad = read_lines(text.splitlines())
    wrong = [
        _("第 %(number)s 行「%(line)s」：%(why)s")
        % {"number": number, "line": str(error).strip()[:40], "why": _why(error)}
        for number, error in bad
    ]
    if not wrong:
        wrong = _judged(document)
    if wrong:
        raise ValidationError(wrong)
    return document


def _why(error: BadHours) -> str:
    words = {
        hours_text.NO_DAY: _("没有这一天，日期写成 2026-10-01。"),
        hours_text.BACKWARDS: _("从周几到周几，要从前往后写，例如周一至周五。"),
        hours_text.TWICE: _("%(day)s写了两次。") % {"day": _day(error.day)},
        hours_text.NO_TIME: _("没有这个时刻，一天是 00:00 到 24:00。"),
        hours_text.NO_SPAN: _("时段写成 09:00-12:00，几段之间空一格；不开就写「不开」。"),
    }
    strange = _("看不懂，例如写 %(example)s，或 7×24。") % {"example": example()}
    return words.get(error.why, strange)


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
    week = runs(document.get("week") or {})
    lines += [f"{_day(first, last)} {' '.join(spans)}" for first, last, spans in week]
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
