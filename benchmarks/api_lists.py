"""Every list of the API among 100,000 cases, beside the bare query of the same selector.

    python benchmarks/api_lists.py [--cases 100000] [--requests 40] [--only sqlite]

Made-up cases are written straight into a throw-away database, SQLite and PostgreSQL, one after the
other, and beside them messages, orders and statuses of an outside hotline, and deliveries of a
webhook. For each list of appeals, 50 rows a page: the median of its first page and of the page
after it through Django's test client with a token, the CPU time of this process, the number of
queries, the median of reading the same rows with the selector alone, and the ratio of the two
within the same run. Then every other GET without a number in its address, and the deliveries.
Goal: 50 ms; on a machine with other work the CPU time tells more than the clock (25 ms).
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools")]

from api_rows import grow_others  # noqa: E402
from appeals_inbox import FIRMS, grow, people, queries  # noqa: E402
from both import run_inside  # noqa: E402
from pages import Times, measure  # noqa: E402

GOAL = 50.0
ROWS = 50
WHO = ("owner", "handler", "intake", "coordinator", "officer", "auditor", "registrar", "steward")
# these count over every case of the period: no lists
SUMS = {"/figures"}
ROOT_ADDRESS = "/api/v1"


def programs(now: datetime) -> dict[str, Callable[[str], Any]]:
    """A program for each demo account that is there: address → answer."""
    from dataclasses import replace

    from django.test import Client

    from qifu.accounts.actions.tokens import make_token
    from qifu.accounts.logic import SCOPES
    from qifu.accounts.models import User

    client, found = Client(), {}
    for name in WHO:
        if not User.objects.filter(username=f"demo-{name}").exists():
            continue
        (actor,) = people(name)
        allowed = replace(actor, may_codes=actor.may_codes | {"programs.connect"})
        _token, secret = make_token(
            actor=allowed, name="bench", scopes=SCOPES, expires_at=now + timedelta(days=1), now=now
        )
        headers = {"Authorization": f"Bearer {secret}"}
        found[name] = partial(_get, client, headers)
    return found


def _get(client: Any, headers: dict[str, str], address: str) -> Any:
    return client.get(ROOT_ADDRESS + address, headers=headers)


def line(who: str, what: str, taken: Times, asks: int, bare: Times | None = None) -> bool:
    """One line of the table; whether the goal was met. `asks`: how many queries."""
    more = f"{bare.median:9.1f} {taken.median / max(bare.median, 0.01):7.1f}" if bare else ""
    missed = "  MISSED" if taken.median >= GOAL else ""
    print(
        f"{who:12} {what:46} {taken.median:9.1f} {taken.work:7.1f} {asks:7} {more}{missed}",
        flush=True,
    )
    return taken.median < GOAL


def timed(ask: Callable[[str], Any], address: str, requests: int) -> tuple[Times, int]:
    """The times of an address and its queries."""
    do = partial(ask, address)
    return measure(do, requests), len(queries(do))


def appeals(ask: dict[str, Callable[[str], Any]], requests: int, now: datetime) -> bool:
    """Every work list of five people: first page, next page, filters."""
    from qifu.appeals.selectors import list_of, lists_of

    good = True
    for who in ("owner", "handler", "intake", "coordinator"):
        (actor,) = people(who)
        for name in lists_of(actor):
            bare = measure(
                lambda a=actor, n=name: list(list_of(a, n, now=now)[: ROWS + 1]), requests
            )
            address = f"/appeals?list={name}&limit={ROWS}"
            first = ask[who](address)
            assert first.status_code == 200, first.content
            good &= line(who, address, *timed(ask[who], address, requests), bare)
            onward = first.json()["next"]
            if onward:
                further = f"{address}&cursor={onward}"
                good &= line(who, f"{address} (next)", *timed(ask[who], further, requests), bare)
    for who, asked in (
        ("handler", "list=unit&state=handling"), ("intake", "list=intake&kind=help_request"),
        ("coordinator", "list=all&due=overdue"), ("coordinator", "list=all&unit=SZ-GXJ"),
        ("coordinator", "list=all&state=closed&order=oldest"),
        ("coordinator", "list=all&order=due"),
        ("coordinator", "list=all&region=440306&kind=complaint"),
    ):  # fmt: skip
        address = f"/appeals?{asked}&limit={ROWS}"
        good &= line(who, address, *timed(ask[who], address, requests))
    # words inside a text have no index: told, and no part of the goal
    search = f"/appeals?list=all&text=人才住房&limit={ROWS}"
    line("coordinator", search, *timed(ask["coordinator"], search, max(3, requests // 10)))
    return good


def others(ask: dict[str, Callable[[str], Any]], requests: int) -> bool:
    """Every other GET that names nothing in its address, by the first who may."""
    from qifu.api import routes
    from qifu.api.document import document

    assert routes.urlpatterns
    good = True
    for path, methods in document()["paths"].items():
        told = methods.get("get")
        if told is None or "{" in path or path == "/appeals":
            continue
        query = "&".join(
            f"{p['name']}={p['example']}"
            for p in told["parameters"]
            if p["in"] == "query" and p["required"]
        )
        if any(p["name"] == "limit" for p in told["parameters"]):
            query = f"{query}&limit={ROWS}".lstrip("&")
        address = f"{path}?{query}" if query else path
        who = next((name for name in ask if ask[name](address).status_code == 200), None)
        if who is None:
            print(f"{'':12} {address:46} nobody here may", flush=True)
            continue
        met = line(who, address, *timed(ask[who], address, requests))
        good &= met or path in SUMS
    return good


def deliveries(ask: Callable[[str], Any], hook: int, requests: int) -> bool:
    """What a webhook was sent, first page and next."""
    address = f"/webhooks/{hook}/deliveries?limit={ROWS}"
    first = ask(address)
    assert first.status_code == 200, first.content
    good = line("owner", address, *timed(ask, address, requests))
    further = f"{address}&cursor={first.json()['next']}"
    return line("owner", f"{address} (next)", *timed(ask, further, requests)) and good


def inside(cases: int, requests: int) -> int:
    """Everything on one database, which is loaded already. 1 for a goal missed."""
    import django

    os.environ["QIFU_API_PER_MINUTE"] = "1000000"
    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    settings.QIFU_API_PER_MINUTE = 10**9
    settings.ALLOWED_HOSTS = ["*"]
    now = timezone.now()
    began = time.perf_counter()
    grow(cases, now)
    print(f"cases written in {time.perf_counter() - began:.0f} s", flush=True)
    hook = grow_others(cases // 5, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    took = time.perf_counter() - began
    print(f"{connection.vendor}: {cases:,} cases written in {took:.0f} s")
    print(
        f"{'who':12} {'address':46} {'median ms':>9} {'cpu ms':>7} {'queries':>7} "
        f"{'bare ms':>9} {'x bare':>7}"
    )
    ask = programs(now)
    good = appeals(ask, requests, now)
    good = others(ask, requests) and good
    good = deliveries(ask["owner"], hook, requests) and good
    print(f"goal: every list under {GOAL:.0f} ms median — {'met' if good else 'MISSED'}")
    return int(not good)


def main() -> int:
    """SQLite always, PostgreSQL where it is installed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=40)
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
