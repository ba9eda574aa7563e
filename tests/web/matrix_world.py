"""One of every kind of person and one of every kind of thing, for the permission matrix."""

import hashlib
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.test import Client

from qifu.accounts.actions.tokens import make_token
from qifu.accounts.models import ApiToken
from qifu.appeals import actions as appeals
from qifu.appeals.models import Absence, Appeal, Attachment, ExchangeConflict
from qifu.knowledge.models import Answer, Law
from qifu.notices.actions.feeds import make_feed_address
from qifu.notices.actions.webhooks import make_webhook, ping
from qifu.notices.models import Delivery, Notice, Webhook
from qifu.organisations.actions import (
    dispute_fact,
    give_consent,
    invite,
    submit_claim,
)
from qifu.organisations.actions.channels import report_channel
from qifu.organisations.actions.facts import append_fact
from qifu.organisations.models import (
    ChannelReport,
    Claim,
    Consent,
    Dispute,
    Enterprise,
    Invitation,
)
from qifu.organisations.permissions import NOBODY, Actor
from qifu.organisations.selectors.channels import channel_by_code
from qifu.policies.actions import make_report
from qifu.policies.models import PolicyDraft, PolicyVersion, StoredReport
from qifu.policies.selectors import match_for
from tests.appeals import world as cases
from tests.appeals.files import PDF
from tests.conftest import NOW
from tests.factories import (
    EnterpriseFactory,
    UnitFactory,
    UserFactory,
    enterprise_actor,
    officer,
)
from tests.web.desk_people import as_
from tests.web.draft_world import drafted

ENTERPRISE = ("owner", "clerk", "viewer", "other_owner")
UNIT = (
    "firm_registrar", "enterprise_officer", "data_steward", "policy_officer", "auditor",
    "unit_admin", "intake_officer", "handler", "other_handler", "coordinator", "callback_officer",
)  # fmt: skip
# where the people work who have a part in the case; the others are of a unit of their own
PLACES = {
    "intake_officer": cases.INTAKE, "handler": cases.LEAD, "other_handler": cases.OTHER,
    "coordinator": cases.COORDINATOR, "callback_officer": cases.INTAKE,
}  # fmt: skip
NOT_IN = ("anonymous", "inactive")  # an account that was switched off is nobody
KINDS = (*NOT_IN, "nowhere", *ENTERPRISE, *UNIT)


@dataclass(frozen=True)
class World:
    """The things that addresses and forms speak of. All belong to `firm` and its owner."""

    firm: Enterprise
    actors: dict[str, Actor]
    clients: dict[str, Client]
    claim: Claim
    dispute: Dispute
    report: StoredReport
    notice: Notice
    consent: Consent
    invitation: Invitation
    token: str
    unit_invitation: Invitation
    policy_id: str
    policy_draft: PolicyDraft  # of the policy officer's unit
    question: str  # the key of an open question that a number answers
    appeal: Appeal  # the lead unit works on it
    waiting: Appeal  # nobody has taken it in
    draft: Appeal
    file: Attachment
    absence: Absence
    answer: Answer
    conflict: ExchangeConflict  # an order of the hotline contradicts a case
    report_on_channel: ChannelReport  # on an entry that only the city's desk keeps here
    api_token: ApiToken
    webhook: Webhook
    ping: Delivery
    feed: str  # the secret of the owner's calendar

    def address(self, name: str) -> dict[str, Any]:
        """What the address of a route needs."""
        case = {"pk": self.appeal.pk}
        policy_draft = {"pk": self.policy_draft.pk}
        return {
            "desk-policy-draft": policy_draft,
            "desk-policy-draft-document": policy_draft,
            "desk-policy-draft-yaml": policy_draft,
            "my-appeal": case,
            "my-appeal-print": case,
            "my-appeal-file": {**case, "file": self.file.pk},
            "my-appeal-step": {**case, "step": "withdraw"},
            "desk-appeal": case,
            "desk-appeal-file": {**case, "file": self.file.pk},
            "desk-appeal-step": {**case, "step": "remind"},
            "answer": {"code": self.answer.code},
            "law": {"code": Law.objects.order_by("pk")[0].code},
            "desk-answer": {"code": self.answer.code},
            "channel": {"code": self.report_on_channel.channel.code},
            "desk-channel": {"code": self.report_on_channel.channel.code},
            "policy": {"policy_id": self.policy_id},
            "zone": {"zone": "nanshan"},
            "policy-calendar": {"policy_id": self.policy_id},
            "desk-policy": {"policy_id": self.policy_id},
            "desk-policy-preview": {"policy_id": self.policy_id},
            "my-policy": {"policy_id": self.policy_id},
            "my-fact": {"name": "private_firm"},
            "my-report": {"pk": self.report.pk},
            "programs-webhook": {"pk": self.webhook.pk},
            "feed-due": {"secret": self.feed},
            "my-report-xlsx": {"pk": self.report.pk},
            "message": {"pk": self.notice.pk},
            "claim-status": {"token": self.claim.token},
            "invitation": {"token": self.token},
            "desk-firm": {"uscc": self.firm.uscc},
            "desk-claim": {"pk": self.claim.pk},
            "desk-claim-paper": {"pk": self.claim.pk, "paper": self.claim.papers.get().pk},
            "desk-dispute": {"pk": self.dispute.pk},
            "desk-exchange-order": {"pk": self.conflict.order_id},
        }.get(name, {})


def make_world(city) -> World:
    """Everything through the actions that people use."""
    firm = EnterpriseFactory.create(facts={})
    for name, value in (("private_firm", True), ("employees", 186)):
        append_fact(
            firm, attribute=city.catalogue.attributes[name], period="", source="register",
            value=value, as_of=NOW.date(), actor_id=None, now=NOW,
        )  # fmt: skip
    actors = people(firm)
    clients = clients_of(actors)
    owner, handler = actors["owner"], actors["handler"]
    invitation, token = invite(actor=owner, role="clerk", label="新同事", now=NOW)
    unit_invitation, _token = invite(
        actor=actors["unit_admin"], role="auditor", label="新同事", now=NOW
    )
    dispute = dispute_fact(
        firm, actor=owner, attribute="employees", text="190", reason="社保人数", now=NOW
    )
    before = NOW - timedelta(hours=3)
    appeal = cases.handling_(actor=owner, now=before)
    (file,) = appeals.attach(
        appeal, actor=owner, now=NOW, files=[("图纸.pdf", io.BytesIO(PDF), len(PDF))]
    )
    appeals.scan_attachment(file.pk, now=NOW)
    webhook, _secret = make_webhook(
        actor=owner, url="https://example.com/", kinds=["match.changed"],
        known=["match.changed"], now=NOW,
    )  # fmt: skip
    return World(
        webhook=webhook,
        ping=ping(webhook, actor=owner, now=NOW),
        feed=make_feed_address(actor=owner, now=NOW)[1],
        appeal=appeal,
        waiting=cases.submitted(owner, now=before),
        draft=cases.draft(owner, now=before),
        file=file,
        absence=appeals.record_absence(
            actor=handler, now=NOW, user=handler.user, first_day=NOW.date(),
            last_day=NOW.date() + timedelta(days=2),
        ),
        api_token=make_token(
            actor=owner, name="程序", scopes=["firms.read"], expires_at=NOW + timedelta(days=9),
            now=NOW,
        )[0],
        conflict=_conflict(actors["intake_officer"]),
        answer=Answer.objects.filter(state="published").order_by("pk")[0],
        report_on_channel=report_channel(
            channel_by_code("sz-12345"), actor=NOBODY, now=NOW, text="号码不对"
        ),
        firm=firm,
        actors=actors,
        clients=clients,
        claim=submit_claim(
            EnterpriseFactory.create(),
            actor=NOBODY,
            applicant="申请人",
            phone="13900001234",
            papers=[("执照.pdf", io.BytesIO(PDF), len(PDF))],
            now=NOW,
        ),
        dispute=dispute,
        report=make_report(firm, actor=owner, on=NOW.date(), now=NOW),
        notice=Notice.objects.get(to=owner.user, template="dispute_received"),
        consent=give_consent(
            firm, actor=owner, unit=UnitFactory.create(), groups=["finance"], purpose="申报",
            until=NOW.date() + timedelta(days=30), now=NOW,
        ),
        invitation=invitation,
        token=token,
        unit_invitation=unit_invitation,
        question=_open_question(city, owner, actors["other_owner"]),
        policy_draft=drafted(actors["policy_officer"]),
        policy_id=PolicyVersion.objects.order_by("policy_id")[0].policy_id,
    )  # fmt: skip


def _conflict(desk: Actor) -> ExchangeConflict:
    """A case that was taken in; then the hotline says something else."""
    order = {"external_id": "GD-1", "time": "2026-11-20 09:30"}
    for text in ("货梯坏了三天没有修好，请协调。", "完全是另一件事情，请核查。"):
        before = NOW - timedelta(hours=2)
        appeals.receive_orders("12345", [{**order, "text": text}], actor=desk, now=before)
        case = Appeal.objects.get(external_id="GD-1")
        if case.state == "submitted":
            cases.accepted(case)
    return ExchangeConflict.objects.get()


def people(firm: Enterprise) -> dict[str, Actor]:
    """One of every kind; the roles of the enterprise act for this firm."""
    unit = UnitFactory.create()
    actors = {role: enterprise_actor(firm, role) for role in ("owner", "clerk", "viewer")}
    actors["other_owner"] = enterprise_actor()
    for kind in UNIT:
        place = cases.unit(PLACES[kind]) if kind in PLACES else unit
        actors[kind] = officer(kind.removeprefix("other_"), place)
    actors["nowhere"] = Actor(user=UserFactory.create())
    actors["inactive"] = officer("intake_officer", cases.unit(cases.INTAKE))
    actors["anonymous"] = NOBODY
    return actors


def clients_of(actors: dict[str, Actor]) -> dict[str, Client]:
    """Everybody's browser; the account of one was switched off after signing in."""
    clients = {kind: as_(actor) for kind, actor in actors.items() if actor.user is not None}
    clients["anonymous"] = Client()
    off = actors["inactive"].user
    assert off is not None
    off.is_active = False
    off.save()
    return clients


def _open_question(city, *owners: Actor) -> str:
    """A number that every one of them is asked for: the best of the first."""
    kinds, asked = city.catalogue.attributes, []
    for owner in owners:
        firm = Enterprise.objects.get(organisation_id=owner.organisation_id)
        match = match_for(owner, firm, on=NOW.date())
        assert match is not None
        asked.append([q.attr for q in match.questions if kinds[q.attr.partition("@")[0]].numeric])
    return next(key for key in asked[0] if all(key in others for others in asked))


# what the form of an entry of the channel list needs
CHANNEL = {
    "name_zh": "测试热线", "name_en": "Test line", "for_zh": "测试", "for_en": "A test",
    "kind": "hotline", "needs": ["advice"], "unit": "SZ-ZWSJ", "checked_on": "2026-11-22",
    "version": "1", "hours": "7×24",
}  # fmt: skip
ROOMS = ("base", "accounts", "notices", "organisations", "knowledge", "appeals", "policies")
# large tables are only ever added to: their number of rows says whether something happened
LARGE = {
    "Organisation", "Enterprise", "Fact", "Unit", "CityLoad", "PolicyVersion", "Law", "Article",
}  # fmt: skip
# a sign-in leaves its time on the account; an opened message is read: neither is a step
NOT_A_STEP = {"last_login"}


def everything() -> dict[str, str]:
    """A short account of every row of every room: after a refused step it must be the same."""
    found = {}
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            rows = model._default_manager.order_by("pk")
            if model.__name__ in LARGE:
                found[model.__name__] = str(rows.count())
                continue
            names = [f.attname for f in model._meta.concrete_fields if f.attname not in NOT_A_STEP]
            text = "\n".join(map(str, rows.values_list(*names)))
            found[model.__name__] = f"{rows.count()} {hashlib.sha256(text.encode()).hexdigest()}"
    return found
