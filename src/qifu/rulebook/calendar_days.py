"""The calendar of working days: published years, uploaded years, provisional years.

Published years are those of chinesecalendar (State Council notices, 2004 onwards). A provisional
year is Monday to Friday without the statutory holidays and without make-up days (CASEWORK §3).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from chinese_calendar import constants

from qifu.rulebook.calendar_corrections import Correction, load_corrections
from qifu.rulebook.calendar_words import ClockError, Name, festival
from qifu.rulebook.calendar_years import CalendarYear, load_calendar_year
from qifu.rulebook.statutory_holidays import StatutoryHolidays, load_statutory

_LIBRARY = "chinesecalendar"


class Kind(StrEnum):
    """What a day is; the first two count as working days."""

    WORKING_DAY = "working_day"
    MAKEUP_WORKDAY = "makeup_workday"
    HOLIDAY = "holiday"
    WEEKEND = "weekend"


class Status(StrEnum):
    """Where a year of the calendar comes from."""

    PUBLISHED = "published"
    UPLOADED = "uploaded"
    PROVISIONAL = "provisional"


class YearSource(NamedTuple):
    """Where one year of the calendar comes from: status, and the source in words."""

    status: Status
    source: str


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day: what it is, whether that may still change, the festival it belongs to."""

    date: date
    kind: Kind
    provisional: bool
    name: Name | None

    @property
    def counts(self) -> bool:
        """Whether it is a working day."""
        return self.kind in (Kind.WORKING_DAY, Kind.MAKEUP_WORKDAY)


class _Special(NamedTuple):
    kind: Kind
    name: Name | None


class Calendar:
    """Every day from `first` to `last`; never changes, so a clock can keep the one it ran on.

    Make it with `Calendar.official`; `with_years` gives another one that holds uploaded years.
    """

    def __init__(
        self,
        years: Mapping[int, YearSource],
        special: Mapping[date, _Special],
        statutory: StatutoryHolidays | None,
        uploads: Mapping[int, CalendarYear],
        corrections: Mapping[date, Correction],
    ) -> None:
        self.years = dict(sorted(years.items()))
        self.first = date(min(years), 1, 1)
        self.last = date(max(years), 12, 31)
        self.statutory = statutory
        self._special = special
        self._uploads = uploads
        self._corrections = corrections
        start, end = self.first.toordinal(), self.last.toordinal()
        counts = [self._counts(date.fromordinal(o)) for o in range(start, end + 1)]
        open_years = {y for y, s in years.items() if s.status is Status.PROVISIONAL}
        # Day o of the calendar is index o - start. `upto` counts working days up to and including
        # it, so the n-th working day after it is `working[upto + n - 1]`: no search at all.
        self.start = start
        self.upto: list[int] = list(accumulate(counts))
        self.working: list[int] = [start + i for i, counted in enumerate(counts) if counted]
        self.provisional_upto: list[int] = list(
            accumulate(date.fromordinal(o).year in open_years for o in range(start, end + 1))
        )

    @classmethod
    def official(
        cls,
        statutory: StatutoryHolidays | None = None,
        uploads: Iterable[CalendarYear] = (),
        corrections: Mapping[date, Correction] = MappingProxyType({}),
    ) -> "Calendar":
        """Published years, then uploaded ones (which may replace published ones), then provisional.

        `corrections` are days on which the library differs from the notice that it should follow.
        ClockError when an uploaded year leaves a year before it unknown.
        """
        by_year = {upload.year: upload for upload in uploads}
        published, special = _published()
        years, special = dict(published), dict(special)
        for day, right in corrections.items():
            if day.year in years:
                kind = Kind.MAKEUP_WORKDAY if right.working else Kind.HOLIDAY
                special[day] = _Special(kind, right.name)
        if statutory:
            for year in set(statutory.years) - set(published):
                years[year] = YearSource(Status.PROVISIONAL, statutory.source.zh)
                for day, name in statutory.years[year].items():
                    special[day] = _Special(Kind.HOLIDAY, name)
        # what was known of an uploaded year goes first: the upload is the whole of it
        special = {day: what for day, what in special.items() if day.year not in by_year}
        # in the order of years, for a New Year's notice may change the December before it
        for year, upload in sorted(by_year.items()):
            years[year] = YearSource(Status.UPLOADED, upload.source)
            for holiday, name in upload.holidays.items():
                special[holiday] = _Special(Kind.HOLIDAY, name)
            for makeup, given in upload.makeup_workdays.items():
                special[makeup] = _Special(Kind.MAKEUP_WORKDAY, given)
        missing = set(range(min(years), max(years))) - set(years)
        if missing:
            gap = "、".join(str(year) for year in sorted(missing))
            raise ClockError(
                "calendar",
                f"日历中间缺少 {gap} 年，请先上传这些年份。",
                f"the calendar would have no year {gap}: upload it first",
            )
        return cls(years, special, statutory, by_year, corrections)

    def with_years(self, *uploads: CalendarYear) -> "Calendar":
        """This calendar with further uploaded years; a year uploaded again replaces the older."""
        return Calendar.official(
            self.statutory, (*self._uploads.values(), *uploads), self._corrections
        )

    def __repr__(self) -> str:
        return f"<Calendar {self.first.year}–{self.last.year}, known to {self.last_known_year}>"

    @property
    def last_known_year(self) -> int:
        """The last year whose calendar is published or uploaded."""
        return max(y for y, s in self.years.items() if s.status is not Status.PROVISIONAL)

    @property
    def content_hash(self) -> str:
        """SHA-256 over what every day is: two calendars with one hash give the same due dates."""
        text = "\n".join(f"{d.date} {d.kind} {d.provisional:d} {d.name}" for d in self.days())
        return hashlib.sha256(text.encode()).hexdigest()

    def day(self, day: date) -> CalendarDay:
        """What this day is; ClockError outside the calendar."""
        self.index(day)
        kind, name = self._special.get(day) or _Special(_plain(day), None)
        return CalendarDay(day, kind, self.years[day.year].status is Status.PROVISIONAL, name)

    def days(self, first: date | None = None, last: date | None = None) -> Iterator[CalendarDay]:
        """Every day from `first` to `last`, both included; without them the whole calendar."""
        day, end = first or self.first, last or self.last
        while day <= end:
            yield self.day(day)
            day += timedelta(days=1)

    def is_working_day(self, day: date) -> bool:
        """Whether people work on this day; ClockError outside the calendar."""
        self.index(day)
        return self._counts(day)

    def working_days_between(self, after: date, until: date) -> int:
        """Working days later than `after`, up to and including `until`; below 0 if reversed."""
        return self.upto[self.index(until)] - self.upto[self.index(after)]

    def provisional_between(self, after: date, until: date) -> bool:
        """Whether a day later than `after`, up to and including `until`, may still change."""
        counts = self.provisional_upto
        return counts[self.index(until)] > counts[self.index(after)]

    def index(self, day: date) -> int:
        """Position of a day, from 0; ClockError that says what is known if it is outside."""
        index = day.toordinal() - self.start
        if 0 <= index < len(self.upto):
            return index
        raise self.beyond("start", f"{day} 不在日历之内", f"{day} is outside the calendar")

    def beyond(self, about: str, zh: str, en: str) -> ClockError:
        """The refusal of what lies outside the calendar, with what the calendar knows."""
        known = self.last_known_year
        since, until = self.first.year, self.last.year
        more_zh = f"，其中 {known + 1} 年起为暂定" if until > known else ""
        more_en = f", provisionally from {known + 1} on" if until > known else ""
        return ClockError(
            about,
            f"{zh}：日历包括 {since} 年至 {until} 年{more_zh}；可上传后续年份的放假安排。",
            f"{en}: it covers {since} to {until}{more_en}; the calendar of a further year can be "
            "uploaded",
        )

    def _counts(self, day: date) -> bool:
        special = self._special.get(day)
        if special is None:
            return day.weekday() < 5
        return special.kind is Kind.MAKEUP_WORKDAY


def load_calendar(folder: Path, *, further: Iterable[Path] = ()) -> Calendar:
    """The calendar of a pack: statutory_holidays.yaml, corrections.yaml, and the files in `years`.

    `further` are files of uploaded years, which win. RuleError or ClockError for bad ones.
    """
    statutory = load_statutory(folder / "statutory_holidays.yaml")
    files = [*sorted((folder / "years").glob("*.yaml")), *further]
    uploads = [load_calendar_year(file, statutory=statutory) for file in files]
    return Calendar.official(statutory, uploads, load_corrections(folder / "corrections.yaml"))


def _plain(day: date) -> Kind:
    return Kind.WORKING_DAY if day.weekday() < 5 else Kind.WEEKEND


@cache
def _published() -> tuple[Mapping[int, YearSource], Mapping[date, _Special]]:
    """The library's constants, read once. A day in both of its tables is a working day there."""
    special = {day: _Special(Kind.HOLIDAY, festival(n)) for day, n in constants.holidays.items()}
    for day, name in constants.workdays.items():
        special[day] = _Special(Kind.MAKEUP_WORKDAY, festival(name))
    first, last = min(constants.holidays).year, max(constants.holidays).year
    source = YearSource(Status.PUBLISHED, _LIBRARY)
    return dict.fromkeys(range(first, last + 1), source), special
