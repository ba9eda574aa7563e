"""Days, ISO periods and anniversaries."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

_PERIOD = re.compile(r"P(?=\d)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Period:
    """A length of time in calendar months and days, as in ISO 8601: P6M, P5Y, P1Y6M, P90D.

    >>> Period.parse("P1Y6M")
    Period(months=18, days=0)
    """

    months: int
    days: int = 0

    @classmethod
    def parse(cls, text: object) -> "Period":
        """ValueError for anything but an ISO period of years, months, weeks and days."""
        found = _PERIOD.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError("not an ISO period")
        years, months, weeks, days = (int(part or 0) for part in found.groups())
        return cls(years * 12 + months, weeks * 7 + days)


def read_day(value: object) -> date:
    """A day from a date or from text like 2026-11-22; ValueError for anything else."""
    if type(value) is date:
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date.fromisoformat(value)
    raise ValueError("not a day")


def add_months(day: date, months: int) -> date:
    """The same day so many months on; a day that month does not have becomes its last.

    Beyond the calendar (years 1 to 9999) the result is the first or the last day there is.

    >>> add_months(date(2024, 2, 29), 12), add_months(date(2025, 3, 31), -1)
    (datetime.date(2025, 2, 28), datetime.date(2025, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year < date.min.year:
        return date.min
    if year > date.max.year:
        return date.max
    month += 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def add(day: date, period: Period) -> date:
    """The anniversary: months first, then days."""
    return _shift(add_months(day, period.months), period.days)


def subtract(day: date, period: Period) -> date:
    """So long before the day: months first, then days."""
    return _shift(add_months(day, -period.months), -period.days)


def apart(start: date, end: date) -> tuple[int, int, int]:
    """Whole years, months and days from `start` to a later `end`.

    >>> apart(date(2026, 11, 22), date(2028, 3, 1))
    (1, 3, 8)
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, months) > end:
        months -= 1
    return months // 12, months % 12, (end - add_months(start, months)).days


def _shift(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
