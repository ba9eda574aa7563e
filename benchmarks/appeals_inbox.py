"""The inbox of a restricted officer among 100,000 cases, beside an officer who sees everything.

    python benchmarks/appeals_inbox.py [--cases 100000] [--requests 60]

Made-up cases are written straight into a throw-away database, SQLite and PostgreSQL, one after the
other. For each list: the median of reading its first page as the desk does, for the handler of the
busiest unit and for the coordinator, and their ratio within the same run; the queries for 10 and
for 100 rows; and whether the plan reads any large table from end to end. For a list narrowed by a
text: the same beside LIKE over the texts of all cases, as it was before there was an index.
"""

import argparse
import os
import random
import re
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools")]

from both import run_inside  # noqa: E402
from pages import Times, Visitors, measure  # noqa: E402

GOAL = 100.0
SEARCH_GOAL = 50.0
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
ANSWERED = {state for state in STATES if state.startswith("closed")} | {"replied", "callback_due"}
WORDS = "企业申请补贴到账时间办理流程园区用电增容人才住房子女入学出口退税设备采购合同款项拖欠环评"
# pieces of texts, and the share of cases that say them; the other characters are in no other word
SAID = {"您好": 0.95, "充电桩": 0.05, "雾炮": 0.02, "稀土": 0.0002}
# asked: those, a phrase whose pairs are all common, letters, a word that no case says
ASKED = {
    "in nearly all": "您好", "in one of 7": "人才", "in one of 20": "充电桩",
    "in one of 50": "雾炮", "rare": "稀土", "rare, of common pairs": "人才住房",
    "letters": "b0000777", "in none": "纳米金",
}  # fmt: skip


def grow(count: int, now: datetime) -> None:
    """Cases with clocks, dispatches and points, spread over units as work is: a few have most."""
    from qifu.appeals.models import Appeal, AppealPoint, Clock, Dispatch, Rating, Reply
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
            told = [word for word, share in SAID.items() if dice.random() < share]
            text = "".join(dice.choices(WORDS, k=300)) + "，".join(told)
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
                answered = "replied" if one.state in ANSWERED else ""
                ended = answered if unit == one.lead else "returned"
                given.append(
                    Dispatch(
                        appeal=one, unit=unit, hop=1, dispatched_at=one.submitted_at, ended=ended,
                        acknowledged_at=one.submitted_at, ended_at=now if ended else None,
                    )
                )  # fmt: skip
        Dispatch.objects.bulk_create(given, batch_size=1_000)
        replies = Reply.objects.bulk_create(
            [
                Reply(
                    appeal=one, round=1, unit=one.lead, text=one.text, replied_at=one.submitted_at,
                    outcome=dice.choice(["resolved", "explained", "not_possible"]),
                )
                for one in made
                if one.state in ANSWERED
            ],
            batch_size=1_000,
        )  # fmt: skip
        Rating.objects.bulk_create(
            [
                Rating(
                    appeal=reply.appeal, reply=reply, level=5 - dice.randrange(4), solved=True,
                    rated_at=reply.replied_at,
                )
                for reply in replies
                if reply.appeal.state == "closed"
            ],
            batch_size=2_000,
        )  # fmt: skip


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


def people(*names: str) -> list[Any]:
    """The demo accounts of these names, as actors."""
    from qifu.accounts.models import User
    from qifu.organisations.selectors import actor_for

    return [actor_for(User.objects.get(username=f"demo-{name}")) for name in names]


def told(who: str, what: str, rows: int | None, taken: Times) -> None:
    """One line of the table."""
    length = "" if rows is None else f"{rows:,}"
    print(f"{who:12} {what:34} {length:>8} {taken.median:9.1f} {taken.work:8.1f}", flush=True)


def lists_times(requests: int, now: datetime) -> dict[str, Times]:
    """Every list of three officers, all their counts, a search."""
    from qifu.appeals.selectors import counts_of, list_of, lists_of

    whole = {}
    names = ("handler", "coordinator", "intake")
    for who, actor in zip(names, people(*names), strict=True):
        for name in lists_of(actor):
            taken = measure(partial(page_of, actor, name, now), requests)
            rows = list_of(actor, name, now=now).order_by().count()
            told(who, name, rows, taken)
            whole[f"{who} {name}"] = taken
        told(who, "(counts)", None, measure(partial(counts_of, actor, now=now), requests // 3))
    return whole


def like(text: str) -> Any:
    """The cases that say a word, as lists found them before there was an index."""
    from django.db.models import Q

    found = Q(title__contains=text) | Q(text__contains=text) | Q(requester__contains=text)
    found |= Q(enterprise__organisation__name__contains=text) | Q(number=text.upper())
    if len(text) >= 4 and text.isascii():
        found |= Q(enterprise__organisation__code__startswith=text.upper())
    return found


def searches(requests: int, now: datetime) -> float:
    """Lists narrowed by a text, by the index and by LIKE; the slowest median of the index."""
    from qifu.appeals.selectors import lists

    slowest = 0.0
    print(f"{'officer':12} {'a page of `all` that says':34} {'rows':>8} {'median ms':>9} "
          f"{'cpu ms':>8} {'LIKE ms':>9} {'ratio':>7}")  # fmt: skip
    for who, actor in zip(
        ("handler", "coordinator"), people("handler", "coordinator"), strict=True
    ):
        for what, text in ASKED.items():
            page = partial(page_of, actor, "all", now, text=text)
            rows = len(lists.list_of(actor, "all", now=now, text=text).order_by()[:1001])
            taken = measure(page, requests)
            with patch.object(lists, "says", like):
                before = measure(page, max(3, requests // 10), warm=1)
            slowest = max(slowest, taken.median)
            print(
                f"{who:12} {what:34} {rows:>8,} {taken.median:9.1f} {taken.work:8.1f} "
                f"{before.median:9.1f} {taken.median / before.median:7.2f}",
                flush=True,
            )
    return slowest


def ratios(whole: dict[str, Times], requests: int, now: datetime) -> None:
    """What the restriction costs: the same question by somebody whom nothing restricts."""
    handler, coordinator = people("handler", "coordinator")
    asked = {"unit": BUSIEST, "state": "handling", "order": "due"}
    own = measure(partial(page_of, handler, "unit", now, state="handling"), requests)
    free = measure(partial(page_of, coordinator, "all", now, **asked), requests)
    print("restricted ÷ unrestricted, medians: "
          f"a unit's cases in hand by due date {own.median / free.median:.2f}, "
          + ", ".join(
              f"{name} {whole[f'handler {name}'].median / whole[f'coordinator {name}'].median:.2f}"
              for name in ("all", "overdue")
          ))  # fmt: skip


def pages_times(requests: int, now: datetime) -> None:
    """The same through the door, and the figures of a year."""
    from django.urls import reverse

    from qifu.appeals.selectors import list_of
    from qifu.appeals.selectors.figures import figures

    visitors = Visitors()
    handler, auditor = people("handler", "auditor")
    one = list_of(handler, "unit", now=now).first()
    inbox = reverse("desk-appeals")
    for who, path in (
        ("handler", f"{inbox}?list=unit"), ("handler", reverse("desk-appeal", args=[one.pk])),
        ("intake", f"{inbox}?list=intake"), ("coordinator", f"{inbox}?list=overdue"),
    ):  # fmt: skip
        get = partial(visitors.of(f"demo-{who}").get, path)
        if get().status_code != 200:
            print(f"{who:12} {path}: {get().status_code}")
            continue
        told(who, path, None, measure(get, requests))
    for by in ("unit", "month"):
        year = {"since": now.date() - timedelta(days=365), "until": now.date(), "now": now}
        told("auditor", f"figures of a year by {by}", None,
             measure(partial(figures, auditor, by=by, **year), 3, warm=1))  # fmt: skip


def plans(now: datetime) -> bool:
    """The queries and plans of the inbox; whether something is wrong with them."""
    from django.apps import apps

    (handler,) = people("handler")
    sizes = {model._meta.db_table: model._default_manager.count() for model in apps.get_models()}
    ten, hundred = (
        len(queries(partial(page_of, handler, "unit", now, rows=rows))) for rows in (10, 100)
    )
    wrong = ten != hundred
    same = "GROWS" if wrong else "the same"
    print(f"inbox: {ten} queries for 10 rows, {hundred} for 100: {same}")
    for sql in queries(partial(page_of, handler, "unit", now)):
        plan = plan_of(sql)
        bad = scans(plan, sizes)
        wrong = wrong or bool(bad)
        print("plan of the inbox:" + (f"  SEQUENTIAL SCAN: {bad}" if bad else ""))
        print("\n".join(f"    {line}" for line in plan))
    return wrong


def inside(cases: int, requests: int) -> int:
    """Everything that is measured on one database, which is loaded already. 1 for a goal missed."""
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from qifu.appeals.actions import cases_to_index, make_index

    now = timezone.now()
    began = time.perf_counter()
    grow(cases, now)
    filled = time.perf_counter()
    make_index(cases_to_index())
    print(f"{connection.vendor}: entries of all cases made in {time.perf_counter() - filled:.0f} s")
    with connection.cursor() as cursor:
        # as autovacuum leaves a table: on PostgreSQL indexes alone may answer
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    took = time.perf_counter() - began
    print(f"{connection.vendor}: {cases:,} cases written in {took:.0f} s")
    print(f"{'officer':12} {'what':34} {'rows':>8} {'median ms':>9} {'cpu ms':>8}")
    whole = lists_times(requests, now)
    ratios(whole, requests, now)
    slowest = searches(max(5, requests // 3), now)
    pages_times(requests, now)
    wrong = plans(now)
    inbox = whole["handler unit"].median
    verdict = "met" if inbox < GOAL else "MISSED"
    print(f"goal: inbox of a restricted officer under {GOAL:.0f} ms — {verdict} ({inbox:.1f} ms)")
    found = "met" if slowest < SEARCH_GOAL else "MISSED"
    print(f"goal: a page by text under {SEARCH_GOAL:.0f} ms — {found} ({slowest:.1f} ms)")
    return int(wrong or inbox >= GOAL or slowest >= SEARCH_GOAL)


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
    arguments = ("--requests", options.requests, "--cases", options.cases)
    return run_inside(__file__, arguments, firms=FIRMS, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
