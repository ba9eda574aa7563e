"""The statutory holidays of years without a published calendar, from a pack's table."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from qifu.rulebook.calendar_words import Name
from qifu.rulebook.documents import Document, load_one
from qifu.rulebook.gather import Gather, join

_TOP = ("version", "source", "festivals", "dates")
_SOURCE = ("name", "number", "clause", "issued", "in_force")
_FESTIVAL = ("code", "name", "from", "days")
_MONTH_DAY = re.compile(r"\d{2}-\d{2}")
_YEAR = re.compile(r"(19|20)\d{2}")


@dataclass(frozen=True)
class StatutoryHolidays:
    """Holiday → name for each year of the table, with the law it follows and since when."""

    source: Name
    number: str
    in_force: date
    years: Mapping[int, Mapping[date, Name]]

    @property
    def last(self) -> int:
        """The last year of the table."""
        return max(self.years)


@dataclass(frozen=True)
class _Festival:
    code: str
    name: Name
    start: tuple[int, int] | None
    days: int


def load_statutory(file: Path) -> StatutoryHolidays:
    """Read statutory_holidays.yaml of a pack; RuleError with every finding, file and line."""
    document = load_one(file)
    return parse_statutory(document.data, file=document.file, document=document)


def parse_statutory(
    doc: Any, *, file: str = "", document: Document | None = None
) -> StatutoryHolidays:
    """Read the table strictly; RuleError with every finding."""
    gather = Gather(file, document.lines if document else {})
    top = gather.mapping(doc, "", "version, source, festivals, dates")
    gather.stop()
    assert top is not None
    gather.keys(top, _TOP, "")
    for key in _TOP:
        if not top.get(key):
            gather.say("missing", key, "is missing")
    gather.stop()
    source = gather.mapping(top["source"], "source") or {}
    gather.keys(source, _SOURCE, "source")
    name = _name(gather, source, "source")
    number = gather.text(source, "number", "source", required=True) or ""
    in_force = gather.day(source, "in_force", "source")
    if in_force is None:
        gather.say("missing", "source.in_force", "must say from when the law holds")
    festivals = _festivals(gather, top["festivals"])
    years = _years(gather, top["dates"], festivals)
    gather.stop()
    assert in_force is not None
    return StatutoryHolidays(name, number, in_force, years)


def _name(gather: Gather, doc: Mapping[str, Any], path: str) -> Name:
    where = join(path, "name")
    both = gather.mapping(doc.get("name"), where, "{zh: …, en: …}") or {}
    gather.keys(both, ("zh", "en"), where)
    zh = gather.text(both, "zh", where, required=True)
    en = gather.text(both, "en", where, required=True)
    return Name(zh or "", en or "")


def _festivals(gather: Gather, doc: Any) -> list[_Festival]:
    found: list[_Festival] = []
    if not isinstance(doc, list):
        gather.say("type", "festivals", "must be a list", doc)
        return found
    for i, item in enumerate(doc):
        path = f"festivals[{i}]"
        row = gather.mapping(item, path)
        if row is None:
            continue
        gather.keys(row, _FESTIVAL, path)
        code = gather.text(row, "code", path, required=True) or ""
        if code in {festival.code for festival in found}:
            gather.say("duplicate", f"{path}.code", "the same festival twice", code)
        days = row.get("days")
        if type(days) is not int or not 1 <= days <= 10:
            gather.say("bounds", f"{path}.days", "must be a number of days", days, "1 to 10")
            days = 1
        start = _month_day(gather, row.get("from"), f"{path}.from")
        found.append(_Festival(code, _name(gather, row, path), start, days))
    return found


def _month_day(gather: Gather, value: Any, path: str) -> tuple[int, int] | None:
    if value is None:
        return None
    if isinstance(value, str) and _MONTH_DAY.fullmatch(value):
        month, day = int(value[:2]), int(value[3:])
        try:
            date(2027, month, day)
        except ValueError:
            pass
        else:
            return month, day
    gather.say("type", path, "must be a month and a day in quotes", value, '"10-01"')
    return None


def _years(gather: Gather, doc: Any, festivals: list[_Festival]) -> dict[int, Mapping[date, Name]]:
    years: dict[int, Mapping[date, Name]] = {}
    movable = [festival.code for festival in festivals if festival.start is None]
    for key, value in (gather.mapping(doc, "dates", "{2027: {…}}") or {}).items():
        path = f"dates.{key}"
        firsts = gather.mapping(value, path)
        if not _YEAR.fullmatch(str(key)):
            gather.say("type", path, "must be a year", key, "2027")
        elif firsts is not None:
            gather.keys(firsts, movable, path)
            years[int(key)] = _year(gather, int(key), firsts, festivals)
    ordered = sorted(years)
    for before, after in zip(ordered, ordered[1:], strict=False):
        if after != before + 1:
            gather.say("gap", "dates", f"no year may be left out after {before}", after)
    return dict(sorted(years.items()))


def _year(
    gather: Gather, year: int, firsts: Mapping[str, Any], festivals: list[_Festival]
) -> dict[date, Name]:
    path = f"dates.{year}"
    holidays: dict[date, Name] = {}
    for festival in festivals:
        if festival.start is not None:
            first: date | None = date(year, *festival.start)
        else:
            first = gather.day(firsts, festival.code, path)
        if first is None:
            if firsts.get(festival.code) is None:
                gather.say("missing", join(path, festival.code), "is missing", None, "a day")
            continue
        if first.year != year:
            gather.say("year", join(path, festival.code), f"is not in {year}", str(first))
        for number in range(festival.days):
            day = first + timedelta(days=number)
            other = holidays.get(day)
            holidays[day] = other.with_other(festival.name) if other else festival.name
    return holidays
