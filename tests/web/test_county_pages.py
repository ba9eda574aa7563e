"""Every page of the site in the county, for each of its people: all Chinese, none of the demo."""

import io
import re
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import get_resolver, reverse

from qifu.appeals import actions as appeals
from qifu.base.city import City
from qifu.knowledge.models import Answer
from qifu.notices.models import Notice
from qifu.organisations.actions import dispute_fact, give_consent, invite, submit_claim
from qifu.organisations.models import Enterprise, Unit
from qifu.organisations.permissions import NOBODY
from qifu.organisations.selectors import enterprise_of
from qifu.policies.actions import make_report
from tests.appeals.files import PDF
from tests.cities.county_world import (
    CHIEF,
    FOREIGN,
    FRONT,
    INDUSTRY,
    PEOPLE,
    PRINCIPAL,
    browser,
    county,
    person,
)
from tests.conftest import NOW
from tests.web.pages import inline, words

__all__ = ["county"]
TODAY = NOW.date()
# sentences of a program in its own tongue: these pages are for people who write programs
FOR_PROGRAMS = ("/api/", "/programs/", "/help/api/")
_ENGLISH = re.compile(r"\b[A-Za-z][a-z]{2,} [a-z]{3,} [a-z]{2,}")
_CODE = re.compile(r"<(pre|code|script)\b.*?</\1>", re.DOTALL)


def make_world(city: City) -> dict[str, dict[str, Any]]:
    """One of every thing, through the actions that people use: what each address needs."""
    owner, front, handler = person(PRINCIPAL), person(FRONT), person(INDUSTRY)
    firm = enterprise_of(owner)
    assert firm is not None
    free = Enterprise.objects.filter(organisation__memberships=None).order_by("pk")[0]
    claim = submit_claim(
        free, actor=NOBODY, applicant="何老板", phone="000-1234567", now=NOW,
        papers=[("执照.pdf", io.BytesIO(PDF), len(PDF))],
    )  # fmt: skip
    _invitation, token = invite(actor=owner, role="agent", label="新同事", now=NOW)
    invite(actor=person(CHIEF), role="caller", label="新同事", now=NOW)
    dispute = dispute_fact(
        firm, actor=owner, attribute="workers", text="36", reason="又来了两个人", now=NOW
    )
    unit = Unit.objects.get(organisation__code="QX-GYJ")
    give_consent(
        firm, actor=owner, unit=unit, groups=["money"], purpose="贷款贴息",
        until=TODAY + timedelta(days=30), now=NOW,
    )  # fmt: skip
    report = make_report(firm, actor=owner, on=TODAY, now=NOW)
    at = NOW - timedelta(hours=3)
    given: dict[str, Any] = {
        "actor": owner, "now": at, "kind": "help_request", "matter": "workshop_power",
        "region": "990121101", "title": "", "points": (), "contact_name": "老林",
        "contact_phone": "000-1234567",
    }  # fmt: skip
    appeal = appeals.submit_appeal(None, text="竹岭镇停电，希望换变压器。", **given)
    appeals.submit_appeal(None, text="竹岭镇又停电，希望换变压器。", **given)
    appeals.save_draft(text="还没写完", **given)
    appeals.accept_appeal(appeal, actor=front, now=at)
    appeals.dispatch_appeal(appeal, actor=front, now=at, unit=unit, why="按目录")
    appeals.acknowledge(appeal, actor=handler, now=at)
    (file,) = appeals.attach(
        appeal, actor=owner, now=NOW, files=[("图纸.pdf", io.BytesIO(PDF), len(PDF))]
    )
    appeals.scan_attachment(file.pk, now=NOW)
    appeals.record_absence(
        actor=handler, now=NOW, user=handler.user, first_day=TODAY, last_day=TODAY
    )
    notice = Notice.objects.filter(to=owner.user).order_by("pk")[0]
    answer = Answer.objects.order_by("pk")[0].code
    policy = {"policy_id": "QX-2026-01"}
    case, code = {"pk": appeal.pk}, {"code": answer}
    return {
        "my-appeal": case,
        "my-appeal-print": case,
        "my-appeal-file": {**case, "file": file.pk},
        "my-appeal-step": {**case, "step": "withdraw"},
        "desk-appeal": case,
        "desk-appeal-file": {**case, "file": file.pk},
        "desk-appeal-step": {**case, "step": "reply"},
        "answer": code,
        "desk-answer": code,
        "law": {"code": "sme-payment-2025"},
        "policy": policy,
        "policy-calendar": policy,
        "my-policy": policy,
        "my-fact": {"name": "turnover"},
        "my-report": {"pk": report.pk},
        "my-report-xlsx": {"pk": report.pk},
        "message": {"pk": notice.pk},
        "claim-status": {"token": claim.token},
        "invitation": {"token": token},
        "desk-firm": {"uscc": firm.uscc},
        "desk-policy": policy,
        "desk-policy-preview": policy,
        "desk-policy-draft": {"pk": 1},
        "desk-policy-draft-document": {"pk": 1},
        "desk-policy-draft-yaml": {"pk": 1},
        "desk-claim": {"pk": claim.pk},
        "desk-claim-paper": {"pk": claim.pk, "paper": claim.papers.get().pk},
        "desk-dispute": {"pk": dispute.pk},
        "channel": {"code": "qx-hall"},
        "desk-channel": {"code": "qx-hall"},
        "zone": {"zone": "futian"},
        "programs-webhook": {"pk": 1},
        "desk-exchange-order": {"pk": 1},
        "feed-due": {"secret": "nobody-s"},
    }


def addresses(world: dict[str, dict[str, Any]]) -> list[str]:
    """Every address of the site. One that is new and needs something is a KeyError here."""
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    found = []
    for name in sorted(names):
        (_form, parameters), *_rest = get_resolver().reverse_dict.getlist(name)[0][0]
        asked = "?q=停电" if name == "search" else ""
        found.append(reverse(name, kwargs=world[name] if parameters else {}) + asked)
    return found


def faults(client: Client, address: str) -> tuple[bool, list[str]]:
    """Whether somebody sees a page at an address, and what is wrong with what they get."""
    page = client.get(address)
    wrong = []
    if page.status_code >= 500:
        wrong.append(f"answers {page.status_code}")
    if page.streaming or not page.get("Content-Type", "").startswith("text/html"):
        return False, wrong
    html = page.content.decode()
    if page.status_code == 200 and page["Content-Language"] != "zh-hans":
        wrong.append(f"speaks {page['Content-Language']}")
    if 'name="language"' in html or inline(html):
        wrong.append("has a language to change to, or something inline")
    # its examples are of a made-up firm somewhere, the same for every city
    if not address.startswith("/help/api/") and (found := FOREIGN.search(html)):
        wrong.append(html[max(0, found.start() - 40) : found.end() + 40])
    if not address.startswith(FOR_PROGRAMS) and (found := _ENGLISH.search(words(page))):
        if found.group() in re.sub(r"<[^>]*>", " ", _CODE.sub("", html)):
            wrong.append(found.group())
    return page.status_code == 200, [f"{address} {one}" for one in wrong]


def test_every_page_is_in_chinese_and_of_the_county(county, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }
    everywhere = addresses(make_world(county))
    wrong = []
    for who in ("", *PEOPLE):
        # what is for everybody is looked at as nobody, as a firm and as a desk
        own = ("/my/", "/desk/", "/programs/", "/messages/", "/account/")
        client = browser(who)
        seen = [
            faults(client, address)
            for address in everywhere
            if who in ("", PRINCIPAL, FRONT) or address.startswith(own)
        ]
        assert sum(shown for shown, _wrong in seen) > 4, who
        wrong += [f"{who} {one}" for _shown, some in seen for one in some]
    assert not wrong, "\n".join(wrong)
