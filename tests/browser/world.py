"""Something to look at on every page: cases in each state, and the addresses of all pages."""

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from qifu.accounts.models import User
from qifu.jobs.events import known_kinds
from qifu.notices.actions import tell
from qifu.notices.actions.feeds import make_feed_address
from qifu.notices.actions.webhooks import make_webhook, ping
from qifu.organisations.actions import (
    approve_claim,
    dispute_fact,
    refuse_claim,
    revoke_consent,
    settle_dispute,
    submit_claim,
)
from qifu.organisations.actions.channels import report_channel
from qifu.organisations.models import Consent, Enterprise, Membership
from qifu.organisations.permissions import NOBODY, Actor
from qifu.organisations.selectors import actor_for, enterprise_of
from qifu.organisations.selectors.channels import channel_by_code
from qifu.policies.actions import make_report
from qifu.policies.selectors.matching import match_for
from tests.conftest import NOW
from tests.web.desk_people import as_
from tools import demo_site

TODAY = NOW.date()
PDF = b"%PDF-1.4\n" + b"0" * 60
# what is asked by GET and answered with something that is no page
NO_PAGE = {
    "library-xlsx", "policy-calendar", "industries", "healthz", "city-css", "preferences",
    "city-logo",
    "sign-out", "after-sign-in", "messages-read", "my-answer", "my-skip", "my-undo",
    "my-report-xlsx", "desk-firms-xlsx", "desk-policies-xlsx", "desk-journal-xlsx",
    "desk-claim-paper",
    "my-appeal-hints", "my-appeal-file", "desk-appeal-file", "desk-appeals-many",
    "desk-appeals-xlsx", "desk-replies-xlsx", "desk-figures-xlsx", "channels-xlsx",
    "feed-due", "feed-windows", "desk-policy-draft-yaml", "feed-policies", "api-document",
    "api-docs-short", "api-unknown",
}  # fmt: skip
PAPERS = ("营业执照副本扫描件（第一页）.pdf", "法定代表人授权委托书.pdf")
LONG_NOTE = "营业执照上的住所已经变更，旧地址是南山区。" * 8


@dataclass(frozen=True)
class Look:
    """One page as one person sees it: its address, the demo account ("" nobody), its status."""

    address: str
    account: str = ""
    status: int = 200


def person(username: str) -> Actor:
    """One of the demo's people, acting for their first organisation."""
    user = User.objects.get(username=username)
    member = Membership.objects.filter(user=user).order_by("pk").first()
    return actor_for(user, member.pk if member else None)


def session_of(username: str) -> str:
    """The session of somebody who has just signed in."""
    return as_(person(username)).cookies["sessionid"].value


def fill_world() -> dict[str, Any]:
    """Cases in every state, through the actions that people use. Gives what addresses need."""
    owner, registrar = person("demo-owner"), person("demo-registrar")
    firm = enterprise_of(owner)
    make_report(firm, actor=owner, on=TODAY - timedelta(days=40), now=NOW - timedelta(days=40))
    values = {name: next(iter(kw.values())) for name, kw in demo_site.fill(NOW).items()}
    free = list(Enterprise.objects.filter(organisation__memberships=None).order_by("-pk")[:3])
    claims = [
        submit_claim(
            one, actor=NOBODY, applicant="演示申请人", phone="0755-00000000", position="法务",
            note=LONG_NOTE, papers=[(name, io.BytesIO(PDF), len(PDF)) for name in PAPERS],
            now=NOW - timedelta(days=days),
        )
        for one, days in zip(free, (12, 3, 2), strict=True)
    ]  # fmt: skip
    approve_claim(claims[1], actor=registrar, papers_checked=["licence"], now=NOW)
    refuse_claim(claims[2], actor=registrar, reason="缺少授权委托书。", now=NOW)
    settled = dispute_fact(
        firm, actor=owner, attribute="private_firm", text="false",
        reason="股东里有国有企业。", now=NOW - timedelta(days=4),
    )  # fmt: skip
    settle_dispute(
        settled, actor=person("demo-steward"), outcome="keep",
        answer="已核对工商登记的股东信息。", now=NOW,
    )  # fmt: skip
    revoke_consent(Consent.objects.order_by("pk").first(), actor=owner, now=NOW)
    report_channel(
        channel_by_code("sz-12345"), actor=NOBODY, now=NOW, contact="0755-00000000",
        text="周末打不通，一直占线。请核对是不是还有别的号码。",
    )  # fmt: skip
    elsewhere = Membership.objects.filter(user=owner.user).order_by("pk").last()
    (notice,) = tell(
        [owner.user_id], "new_policies",
        values={"firm": elsewhere.organisation.name, "count": 2, "money": "¥12万元",
                "titles": "小微企业服务券、吸纳高校毕业生补助"},
        link="/my/policies/", organisation_id=elsewhere.organisation_id, now=NOW,
    )  # fmt: skip
    return values | {
        "webhook": _webhook(owner),
        "late claim": claims[0].pk,
        "approved claim": claims[1].pk,
        "approved address": claims[1].token,
        "refused address": claims[2].token,
        "settled dispute": settled.pk,
        "message": notice.pk,
    }


def _webhook(owner: Actor) -> int:
    """A webhook with a delivery in every state; the number of its page."""
    webhook, _secret = make_webhook(
        actor=owner, url="https://program.example.com/" + "long-part-of-an-address-" * 5,
        kinds=["appeal.*", "policy.*"], known=known_kinds(of_firm=True), now=NOW,
    )  # fmt: skip
    for state, status, error in (("sent", 204, ""), ("dead", 500, "Internal Server Error"),
                                 ("waiting", None, "ConnectTimeout: timed out")):  # fmt: skip
        row = ping(webhook, actor=owner, now=NOW)
        row.state, row.status, row.error, row.tried_at, row.attempts = (
            state, status, error, NOW, 12 if state == "dead" else 1,
        )  # fmt: skip
        row.save()
    make_feed_address(actor=owner, now=NOW)
    return webhook.pk


def public(values: dict[str, Any]) -> list[Look]:
    """Pages that nobody need sign in for."""
    return [
        Look("/"),
        Look("/city/"),
        Look("/zones/"),
        Look("/z/nanshan/"),
        Look("/z/shenshan/"),
        Look("/search/"),
        Look("/search/?q=贷款"),
        Look("/search/?q=gaoqi"),
        Look("/search/?q=没有这样的东西"),
        Look("/policies/"),
        Look("/policies/?text=没有这样的政策"),
        Look(f"/policies/{values['policy']}/"),
        Look("/diagnosis/"),
        Look("/diagnosis/?region=440307&industry=C3511&employees=80&qualifications=srdi_sme"),
        Look("/diagnosis/?founded=2999-01-01", status=422),
        Look("/size/"),
        Look("/size/?industry=C3511&staff=250&revenue=3000"),
        Look("/size/?industry=J6621&staff=5"),
        Look("/channels/"),
        Look("/channels/?text=贷款"),
        Look("/channels/?text=没有这样的渠道"),
        Look("/channels/?kind=window&open=1"),
        Look("/channels/sz-failed-service-window/"),
        Look("/channels/sz-siq-web/?reported=1"),
        Look("/channels/debt/"),
        Look("/channels/debt/?who=shenzhen"),
        Look("/help/"),
        Look("/help/api/"),
        Look("/sign-in/"),
        Look("/sign-in/?as=demo-owner"),
        Look("/claims/new/"),
        Look(f"/claims/{values['claim-status']}/"),
        Look(f"/claims/{values['approved address']}/"),
        Look(f"/claims/{values['refused address']}/"),
        Look(f"/invitations/{values['invitation']}/"),
        Look("/invitations/no-such-invitation/", status=404),
        Look("/no-such-page/", status=404),
    ]


def of_a_firm(values: dict[str, Any]) -> list[Look]:
    """Pages of an enterprise: its owner's, what a viewer sees, a firm that little is known of."""
    owner = person("demo-owner")
    firm = enterprise_of(owner)
    match = match_for(owner, firm, on=TODAY)
    groups = (match.eligible, match.maybe, match.near, match.not_for_you)
    policies = [group[0].policy.id for group in groups if group]
    unknown = next(
        name for name in ("debt_ratio", "rd_staff", "audited_accounts", "export")
        if not any(key.split("@")[0] == name for key in firm.facts)
    )  # fmt: skip
    addresses = [
        "/",
        f"/policies/{policies[0]}/",
        "/my/",
        "/my/policies/",
        "/my/policies/?order=closes",
        *(f"/my/policies/{one}/" for one in policies),
        "/my/profile/",
        "/my/profile/?show=unknown",
        "/my/profile/?q=没有这一项",
        f"/my/profile/{values['my-fact']}/",
        "/my/profile/revenue/?period=2025",
        "/my/profile/qualifications/",
        "/my/profile/industry/",
        f"/my/profile/{unknown}/",
        "/my/reports/",
        f"/my/reports/{values['my-report']}/",
        "/my/people/",
        "/my/consents/",
        "/programs/",
        "/programs/webhooks/",
        f"/programs/webhooks/{values['webhook']}/",
        f"/programs/webhooks/{values['webhook']}/?state=dead",
        "/programs/feeds/",
        "/messages/",
        "/messages/?show=unread",
        f"/messages/{values['message']}/",
        "/switch/",
        "/account/",
        f"/invitations/{values['invitation']}/",
    ]
    return [
        *(Look(one, "demo-owner") for one in addresses),
        Look("/desk/", "demo-owner", 403),
        Look("/my/reports/987654/", "demo-owner", 404),
        Look("/my/", "demo-owner-2"),
        Look("/messages/", "demo-viewer"),
        Look("/my/policies/", "demo-viewer"),
        Look(f"/my/profile/{values['my-fact']}/", "demo-viewer"),
        Look("/my/consents/", "demo-clerk"),
        Look("/my/people/", "demo-clerk", 403),
    ]


def of_the_desk(values: dict[str, Any]) -> list[Look]:
    """Pages of officials, each as the role that works there."""
    firm = f"/desk/firms/{values['desk-firm']}/"
    claim, dispute = "/desk/claims/", "/desk/disputes/"
    draft = f"{values['desk-policy-draft']}/"
    return [
        Look("/desk/", "demo-registrar"),
        Look(claim, "demo-registrar"),
        Look(f"{claim}?state=approved", "demo-registrar"),
        Look(f"{claim}?q=没有这家企业", "demo-registrar"),
        Look(f"{claim}{values['desk-claim']}/", "demo-registrar"),
        Look(f"{claim}{values['late claim']}/", "demo-registrar"),
        Look(f"{claim}{values['approved claim']}/", "demo-registrar"),
        Look("/desk/", "demo-officer"),
        Look("/desk/firms/", "demo-officer"),
        Look("/desk/firms/?q=没有这家企业", "demo-officer"),
        Look(firm, "demo-officer"),
        Look(dispute, "demo-officer", 403),
        Look("/desk/", "demo-steward"),
        Look(dispute, "demo-steward"),
        Look(f"{dispute}?state=kept", "demo-steward"),
        Look(f"{dispute}{values['desk-dispute']}/", "demo-steward"),
        Look(f"{dispute}{values['settled dispute']}/", "demo-steward"),
        Look(firm, "demo-steward"),
        Look("/desk/", "demo-policy"),
        Look(firm, "demo-policy"),
        *(
            Look(f"/desk/policies/drafts/{end}", "demo-policy")
            for end in (
                "",
                "new/",
                draft,
                f"{draft}?mend=c3",
                f"{draft}?mend=a1",
                f"{draft}document/",
            )
        ),
        Look("/desk/policies/", "demo-policy"),
        Look("/desk/policies/?q=没有这项政策", "demo-policy"),
        Look(f"/desk/policies/{values['desk-policy']}/", "demo-policy"),
        Look(f"/desk/policies/{values['desk-policy']}/preview/", "demo-policy"),
        Look("/desk/policies/preview/", "demo-policy"),
        Look("/desk/", "demo-auditor"),
        Look("/desk/journal/", "demo-auditor"),
        Look("/desk/journal/?who=没有这个人", "demo-auditor"),
        Look("/desk/", "demo-admin"),
        Look("/desk/people/", "demo-admin"),
        Look("/programs/", "demo-admin"),
        Look("/desk/channels/", "demo-intake"),
        Look("/desk/channels/?q=没有这个渠道", "demo-intake"),
        Look("/desk/channels/sz-12345/", "demo-intake"),
        Look("/desk/new-channel/", "demo-intake"),
        Look("/account/", "demo-admin"),
    ]
