"""Business hours: lunch breaks, holidays, make-up days, round the clock, pauses."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.rulebook.business_hours import (
    BusinessHours,
    add_business_minutes,
    open_time,
    parse_business_hours,
)
from qifu.rulebook.calendar_words import ClockError
from qifu.rulebook.findings import RuleError
from qifu.rulebook.workdays import SHANGHAI, Pause, contact_due
from tests.rulebook.clockwork import at, national

DESK_DAY = ["09:00-12:00", "14:00-18:00"]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
DESK_DOC: dict[str, Any] = {"week": dict.fromkeys(WEEKDAYS, DESK_DAY)}
DESK = parse_business_hours(DESK_DOC, national())
HOTLINE = parse_business_hours({"always": True}, national())
HALL = parse_business_hours(  # open on Saturday mornings, but not in holidays
    {
        "week": {**DESK_DOC["week"], "sat": ["09:00-12:00"]},
        "makeup_days": ["09:00-17:00"],
        "exceptions": [{"date": "2026-11-04", "hours": ["09:00-11:00"]},
                       {"date": "2026-10-03", "hours": ["10:00-11:00"]},
                       {"date": "2026-11-05", "hours": []}],
    },
    national(),
)  # fmt: skip
ALL = (DESK, HOTLINE, HALL)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 30)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=SHANGHAI)
)
minutes = st.integers(0, 6000)
desks = st.sampled_from(ALL)


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-11-03 08:59:59", False),
        ("2026-11-03 09:00:00", True),
        ("2026-11-03 11:59:59", True),
        ("2026-11-03 12:00:00", False),
        ("2026-11-03 13:59:59", False),
        ("2026-11-03 14:00:00", True),
        ("2026-11-03 18:00:00", False),
        ("2026-11-07 10:00:00", False),  # Saturday
        ("2026-10-02 10:00:00", False),  # National Day, a Friday
        ("2026-10-10 10:00:00", True),  # a Saturday that is worked
    ],
)
def test_a_desk_is_open_in_its_hours_on_working_days(moment: str, opened: bool) -> None:
    assert DESK.is_open(at(moment)) is opened
    assert HOTLINE.is_open(at(moment)) is True


def test_the_hour_is_the_hour_in_shanghai() -> None:
    assert DESK.is_open(datetime(2026, 11, 3, 1, 0, tzinfo=UTC))
    assert not DESK.is_open(datetime(2026, 11, 3, 9, 0, tzinfo=UTC) + timedelta(hours=1))


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-03 10:30", "2026-11-03 10:30"),
        ("2026-11-03 12:00", "2026-11-03 14:00"),
        ("2026-11-03 18:00", "2026-11-04 09:00"),
        ("2026-11-06 18:00", "2026-11-09 09:00"),
        ("2026-09-30 18:00", "2026-10-08 09:00"),
        ("2026-10-09 19:00", "2026-10-10 09:00"),
    ],
)
def test_the_next_opening_passes_over_lunch_nights_and_holidays(moment: str, opening: str) -> None:
    assert DESK.next_opening(at(moment)) == at(opening)


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        ("2026-11-03 09:00", 60, "2026-11-03 10:00"),
        ("2026-11-03 09:00", 180, "2026-11-03 12:00"),
        ("2026-11-03 11:30", 60, "2026-11-03 14:30"),  # the lunch break does not count
        ("2026-11-03 17:30", 60, "2026-11-04 09:30"),
        ("2026-11-03 20:00", 60, "2026-11-04 10:00"),
        ("2026-09-30 17:00", 120, "2026-10-08 10:00"),
        ("2026-10-09 17:59", 2, "2026-10-10 09:01"),
        ("2026-11-03 12:30", 0, "2026-11-03 12:30"),
    ],
)
def test_business_minutes_pass_only_while_the_desk_is_open(
    start: str, number: int, end: str
) -> None:
    assert add_business_minutes(at(start), number, DESK) == at(end)


def test_round_the_clock_minutes_are_minutes() -> None:
    start = at("2026-09-30 23:50")
    assert add_business_minutes(start, 60 * 24 * 10, HOTLINE) == start + timedelta(days=10)
    assert BusinessHours.always() == HOTLINE
    assert HOTLINE.next_opening(start) == start
    # a line that runs round the clock asks no calendar: it goes on where that ends
    assert HOTLINE.is_open(at("2050-01-01 03:00"))


def test_a_hall_has_its_own_saturdays_make_up_days_and_exceptions() -> None:
    assert HALL.is_open(at("2026-11-07 11:00")) and not HALL.is_open(at("2026-11-07 13:00"))
    assert HALL.is_open(at("2026-10-10 16:59")) and not HALL.is_open(at("2026-10-10 17:30"))
    assert not HALL.is_open(at("2026-02-21 10:00"))  # a Saturday in the Spring Festival
    assert HALL.is_open(at("2026-10-03 10:30"))  # an exception goes before the holiday
    assert HALL.next_opening(at("2026-11-04 11:00")) == at("2026-11-06 09:00")


def test_a_make_up_day_has_a_weekdays_hours_unless_others_are_given() -> None:
    week = ((), *((((600, 660)),),) * 4, (), ())
    assert BusinessHours(week, national()).is_open(at("2026-10-10 10:30"))
    assert not BusinessHours(week, national(), ()).is_open(at("2026-10-10 10:30"))
    assert not BusinessHours(week).is_open(at("2026-10-10 10:30"))


def test_a_week_that_does_not_follow_the_calendar_is_open_in_holidays() -> None:
    hours = parse_business_hours({**DESK_DOC, "follows_calendar": False}, national())
    assert hours.is_open(at("2026-10-02 10:00")) and not hours.is_open(at("2026-10-10 10:00"))


def test_the_closing_hour_of_a_desk_ends_a_contact_clock() -> None:
    assert DESK.closing_on(date(2026, 10, 10)) == time(18)
    assert DESK.closing_on(date(2026, 10, 11)) is None
    assert HOTLINE.closing_on(date(2026, 10, 11)) is None
    arrived = at("2026-10-09 16:00")
    day = contact_due(arrived, national()).due_date
    due = contact_due(arrived, national(), closing=DESK.closing_on(day))
    assert due.due == at("2026-10-10 18:00")


def test_time_in_a_pause_does_not_pass() -> None:
    start = at("2026-11-03 09:00")
    stops = [
        Pause(at("2026-11-03 10:00"), at("2026-11-03 11:00")),
        Pause(at("2026-11-03 10:30"), at("2026-11-03 10:45")),  # inside the first
        Pause(at("2026-11-03 11:30"), at("2026-11-03 14:15")),
    ]
    assert add_business_minutes(start, 120, DESK, pauses=stops) == at("2026-11-03 14:45")
    assert open_time(start, at("2026-11-03 15:00"), DESK, pauses=stops) == timedelta(minutes=135)


@given(moments, minutes, desks)
def test_so_many_minutes_later_so_many_minutes_were_open(
    start: datetime, number: int, hours: BusinessHours
) -> None:
    end = add_business_minutes(start, number, hours)
    assert end >= start
    assert open_time(start, end, hours) == timedelta(minutes=number)
    if number:
        assert hours.is_open(end - timedelta(microseconds=1))


@given(moments, minutes, minutes, desks)
def test_more_minutes_never_end_earlier(
    start: datetime, one: int, two: int, hours: BusinessHours
) -> None:
    short, long = sorted((one, two))
    assert add_business_minutes(start, short, hours) <= add_business_minutes(start, long, hours)


@given(moments, minutes, desks, st.integers(-3000, 9000), st.integers(0, 9000))
def test_a_pause_never_makes_it_end_earlier_and_takes_its_open_time_only(
    start: datetime, number: int, hours: BusinessHours, after: int, length: int
) -> None:
    first = start + timedelta(minutes=after)
    stop = Pause(first, first + timedelta(minutes=length))
    plain = add_business_minutes(start, number, hours)
    paused = add_business_minutes(start, number, hours, pauses=[stop])
    assert paused >= plain
    assert open_time(start, paused, hours, pauses=[stop]) == timedelta(minutes=number)


@given(moments, desks)
def test_the_next_opening_is_open_and_nothing_before_it_is(
    moment: datetime, hours: BusinessHours
) -> None:
    opening = hours.next_opening(moment)
    assert hours.is_open(opening) and opening >= moment
    assert open_time(moment, opening, hours) == timedelta()


def test_open_time_backwards_is_nothing() -> None:
    assert open_time(at("2026-11-03 12:00"), at("2026-11-03 09:00"), DESK) == timedelta()


@pytest.mark.parametrize("number", [-1, 1.5, True, "60", 3660 * 1440 + 1])
def test_minutes_that_are_no_number_are_refused(number: Any) -> None:
    with pytest.raises(ClockError, match="whole number"):
        add_business_minutes(at("2026-11-03 09:00"), number, DESK)


def test_a_moment_without_a_zone_is_refused() -> None:
    for ask in (DESK.is_open, DESK.next_opening):
        with pytest.raises(ClockError, match="needs a time zone"):
            ask(datetime(2026, 11, 3, 9))  # noqa: DTZ001


def test_hours_beyond_the_calendar_are_refused() -> None:
    with pytest.raises(ClockError, match="outside the calendar"):
        add_business_minutes(at("2035-12-31 17:00"), 3000, DESK)
    with pytest.raises(ClockError, match="outside the calendar"):
        DESK.is_open(at("2036-01-01 10:00"))
    sundays = BusinessHours(((), (), (), (), (), (), ((540, 541),)))
    with pytest.raises(ClockError, match="not enough business hours"):
        add_business_minutes(at("2026-11-03 09:00"), 60_000, sundays)


def test_a_pause_that_ends_before_it_starts_is_refused() -> None:
    stop = Pause(at("2026-11-03 10:00"), at("2026-11-03 09:00"))
    with pytest.raises(ClockError, match="before it starts"):
        add_business_minutes(at("2026-11-03 09:00"), 5, DESK, pauses=[stop])


@pytest.mark.parametrize(
    "week",
    [
        ((),) * 7,
        (((540, 720),),) * 6,
        (((720, 540),),) * 7,
        (((540, 720), (700, 800)),) * 7,
        (((-1, 720),),) * 7,
        (((540, 1441),),) * 7,
    ],
)
def test_hours_that_cannot_be_are_refused(week: Any) -> None:
    with pytest.raises(ClockError):
        BusinessHours(week)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (None, "must be a mapping"),
        ({}, "either week or always"),
        ({"always": False}, "either week or always"),
        ({"always": True, "week": {"mon": DESK_DAY}}, "either week or always"),
        ({"always": "yes"}, "true or false"),
        ({"week": {}}, "no day is open"),
        ({"week": ["mon"]}, "week: must be a mapping"),
        ({"week": {"monday": DESK_DAY}}, "unknown key"),
        ({"week": {"mon": "09:00-12:00"}}, "must be a list of spans"),
        ({"week": {"mon": ["9-12"]}}, "week.mon[0]: must be a span of hours"),
        ({"week": {"mon": ["09:00-24:01"]}}, "no such time of day"),
        ({"week": {"mon": ["09:60-12:00"]}}, "no such time of day"),
        ({"week": {"mon": ["12:00-09:00"]}}, "ends before it starts"),
        ({"week": {"mon": ["09:00-12:00", "12:00-18:00"]}}, "after the span before it"),
        ({**DESK_DOC, "follows_calendar": 1}, "true or false"),
        ({**DESK_DOC, "makeup_days": "no"}, "must be a list of spans"),
        ({**DESK_DOC, "exceptions": {}}, "must be a list"),
        ({**DESK_DOC, "exceptions": ["2027-02-04"]}, "must be a mapping"),
        ({**DESK_DOC, "exceptions": [{"date": "2027-02-04"}]}, "hours: is missing"),
        ({**DESK_DOC, "exceptions": [{"hours": []}]}, "date: is missing"),
        ({**DESK_DOC, "exceptions": [{"date": "x", "hours": []}]}, "must be a day"),
        ({**DESK_DOC, "exceptions": [{"date": "2027-02-04", "hours": []}] * 2}, "twice"),
        ({**DESK_DOC, "lunch": 1}, "unknown key"),
    ],
)
def test_a_bad_document_of_hours_is_refused_with_its_place(document: Any, expected: str) -> None:
    with pytest.raises(RuleError) as error:
        parse_business_hours(document, national())
    assert expected in str(error.value)
