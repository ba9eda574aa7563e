"""Limits in business minutes: whether the end is provisional, and which spans counted."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.rulebook.business_due import (
    BusinessDue,
    business_due,
    explain_minutes,
    minutes_in_words,
)
from qifu.rulebook.business_hours import (
    BusinessHours,
    add_business_minutes,
    open_time,
    parse_business_hours,
)
from qifu.rulebook.calendar_words import ClockError
from qifu.rulebook.calendar_years import parse_calendar_year
from qifu.rulebook.workdays import SHANGHAI, Pause
from tests.rulebook.clockwork import at, national, year_2027

DAY = ["09:00-12:00", "14:00-18:00"]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), DAY)
DESK = parse_business_hours({"week": WEEK}, national())
HALL = parse_business_hours(
    {"week": {**WEEK, "sat": ["09:00-12:00"]}, "exceptions": [{"date": "2026-11-05", "hours": []}]},
    national(),
)
HOTLINE = BusinessHours.always()

moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 30)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=SHANGHAI)
)
minutes = st.integers(0, 6000)
desks = st.sampled_from((DESK, HALL, HOTLINE))


def spans(due: BusinessDue) -> list[str]:
    return [f"{a:%m-%d %H:%M}–{b:%H:%M}" for a, b in due.spans]


def test_the_spans_that_counted_are_told_in_both_languages() -> None:
    due = business_due(at("2026-11-03 11:30"), 60, DESK)
    assert due.due == at("2026-11-03 14:30") and due.due_date == date(2026, 11, 3)
    assert not due.provisional
    assert spans(due) == ["11-03 11:30–12:00", "11-03 14:00–14:30"]
    told = explain_minutes(due)
    assert told.zh == (
        "自2026年11月3日（周二）11:30 起 1 小时办公时间：11月3日 11:30–12:00、14:00–14:30。"
        "到期时间：2026年11月3日（周二）14:30:00。"
    )
    assert told.en == (
        "1 business hour from Tuesday 3 Nov 2026 11:30: 3 Nov 11:30–12:00, 14:00–14:30. "
        "Due Tuesday 3 Nov 2026 at 14:30:00."
    )


def test_days_without_open_hours_say_why() -> None:
    due = business_due(at("2026-09-30 19:00"), 450, DESK)
    assert due.due == at("2026-10-09 09:30")
    told = explain_minutes(due)
    assert (
        "9月30日不在办公时间，10月1日至7日国庆节放假，10月8日 09:00–12:00、14:00–18:00" in told.zh
    )
    assert "30 Sep outside business hours; 1–7 Oct holiday (National Day); 8 Oct" in told.en
    assert [day.counts for day in due.trace] == [False] * 8 + [True] * 2
    assert due.trace[1].why_zh == "周四，国庆节放假，不计入"
    assert due.trace[-1].why_en == "Friday, 09:00–09:30 counted"
    saturday = business_due(at("2026-10-09 18:00"), 60, DESK)
    assert saturday.trace[-1].why_zh == "周六，调休上班，09:00–10:00 计入"
    weekend = business_due(at("2026-11-06 17:30"), 60, DESK)
    assert "11月7日至8日休息" in explain_minutes(weekend).zh
    closed = business_due(at("2026-11-04 18:00"), 30, HALL)  # Thursday is an exception
    assert "11月4日至5日不在办公时间，11月6日 09:00–09:30" in explain_minutes(closed).zh


def test_a_day_lost_to_a_pause_is_told_as_stopped() -> None:
    pause = Pause(at("2026-11-03 08:00"), at("2026-11-03 20:00"))
    due = business_due(at("2026-11-02 17:00"), 120, DESK, pauses=iter([pause]))
    assert due.due == at("2026-11-04 10:00")
    assert "11月3日计时暂停" in explain_minutes(due).zh
    assert due.trace[1].why_en == "Tuesday, clock stopped, not counted"
    midnight = Pause(at("2026-11-02 20:00"), at("2026-11-03 00:00"))
    next_day = business_due(at("2026-11-02 17:00"), 120, DESK, pauses=[midnight])
    assert next_day.due == at("2026-11-03 10:00") and next_day.stopped == {date(2026, 11, 2)}


def test_it_is_provisional_only_where_an_unknown_year_was_asked() -> None:
    inside = business_due(at("2026-12-31 16:00"), 120, DESK)
    assert inside.due == at("2026-12-31 18:00") and not inside.provisional
    over = business_due(at("2026-12-31 16:00"), 121, DESK)
    assert over.due == at("2027-01-04 09:01") and over.provisional
    assert "暂定" in explain_minutes(over).zh and "provisional" in explain_minutes(over).en
    assert "2027 年放假安排尚未录入" in over.trace[-1].why_zh
    assert "暂定" not in over.trace[0].why_zh
    known = national().with_years(parse_calendar_year(year_2027()))
    certain = business_due(at("2026-12-31 16:00"), 121, parse_business_hours({"week": WEEK}, known))
    assert certain.due == over.due and not certain.provisional


def test_a_line_round_the_clock_is_never_provisional_and_its_day_ends_at_24() -> None:
    due = business_due(at("2026-12-31 23:00"), 60, HOTLINE)
    assert due.due == at("2027-01-01 00:00") and not due.provisional
    assert "12月31日 23:00–24:00" in explain_minutes(due).zh
    assert not business_due(at("2027-05-01 23:00"), 6000, HOTLINE).provisional


def test_hours_given_for_one_day_are_certain_in_an_unknown_year_too() -> None:
    hours = parse_business_hours(
        {"week": WEEK, "exceptions": [{"date": "2027-03-01", "hours": DAY}]}, national()
    )
    assert not business_due(at("2027-03-01 09:00"), 60, hours).provisional
    assert business_due(at("2027-03-02 09:00"), 60, hours).provisional


def test_no_minutes_end_at_the_start() -> None:
    due = business_due(at("2027-03-01 20:00"), 0, DESK)
    assert due.due == due.arrived == at("2027-03-01 20:00")
    assert not due.provisional and due.trace == () and due.spans == ()
    assert explain_minutes(due).zh.startswith("自2027年3月1日（周一）20:00 起 0 分钟办公时间。")


def test_an_extension_and_seconds_are_told() -> None:
    told = explain_minutes(business_due(at("2026-11-03 09:00:30"), 90, DESK), extra=30)
    assert "09:00:30 起 90 分钟办公时间（含延期 30 分钟办公时间）" in told.zh
    assert "90 business minutes from Tuesday 3 Nov 2026 09:00:30" in told.en
    assert "30 business minutes of them by extension" in told.en


def test_a_long_limit_is_told_by_its_ends() -> None:
    due = business_due(at("2026-03-02 09:00"), 60 * 420, DESK)
    told = explain_minutes(due)
    assert "……" in told.zh and told.en.count("…") == 1
    assert len(due.trace) == (due.due_date - date(2026, 3, 2)).days + 1


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (1, "1 分钟办公时间", "1 business minute"),
        (90, "90 分钟办公时间", "90 business minutes"),
        (60, "1 小时办公时间", "1 business hour"),
        (480, "8 小时办公时间", "8 business hours"),
    ],
)
def test_minutes_in_words(number: int, zh: str, en: str) -> None:
    assert minutes_in_words(number) == (zh, en)


def test_errors_are_those_of_the_plain_sum() -> None:
    with pytest.raises(ClockError, match="whole number"):
        business_due(at("2026-11-03 09:00"), -1, DESK)
    with pytest.raises(ClockError, match="needs a time zone"):
        business_due(datetime(2026, 11, 3, 9), 5, DESK)  # noqa: DTZ001
    with pytest.raises(ClockError, match="outside the calendar"):
        business_due(at("2035-12-31 17:00"), 3000, DESK)


@given(moments, minutes, desks, st.integers(-3000, 9000), st.integers(0, 9000))
def test_the_spans_add_up_and_a_pause_never_ends_it_earlier(
    start: datetime, number: int, hours: BusinessHours, after: int, length: int
) -> None:
    first = start + timedelta(minutes=after)
    stops = [Pause(first, first + timedelta(minutes=length))]
    due = business_due(start, number, hours, pauses=stops)
    assert due.due == add_business_minutes(start, number, hours, pauses=stops)
    assert sum((b - a for a, b in due.spans), timedelta()) == timedelta(minutes=number)
    assert due.due >= business_due(start, number, hours).due
    assert open_time(start, due.due, hours, pauses=stops) == timedelta(minutes=number)
    counted = {day.date for day in due.trace if day.counts}
    assert counted == {a.date() for a, _ in due.spans}
    assert due.provisional == any("暂定" in day.why_zh for day in due.trace)


@given(moments, minutes, minutes, desks)
def test_a_longer_limit_is_never_due_earlier(
    start: datetime, one: int, two: int, hours: BusinessHours
) -> None:
    short, long = sorted((one, two))
    assert business_due(start, short, hours).due <= business_due(start, long, hours).due
