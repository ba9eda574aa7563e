"""What the tests of calendars and clocks share: calendar, moments, a made-up 2027, rule sets."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from qifu.rulebook.calendar_days import Calendar, load_calendar
from qifu.rulebook.clock_rules import ClockRules, parse_clock_rules
from qifu.rulebook.workdays import SHANGHAI, Due

WORDS = {"zh": "某办法", "en": "some rule"}
FOLDER = Path(__file__).parents[2] / "cities" / "national" / "calendar"


@cache
def national() -> Calendar:
    """The calendar of the national pack."""
    return load_calendar(FOLDER)


def at(text: str) -> datetime:
    """A moment in Asia/Shanghai: at("2026-09-29 16:00")."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def days(text: str) -> list[date]:
    """at least one day: "2026-02-14 2026-02-28"."""
    return [date.fromisoformat(part) for part in text.split()]


def counted(due: Due) -> list[str]:
    """The days of the trace that count."""
    return [str(day.date) for day in due.trace if day.counts]


def year_2027(**changes: Any) -> dict[str, Any]:
    """A made-up but complete calendar of 2027; nobody has published it."""
    document: dict[str, Any] = {
        "year": 2027,
        "source": "测试用的放假安排",
        "holidays": [
            {"from": "2027-01-01", "to": "2027-01-03", "name": "元旦"},
            {"from": "2027-02-05", "to": "2027-02-12", "name": "春节"},
            {"from": "2027-04-03", "to": "2027-04-05", "name": "清明节"},
            {"from": "2027-05-01", "to": "2027-05-05", "name": "劳动节"},
            {"from": "2027-06-09", "to": "2027-06-09", "name": "端午节"},
            {"from": "2027-09-15", "to": "2027-09-15", "name": "中秋节"},
            {"from": "2027-10-01", "to": "2027-10-07", "name": "国庆节"},
        ],
        "makeup_workdays": [
            {"date": "2027-01-31", "name": "春节"},
            "2027-02-14",
            "2027-05-08",
            "2027-09-26",
            "2027-10-09",
        ],
    }
    document.update(changes)
    return {key: value for key, value in document.items() if value is not None}


def rule_set(**changes: Any) -> dict[str, Any]:
    """A complete rule set; a change to None leaves the key out."""
    row: dict[str, Any] = {
        "code": "some",
        "version": 1,
        "name": WORDS,
        "source": WORDS,
        "valid_from": date(2026, 1, 1),
        "limits": [{"clock": "reply", "working_days": 5}],
        "numbers": {"callback_attempts": 3},
    }
    row.update(changes)
    return {key: value for key, value in row.items() if value is not None}


def rules(*sets: dict[str, Any]) -> ClockRules:
    return parse_clock_rules({"rule_sets": list(sets)})
