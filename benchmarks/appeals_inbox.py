"""The inbox of a restricted officer among 100,000 cases, beside an officer who sees everything.

    python benchmarks/appeals_inbox.py [--cases 100000] [--requests 60]

Made-up cases are written straight into a throw-away database, SQLite and PostgreSQL, one after the
other. For each list: the median of reading its first page as the desk does, for the handler of the
busiest unit and for the coordinator, and their ratio within the same run; the queries for 10 and
for 100 rows; and whether the plan reads any large table from end to end.
"""

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools")]

import demo_site  # noqa: E402
import postgres  # noqa: E402

GOAL = 100.0
FIRMS = 5_000
BUSIEST = "SZ-GXJ"
# a table of fewer rows fits a page or two of the database, and is read whole by any planner
SMALL = 1_000
LIMIT = {"number": 5, "unit": "working_day", "roll": False, "closing": None}
# share of a hundred cases that stand in a state; 14 of them open
STATES = {
    "submitted": 2, "accepted": 1, "dispatched": 2, "handling": 5, "rehandling": 1, "objected": 1,
    "replied": 1, "callback_due": 1, "closed": 60, "closed_unrated": 16, "closed_justified": 3,
    "closed_unreachable": 1, "withdrawn": 4, "not_accepted": 2,
}  # fmt: skip
OPEN = {"submitted", "accepted", "dispatched", "handling", "rehandling", "objected", "replied",
        "callback_due"}  # fmt: skip
LED = set(STATES) - {"submitted", "accepted", "withdrawn", "not_accepted"}
WORDS = "企业申请补贴到账时间办理流程园区用电增容人才住房子女入学出口退税设备采购合同款项拖欠环评"


def grow(count: int, now: datetime) -> None:
    """Cases with clocks, dispatches and points, spread over units as work is: a few have most."""
    from qifu.appeals.models import Appeal, AppealPoint, Clock, Dispatch
    from qifu.base.city import current_city
    from qifu.organisations.models import Enterprise, Unit

    dice = random.Random(2026)
    city = current_city()
    units = list(Unit.objects.select_related("organisation").order_by("pk"))
    busiest = next(unit for unit in units if unit.organisation.code == BUSIEST)
    others = [unit for unit in units if unit != busiest]
    desk = next(u for u in units if u.organisation.code == city.appeals["intake_unit"])
    firms = list(Enterprise.objects.values_list("pk", flat=True)[:FIRMS])
    matters = [matter.code for matter in city.matters]
    states, weights = list(STATES), list(STATES.values())
    for start in range(0, count, 5_000):
        cases = []
        for n in range(start, min(start + 5_000, count)):
            state = dice.choices(states, weights)[0]
            unit = busiest if dice.random() < 0.2 else dice.choice(others)
            lead = unit if state in LED else None
            held = None if state not in OPEN else lead or desk
            at = now - timedelta(minutes=dice.randrange(1, 60 * 24 * 365))
            due = now + timedelta(minutes=dice.randrange(-3 * 1440, 10 * 1440))
            text = "".join(dice.choices(WORDS, k=300))
            cases.append(
                Appeal(
                    number=f"B{n:09d}", state=state, kind="help_request", title=text[:40],
                    text=text, matter=dice.choice(matters), region="440305",
                    enterprise_id=dice.choice(firms), hop=int(lead is not None),
                    intake_unit=desk, lead=lead, holder=held, created_at=at, changed_at=at,
                    submitted_at=at, rule_set="sh_1515", city_load=city.load_id,
                    due_at=due, next_due_at=due if state in OPEN else None,
                    next_clock="reply" if state in OPEN else "",
                )
            )  # fmt: skip
        made = Appeal.objects.bulk_create(cases, batch_size=500)
        AppealPoint.objects.bulk_create(
            [AppealPoint(appeal=one, number=1, text=one.text) for one in made], batch_size=2_000
        )
        Clock.objects.bulk_create(
            [
                Clock(
                    appeal=one, name=name, rule_set="sh_1515", limit=LIMIT, due_at=one.due_at,
                    started_at=one.submitted_at,
                    state="running" if one.state in OPEN and name == "reply" else "met",
                    ended_at=None if one.state in OPEN and name == "reply" else one.submitted_at,
                )
                for one in made
                for name in ("reply", "contact")
            ],
            batch_size=1_000,
        )  # fmt: skip
        given = []
        for one in made:
            if one.lead is None:
                continue
            before = dice.choice(others) if dice.random() < 0.1 else one.lead  # came back once
            for unit in dict.fromkeys((before, one.lead)):
                given.append(
                    Dispatch(
                        appeal=one, unit=unit, hop=1, dispatched_at=one.submitted_at,
                        acknowledged_at=one.submitted_at,
                        ended_at=None if unit == one.lead else now,
                    )
                )  # fmt: skip
        Dispatch.objects.bulk_create(given, batch_size=1_000)


def median(do: Callable[[], object], times: int) -> float:
    """Milliseconds on the clock, after three runs that do not count."""
    for _turn in range(3):
        do()
    taken = []
    for _turn in range(times):
        began = time.perf_counter()
        do()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def page_of(actor: Any, name: str, now: datetime, rows: int = 50, **narrowed: str) -> int:
    """Read one page of a list as the desk does, with every name that a row shows."""
    from qifu.appeals.selectors import list_of
    from qifu.web.desk.lists import found

    page = found(list_of(actor, name, now=now, **narrowed), 1, per_page=rows)
    for row in page.rows:
        for unit in (row.lead, row.holder):
            str(unit.organisation.name if unit else "")
        str(row.enterprise.name if row.enterprise else row.requester)
    return len(page.rows)


def queries(do: Callable[[], object]) -> list[str]:
    """The SQL of a call."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        do()
    return [str(one["sql"]) for one in caught.captured_queries]


def plan_of(sql: str) -> list[str]:
    """The plan of a query, line by line."""
    from django.db import connection

    word = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{word} {sql}")
        rows = cursor.fetchall()
    return [str(row[3] if connection.vendor == "sqlite" else row[0]) for row in rows]


def scans(plan: list[str], sizes: dict[str, int]) -> list[str]:
    """The large tables that a plan reads from end to end, whatever it calls them."""
    found = []
    for line in plan:
        seen = re.search(r"Seq Scan on (\w+)", line) or re.match(r"\s*SCAN (\w+)(?! USING)$", line)
        if seen and sizes.get(seen[1], 0) > SMALL:
            found.append(line.strip())
    return found


def inside(cases: int, requests: int) -> int:
    """Everything that is measured on one database, which is loaded already. 1 for a goal missed."""
    import django

    django.setup()
    from django.apps import apps
    from django.db import connection
    from django.utils import timezone

    from qifu.accounts.models import User
    from qifu.appeals.selectors import counts_of, list_of, lists_of
    from qifu.organisations.selectors import actor_for

    now = timezone.now()
    began = time.perf_counter()
    grow(cases, now)
    with connection.cursor() as cursor:
        # as autovacuum leaves a table: on PostgreSQL indexes alone may answer
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    sizes = {model._meta.db_table: model._default_manager.count() for model in apps.get_models()}
    took = time.perf_counter() - began
    print(f"{connection.vendor}: {cases:,} cases written in {took:.0f} s")
    handler, coordinator, desk = (
        actor_for(User.objects.get(username=name))
        for name in ("demo-handler", "demo-coordinator", "demo-intake")
    )
    missed = 0
    print(f"{'officer':12} {'list':12} {'rows':>7} {'median ms':>10}")
    inbox = 0.0
    whole: dict[str, float] = {}
    for who, actor in (("handler", handler), ("coordinator", coordinator), ("intake", desk)):
        for name in lists_of(actor):
            taken = median(lambda a=actor, n=name: page_of(a, n, now), requests)  # type: ignore[misc]
            length = list_of(actor, name, now=now).order_by().count()
            print(f"{who:12} {name:12} {length:7,} {taken:10.1f}", flush=True)
            whole[f"{who} {name}"] = taken
            if (who, name) == ("handler", "unit"):
                inbox = taken
        taken = median(lambda a=actor: counts_of(a, now=now), max(5, requests // 4))  # type: ignore[misc]
        print(f"{who:12} {'(counts)':12} {'':7} {taken:10.1f}", flush=True)
        taken = median(lambda a=actor: page_of(a, "all", now, text="人才住房"), 5)  # type: ignore[misc]
        print(f"{who:12} {'all, search':12} {'':7} {taken:10.1f}", flush=True)
    # the same question by somebody whom nothing restricts: the unit's cases in hand, by due date
    asked = {"unit": BUSIEST, "state": "handling", "order": "due"}
    own = median(lambda: page_of(handler, "unit", now, state="handling"), requests)
    free = median(lambda: page_of(coordinator, "all", now, **asked), requests)
    print(f"in hand by due date: restricted {own:.1f} ms, unrestricted {free:.1f} ms, "
          f"ratio {own / free:.2f}")  # fmt: skip
    for name in ("all", "overdue"):
        ratio = whole[f"handler {name}"] / whole[f"coordinator {name}"]
        print(f"{name}: restricted ÷ unrestricted = {ratio:.2f}")
    ten, hundred = (
        len(queries(lambda n=n: page_of(handler, "unit", now, rows=n))) for n in (10, 100)
    )  # type: ignore[misc]
    same = "the same" if ten == hundred else "GROWS"
    print(f"inbox: {ten} queries for 10 rows, {hundred} for 100: {same}")
    missed |= ten != hundred
    for sql in queries(lambda: page_of(handler, "unit", now)):
        plan = plan_of(sql)
        bad = scans(plan, sizes)
        missed |= bool(bad)
        print("plan of the inbox:" + (f"  SEQUENTIAL SCAN: {bad}" if bad else ""))
        print("\n".join(f"    {line}" for line in plan))
    verdict = "met" if inbox < GOAL else "MISSED"
    missed |= inbox >= GOAL
    print(f"goal: inbox of a restricted officer under {GOAL:.0f} ms — {verdict} ({inbox:.1f} ms)")
    return int(missed)


def measured(name: str, options: argparse.Namespace, **more: str) -> int:
    """One database in a process of its own; gives its exit code."""
    print(f"\n=== {name}", flush=True)
    with tempfile.TemporaryDirectory(prefix="qifu-bench-") as folder:
        env = demo_site.environment(Path(folder), **more)
        demo_site.load(env, FIRMS)
        command = [sys.executable, __file__, "--inside", "--requests", str(options.requests),
                   "--cases", str(options.cases)]  # fmt: skip
        return subprocess.run(command, cwd=ROOT, env=env).returncode


def main() -> int:
    """SQLite always, PostgreSQL where it is installed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return inside(options.cases, options.requests)
    print(f"{os.cpu_count()} cores")
    bad = 0
    if options.only != "postgresql":
        bad = measured("SQLite", options)
    if options.only == "sqlite":
        return bad
    if postgres.programs() is None:
        print("\nPostgreSQL: skipped, not installed here (Debian: apt-get install postgresql)")
        return bad
    with postgres.cluster() as url:
        return measured("PostgreSQL", options, DATABASE_URL=url) or bad


if __name__ == "__main__":
    sys.exit(main())
