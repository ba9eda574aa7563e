"""Pauses of calendar-day limits: what a stopped day does to date, trace and sentence."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.rulebook.calendar_words import ClockError
from qifu.rulebook.due_words import explain
from qifu.rulebook.workdays import SHANGHAI, Pause, due_by_calendar_days, due_by_working_days
from tests.rulebook.clockwork import at, counted, national

CALENDAR = national()
MONDAY = at("2026-11-02 10:00")
moments = st.datetimes(datetime(2004, 1, 1), datetime(2033, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=SHANGHAI)
)
limits = st.integers(0, 120)


def pauses_after(start: datetime) -> st.SearchStrategy[list[Pause]]:
    minutes = st.integers(-3 * 1440, 60 * 1440)
    span = st.tuples(minutes, st.integers(0, 20 * 1440))
    return st.lists(
        span.map(
            lambda s: Pause(start + timedelta(minutes=s[0]), start + timedelta(minutes=s[0] + s[1]))
        ),
        max_size=4,
    )


def test_a_calendar_day_touched_by_a_pause_does_not_count() -> None:
    pause = Pause(at("2026-11-03 23:00"), at("2026-11-04 08:00"))
    due = due_by_calendar_days(MONDAY, 3, CALENDAR, pauses=[pause])
    assert counted(due) == ["2026-11-05", "2026-11-06", "2026-11-07"]
    assert due.trace[0].why_zh == "周二，当日计时暂停，不计入"
    assert due.trace[1].why_en == "Wednesday, the clock was stopped, not counted"
    told = explain(due)
    assert "11月3日至4日计时暂停，11月5日①" in told.zh
    assert "3–4 Nov clock stopped, 5 Nov ①" in told.en


def test_a_weekend_in_a_pause_is_lost_to_calendar_days_and_not_to_working_days() -> None:
    pause = Pause(at("2026-11-07 00:00"), at("2026-11-09 00:00"))  # Saturday and Sunday
    assert due_by_calendar_days(MONDAY, 6, CALENDAR, pauses=[pause]).due_date == date(2026, 11, 10)
    assert due_by_working_days(MONDAY, 6, CALENDAR).due_date == date(2026, 11, 10)


def test_rolling_on_passes_over_a_working_day_on_which_the_clock_stood_still() -> None:
    pause = Pause(at("2026-11-09 10:00"), at("2026-11-09 11:00"))
    due = due_by_calendar_days(MONDAY, 5, CALENDAR, roll=True, pauses=[pause])
    assert due.due_date == date(2026, 11, 10)  # Saturday 7, rolled past Monday 9
    assert "11月7日⑤" in explain(due).zh and "11月9日计时暂停" in explain(due).zh
    assert explain(due).zh.split("。")[0].endswith("11月10日为顺延后的工作日")


def test_a_pause_after_the_calendar_days_are_over_moves_nothing() -> None:
    pause = Pause(at("2026-11-20 10:00"), at("2026-11-30 10:00"))
    plain = due_by_calendar_days(MONDAY, 5, CALENDAR)
    assert due_by_calendar_days(MONDAY, 5, CALENDAR, pauses=[pause]).due == plain.due


def test_no_calendar_days_that_stand_still_on_arrival_end_on_the_next_day() -> None:
    pause = Pause(at("2026-11-02 11:00"), at("2026-11-02 12:00"))
    assert due_by_calendar_days(MONDAY, 0, CALENDAR, pauses=[pause]).due_date == date(2026, 11, 3)


def test_a_stopped_day_of_an_unknown_year_is_not_told_as_provisional() -> None:
    """No notice can make a day count on which the clock stood still."""
    start = at("2026-12-30 10:00")
    pause = Pause(at("2027-01-01 10:00"), at("2027-01-02 10:00"))
    due = due_by_calendar_days(start, 3, CALENDAR, pauses=[pause])
    assert due.due_date == date(2027, 1, 4) and not due.provisional
    assert not any("暂定" in day.why_zh for day in due.trace)
    assert due_by_calendar_days(start, 3, CALENDAR, roll=True, pauses=[pause]).provisional


def test_a_pause_that_never_ends_runs_out_of_calendar() -> None:
    with pytest.raises(ClockError, match="end beyond the calendar"):
        due_by_calendar_days(MONDAY, 5, CALENDAR, pauses=[Pause(MONDAY, at("2099-01-01 00:00"))])


def test_the_words_tell_what_an_extension_added_and_count_one_day_as_one() -> None:
    told = explain(due_by_working_days(MONDAY, 8, CALENDAR), extra=3)
    assert told.zh.startswith(
        "自2026年11月2日（周一，收到当日不计）起 8 个工作日（含延期 3 个工作日）："
    )
    assert "(not counted), 3 working days of them by extension: 3 Nov ①" in told.en
    assert explain(due_by_working_days(MONDAY, 1, CALENDAR)).en.startswith("1 working day from")
    assert explain(due_by_calendar_days(MONDAY, 1, CALENDAR)).en.startswith("1 day from")


@given(st.data(), moments, limits, st.booleans())
def test_a_pause_never_makes_calendar_days_end_earlier(
    data: Any, start: datetime, n: int, roll: bool
) -> None:
    pauses = data.draw(pauses_after(start))
    plain = due_by_calendar_days(start, n, CALENDAR, roll=roll)
    fewer = due_by_calendar_days(start, n, CALENDAR, roll=roll, pauses=pauses[1:])
    paused = due_by_calendar_days(start, n, CALENDAR, roll=roll, pauses=pauses)
    assert plain.due <= fewer.due <= paused.due
    assert not any(p.start <= paused.due < p.end for p in pauses)
    if paused.due_date != paused.arrived:
        assert len(counted(paused)) == paused.number in (n, 1)
    assert not any(day.counts and day.date in paused.stopped for day in paused.trace)
    assert not roll or CALENDAR.is_working_day(paused.due_date)


@given(st.data(), moments, limits, limits, st.booleans())
def test_a_longer_limit_of_calendar_days_is_never_due_earlier_with_pauses_either(
    data: Any, start: datetime, n: int, m: int, roll: bool
) -> None:
    pauses = data.draw(pauses_after(start))
    short, long = (
        due_by_calendar_days(start, number, CALENDAR, roll=roll, pauses=pauses)
        for number in sorted((n, m))
    )
    assert short.due <= long.due
