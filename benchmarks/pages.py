"""`make bench`: server time, queries and weight of every page on a demo city, and the report.

    python benchmarks/pages.py [--firms 2000] [--requests 40]

Each figure stands beside a peer that is measured in the same run, so that another machine can be
compared by the ratio of CPU time: a page beside a bare view that renders an empty template through
the same middleware, the report beside the same report that reads the policies anew each time.
"""

import argparse
import gzip
import os
import platform
import re
import statistics
import sys
import time
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools")]

import appeal_rows  # noqa: E402
import demo_site  # noqa: E402
from both import run_inside  # noqa: E402

PASSWORD_BACKEND = "qifu.adapters.sign_in.PasswordBackend"
BARE = "/bare-view-for-comparison/"
LISTS = (
    "library", "my-policies", "my-reports", "my-people", "my-consents", "messages", "desk",
    "desk-firms", "desk-claims", "desk-disputes", "desk-people", "desk-journal",
    *appeal_rows.LISTS,
)  # fmt: skip
STATIC = re.compile(r'(?:href|src)="(/static/[^"?#]+)[^"]*"')


@dataclass(frozen=True)
class Times:
    """Milliseconds of each run: on the clock, and of this process's CPU."""

    clock: list[float]
    cpu: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.clock)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.clock, n=20)[-1]

    @property
    def work(self) -> float:
        """The median of the CPU time, which other programs on the machine disturb less."""
        return statistics.median(self.cpu)


def measure(do: Callable[[], object], times: int, warm: int = 3) -> Times:
    """`times` runs, after a few that do not count."""
    for _turn in range(warm):
        do()
    clock, cpu = [], []
    for _turn in range(times):
        began, worked = time.perf_counter(), time.process_time()
        do()
        cpu.append((time.process_time() - worked) * 1000)
        clock.append((time.perf_counter() - began) * 1000)
    return Times(clock, cpu)


def machine() -> str:
    """What the figures were measured on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("Django", "psycopg", "gunicorn"))
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {packages}"
    )


class Visitors:
    """Test clients, one for each demo account, signed in."""

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}

    def of(self, account: str) -> Any:
        from django.test import Client

        from qifu.accounts.models import User

        if account not in self._clients:
            client = Client(SERVER_NAME="127.0.0.1", HTTP_ACCEPT_ENCODING="br, gzip")
            if account:
                client.force_login(User.objects.get(username=account), backend=PASSWORD_BACKEND)
            self._clients[account] = client
        return self._clients[account]

    def get(self, page: demo_site.Page) -> Any:
        answer = self.of(page.account).get(page.path)
        if answer.status_code != 200:
            sys.exit(f"{page.path} as {page.account or 'nobody'}: {answer.status_code}")
        return answer


def add_bare_view() -> None:
    """An address that renders an empty template through the same middleware."""
    from django.conf import settings
    from django.http import HttpResponse
    from django.template import engines
    from django.urls import include, path

    empty = engines["django"].from_string("")
    module = types.ModuleType("bench_urls")
    module.urlpatterns = [  # type: ignore[attr-defined]
        path(BARE.strip("/") + "/", lambda request: HttpResponse(empty.render({}, request))),
        path("", include("qifu.config.urls")),
    ]
    sys.modules["bench_urls"] = module
    settings.ROOT_URLCONF = "bench_urls"


def first_load(answer: Any) -> tuple[int, int]:
    """Bytes of the first visit as served (HTML and static files), and of the HTML if gzipped."""
    from django.conf import settings

    html = answer.content
    total = len(html)
    for address in set(STATIC.findall(html.decode())):
        file = Path(settings.STATIC_ROOT) / address.removeprefix("/static/")
        served = [file.with_name(file.name + end) for end in (".br", ".gz")] + [file]
        total += next((one.stat().st_size for one in served if one.exists()), 0)
    return total, len(gzip.compress(html)) if not answer.has_header("Content-Encoding") else total


def count_queries(visitors: Visitors, page: demo_site.Page) -> int:
    """Queries of the second visit: what is kept between requests is warm."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    visitors.get(page)
    with CaptureQueriesContext(connection) as caught:
        visitors.get(page)
    return len(caught)


def grow(rows: int, before: int) -> None:
    """Bring every list to `rows` rows, through the actions that people use."""
    from django.utils import timezone
    from django.utils.timezone import localdate

    from qifu.accounts.models import User
    from qifu.base.city import current_city
    from qifu.notices.actions import tell
    from qifu.organisations import actions
    from qifu.organisations.models import Enterprise, Unit
    from qifu.organisations.permissions import NOBODY
    from qifu.organisations.selectors import actor_for, enterprise_of
    from qifu.policies.actions import load_policies, make_report
    from qifu.policies.models import PolicyVersion

    now = timezone.now()
    today = localdate(now)
    owner = actor_for(User.objects.get(username="demo-owner"))
    firm = enterprise_of(owner)
    originals = list(PolicyVersion.objects.exclude(policy_id__startswith="BENCH").order_by("pk"))
    load_policies(
        [
            {**originals[n % len(originals)].document, "id": f"BENCH-{n:03d}", "excludes": []}
            for n in range(rows)
        ],
        city=current_city(),
        now=now,
    )
    admin = actor_for(User.objects.get(username="demo-admin"))
    unit = Unit.objects.order_by("pk").first()
    until = today + timedelta(days=90)
    free = list(Enterprise.objects.filter(organisation__memberships=None).order_by("pk")[:90])
    wrong = list(islice(_disputable(), before, rows))
    for n in range(before, rows):
        make_report(firm, actor=owner, on=today, now=now)
        actions.invite(actor=owner, role="clerk", label=f"同事 {n}", now=now)
        actions.invite(actor=admin, role="data_steward", label=f"同事 {n}", now=now)
        actions.give_consent(
            firm, actor=owner, unit=unit, groups=["finance"], purpose="申报补贴", until=until,
            now=now,
        )  # fmt: skip
        tell(
            [int(admin.user_id or 0)],
            "new_policies",
            values={"firm": firm.name, "count": n},
            now=now,
        )
        actions.submit_claim(
            free[n % len(free)],
            actor=NOBODY,
            applicant=f"申请人 {n}",
            phone="0755-00000000",
            now=now,
        )
        _dispute(*wrong[n - before], now)
    appeal_rows.grow_appeals(rows, before, now)


def _disputable() -> Iterator[tuple[Any, str, str]]:
    """Firms with a yes-or-no fact: (firm, attribute, the other answer). One firm has too few."""
    from qifu.base.city import current_city
    from qifu.organisations.models import Enterprise

    kinds = [a.name for a in current_city().catalogue if a.type == "flag" and not a.period]
    for firm in Enterprise.objects.filter(organisation__made_up=True).order_by("-pk"):
        for name in kinds:
            if isinstance(firm.facts.get(name), bool):
                yield firm, name, "false" if firm.facts[name] else "true"
                break


def _dispute(firm: Any, name: str, text: str, now: Any) -> None:
    from qifu.accounts.models import User
    from qifu.organisations import actions
    from qifu.organisations.actions.ownership import join
    from qifu.organisations.selectors import actor_for

    user = User.objects.get(username="demo-owner-2")
    actor = actor_for(user, join(user, firm.pk, "owner", now=now).pk)
    actions.dispute_fact(firm, actor=actor, attribute=name, text=text, reason="登记有误", now=now)


def report_times(times: int) -> tuple[Times, Times, int]:
    """One firm over the library, with the policies read once and with them read each time."""
    from django.utils.timezone import localdate

    from qifu.accounts.models import User
    from qifu.base.city import current_city
    from qifu.organisations.selectors import actor_for, enterprise_of
    from qifu.policies.models import PolicyVersion
    from qifu.policies.selectors.matching import match_facts
    from qifu.rulebook.policy import parse_policy
    from qifu.rulebook.report import report

    facts = enterprise_of(actor_for(User.objects.get(username="demo-owner"))).facts
    city, today = current_city(), localdate()
    documents = [row.document for row in PolicyVersion.objects.filter(state="published")]

    def again() -> None:
        policies = [parse_policy(document, city.catalogue) for document in documents]
        whole, _of = city.with_derived(facts, as_of=today)
        report(policies, whole, city.catalogue, as_of=today).to_json()

    def kept() -> None:
        match_facts(facts, on=today).report.to_json()

    return measure(kept, times), measure(again, times), len(documents)


def inside(requests: int) -> None:
    """Everything that is measured on one database, which is loaded already."""
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    values = demo_site.fill(timezone.now())
    add_bare_view()
    pages, left_out = demo_site.pages(values)
    visitors = Visitors()
    bare = measure(lambda: visitors.of("").get(BARE), requests)
    print(f"\n{connection.vendor}, {requests} requests a page; times in ms, weight in KB")
    print(f"{'page':16} {'median':>7} {'p95':>7} {'cpu':>7} {'x bare':>7} {'queries':>8} "
          f"{'first load':>11} {'html':>6} {'gzipped':>8}")  # fmt: skip
    print(f"{'(bare view)':16} {bare.median:7.1f} {bare.p95:7.1f} {bare.work:7.2f} {1:7.0f}")
    for page in pages:
        status = visitors.of(page.account).get(page.path).status_code
        if status != 200:
            print(f"{page.name:16} skipped: {status} for {page.account or 'nobody'}")
            continue
        answer = visitors.get(page)
        taken = measure(lambda page=page: visitors.get(page), requests)
        weight, zipped = first_load(answer)
        print(f"{page.name:16} {taken.median:7.1f} {taken.p95:7.1f} {taken.work:7.1f} "
              f"{taken.work / bare.work:7.0f} {count_queries(visitors, page):8} "
              f"{weight / 1024:11.0f} {len(answer.content) / 1024:6.0f} {zipped / 1024:8.0f}",
              flush=True)  # fmt: skip
    for name in left_out:
        print(f"{name:16} skipped: no example for its address")
    kept, again, count = report_times(requests)
    print(f"\none firm over {count} policies: median {kept.median:.1f} ms, p95 {kept.p95:.1f} ms, "
          f"cpu {kept.work:.1f} ms; reading the policies each time: median {again.median:.1f} ms, "
          f"cpu {again.work:.1f} ms, {again.work / kept.work:.1f} times as much")  # fmt: skip
    print(f"\n{'list':16} {'10 rows':>8} {'100 rows':>9}  queries")
    # the administrator is told nothing but by this file; the owner of many consents of all of them
    lists = [
        replace(page, account="demo-admin") if page.name == "messages" else page
        for page in pages
        if page.name in LISTS
    ]
    lists.append(demo_site.Page(*appeal_rows.INBOX))
    few: dict[str, int] = {}
    grow(10, 0)
    for page in lists:
        few[page.name] = count_queries(visitors, page)
    grow(100, 10)
    for page in lists:
        many = count_queries(visitors, page)
        verdict = "the same" if many == few[page.name] else "GROWS" if many > few[page.name] else ""
        print(f"{page.name:16} {few[page.name]:8} {many:9}  {verdict}")


def main() -> int:
    """SQLite always, PostgreSQL where it is installed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--firms", type=int, default=2000)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.requests < 30:
        parser.error("at least 30 requests: a p95 of fewer says nothing")
    if options.firms < 300:
        parser.error("at least 300 firms: a hundred claims and a hundred disputes need their own")
    if options.inside:
        inside(options.requests)
        return 0
    print(machine())
    # no made-up appeals: lists have to be short at first
    arguments = ("--requests", options.requests)
    return run_inside(__file__, arguments, firms=options.firms, appeals=0)


if __name__ == "__main__":
    sys.exit(main())
