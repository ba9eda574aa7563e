"""A throw-away demo city with something on every page, and the list of its pages.

For `make screenshots` and `make bench`. `environment()` must be in os.environ before anything of
Django is imported.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# who sees a page, by the beginning of its url name; the longest one counts
ACCOUNTS = {
    "": "",
    "my-": "demo-owner",
    "message": "demo-owner",
    "switch": "demo-owner",
    "account": "demo-owner",
    "desk": "demo-registrar",
    "desk-firm": "demo-officer",
    "desk-claim": "demo-registrar",
    "desk-dispute": "demo-steward",
    "desk-people": "demo-admin",
    "desk-journal": "demo-auditor",
}
# pages that show something else once a form in the address is filled in
FILLED_IN = {
    "diagnosis": "industry=C3983&region=440306&founded=2017-03-08&employees=86&revenue=5200"
    "&qualifications=hi_tech_firm",
    "size-test": "industry=C3511&staff=250&revenue=3000&assets=2000",
    "library": "text=研发&status=always",
}
# addresses that answer with no page of their own
NO_PAGE = re.compile(
    r"(-xlsx|-css|-calendar|-paper)$|^(healthz|preferences|sign-out|after-sign-in|industries"
    r"|my-answer|my-skip|my-undo|message|messages-read)$"
)


@dataclass(frozen=True)
class Page:
    """One page: its url name, its address, and the demo account that looks at it ("" nobody)."""

    name: str
    path: str
    account: str


def environment(var: Path, **more: str) -> dict[str, str]:
    """The environment of a demo that keeps everything in `var`."""
    return {
        **os.environ,
        "QIFU_DEMO": "1",
        "QIFU_VAR": str(var),
        "DJANGO_SETTINGS_MODULE": "qifu.config.settings",
        "PYTHONPATH": str(ROOT / "src"),
        **more,
    }


def load(env: Mapping[str, str], firms: int) -> None:
    """Migrate and load the demo city; CalledProcessError with what it printed."""
    command = [sys.executable, "-m", "qifu", "demo", "--only-load", "--firms", str(firms)]
    done = subprocess.run(command, cwd=ROOT, env=dict(env), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"qifu demo --only-load failed:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")


def fill(now: Any) -> dict[str, Any]:
    """Through the actions that people use: a claim, a dispute, a report, an invitation, a consent.

    Gives what the addresses need. Django must be set up; run once for one city.
    """
    from django.utils.timezone import localdate

    from qifu.accounts.models import User
    from qifu.organisations import actions
    from qifu.organisations.models import Enterprise, Unit
    from qifu.organisations.permissions import NOBODY
    from qifu.organisations.selectors import actor_for, enterprise_of
    from qifu.policies.actions import make_report
    from qifu.policies.selectors import library

    owner = actor_for(User.objects.get(username="demo-owner"))
    firm = enterprise_of(owner)
    free = Enterprise.objects.filter(organisation__memberships=None).order_by("pk")
    claim = actions.submit_claim(
        free[0],
        actor=NOBODY,
        applicant="演示申请人",
        phone="0755-00000000",
        position="行政",
        now=now,
    )
    # a count of people or pieces that somebody has stated: one more is a value it could have
    counted = ("employees", "patents", "invention_patents")
    wrong = next(name for name in counted if isinstance(firm.facts.get(name), int))
    dispute = actions.dispute_fact(
        firm, actor=owner, attribute=wrong, text=str(firm.facts[wrong] + 1),
        reason="与最近一次申报的记录不一致", now=now,
    )  # fmt: skip
    report = make_report(firm, actor=owner, on=localdate(now), now=now)
    _invitation, token = actions.invite(actor=owner, role="clerk", label="演示同事", now=now)
    actions.give_consent(
        firm, actor=owner, unit=Unit.objects.order_by("pk").first(), groups=["finance", "staff"],
        purpose="申报技术改造补贴", until=localdate(now) + timedelta(days=90), now=now,
    )  # fmt: skip
    policy = library(NOBODY, on=localdate(now)).first()
    return {
        "claim-status": {"token": claim.token},
        "invitation": {"token": token},
        "policy": {"policy_id": policy.policy_id},
        "my-policy": {"policy_id": policy.policy_id},
        "my-fact": {"name": dispute.attribute},
        "my-report": {"pk": report.pk},
        "desk-firm": {"uscc": firm.uscc},
        "desk-claim": {"pk": claim.pk},
        "desk-dispute": {"pk": dispute.pk},
    }


def pages(values: Mapping[str, Any]) -> tuple[list[Page], list[str]]:
    """Every page of the site in the order of its addresses, and the names that have no example."""
    from django.urls import reverse

    found, left_out = [], []
    for name, needs in _names():
        if NO_PAGE.search(name):
            continue
        if needs and name not in values:
            left_out.append(name)
            continue
        beginning = max((b for b in ACCOUNTS if name.startswith(b)), key=len)
        account = "" if name in ("claim-status", "claim-new") else ACCOUNTS[beginning]
        path = reverse(name, kwargs=values.get(name))
        found.append(Page(name, path, account))
        if name in FILLED_IN:
            found.append(Page(f"{name}-answer", f"{path}?{FILLED_IN[name]}", account))
    return found, left_out


def _names() -> Iterator[tuple[str, bool]]:
    from django.urls import URLPattern, get_resolver

    def walk(patterns: Any) -> Iterator[tuple[str, bool]]:
        for one in patterns:
            if isinstance(one, URLPattern):
                if one.name:
                    yield one.name, bool(one.pattern.converters)
            else:
                yield from walk(one.url_patterns)

    yield from walk(get_resolver().url_patterns)
