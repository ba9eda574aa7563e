"""Due dates: the examples of CASEWORK §3, the properties of a clock, every bad input."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.rulebook.calendar_days import Calendar
from qifu.rulebook.calendar_words import ClockError
from qifu.rulebook.calendar_years import parse_calendar_year
from qifu.rulebook.due_words import explain
from qifu.rulebook.workdays import (
    SHANGHAI,
    Pause,
    contact_due,
    due_by_calendar_days,
    due_by_working_days,
    due_with_pauses,
    recompute,
)
from tests.rulebook.clockwork import at, counted, national, year_2027

CALENDAR = national()
ARRIVAL = at("2026-09-29 16:00")
EARLIEST, LATEST = at("2004-01-01 08:00"), at("2034-12-31 00:00")
moments = st.datetimes(
    EARLIEST.replace(tzinfo=None),
    LATEST.replace(tzinfo=None),
    timezones=st.sampled_from((SHANGHAI, UTC)),
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


def test_ten_working_days_over_national_day_2026() -> None:
    due = due_by_working_days(ARRIVAL, 10, CALENDAR)
    assert due.due.isoformat() == "2026-10-19T23:59:59+08:00"
    assert due.due_date == date(2026, 10, 19)
    assert due.provisional is False
    assert counted(due) == [
        "2026-09-30", "2026-10-08", "2026-10-09", "2026-10-10", "2026-10-12",
        "2026-10-13", "2026-10-14", "2026-10-15", "2026-10-16", "2026-10-19",
    ]  # fmt: skip
    assert len(due.trace) == 20 and due.trace[0].date == date(2026, 9, 30)
    why = {day.date.day: day for day in due.trace if day.date.month == 10}
    assert why[1].why_zh == "周四，国庆节放假"
    assert why[10].why_zh == "周六，国庆节调休上班，第 4 个工作日"
    assert why[10].why_en == "Saturday, make-up working day for National Day, working day 4"
    assert why[11].why_zh == "周日，休息日"


def test_a_clock_over_new_year_2027_is_provisional_and_says_so() -> None:
    due = due_by_working_days(at("2026-12-30 09:00"), 3, CALENDAR)
    assert counted(due) == ["2026-12-31", "2027-01-04", "2027-01-05"]
    assert due.provisional is True
    assert "暂定" not in due.trace[0].why_zh
    assert "元旦" in due.trace[1].why_zh and "2027 年放假安排尚未录入" in due.trace[1].why_zh
    assert "the calendar of 2027 is not known yet" in due.trace[-1].why_en
    before = due_by_working_days(at("2026-12-30 09:00"), 1, CALENDAR)
    assert before.due_date == date(2026, 12, 31) and not before.provisional


def test_spring_festival_2026_has_its_make_up_saturdays() -> None:
    due = due_by_working_days(at("2026-02-13 10:00"), 5, CALENDAR)
    assert counted(due) == ["2026-02-14", "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27"]
    assert due_by_working_days(at("2026-02-13 10:00"), 6, CALENDAR).due_date == date(2026, 2, 28)


@pytest.mark.parametrize("arrived", ["2026-10-01 08:00", "2026-10-03 23:59", "2026-10-07 12:00"])
def test_what_arrives_in_a_holiday_counts_from_the_first_working_day(arrived: str) -> None:
    assert due_by_working_days(at(arrived), 1, CALENDAR).due_date == date(2026, 10, 8)


def test_the_day_of_arrival_is_the_day_in_shanghai() -> None:
    # 16:30 in London on Tuesday is 00:30 on Wednesday in Shanghai
    late = datetime(2026, 11, 3, 16, 30, tzinfo=UTC)
    assert due_by_working_days(late, 1, CALENDAR).due_date == date(2026, 11, 5)
    early = late - timedelta(hours=1)
    assert due_by_working_days(early, 1, CALENDAR).due_date == date(2026, 11, 4)
    west = early.astimezone(timezone(timedelta(hours=-10)))
    assert due_by_working_days(west, 1, CALENDAR) == due_by_working_days(early, 1, CALENDAR)


def test_a_closing_hour_ends_the_day() -> None:
    due = due_by_working_days(ARRIVAL, 2, CALENDAR, closing=time(17, 30))
    assert due.due.isoformat() == "2026-10-08T17:30:00+08:00"


def test_contact_in_one_day_is_the_end_of_the_next_working_day() -> None:
    assert contact_due(at("2026-09-30 08:00"), CALENDAR).due_date == date(2026, 10, 8)
    assert contact_due(at("2026-10-09 18:00"), CALENDAR).due_date == date(2026, 10, 10)
    due = contact_due(at("2026-10-10 18:00"), CALENDAR, closing=time(18))
    assert due.due.isoformat() == "2026-10-12T18:00:00+08:00"


def test_no_days_at_all_end_with_the_day_of_arrival() -> None:
    due = due_by_working_days(ARRIVAL, 0, CALENDAR)
    assert due.due_date == date(2026, 9, 29) and due.trace == ()


def test_calendar_days_roll_on_to_a_working_day_only_where_told() -> None:
    plain = due_by_calendar_days(ARRIVAL, 4, CALENDAR)
    assert plain.due.isoformat() == "2026-10-03T23:59:59+08:00"
    rolled = due_by_calendar_days(ARRIVAL, 4, CALENDAR, roll=True)
    assert rolled.due.isoformat() == "2026-10-08T23:59:59+08:00"
    assert counted(rolled) == counted(plain) and len(counted(plain)) == 4
    assert rolled.trace[4].why_zh == "周日，不是工作日，顺延"
    assert rolled.trace[-1].why_en == "Thursday, moved on to this working day"
    # Saturday 10 October is a working day: nothing to roll
    assert due_by_calendar_days(ARRIVAL, 11, CALENDAR, roll=True).due_date == date(2026, 10, 10)


def test_calendar_days_are_provisional_only_where_a_notice_could_move_them() -> None:
    assert due_by_calendar_days(at("2026-12-20 09:00"), 30, CALENDAR).provisional is False
    assert due_by_calendar_days(at("2026-12-20 09:00"), 30, CALENDAR, roll=True).provisional is True
    assert due_by_calendar_days(at("2026-12-20 09:00"), 2, CALENDAR, roll=True).provisional is False


@pytest.mark.parametrize("n", [1, 2, 5, 10, 15])
def test_every_arrival_day_agrees_with_counting_day_by_day(n: int) -> None:
    """All days of 2004 to 2026, counted by the library one by one; its one wrong day left out."""
    work = [
        date.fromordinal(o)
        for o in range(date(2006, 1, 1).toordinal(), date(2026, 12, 31).toordinal() + 1)
        if chinese_calendar.is_workday(date.fromordinal(o))
    ]
    position = 0
    for ordinal in range(work[0].toordinal(), work[-n].toordinal()):
        day = date.fromordinal(ordinal)
        while work[position] <= day:
            position += 1
        start = datetime.combine(day, time(12), SHANGHAI)
        assert due_by_working_days(start, n, CALENDAR).due_date == work[position + n - 1]


def mondays_to_fridays(arrived: date, n: int, *, shift: bool) -> date:
    """The rule without an official calendar; `shift` lets weekend arrivals start on Monday."""
    while shift and arrived.weekday() >= 5:
        arrived += timedelta(days=1)
    while n:
        arrived += timedelta(days=1)
        n -= arrived.weekday() < 5
    return arrived


@pytest.mark.parametrize(
    ("shift", "measured"),
    [
        # CASEWORK §3; there what arrives on a day off is taken as arriving on the next working day
        (True, {2: 16.5, 5: 24.3, 10: 33.8, 15: 44.3}),
        # by the rule in force: the first working day after the day of arrival is the first
        (False, {2: 13.2, 5: 22.2, 10: 30.8, 15: 41.3}),
    ],
)
def test_mondays_to_fridays_give_as_many_wrong_dates_as_was_measured(
    shift: bool, measured: dict[int, float]
) -> None:
    """Arrivals from 1 January to 30 November 2026, share of wrong dates in percent."""
    arrivals = [date(2026, 1, 1) + timedelta(days=d) for d in range(334)]
    shares = {}
    for n in measured:
        wrong = 0
        for arrived in arrivals:
            day = arrived
            while shift and not CALENDAR.is_working_day(day):
                day += timedelta(days=1)
            due = due_by_working_days(datetime.combine(day, time(9), SHANGHAI), n, CALENDAR)
            wrong += mondays_to_fridays(arrived, n, shift=shift) != due.due_date
        shares[n] = round(100 * wrong / len(arrivals), 1)
    assert shares == measured


@given(moments, limits)
def test_the_trace_counts_exactly_the_days_of_the_limit(start: datetime, n: int) -> None:
    due = due_by_working_days(start, n, CALENDAR)
    numbers = [day.number for day in due.trace if day.counts]
    assert numbers == list(range(1, n + 1))
    dates = [day.date for day in due.trace]
    assert dates == [due.arrived + timedelta(days=d + 1) for d in range(len(dates))]
    if n:
        assert due.trace[-1].counts and due.trace[-1].date == due.due_date
        assert CALENDAR.is_working_day(due.due_date)
    assert due.provisional == any("暂定" in day.why_zh for day in due.trace)
    assert due.due >= start.replace(microsecond=0)


@given(moments, limits, limits)
def test_a_longer_limit_never_gives_an_earlier_due_date(start: datetime, n: int, m: int) -> None:
    short, long = sorted((n, m))
    assert (
        due_by_working_days(start, short, CALENDAR).due
        <= due_by_working_days(start, long, CALENDAR).due
    )
    for roll in (False, True):
        shorter = due_by_calendar_days(start, short, CALENDAR, roll=roll)
        assert shorter.due <= due_by_calendar_days(start, long, CALENDAR, roll=roll).due


@given(moments, moments, limits)
def test_what_arrives_later_is_never_due_earlier(one: datetime, two: datetime, n: int) -> None:
    first, second = sorted((one, two))
    assert (
        due_by_working_days(first, n, CALENDAR).due <= due_by_working_days(second, n, CALENDAR).due
    )


@given(moments, st.integers(0, 400), st.booleans())
def test_calendar_days_are_days(start: datetime, n: int, roll: bool) -> None:
    due = due_by_calendar_days(start, n, CALENDAR, roll=roll)
    last = due.arrived + timedelta(days=n)
    assert len(counted(due)) == n
    if roll:
        assert CALENDAR.is_working_day(due.due_date)
        assert CALENDAR.working_days_between(last - timedelta(days=1), due.due_date) == 1
    else:
        assert due.due_date == last


@given(st.data(), moments, limits)
def test_a_pause_never_makes_a_due_date_earlier(data: Any, start: datetime, n: int) -> None:
    pauses = data.draw(pauses_after(start))
    plain = due_by_working_days(start, n, CALENDAR)
    paused = due_with_pauses(start, n, pauses, CALENDAR)
    assert paused.due >= plain.due
    fewer = due_with_pauses(start, n, pauses[1:], CALENDAR)
    assert fewer.due <= paused.due
    # the clock runs when it ends, and it has counted what it should
    assert not any(p.start <= paused.due < p.end for p in pauses)
    if paused.due_date != paused.arrived:
        assert len(counted(paused)) == max(n, 1)
        assert not any(day.counts and day.date in paused.stopped for day in paused.trace)


@given(st.data(), moments, limits, limits)
def test_with_pauses_too_a_longer_limit_is_never_due_earlier(
    data: Any, start: datetime, n: int, m: int
) -> None:
    pauses = data.draw(pauses_after(start))
    short, long = sorted((n, m))
    shorter = due_with_pauses(start, short, pauses, CALENDAR)
    assert shorter.due <= due_with_pauses(start, long, pauses, CALENDAR).due


def test_a_day_touched_by_a_pause_does_not_count() -> None:
    start = at("2026-11-02 10:00")  # Monday
    pause = Pause(at("2026-11-03 10:00"), at("2026-11-04 15:00"))
    due = due_with_pauses(start, 2, [pause], CALENDAR)
    assert counted(due) == ["2026-11-05", "2026-11-06"]
    assert due.trace[0].why_zh == "周二，当日计时暂停，不计入"
    # up to midnight: the next day counts
    midnight = Pause(at("2026-11-03 10:00"), at("2026-11-04 00:00"))
    assert counted(due_with_pauses(start, 1, [midnight], CALENDAR)) == ["2026-11-04"]
    nothing = Pause(at("2026-11-03 10:00"), at("2026-11-03 10:00"))
    assert due_with_pauses(start, 1, [nothing], CALENDAR).due_date == date(2026, 11, 3)


def test_a_pause_after_the_due_date_does_not_move_it() -> None:
    start = at("2026-11-02 10:00")
    pause = Pause(at("2026-11-10 10:00"), at("2026-11-20 15:00"))
    assert due_with_pauses(start, 2, [pause], CALENDAR).due_date == date(2026, 11, 4)


def test_a_pause_over_days_off_takes_no_working_day() -> None:
    pause = Pause(at("2026-10-01 00:00"), at("2026-10-08 00:00"))
    paused = due_with_pauses(ARRIVAL, 10, [pause], CALENDAR)
    assert paused.due == due_by_working_days(ARRIVAL, 10, CALENDAR).due


def test_a_clock_without_days_that_stands_still_on_arrival_ends_on_the_next_day() -> None:
    pause = Pause(at("2026-11-02 11:00"), at("2026-11-02 12:00"))
    assert due_with_pauses(at("2026-11-02 10:00"), 0, [pause], CALENDAR).due_date.day == 3


def test_a_new_calendar_moves_open_clocks_and_both_dates_are_kept() -> None:
    new = CALENDAR.with_years(parse_calendar_year(year_2027(), statutory=CALENDAR.statutory))
    moved = recompute(at("2027-02-01 10:00"), 5, CALENDAR, new)
    assert (moved.old.due_date, moved.new.due_date) == (date(2027, 2, 10), date(2027, 2, 15))
    assert moved.changed and moved.days == 5 and moved.confirmed
    same = recompute(at("2026-12-30 10:00"), 2, CALENDAR, new)
    assert not same.changed and same.days == 0 and same.confirmed
    untouched = recompute(ARRIVAL, 10, CALENDAR, new)
    assert not untouched.changed and not untouched.confirmed
    pause = Pause(at("2027-02-02 10:00"), at("2027-02-02 15:00"))
    paused = recompute(at("2027-02-01 10:00"), 3, CALENDAR, new, pauses=iter([pause]))
    assert (paused.old.due_date, paused.new.due_date) == (date(2027, 2, 9), date(2027, 2, 14))


def test_the_sentence_tells_every_day() -> None:
    told = explain(due_by_working_days(ARRIVAL, 10, CALENDAR))
    assert told.zh.startswith("自2026年9月29日（周二，收到当日不计）起 10 个工作日：9月30日①，")
    assert "10月1日至7日国庆节放假，10月8日②，10月9日③，10月10日④（周六调休上班）" in told.zh
    assert told.zh.endswith("10月19日⑩。到期时间：2026年10月19日（周一）23:59:59。")
    assert "30 Sep ①, 1–7 Oct holiday (National Day), 8 Oct ②" in told.en
    later = explain(due_by_working_days(at("2026-12-30 09:00"), 3, CALENDAR))
    assert "12月31日①，2027年1月1日元旦放假，1月2日至3日休息，1月4日②" in later.zh
    assert "暂定" in later.zh and "provisional" in later.en
    rolled = explain(due_by_calendar_days(ARRIVAL, 4, CALENDAR, roll=True))
    assert "10月4日至7日国庆节放假，10月8日为顺延后的工作日" in rolled.zh
    pause = Pause(at("2026-09-30 10:00"), at("2026-09-30 12:00"))
    assert "9月30日计时暂停" in explain(due_with_pauses(ARRIVAL, 1, [pause], CALENDAR)).zh
    long = explain(due_by_working_days(ARRIVAL, 60, CALENDAR))
    assert "……" in long.zh and long.en.count("…") == 1


@given(moments, limits)
@settings(max_examples=30)
def test_the_sentence_ends_with_the_due_date_in_both_languages(start: datetime, n: int) -> None:
    due = due_by_working_days(start, n, CALENDAR)
    told = explain(due)
    assert f"到期时间：{due.due_date.year}年{due.due_date.month}月{due.due_date.day}日" in told.zh
    assert due.provisional == ("provisional" in told.en)


@pytest.mark.parametrize("n", [-1, 3661, 2.0, "5", True, None])
def test_a_limit_that_is_no_number_of_days_is_refused(n: Any) -> None:
    for count in (due_by_working_days, due_by_calendar_days):
        with pytest.raises(ClockError, match="whole number from 0 to 3660") as refused:
            count(ARRIVAL, n, CALENDAR)
        assert refused.value.about == "limit" and "0 至 3660 的整数" in refused.value.zh


@pytest.mark.parametrize("start", [datetime(2026, 9, 29, 16), date(2026, 9, 29), "2026-09-29"])  # noqa: DTZ001
def test_a_moment_without_a_zone_is_refused(start: Any) -> None:
    for count in (due_by_working_days, due_by_calendar_days):
        with pytest.raises(ClockError, match="needs a time zone") as refused:
            count(start, 5, CALENDAR)
        assert refused.value.about == "start" and "须带时区" in refused.value.zh


@pytest.mark.parametrize(
    ("start", "n"),
    [
        (at("2003-12-31 10:00"), 5),
        (at("2036-01-01 10:00"), 5),
        (at("2035-12-31 10:00"), 1),
        (at("2026-01-01 10:00"), 3660),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), 1),
        (datetime.min.replace(tzinfo=UTC), 1),
    ],
)
def test_a_clock_beyond_the_calendar_is_refused_with_what_is_known(start: datetime, n: int) -> None:
    for count in (due_by_working_days, due_by_calendar_days):
        with pytest.raises(ClockError, match="2004 to 2035|out of range"):
            count(start, n, CALENDAR)


def test_rolling_beyond_the_calendar_is_refused() -> None:
    ends = Calendar.official()  # 31 December 2026 is a Thursday; 2023 ended on a Sunday
    assert due_by_calendar_days(at("2026-12-30 10:00"), 1, ends, roll=True).due_date.day == 31
    short = Calendar.official(CALENDAR.statutory)
    assert due_by_calendar_days(at("2035-12-29 10:00"), 2, short, roll=True).due_date.day == 31


@pytest.mark.parametrize("closing", ["17:00", time(17, tzinfo=UTC), 17])
def test_a_closing_hour_that_is_no_local_time_is_refused(closing: Any) -> None:
    with pytest.raises(ClockError, match="local time without a zone"):
        due_by_working_days(ARRIVAL, 5, CALENDAR, closing=closing)


def test_a_pause_that_ends_before_it_starts_is_refused() -> None:
    pause = Pause(at("2026-10-12 10:00"), at("2026-10-11 10:00"))
    with pytest.raises(ClockError, match="before it starts") as refused:
        due_with_pauses(ARRIVAL, 5, [pause], CALENDAR)
    assert refused.value.about == "pause"
    with pytest.raises(ClockError, match="needs a time zone"):
        due_with_pauses(ARRIVAL, 5, [Pause(ARRIVAL, datetime(2026, 10, 1))], CALENDAR)  # noqa: DTZ001


def test_a_pause_without_end_in_sight_runs_out_of_calendar() -> None:
    pause = Pause(ARRIVAL, at("2099-01-01 00:00"))
    with pytest.raises(ClockError, match="end beyond the calendar"):
        due_with_pauses(ARRIVAL, 5, [pause], CALENDAR)
