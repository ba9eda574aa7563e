"""Check the official years that a pack brings: complete, and none between them left out."""

from dataclasses import replace
from functools import cache
from typing import Final

from qifu.base.packs.files import CALENDAR, CITIES, PackFiles
from qifu.rulebook.calendar_days import Calendar, load_calendar
from qifu.rulebook.calendar_years import parse_calendar_year
from qifu.rulebook.findings import Finding, RuleError

# The tables of the whole country: read from the national pack only.
_NATIONAL: Final = ("statutory_holidays.yaml", "corrections.yaml")


def check_calendar(files: PackFiles) -> None:
    """Every mistake in `calendar/<year>.yaml` of the pack and of those it extends."""
    here = files.folder / CALENDAR
    for place in sorted(here.iterdir()) if here.is_dir() else ():
        if place.suffix != ".yaml" or not place.stem.isdigit():
            message = "not an official year: name it by its year, or put it into the national pack"
            allowed = "2027.yaml" if place.name not in _NATIONAL else "a file of cities/national"
            files.findings.append(
                Finding("unknown_file", "", message, place.name, allowed, str(place))
            )
    known = set(_national().years)
    for name, document in sorted(files.calendar.items()):
        try:
            year = parse_calendar_year(
                document.data,
                statutory=_national().statutory,
                file=document.file,
                document=document,
            )
        except RuleError as error:
            files.findings += [replace(f, file=f.file or document.file) for f in error.findings]
            continue
        line = document.lines.get("year")
        if str(year.year) != name:
            message = "the file is named for another year: rename it or correct the year"
            files.findings.append(
                Finding("year", "year", message, year.year, name, document.file, line)
            )
        elif year.year > max(known) + 1:
            message = "years before it would stay unknown: add a file for each of them"
            files.findings.append(
                Finding(
                    "year", "year", message, year.year, str(max(known) + 1), document.file, line
                )
            )
        known.add(year.year)


@cache
def _national() -> Calendar:
    return load_calendar(CITIES / "national" / CALENDAR)
