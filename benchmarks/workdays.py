"""Due dates a second, beside the official library counting day by day on the same moments.

    python benchmarks/workdays.py [--moments 100000]

Both answer "the n-th working day after the day of arrival" for arrivals spread over 2006 to 2025
and must agree on every one. The peer has no function for it: it is asked day by day.
"""

import argparse
import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import chinese_calendar

from qifu.rulebook.business_hours import add_business_minutes, parse_business_hours
from qifu.rulebook.calendar_days import load_calendar
from qifu.rulebook.workdays import (
    SHANGHAI,
    Pause,
    due_by_calendar_days,
    due_by_working_days,
    due_with_pauses,
)

FOLDER = Path(__file__).parents[1] / "cities" / "national" / "calendar"
GOAL = 100_000
REPEATS = 3


def day_by_day(start: datetime, n: int) -> date:
    """The peer: ask the library about one day after the other."""
    day = start.astimezone(SHANGHAI).date()
    while n:
        day += timedelta(days=1)
        n -= chinese_calendar.is_workday(day)
    return day


def rate(work: Callable[[datetime], object], moments: list[datetime]) -> float:
    """Calls a second, the best of three runs."""
    best = 0.0
    for _ in range(REPEATS):
        began = time.perf_counter()
        for moment in moments:
            work(moment)
        best = max(best, len(moments) / (time.perf_counter() - began))
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=int, default=100_000, help="due dates in a run")
    count = parser.parse_args().moments
    pick = random.Random(2026)
    first = datetime(2006, 1, 1, tzinfo=UTC)
    spread = int((datetime(2025, 11, 1, tzinfo=UTC) - first).total_seconds())
    moments = [first + timedelta(seconds=pick.randrange(spread)) for _ in range(count)]
    few = moments[: max(1, count // 10)]

    began = time.perf_counter()
    calendar = load_calendar(FOLDER)
    loading = time.perf_counter() - began
    print(f"calendar {calendar.first} … {calendar.last} read in {loading * 1000:.0f} ms")
    print(f"{count:,} moments, best of {REPEATS} runs, one process\n")
    print(f"{'question':<34}{'Qifu /s':>12}{'day by day /s':>16}{'ratio':>8}")
    slowest = float("inf")
    for n in (2, 5, 10, 15, 60):
        for moment in few:
            assert due_by_working_days(moment, n, calendar).due_date == day_by_day(moment, n)
        own = rate(lambda at, n=n: due_by_working_days(at, n, calendar), moments)  # type: ignore[misc]
        peer = rate(lambda at, n=n: day_by_day(at, n), few)  # type: ignore[misc]
        slowest = min(slowest, own)
        print(f"{f'{n} working days':<34}{own:>12,.0f}{peer:>16,.0f}{own / peer:>8.1f}")

    hours = parse_business_hours(
        {
            "week": dict.fromkeys(
                ("mon", "tue", "wed", "thu", "fri"), ["09:00-12:00", "14:00-18:00"]
            )
        },
        calendar,
    )
    others: list[tuple[str, Callable[[datetime], object]]] = [
        (
            "30 calendar days, rolled on",
            lambda at: due_by_calendar_days(at, 30, calendar, roll=True),
        ),
        (
            "10 working days, one 5-day pause",
            lambda at: due_with_pauses(
                at, 10, [Pause(at + timedelta(days=2), at + timedelta(days=7))], calendar
            ),
        ),
        ("10 working days with the trace", lambda at: due_by_working_days(at, 10, calendar).trace),
        ("480 business minutes", lambda at: add_business_minutes(at, 480, hours)),
    ]
    for name, work in others:
        print(f"{name:<34}{rate(work, few):>12,.0f}{'—':>16}{'—':>8}")
    verdict = "met" if slowest >= GOAL else "MISSED"
    print(f"\ngoal: {GOAL:,} due dates a second — {verdict} (slowest limit {slowest:,.0f})")


if __name__ == "__main__":
    main()
