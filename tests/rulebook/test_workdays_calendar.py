"""The calendar: every published day, every provisional year, against other sources."""

import math
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from chinese_calendar.solar_terms import SolarTerms

from qifu.rulebook.calendar_corrections import parse_corrections
from qifu.rulebook.calendar_days import Calendar, Kind, Status
from qifu.rulebook.calendar_words import ClockError, circled
from qifu.rulebook.findings import RuleError
from qifu.rulebook.statutory_holidays import parse_statutory
from tests.rulebook.clockwork import days, national

# The one day on which the library and the notice differ (国办发明电〔2005〕35号: 12月31日上班).
CORRECTED = {date(2005, 12, 31)}

# State Council notices, typed from their texts: spans of days off, make-up working days.
NOTICES = {
    2024: (
        "国办发明电〔2023〕7号",
        "01-01 01-01, 02-10 02-17, 04-04 04-06, 05-01 05-05, 06-10 06-10, 09-15 09-17, 10-01 10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: (
        "国办发明电〔2024〕12号",
        "01-01 01-01, 01-28 02-04, 04-04 04-06, 05-01 05-05, 05-31 06-02, 10-01 10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "国办发明电〔2025〕7号",
        "01-01 01-03, 02-15 02-23, 04-04 04-06, 05-01 05-05, 06-19 06-21, 09-25 09-27, 10-01 10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}


def every_day(first: int, last: int) -> list[date]:
    start, end = date(first, 1, 1), date(last, 12, 31)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def test_every_day_from_2004_to_2026_is_what_the_library_says_but_for_the_corrections() -> None:
    calendar = national()
    differ = {
        day
        for day in every_day(2004, 2026)
        if calendar.is_working_day(day) != chinese_calendar.is_workday(day)
    }
    assert differ == CORRECTED


def test_without_corrections_every_day_is_what_the_library_says() -> None:
    calendar = Calendar.official()
    assert calendar.last == date(2026, 12, 31)
    for day in every_day(2004, 2026):
        assert calendar.is_working_day(day) == chinese_calendar.is_workday(day), day


@pytest.mark.parametrize("year", NOTICES, ids=lambda year: f"{year} {NOTICES[year][0]}")
def test_every_day_of_a_year_is_what_its_notice_says(year: int) -> None:
    _, spans, makeup = NOTICES[year]
    off = set()
    for span in spans.split(","):
        first, last = (date.fromisoformat(f"{year}-{end}") for end in span.split())
        off |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    on = {date.fromisoformat(f"{year}-{day}") for day in makeup.split()}
    for day in every_day(year, year):
        expected = day in on or (day not in off and day.weekday() < 5)
        assert national().is_working_day(day) == expected, day


def test_the_named_days_of_2004_to_2007_follow_their_notices() -> None:
    # 国办发明电〔2005〕35号, 国办发明电〔2006〕49号
    for day in days("2005-12-31 2006-01-28 2006-02-05 2006-04-29 2006-04-30 2006-09-30 2006-10-08"):
        assert national().day(day).kind is Kind.MAKEUP_WORKDAY, day
    for day in days("2006-12-30 2006-12-31 2007-02-17 2007-02-25 2007-04-28 2007-04-29"):
        assert national().day(day).kind is Kind.MAKEUP_WORKDAY, day
    for day in days("2006-01-02 2006-01-03 2007-01-02 2007-01-03 2007-05-07"):
        assert national().day(day).kind is Kind.HOLIDAY, day


def test_provisional_years_are_mondays_to_fridays_without_statutory_holidays() -> None:
    calendar = national()
    assert calendar.statutory is not None
    for day in every_day(2027, 2035):
        known = calendar.day(day)
        holiday = day in calendar.statutory.years[day.year]
        assert known.provisional
        assert known.counts == (day.weekday() < 5 and not holiday), day
        assert known.kind is not Kind.MAKEUP_WORKDAY
    assert not any(day.provisional for day in calendar.days(date(2004, 1, 1), date(2026, 12, 31)))


def test_each_provisional_year_has_the_days_of_the_law() -> None:
    """元旦 1, 春节 4, 清明 1, 劳动 2, 端午 1, 中秋 1, 国庆 3: thirteen, or fewer that coincide."""
    statutory = national().statutory
    assert statutory is not None and statutory.number == "国务院令第795号"
    for year, holidays in statutory.years.items():
        coincide = 1 if year in (2028, 2031) else 0  # Mid-autumn falls on 3 and 1 October
        assert len(holidays) == 13 - coincide, year
        assert {date(year, 1, 1), date(year, 5, 1), date(year, 5, 2)} <= set(holidays)
        assert {date(year, 10, day) for day in (1, 2, 3)} <= set(holidays)
    assert statutory.years[2028][date(2028, 10, 3)].zh == "中秋节、国庆节"


def test_the_statutory_days_of_2026_are_days_off_in_the_notice() -> None:
    statutory = national().statutory
    assert statutory is not None
    for day in statutory.years[2026]:
        assert national().day(day).kind is Kind.HOLIDAY, day


def new_moon(k: int) -> date:
    """Day in China of the k-th new moon after January 2000: Meeus, Astronomical Algorithms, ch. 49.

    The terms left out make less than two minutes together; the new moon nearest to midnight in
    these years, that of February 2027, comes four minutes before it.
    """
    t = k / 1236.85
    jde = 2451550.09766 + 29.530588861 * k + 0.00015437 * t * t
    e = 1 - 0.002516 * t
    m = math.radians(2.5534 + 29.10535670 * k)
    mp = math.radians(201.5643 + 385.81693528 * k + 0.0107582 * t * t)
    f = math.radians(160.7108 + 390.67050284 * k - 0.0016118 * t * t)
    om = math.radians(124.7746 - 1.56375588 * k)
    jde += (
        -0.40720 * math.sin(mp) + 0.17241 * e * math.sin(m) + 0.01608 * math.sin(2 * mp)
        + 0.01039 * math.sin(2 * f) + 0.00739 * e * math.sin(mp - m)
        - 0.00514 * e * math.sin(mp + m) + 0.00208 * e * e * math.sin(2 * m)
        - 0.00111 * math.sin(mp - 2 * f) - 0.00057 * math.sin(mp + 2 * f)
        + 0.00056 * e * math.sin(2 * mp + m) - 0.00042 * math.sin(3 * mp)
        + 0.00042 * e * math.sin(m + 2 * f) + 0.00038 * e * math.sin(m - 2 * f)
        - 0.00024 * e * math.sin(2 * mp - m) - 0.00017 * math.sin(om)
    )  # fmt: skip
    terrestrial = datetime(2000, 1, 1, 12, tzinfo=UTC) + timedelta(days=jde - 2451545.0)
    return (terrestrial - timedelta(seconds=72) + timedelta(hours=8)).date()


NEW_MOONS = {new_moon(k) for k in range(310, 450)}


def first_of(year: int, name: str) -> date:
    statutory = national().statutory
    assert statutory is not None
    return min(day for day, found in statutory.years[year].items() if name in found.zh)


@pytest.mark.parametrize("year", range(2026, 2036))
def test_lunar_festivals_stand_where_the_new_moons_put_them(year: int) -> None:
    spring = first_of(year, "春节") + timedelta(days=1)
    assert spring in NEW_MOONS and date(year, 1, 21) <= spring <= date(year, 2, 20)
    fifth_month = first_of(year, "端午节") - timedelta(days=4)
    assert fifth_month in NEW_MOONS and date(year, 5, 22) <= fifth_month <= date(year, 6, 20)
    eighth_month = first_of(year, "中秋节") - timedelta(days=14)
    assert eighth_month in NEW_MOONS and date(year, 8, 24) <= eighth_month <= date(year, 9, 23)
    # from the first month to the fifth are four new moons, to the eighth seven, or one more each
    # in a year with a leap month between them
    months = sum(1 for moon in NEW_MOONS if spring < moon <= eighth_month)
    assert months in (7, 8)
    assert sum(1 for moon in NEW_MOONS if spring < moon <= fifth_month) in (4, 5)


@pytest.mark.parametrize("year", range(2026, 2036))
def test_tomb_sweeping_day_is_the_solar_term(year: int) -> None:
    name = SolarTerms.pure_brightness.value[1]
    april = chinese_calendar.get_solar_terms(date(year, 4, 1), date(year, 4, 10))
    assert first_of(year, "清明节") == next(day for day, term in april if term == name)


def test_the_calendar_says_where_each_year_comes_from() -> None:
    years = national().years
    assert {s.status for y, s in years.items() if y <= 2026} == {Status.PUBLISHED}
    assert {s.status for y, s in years.items() if y > 2026} == {Status.PROVISIONAL}
    assert "全国年节及纪念日放假办法" in years[2027].source
    assert national().last_known_year == 2026


def test_a_day_outside_says_what_is_known() -> None:
    for day in (date(2003, 12, 31), date(2036, 1, 1)):
        with pytest.raises(ClockError, match="2004 to 2035, provisionally from 2027 on") as refused:
            national().day(day)
        assert "2004 年至 2035 年，其中 2027 年起为暂定" in refused.value.zh


def test_working_days_between_counts_the_later_end_only() -> None:
    calendar = national()
    assert calendar.working_days_between(date(2026, 9, 29), date(2026, 10, 19)) == 10
    assert calendar.working_days_between(date(2026, 10, 19), date(2026, 9, 29)) == -10
    assert calendar.working_days_between(date(2026, 9, 29), date(2026, 9, 29)) == 0


def test_calendars_with_the_same_days_have_the_same_hash() -> None:
    assert Calendar.official().content_hash == Calendar.official().content_hash
    assert Calendar.official().content_hash != national().content_hash


def corrections_refused(*rows: object) -> str:
    with pytest.raises(RuleError) as refused:
        parse_corrections({"corrections": list(rows)})
    return str(refused.value)


def test_corrections_are_read_strictly() -> None:
    good = {"date": "2005-12-31", "working": True, "name": "元旦", "source": "x"}
    assert "true or false" in corrections_refused({**good, "working": "yes"})
    assert "is missing" in corrections_refused({**good, "source": None})
    assert "must be a day" in corrections_refused({**good, "date": "2005-12-32"})
    assert "is missing" in corrections_refused({**good, "date": None})
    assert "twice" in corrections_refused(good, good)
    assert "unknown key" in corrections_refused({**good, "why": "x"})
    assert "mapping" in corrections_refused("2005-12-31")
    with pytest.raises(RuleError, match="must be a list"):
        parse_corrections({"corrections": {}})


def table(**changes: object) -> dict[str, object]:
    good: dict[str, object] = {
        "version": 1,
        "source": {
            "name": {"zh": "办法", "en": "Regulation"},
            "number": "令",
            "in_force": "2025-01-01",
        },
        "festivals": [
            {
                "code": "new_year",
                "name": {"zh": "元旦", "en": "New Year"},
                "from": "01-01",
                "days": 1,
            },
            {"code": "moon", "name": {"zh": "中秋节", "en": "Moon"}, "days": 1},
        ],
        "dates": {"2027": {"moon": "2027-09-15"}, "2028": {"moon": "2028-10-03"}},
    }
    return {**good, **changes}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"dates": {"2027": {"moon": "2027-09-15"}, "2029": {"moon": "2029-09-22"}}}, "left out"),
        ({"dates": {"2027": {}}}, "dates.2027.moon: is missing"),
        ({"dates": {"2027": {"moon": "2028-09-15"}}}, "is not in 2027"),
        ({"dates": {"27": {"moon": "2027-09-15"}}}, "must be a year"),
        ({"dates": {"2027": {"sun": "2027-09-15", "moon": "2027-09-15"}}}, "unknown key"),
        ({"dates": None}, "dates: is missing"),
        ({"festivals": {"code": "x"}}, "must be a list"),
        ({"source": {"name": {"zh": "办法", "en": "R"}, "number": "令"}}, "from when"),
        ({"more": 1}, "unknown key"),
    ],
)
def test_the_statutory_table_is_read_strictly(changes: dict[str, object], expected: str) -> None:
    parse_statutory(table())
    with pytest.raises(RuleError) as refused:
        parse_statutory(table(**changes))
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"from": "13-01"}, "a month and a day"),
        ({"from": "1 Jan"}, "a month and a day"),
        ({"days": 0}, "number of days"),
        ({"days": True}, "number of days"),
        ({"code": "moon"}, "the same festival twice"),
        ({"name": {"zh": "元旦"}}, "name.en: is missing"),
    ],
)
def test_a_festival_of_the_table_is_read_strictly(change: dict[str, object], expected: str) -> None:
    rows = table()["festivals"]
    assert isinstance(rows, list)
    with pytest.raises(RuleError) as refused:
        parse_statutory(table(festivals=[*rows[1:], {**rows[0], **change}]))
    assert expected in str(refused.value)


def test_circled_numbers_reach_fifty() -> None:
    assert [circled(n) for n in (1, 20, 21, 35, 36, 50, 51)] == list("①⑳㉑㉟㊱㊿") + ["(51)"]
