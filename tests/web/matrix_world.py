"""One of every kind of person and one of every kind of thing, for the permission matrix."""

import hashlib
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.test import Client

from qifu.notices.models import Notice
from qifu.organisations.actions import (
    dispute_fact,
    give_consent,
    invite,
    submit_claim,
)
from qifu.organisations.actions.facts import append_fact
from qifu.organisations.models import Claim, Consent, Dispute, Enterprise, Invitation
from qifu.organisations.permissions import NOBODY, Actor
from qifu.policies.actions import make_report
from qifu.policies.models import PolicyVersion, StoredReport
from qifu.policies.selectors import match_for
from tests.conftest import NOW
from tests.factories import (
    EnterpriseFactory,
    UnitFactory,
    UserFactory,
    enterprise_actor,
    officer,
)
from tests.web.desk_people import as_

ENTERPRISE = ("owner", "clerk", "viewer", "other_owner")
UNIT = (
    "firm_registrar", "enterprise_officer", "data_steward", "policy_officer", "auditor",
    "unit_admin",
)  # fmt: skip
NOT_IN = ("anonymous", "inactive")  # an account that was switched off is nobody
KINDS = (*NOT_IN, "nowhere", *ENTERPRISE, *UNIT)
PDF = b"%PDF-1.4\n" + b"0" * 60


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
    question: str  # the key of an open question that a number answers

    def address(self, name: str) -> dict[str, Any]:
        """What the address of a route needs."""
        return {
            "policy": {"policy_id": self.policy_id},
            "policy-calendar": {"policy_id": self.policy_id},
            "my-policy": {"policy_id": self.policy_id},
            "my-fact": {"name": "private_firm"},
            "my-report": {"pk": self.report.pk},
            "my-report-xlsx": {"pk": self.report.pk},
            "message": {"pk": self.notice.pk},
            "claim-status": {"token": self.claim.token},
            "invitation": {"token": self.token},
            "desk-firm": {"uscc": self.firm.uscc},
            "desk-claim": {"pk": self.claim.pk},
            "desk-claim-paper": {"pk": self.claim.pk, "paper": self.claim.papers.get().pk},
            "desk-dispute": {"pk": self.dispute.pk},
        }.get(name, {})


def make_world(city) -> World:
    """Everything through the actions that people use."""
    firm = EnterpriseFactory.create(facts={})
    for name, value in (("private_firm", True), ("employees", 186)):
        append_fact(
            firm, attribute=city.catalogue.attributes[name], period="", source="register",
            value=value, as_of=NOW.date(), actor_id=None, now=NOW,
        )  # fmt: skip
    unit = UnitFactory.create()
    actors = {role: enterprise_actor(firm, role) for role in ("owner", "clerk", "viewer")}
    actors["other_owner"] = enterprise_actor()
    actors |= {role: officer(role, unit) for role in UNIT}
    actors["nowhere"] = Actor(user=UserFactory.create())
    actors["inactive"] = officer("data_steward", unit)
    clients = {kind: as_(actor) for kind, actor in actors.items()}
    clients["anonymous"] = Client()
    actors["anonymous"] = NOBODY
    off = actors["inactive"].user
    assert off is not None
    off.is_active = False
    off.save()
    owner = actors["owner"]
    invitation, token = invite(actor=owner, role="clerk", label="新同事", now=NOW)
    unit_invitation, _token = invite(
        actor=actors["unit_admin"], role="auditor", label="新同事", now=NOW
    )
    dispute = dispute_fact(
        firm, actor=owner, attribute="employees", text="190", reason="社保人数", now=NOW
    )
    return World(
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
        question=_open_question(owner, firm, city),
        policy_id=PolicyVersion.objects.order_by("policy_id")[0].policy_id,
    )  # fmt: skip


def _open_question(owner: Actor, firm: Enterprise, city) -> str:
    match = match_for(owner, firm, on=NOW.date())
    assert match is not None
    kinds = city.catalogue.attributes
    numbers = (q.attr for q in match.questions if kinds[q.attr.partition("@")[0]].numeric)
    return next(numbers)


ROOMS = ("base", "accounts", "notices", "organisations", "policies")
# large tables are only ever added to: their number of rows says whether something happened
LARGE = {"Organisation", "Enterprise", "Fact", "Unit", "CityLoad", "PolicyVersion"}
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
