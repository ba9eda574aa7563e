"""The calendar of one year as an official uploads it, read strictly."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from qifu.rulebook.calendar_words import Name, festival, weekday
from qifu.rulebook.dates import read_day
from qifu.rulebook.documents import Document, load_one
from qifu.rulebook.gather import Gather, join
from qifu.rulebook.statutory_holidays import StatutoryHolidays

_TOP = ("year", "source", "holidays", "makeup_workdays")
_LONGEST = 16
_FORM = "{from: 2027-10-01, to: 2027-10-07, name: 国庆节}"
# Holidays of every year since 1999, whatever the table of statutory holidays covers.
_ALWAYS = ((1, 1, "元旦"), (5, 1, "劳动节"), *((10, day, "国庆节") for day in (1, 2, 3)))


@dataclass(frozen=True)
class CalendarYear:
    """The holidays and make-up days of a year, with the notice they stand in.

    New Year's holidays may reach into the last December days of the year before.
    """

    year: int
    source: str
    holidays: Mapping[date, Name]
    makeup_workdays: Mapping[date, Name | None]
    document: Mapping[str, Any]


def load_calendar_year(file: Path, *, statutory: StatutoryHolidays | None = None) -> CalendarYear:
    """Read an uploaded year from YAML or JSON; RuleError with every finding, file and line."""
    document = load_one(file)
    return parse_calendar_year(
        document.data, statutory=statutory, file=document.file, document=document
    )


def parse_calendar_year(
    doc: Any,
    *,
    statutory: StatutoryHolidays | None = None,
    file: str = "",
    document: Document | None = None,
) -> CalendarYear:
    """`{year, source, holidays: [{from, to, name}], makeup_workdays: [day or {date, name}]}`.

    RuleError with every finding. A year in the table of statutory holidays has to hold them all:
    a calendar that forgets one would make deadlines too short.
    """
    gather = Gather(file, document.lines if document else {})
    top = gather.mapping(doc, "", ", ".join(_TOP))
    gather.stop()
    assert top is not None
    gather.keys(top, _TOP, "")
    year = top.get("year")
    if type(year) is not int or not 2004 <= year <= 2100:
        gather.say("year", "year", "must be a year", year, "2004 to 2100")
        gather.stop()
    assert isinstance(year, int)
    source = gather.text(top, "source", "", required=True) or ""
    holidays = _holidays(gather, top.get("holidays"), year)
    makeup = _makeup(gather, top.get("makeup_workdays"), year, holidays)
    if not gather.findings:
        _nothing_forgotten(gather, year, holidays, statutory)
    gather.stop()
    return CalendarYear(year, source.strip(), holidays, makeup, top)


def _rows(gather: Gather, doc: Any, path: str, *, required: bool) -> Iterator[tuple[str, Any]]:
    if doc is None or (isinstance(doc, list) and not doc):
        if doc is None or required:
            gather.say("missing", path, "is missing", None, _FORM if required else "a list of days")
        return
    if not isinstance(doc, list):
        gather.say("type", path, "must be a list", doc)
        return
    for i, item in enumerate(doc):
        yield f"{path}[{i}]", item


def _holidays(gather: Gather, doc: Any, year: int) -> dict[date, Name]:
    holidays: dict[date, Name] = {}
    for path, item in _rows(gather, doc, "holidays", required=True):
        row = gather.mapping(item, path, _FORM)
        if row is None:
            continue
        gather.keys(row, ("from", "to", "name"), path)
        name = gather.text(row, "name", path, required=True)
        first, last = (_day(gather, row.get(key), join(path, key), year) for key in ("from", "to"))
        if first is None or last is None or name is None:
            continue
        if first > last:
            gather.say("reversed", path, "from is after to", f"{first} … {last}")
            continue
        length = (last - first).days + 1
        if length > _LONGEST:
            gather.say("bounds", path, "is too long", f"{length} days", f"{_LONGEST} days")
            continue
        for number in range(length):
            day = first + timedelta(days=number)
            if day in holidays:
                gather.say("overlap", path, "is in another holiday already", str(day))
            holidays[day] = festival(name)
    return holidays


def _makeup(
    gather: Gather, doc: Any, year: int, holidays: Mapping[date, Name]
) -> dict[date, Name | None]:
    makeup: dict[date, Name | None] = {}
    for path, item in _rows(gather, doc, "makeup_workdays", required=False):
        value, name = item, None
        if isinstance(item, Mapping):
            gather.keys(item, ("date", "name"), path)
            value, name = item.get("date"), gather.text(item, "name", path)
        day = _day(gather, value, path, year)
        if day is None:
            continue
        if day in makeup:
            gather.say("duplicate", path, "the same day twice", str(day))
        if day in holidays:
            gather.say("overlap", path, "is a holiday as well", str(day))
        elif day.weekday() < 5:
            found = f"{day} {weekday(day).en}"
            gather.say("weekday", path, "is a working day anyway", found, "a Saturday or Sunday")
        makeup[day] = festival(name) if name else None
    return makeup


def _day(gather: Gather, value: Any, path: str, year: int) -> date | None:
    if value is None:
        gather.say("missing", path, "is missing", None, f"{year}-01-01")
        return None
    try:
        day = read_day(value)
    except ValueError:
        gather.say("type", path, "must be a day", value, f"{year}-01-01")
        return None
    if not date(year - 1, 12, 1) <= day <= date(year, 12, 31):
        allowed = f"{year}-01-01 to {year}-12-31, or December {year - 1} for the New Year"
        gather.say("year", path, f"does not belong to {year}", str(day), allowed)
        return None
    return day


def _nothing_forgotten(
    gather: Gather, year: int, holidays: Mapping[date, Name], statutory: StatutoryHolidays | None
) -> None:
    known = statutory.years.get(year) if statutory else None
    needed = known or {date(year, month, day): festival(name) for month, day, name in _ALWAYS}
    for day, name in needed.items():
        if day not in holidays:
            message = f"leaves out the statutory holiday {name.zh} ({name.en})"
            gather.say("forgotten", "holidays", message, None, str(day))
