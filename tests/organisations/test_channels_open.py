"""Open now: every hand-made moment, and what is said about how long it stays so."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from qifu.organisations.logic.opening import Opening, opening_at
from qifu.rulebook.calendar_days import Calendar, load_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROOT = Path(__file__).parents[2]
TABLE = yaml.safe_load((Path(__file__).parent / "open_now.yaml").read_text())
HOURS, TIMES = TABLE["hours"], TABLE["times"]
STATES = {"open": True, "closed": False, "unknown": None}


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    """The calendar of the pack, without what officials uploaded."""
    return load_calendar(ROOT / "cities" / "national" / "calendar")


@pytest.mark.parametrize("row", TIMES, ids=[f"{row[0]} {row[1]} {row[3]}" for row in TIMES])
def test_open_or_closed_as_worked_out_by_hand(row: list[str], calendar: Calendar) -> None:
    name, at, state, _why, *end = row
    found = opening_at(HOURS[name], at=moment(at), calendar=calendar)
    assert found.open is STATES[state]
    assert found.known is (state != "unknown")
    if end:
        told = found.until if found.open else found.next_open
        assert told == moment(end[0])


def test_there_are_two_hundred_moments_of_every_kind() -> None:
    assert len(TIMES) >= 200
    assert len({(row[0], row[1]) for row in TIMES}) == len(TIMES)
    for name in HOURS:
        states = {row[2] for row in TIMES if row[0] == name}
        expected = {"always": {"open"}, "unknown": {"unknown"}}.get(name, {"open", "closed"})
        assert states == expected, name
    assert {row[1][:4] for row in TIMES} == {"2023", "2024", "2025", "2026", "2027"}


def test_round_the_clock_needs_no_end_and_no_calendar(calendar: Calendar) -> None:
    found = opening_at({"always": True}, at=moment("2080-01-01 03:00"), calendar=calendar)
    assert found == Opening(known=True, open=True, always=True, spans=((0, 1440),))


def test_what_rests_on_an_unpublished_year_is_said_to_be_provisional(calendar: Calendar) -> None:
    desk = HOURS["desk"]
    assert opening_at(desk, at=moment("2027-03-01 10:00"), calendar=calendar).provisional
    assert not opening_at(desk, at=moment("2026-11-16 10:00"), calendar=calendar).provisional
    # closed now by a known day, opening on one that is not known yet
    evening = opening_at(desk, at=moment("2026-12-31 19:00"), calendar=calendar)
    assert (evening.open, evening.provisional) == (False, True)
    daily = opening_at(HOURS["daily"], at=moment("2027-03-01 10:00"), calendar=calendar)
    assert not daily.provisional


def test_outside_the_years_of_the_calendar_nothing_is_known(calendar: Calendar) -> None:
    assert opening_at(HOURS["desk"], at=moment("1999-01-04 10:00"), calendar=calendar) == Opening()
    assert opening_at(HOURS["desk"], at=moment("2080-01-04 10:00"), calendar=calendar) == Opening()


def test_at_the_very_end_of_the_calendar_the_state_is_known_and_what_follows_is_not(
    calendar: Calendar,
) -> None:
    last = datetime.combine(calendar.last, datetime.min.time(), SHANGHAI).replace(hour=23)
    found = opening_at(HOURS["desk"], at=last, calendar=calendar)
    assert (found.known, found.open, found.next_open) == (True, False, None)


def test_the_spans_of_the_day_come_with_it(calendar: Calendar) -> None:
    found = opening_at(HOURS["desk"], at=moment("2026-11-16 13:00"), calendar=calendar)
    assert found.spans == ((540, 720), (840, 1080))
    assert opening_at(HOURS["desk"], at=moment("2026-10-01 13:00"), calendar=calendar).spans == ()


def test_a_week_without_a_gap_has_no_end(calendar: Calendar) -> None:
    week = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    hours = {"week": week, "follows_calendar": False}
    found = opening_at(hours, at=moment("2026-11-16 13:00"), calendar=calendar)
    assert (found.open, found.until, found.always) == (True, None, False)


def test_a_moment_in_another_zone_is_the_same_moment(calendar: Calendar) -> None:
    utc = moment("2026-11-16 09:00").astimezone(ZoneInfo("UTC"))
    assert opening_at(HOURS["desk"], at=utc, calendar=calendar).open
