"""Clock rules: which limit holds, and when it is over whatever it counts in."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.rulebook.business_hours import BusinessHours, parse_business_hours
from qifu.rulebook.calendar_words import ClockError
from qifu.rulebook.calendar_years import parse_calendar_year
from qifu.rulebook.clock_rules import (
    CLOCKS,
    KINDS,
    Limit,
    RuleSet,
    due_of,
    load_clock_rules,
)
from qifu.rulebook.workdays import SHANGHAI, Pause
from tests.rulebook.clockwork import at, national, rule_set, rules, year_2027

CALENDAR = national()
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ["09:00-12:00", "14:00-18:00"])
DESK = parse_business_hours({"week": WEEK}, CALENDAR)
HOTLINE = BusinessHours.always()
MONDAY = at("2026-11-02 10:00")
DEMO = Path(__file__).parents[2] / "cities" / "shenzhen_demo" / "clocks.yaml"


def some(*limits: dict[str, Any]) -> RuleSet:
    """A rule set with these limits behind a reply of five days."""
    return rules(rule_set(limits=[*limits, {"clock": "reply", "working_days": 5}])).get("some")


# which limit


def test_the_first_limit_that_fits_the_case_holds() -> None:
    found = rules(
        rule_set(
            limits=[
                {"clock": "reply", "kinds": ["inquiry"], "working_days": 2},
                {"clock": "reply", "kinds": ["suggestion", "help_request"], "calendar_days": 10},
                {"clock": "reply", "several": True, "working_days": 15},
                {"clock": "reply", "working_days": 5},
            ]
        )
    ).get("some")

    def reply(kind: str, several: bool) -> str:
        limit = found.limit("reply", kind=kind, several=several)
        assert limit is not None
        return limit.words("en")

    assert reply("inquiry", False) == reply("inquiry", True) == "2 working days"
    assert reply("suggestion", True) == "10 days"
    assert reply("complaint", False) == "5 working days"
    assert reply("complaint", True) == "15 working days"
    assert reply("", False) == "5 working days"
    assert found.limit("contact", kind="inquiry") is None


def test_a_row_for_one_unit_does_not_hold_for_several() -> None:
    found = some({"clock": "contact", "several": False, "working_days": 1})
    assert found.limit("contact") is not None and found.limit("contact", several=True) is None


@pytest.mark.parametrize(
    ("limit", "zh", "en"),
    [
        (Limit("reply", 5, "working_day"), "5 个工作日", "5 working days"),
        (Limit("contact", 1, "working_day", closing=time(18)), "1 个工作日", "1 working day"),
        (Limit("reply", 30, "calendar_day"), "30 天", "30 days"),
        (
            Limit("reply", 1, "calendar_day", roll=True),
            "1 天（逢非工作日顺延）",
            "1 day, moved on to a working day",
        ),
        (Limit("contact", 120, "business_minute"), "2 小时办公时间", "2 business hours"),
        (Limit("contact", 45, "business_minute"), "45 分钟办公时间", "45 business minutes"),
    ],
)
def test_a_limit_is_told_in_words(limit: Limit, zh: str, en: str) -> None:
    assert (limit.words("zh"), limit.words("en")) == (zh, en)


def test_numbers_are_whole_numbers_or_lengths() -> None:
    found = rules(
        rule_set(numbers={"callback_attempts": 3, "extension_most": {"working_days": 5}})
    ).get("some")
    assert found.number("callback_attempts", 1) == 3
    assert found.number("info_reminders", 2) == 2
    assert found.numbers["extension_most"] == Limit("extension_most", 5, "working_day")
    assert found.number("extension_most", 9) == 9
    assert rules(rule_set(numbers=None)).get("some").numbers == {}


def test_the_version_that_holds_on_a_day_is_found() -> None:
    found = rules(
        rule_set(),
        rule_set(version=2, valid_from="2026-07-01"),  # as JSON keeps days
        rule_set(code="other"),
    )
    assert [row.code for row in found.rule_sets] == ["some", "some", "other"]
    assert found.get("some").version == 2
    assert found.get("some", on=date(2026, 6, 30)).version == 1
    assert found.get("some", on=date(2026, 7, 1)).version == 2
    assert found.get("some", version=1).valid_from == date(2026, 1, 1)
    for arguments in ({"on": date(2025, 12, 31)}, {"version": 3}):
        with pytest.raises(ClockError, match=r"known: some 1 \(2026-01-01\), some 2") as refused:
            found.get("some", **arguments)  # type: ignore[arg-type]
        assert refused.value.about == "rules" and "没有时限规则 some" in refused.value.zh


def test_the_demo_city_has_the_four_rule_sets_with_their_sources() -> None:
    demo = load_clock_rules(DEMO)

    def replies(code: str) -> list[str]:
        found = [demo.get(code).limit("reply", kind=k, several=s)
                 for k in ("inquiry", "suggestion", "help_request", "complaint")
                 for s in (False, True)]  # fmt: skip
        return [limit.words("en").replace(" working days", "") if limit else "-" for limit in found]

    assert replies("sh_1515") == ["5", "15"] * 4
    assert replies("fj_2510") == ["2", "2", "5", "5", "10", "10", "10", "10"]
    assert replies("gd_21015") == ["2", "2", "10", "10", "10", "10", "15", "15"]
    assert replies("payment_2025") == ["30 days"] * 8
    for found in demo.rule_sets:
        assert found.source.zh and found.source.en and found.number("callback_attempts", 0) == 3
        for clock in CLOCKS:
            assert all(found.limit(clock, kind=k, several=s) for k in KINDS for s in (True, False))


# when it is over


def test_working_days_end_with_the_day_or_at_the_closing_hour() -> None:
    due = due_of(Limit("reply", 10, "working_day"), at("2026-09-29 16:00"), calendar=CALENDAR)
    assert due.due.isoformat() == "2026-10-19T23:59:59+08:00"
    assert due.due_date == date(2026, 10, 19) and not due.provisional
    assert "10月10日④（周六调休上班）" in due.explanation.zh
    contact = Limit("contact", 1, "working_day", closing=time(18))
    assert due_of(contact, at("2026-10-09 20:00"), calendar=CALENDAR).due == at("2026-10-10 18:00")


def test_calendar_days_roll_where_the_limit_says_so() -> None:
    for roll, day in ((False, date(2026, 10, 3)), (True, date(2026, 10, 8))):
        limit = Limit("reply", 4, "calendar_day", roll=roll)
        assert due_of(limit, at("2026-09-29 16:00"), calendar=CALENDAR).due_date == day


def test_business_minutes_run_in_the_hours_under_the_calendar_given() -> None:
    limit = Limit("contact", 120, "business_minute")
    start = at("2027-01-29 18:30")  # Friday; 31 January is worked in the made-up 2027
    before = due_of(limit, start, calendar=CALENDAR, hours=DESK)
    assert before.due == at("2027-02-01 11:00") and before.provisional
    known = CALENDAR.with_years(parse_calendar_year(year_2027()))
    after = due_of(limit, start, calendar=known, hours=DESK)
    assert after.due == at("2027-01-31 11:00") and not after.provisional
    assert "1月31日 09:00–11:00" in after.explanation.zh
    always = due_of(limit, start, calendar=known, hours=HOTLINE)
    assert always.due == at("2027-01-29 20:30") and not always.provisional


def test_an_extension_adds_in_the_limits_own_unit_and_is_told() -> None:
    due = due_of(Limit("reply", 5, "working_day"), MONDAY, calendar=CALENDAR, extra=3)
    assert due.due_date == date(2026, 11, 12) and len(counted_days(due.trace)) == 8
    assert "起 8 个工作日（含延期 3 个工作日）" in due.explanation.zh
    days = due_of(Limit("reply", 30, "calendar_day"), MONDAY, calendar=CALENDAR, extra=60)
    assert days.due_date == date(2026, 11, 2) + timedelta(days=90)
    minutes = due_of(
        Limit("contact", 60, "business_minute"), MONDAY, calendar=CALENDAR, hours=DESK, extra=30
    )
    assert minutes.due == at("2026-11-02 11:30") and "含延期 30 分钟" in minutes.explanation.zh


def counted_days(trace: Any) -> list[date]:
    return [day.date for day in trace if day.counts]


def test_a_pause_moves_all_three_units() -> None:
    pause = Pause(at("2026-11-02 10:30"), at("2026-11-03 09:30"))
    for limit, due in (
        (Limit("reply", 1, "working_day"), "2026-11-04 23:59:59"),
        (Limit("reply", 1, "calendar_day"), "2026-11-04 23:59:59"),
        (Limit("contact", 60, "business_minute"), "2026-11-03 10:00"),
    ):
        found = due_of(limit, MONDAY, calendar=CALENDAR, hours=DESK, pauses=iter([pause]))
        assert found.due == at(due)
    assert "计时暂停" in found.trace[0].why_zh or found.trace[0].counts


def test_the_answer_as_json_has_the_shape_of_the_command_with_the_sentence() -> None:
    due = due_of(Limit("reply", 2, "working_day"), at("2026-12-30 09:00"), calendar=CALENDAR)
    shape = due.to_json("en")
    assert list(shape) == ["due", "due_date", "provisional", "explanation", "trace"]
    assert shape["provisional"] is True and shape["explanation"] == due.explanation.en
    assert shape["trace"][0] == {
        "date": "2026-12-31", "counts": True, "why": "Thursday, working day 1",
    }  # fmt: skip
    assert due.to_json()["trace"][0]["why"] == "周四，第 1 个工作日"


@pytest.mark.parametrize("extra", [-1, 1.5, True, "3"])
def test_an_extension_that_is_no_number_is_refused(extra: Any) -> None:
    with pytest.raises(ClockError, match="an extension must be"):
        due_of(Limit("reply", 5, "working_day"), MONDAY, calendar=CALENDAR, extra=extra)


def test_business_minutes_without_hours_and_moments_without_a_zone_are_refused() -> None:
    with pytest.raises(ClockError, match="needs business hours"):
        due_of(Limit("contact", 60, "business_minute"), MONDAY, calendar=CALENDAR)
    for unit in ("working_day", "calendar_day", "business_minute"):
        with pytest.raises(ClockError, match="needs a time zone"):
            due_of(
                Limit("contact", 60, unit), MONDAY.replace(tzinfo=None), calendar=CALENDAR,
                hours=DESK,
            )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "unit"), [(300, "working_day"), (400, "calendar_day"), (9000, "business_minute")]
)
def test_a_limit_that_ends_beyond_the_calendar_is_refused(number: int, unit: str) -> None:
    with pytest.raises(ClockError, match="it covers 2004 to 2035"):
        due_of(Limit("reply", number, unit), at("2035-12-20 10:00"), calendar=CALENDAR, hours=DESK)


# what always holds

starts = st.datetimes(datetime(2004, 1, 1), datetime(2033, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=SHANGHAI)
)
closings = st.sampled_from((None, time(17, 30), time(18)))
numbers = st.integers(1, 90)
limits = st.one_of(
    st.builds(Limit, st.just("reply"), numbers, st.just("working_day"), closing=closings),
    st.builds(
        Limit, st.just("reply"), numbers, st.just("calendar_day"), st.booleans(), closing=closings
    ),
    st.builds(Limit, st.just("contact"), st.integers(1, 6000), st.just("business_minute")),
)
spans = st.lists(
    st.tuples(st.integers(-3 * 1440, 60 * 1440), st.integers(0, 20 * 1440)), max_size=4
)
desks = st.sampled_from((DESK, HOTLINE))


def pauses_of(start: datetime, found: list[tuple[int, int]]) -> list[Pause]:
    return [Pause(start + timedelta(minutes=a), start + timedelta(minutes=a + b)) for a, b in found]


@given(starts, limits, spans, desks)
def test_a_pause_never_makes_any_limit_end_earlier(
    start: datetime, limit: Limit, found: list[tuple[int, int]], hours: BusinessHours
) -> None:
    pauses = pauses_of(start, found)
    plain, fewer, paused = (
        due_of(limit, start, calendar=CALENDAR, hours=hours, pauses=stops)
        for stops in ((), pauses[1:], pauses)
    )
    assert start < plain.due <= fewer.due <= paused.due
    assert not any(p.start < paused.due < p.end for p in pauses)


@given(starts, limits, spans, desks, st.integers(0, 90))
def test_a_longer_limit_or_an_extension_never_ends_earlier(
    start: datetime, limit: Limit, found: list[tuple[int, int]], hours: BusinessHours, more: int
) -> None:
    pauses = pauses_of(start, found)
    one = due_of(limit, start, calendar=CALENDAR, hours=hours, pauses=pauses)
    extended = due_of(limit, start, calendar=CALENDAR, hours=hours, pauses=pauses, extra=more)
    longer = Limit("reply", limit.number + more, limit.unit, limit.roll, limit.closing)
    other = due_of(longer, start, calendar=CALENDAR, hours=hours, pauses=pauses)
    assert one.due <= extended.due == other.due


@given(starts, limits, spans)
def test_the_day_of_arrival_is_never_counted_by_limits_in_days(
    start: datetime, limit: Limit, found: list[tuple[int, int]]
) -> None:
    due = due_of(limit, start, calendar=CALENDAR, hours=DESK, pauses=pauses_of(start, found))
    days = counted_days(due.trace)
    if limit.unit == "business_minute":
        assert all(day.date >= start.date() for day in due.trace)
        return
    assert due.due_date > start.date() and all(day > start.date() for day in days)
    assert len(days) == limit.number
    assert due.due_date == days[-1] or limit.roll


@given(starts, limits, st.integers(0, 86_399))
def test_the_hour_of_arrival_changes_nothing_for_limits_in_days(
    start: datetime, limit: Limit, seconds: int
) -> None:
    if limit.unit != "business_minute":
        other = datetime.combine(start.date(), time(), SHANGHAI) + timedelta(seconds=seconds)
        one, two = (due_of(limit, moment, calendar=CALENDAR) for moment in (start, other))
        assert (one.due, one.trace) == (two.due, two.trace)
