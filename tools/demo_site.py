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
    "desk-appeals": "demo-intake",
    "desk-appeal-new": "demo-intake",
    "desk-appeal": "demo-handler",
    "desk-absences": "demo-handler",
    "desk-figure": "demo-coordinator",
    "desk-gaps": "demo-coordinator",
    "desk-polic": "demo-policy",
    "desk-preview": "demo-policy",
    "desk-calendar": "demo-coordinator",
    "desk-knowledge": "demo-intake",
    "desk-answer": "demo-intake",
}
# pages that show something else once a form in the address is filled in
FILLED_IN = {
    "diagnosis": "industry=C3983&region=440306&founded=2017-03-08&employees=86&revenue=5200"
    "&qualifications=hi_tech_firm",
    "size-test": "industry=C3511&staff=250&revenue=3000&assets=2000",
    "library": "text=研发&status=always",
    "answers": "text=拖欠货款",
    "search": "q=贷款",
    "desk-figures": "by=month",
}
# what an address asks for where it cannot do without
ASKED = {"desk-figure-cases": "code=received"}
# addresses that answer with no page of their own
NO_PAGE = re.compile(
    r"(-xlsx|-yaml|-css|-paper|-file|-hints|-many)$|^(healthz|preferences|sign-out|after-sign-in"
    r"|industries|policy-calendar|my-answer|my-skip|my-undo|message|messages-read)$"
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


def load(env: Mapping[str, str], firms: int, *, appeals: int = 300) -> None:
    """Migrate and load the demo city; exits with what it printed where that fails."""
    command = [sys.executable, "-m", "qifu", "demo", "--only-load", "--firms", str(firms),
               "--appeals", str(appeals)]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, env=dict(env), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"qifu demo --only-load failed:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")


def fill(now: Any) -> dict[str, Any]:
    """Through the actions that people use: a claim, a dispute, a report, an invitation, a consent,
    an appeal with two points that its unit works on.

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
        "zone": {"zone": "nanshan"},
        "my-policy": {"policy_id": policy.policy_id},
        "my-fact": {"name": dispute.attribute},
        "my-report": {"pk": report.pk},
        "desk-firm": {"uscc": firm.uscc},
        "desk-policy": {"policy_id": policy.policy_id},
        "desk-policy-preview": {"policy_id": policy.policy_id},
        "desk-claim": {"pk": claim.pk},
        "desk-dispute": {"pk": dispute.pk},
        **_draft(now),
        **_appeal(now),
    }


def _draft(now: Any) -> dict[str, Any]:
    """The made-up notice of the demo, read into a draft."""
    from django.conf import settings

    from qifu.accounts.models import User
    from qifu.base.packs import read_pack
    from qifu.jobs.demo_draft import load_demo_draft
    from qifu.organisations.selectors import actor_for
    from qifu.policies.selectors import drafts_visible_to

    load_demo_draft(read_pack(settings.QIFU_CITY), now=now)
    editor = actor_for(User.objects.get(username="demo-policy"))
    draft = {"pk": drafts_visible_to(editor)[0].pk}
    names = ("desk-policy-draft", "desk-policy-draft-document", "desk-policy-draft-yaml")
    return dict.fromkeys(names, draft)


def _appeal(now: Any) -> dict[str, Any]:
    """An appeal that the unit works on; an answer and a statute of the knowledge base."""
    from qifu.accounts.models import User
    from qifu.appeals import actions
    from qifu.knowledge.models import Answer, Law
    from qifu.organisations.models import Unit
    from qifu.organisations.selectors import actor_for

    people = {
        name: actor_for(User.objects.get(username=f"demo-{name}"))
        for name in ("owner", "intake", "handler")
    }
    before = now - timedelta(hours=2)
    case = actions.submit_appeal(
        None, actor=people["owner"], now=before, kind="help_request", matter="power_water_gas",
        region="440306", title="", text="厂房新增两条产线，变压器容量用满，多次跳闸，想尽快增容。",
        points=("增容要什么材料？", "从申请到通电要多久？"), contact_name="演示联系人",
        contact_phone="0755-00000000",
    )  # fmt: skip
    actions.accept_appeal(case, actor=people["intake"], now=before + timedelta(minutes=10))
    unit = Unit.objects.get(organisation=people["handler"].organisation)
    actions.dispatch_appeal(
        case, actor=people["intake"], now=before + timedelta(minutes=20), unit=unit
    )
    actions.acknowledge(case, actor=people["handler"], now=before + timedelta(minutes=40))
    answer = Answer.objects.filter(state="published").order_by("pk")[0]
    return {
        "my-appeal": {"pk": case.pk},
        "my-appeal-print": {"pk": case.pk},
        "my-appeal-step": {"pk": case.pk, "step": "withdraw"},
        "desk-appeal": {"pk": case.pk},
        "desk-appeal-step": {"pk": case.pk, "step": "reply"},
        "answer": {"code": answer.code},
        "desk-answer": {"code": answer.code},
        "law": {"code": Law.objects.order_by("pk")[0].code},
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
        path += f"?{ASKED[name]}" if name in ASKED else ""
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
