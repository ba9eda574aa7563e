"""Every list of the API among 100,000 cases, beside the bare query of the same selector.

    python benchmarks/api_lists.py [--cases 100000] [--requests 40] [--only sqlite]

Made-up cases are written straight into a throw-away database, SQLite and PostgreSQL, one after the
other. For each list of appeals: the median of its first page and of the page after it through
Django's test client with a token, that of reading the same rows with the selector alone, and their
ratio within the same run. Then every other GET without a number in its address. Goal: 50 ms.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools")]

import demo_site  # noqa: E402
import postgres  # noqa: E402
from appeals_inbox import FIRMS, grow, people  # noqa: E402
from pages import Times, measure  # noqa: E402

GOAL = 50.0
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


def line(who: str, what: str, taken: Times, bare: Times | None = None) -> bool:
    """One line of the table; whether the goal was met."""
    more = f"{bare.median:9.1f} {taken.median / max(bare.median, 0.01):7.1f}" if bare else ""
    missed = "  MISSED" if taken.median >= GOAL else ""
    print(f"{who:12} {what:46} {taken.median:9.1f} {taken.work:7.1f} {more}{missed}", flush=True)
    return taken.median < GOAL


def appeals(ask: dict[str, Callable[[str], Any]], requests: int, now: datetime) -> bool:
    """Every work list of five people: first page, next page, filters."""
    from qifu.appeals.selectors import list_of, lists_of

    good = True
    for who in ("owner", "handler", "intake", "coordinator"):
        (actor,) = people(who)
        for name in lists_of(actor):
            bare = measure(lambda a=actor, n=name: list(list_of(a, n, now=now)[:21]), requests)
            address = f"/appeals?list={name}"
            first = ask[who](address)
            assert first.status_code == 200, first.content
            told = measure(partial(ask[who], address), requests)
            good &= line(who, address, told, bare)
            onward = first.json()["next"]
            if onward:
                further = f"{address}&cursor={onward}"
                told = measure(partial(ask[who], further), requests)
                good &= line(who, f"{address} (next page)", told, bare)
    for who, asked in (
        ("handler", "list=unit&state=handling"), ("intake", "list=intake&kind=help_request"),
        ("coordinator", "list=all&due=overdue"), ("coordinator", "list=all&unit=SZ-GXJ"),
        ("coordinator", "list=all&state=closed&order=oldest"),
    ):  # fmt: skip
        told = measure(partial(ask[who], f"/appeals?{asked}"), requests)
        good &= line(who, f"/appeals?{asked}", told)
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
        address = f"{path}?{query}" if query else path
        who = next((name for name in ask if ask[name](address).status_code == 200), None)
        if who is None:
            print(f"{'':12} {address:46} nobody here may", flush=True)
            continue
        taken = measure(partial(ask[who], address), requests)
        met = line(who, address, taken)
        good &= met or path in SUMS
    return good


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
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    took = time.perf_counter() - began
    print(f"{connection.vendor}: {cases:,} cases written in {took:.0f} s")
    print(f"{'who':12} {'address':46} {'median ms':>9} {'cpu ms':>7} {'bare ms':>9} {'x bare':>7}")
    ask = programs(now)
    good = appeals(ask, requests, now)
    good = others(ask, requests) and good
    print(f"goal: every list under {GOAL:.0f} ms median — {'met' if good else 'MISSED'}")
    return int(not good)


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
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return inside(options.cases, options.requests)
    print(f"{os.cpu_count()} cores")
    bad = 0
    if options.only != "postgresql":
        bad |= measured("SQLite", options)
    if options.only != "sqlite":
        if postgres.programs() is None:
            print("\n=== PostgreSQL is not installed: skipped")
            return bad
        with postgres.cluster() as url:
            bad |= measured("PostgreSQL", options, DATABASE_URL=url)
    return bad


if __name__ == "__main__":
    sys.exit(main())
