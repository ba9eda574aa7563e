"""Dates, relative days, money and verdicts in the language of the page; no request, no query."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from qifu.base.money import money_text

WEEKDAYS_ZH = "一二三四五六日"
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def language() -> str:
    """`zh` or `en`: the key of bilingual data for the page being written."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def spoken(value: Any) -> str:
    """Bilingual data ({zh, en} or a pair) in the language of the page, Chinese where it lacks."""
    if isinstance(value, Mapping):
        return str(value.get(language()) or value.get("zh") or "")
    if isinstance(value, tuple | list) and len(value) == 2:
        return str(value[1] if language() == "en" and value[1] else value[0])
    return "" if value is None else str(value)


def as_day(value: Any) -> date | None:
    """A date out of a date, a moment or ISO text; None where there is none."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def day_text(value: Any, *, weekday: bool = True) -> str:
    """2026年11月22日（周日） or 22 Nov 2026 (Sun)."""
    day = as_day(value)
    if day is None:
        return ""
    if language() == "en":
        text = f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"
        return f"{text} ({WEEKDAYS_EN[day.weekday()]})" if weekday else text
    text = f"{day.year}年{day.month}月{day.day}日"
    return f"{text}（周{WEEKDAYS_ZH[day.weekday()]}）" if weekday else text


def relative_text(value: Any, today: date | None = None) -> str:
    """还剩 3 天, 今天, 已过 2 天 — or in English."""
    day = as_day(value)
    if day is None:
        return ""
    days = (day - (today or timezone.localdate())).days
    if language() == "en":
        unit = "day" if abs(days) == 1 else "days"
        if days == 0:
            return "today"
        return f"{days} {unit} left" if days > 0 else f"{-days} {unit} ago"
    if days == 0:
        return "今天"
    return f"还剩 {days} 天" if days > 0 else f"{-days} 天前"


def money(value: Any) -> str:
    """Yuan in words: ¥300万元, CNY 3 million; a dash where nothing is known."""
    if value is None or value == "":
        return "—"
    try:
        return money_text(Decimal(str(value)), language())
    except InvalidOperation:
        return "—"


def count_text(value: Any) -> str:
    """A whole number with thousand separators."""
    try:
        return f"{int(value):,}"
    except (TypeError, ValueError):
        return "—"
