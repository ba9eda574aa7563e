"""A firm says that a fact is wrong; an officer settles it with an answer."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from qifu.base import journal
from qifu.base.city import current_city
from qifu.base.errors import BadInput, Conflict, NotAllowed
from qifu.base.transitions import move
from qifu.notices.actions import tell
from qifu.notices.actions.events import emit
from qifu.organisations.actions.facts import append_fact, known_attribute
from qifu.organisations.logic.ranking import OFFICER, standing
from qifu.organisations.logic.values import BadValue, parse_value, show_value
from qifu.organisations.models import Dispute, Enterprise, Fact, Membership
from qifu.organisations.permissions import Actor, acts_for, may_dispute, may_settle
from qifu.organisations.states import DISPUTE_STEPS
from qifu.rulebook.catalogue import Attribute

LONGEST = 2_000


def _said(text: str, field: str, message: object) -> str:
    text = text.strip()
    if not text:
        raise BadInput(message, field=field)
    if len(text) > LONGEST:
        raise BadInput(_("最多 %(most)s 个字。") % {"most": LONGEST}, field=field)
    return text


@transaction.atomic
def dispute_fact(
    enterprise: Enterprise,
    *,
    actor: Actor,
    attribute: str,
    period: str = "",
    text: str | Sequence[str],
    reason: str,
    now: datetime,
) -> Dispute:
    """The firm disputes the value that counts now, says what is right and why."""
    if not may_dispute(actor, enterprise):
        raise NotAllowed(_("您在这家企业的角色不能提出异议。"))
    assert actor.user is not None
    city = current_city()
    found = known_attribute(city, attribute, period)
    rows = Fact.objects.filter(enterprise=enterprise, attribute=attribute, period=period)
    best = standing(rows, found, city.catalogue)
    if not best:
        raise BadInput(_("这一项还没有值，直接填写即可。"), field="value")
    try:
        claimed = parse_value(found, text, city.catalogue, today=localdate(now))
    except BadValue as error:
        raise BadInput(str(error), field="value") from None
    if claimed == best[0].value:
        raise BadInput(_("您填的和现在的值相同。"), field="value")
    reason = _said(reason, "reason", _("请说明为什么有误，例如：2025 年审计报告为 3,200 万元"))
    try:
        with transaction.atomic():
            dispute = Dispute.objects.create(
                enterprise=enterprise,
                fact=best[0],
                attribute=attribute,
                period=period,
                claimed=claimed,
                reason=reason,
                opened_by=actor.user,
                opened_at=now,
            )
    except IntegrityError:
        raise Conflict(_("这一项已经有一个异议在核实，请等结果。"), field="value") from None
    journal.record(
        dispute, "dispute_fact", actor_id=actor.user_id, acting_for=enterprise.pk, now=now,
        to_state=dispute.state, note=reason,
    )  # fmt: skip
    tell(
        _members(enterprise),
        "dispute_received",
        values=_values(dispute),
        link=f"/my/profile/{attribute}/",
        organisation_id=enterprise.pk,
        now=now,
    )
    return dispute


@transaction.atomic
def withdraw_dispute(dispute: Dispute, *, actor: Actor, now: datetime) -> None:
    """The firm takes its dispute back; the value stays as it is."""
    if not may_dispute(actor, dispute.enterprise):
        raise NotAllowed(_("您在这家企业的角色不能撤回异议。"))
    before = move(dispute, "withdraw", DISPUTE_STEPS)
    journal.record(
        dispute, "withdraw_dispute", actor_id=actor.user_id, acting_for=dispute.enterprise_id,
        now=now, from_state=before, to_state=dispute.state,
    )  # fmt: skip


@transaction.atomic
def settle_dispute(
    dispute: Dispute,
    *,
    actor: Actor,
    outcome: str,
    text: str | Sequence[str] = "",
    answer: str,
    now: datetime,
) -> None:
    """An officer corrects the value (`outcome` "correct") or keeps it ("keep"), and says why.

    A correction is a new statement with the officer as its source; the old ones stay on record.
    """
    if acts_for(actor, dispute.enterprise) or not may_settle(actor, dispute):
        raise NotAllowed(_("您的角色不能处理资料异议。"))
    if outcome not in ("correct", "keep"):
        raise BadInput(_("请选择「更正」或「维持原值」。"), field="outcome")
    answer = _said(answer, "answer", _("请写明核实的依据和结果，企业会看到。"))
    city = current_city()
    found = known_attribute(city, dispute.attribute, dispute.period)
    value = None
    if outcome == "correct":
        try:
            value = parse_value(found, text, city.catalogue, today=localdate(now))
        except BadValue as error:
            raise BadInput(str(error), field="value") from None
    before = move(
        dispute, outcome, DISPUTE_STEPS, settled_by=actor.user, settled_at=now, answer=answer
    )
    if outcome == "correct":
        append_fact(
            dispute.enterprise,
            attribute=found,
            period=dispute.period,
            source=OFFICER,
            value=value,
            as_of=localdate(now),
            actor_id=actor.user_id,
            now=now,
        )
    journal.record(
        dispute, outcome + "_disputed_fact", actor_id=actor.user_id,
        acting_for=actor.organisation_id, now=now, from_state=before, to_state=dispute.state,
        note=answer,
    )  # fmt: skip
    emit(
        "dispute.decided",
        object_kind="dispute",
        object_id=dispute.pk,
        data={
            "id": dispute.pk, "attribute": dispute.attribute, "period": dispute.period,
            "state": dispute.state, "url": f"/api/v1/disputes/{dispute.pk}",
        },
        now=now,
        firm_id=dispute.enterprise_id,
    )  # fmt: skip
    template = "dispute_settled_corrected" if outcome == "correct" else "dispute_settled_kept"
    tell(
        _members(dispute.enterprise),
        template,
        values={
            **_values(dispute),
            "reason": answer,
            "unit": _words(actor),
            **({"new": _shown(found, value)} if outcome == "correct" else {}),
        },
        link=f"/my/profile/{dispute.attribute}/",
        organisation_id=dispute.enterprise_id,
        now=now,
    )


def _members(enterprise: Enterprise) -> list[int]:
    live = Membership.objects.filter(organisation_id=enterprise.pk, ended_at=None)
    return list(live.values_list("user_id", flat=True))


def _words(actor: Actor) -> dict[str, str]:
    organisation = actor.organisation
    assert organisation is not None
    return {"zh": organisation.name, "en": organisation.name_en or organisation.name}


def _shown(attribute: Attribute, value: object) -> dict[str, str]:
    catalogue = current_city().catalogue
    return {
        language: show_value(attribute, value, language, catalogue=catalogue)
        for language in ("zh", "en")
    }


def _values(dispute: Dispute) -> dict[str, object]:
    city = current_city()
    attribute = known_attribute(city, dispute.attribute, dispute.period)
    words = {
        "zh": attribute.label_zh + (f"（{dispute.period}年）" if dispute.period else ""),
        "en": attribute.label_en + (f" ({dispute.period})" if dispute.period else ""),
    }
    return {
        "firm": dispute.enterprise.name,
        "unit": city.roles[city.role_with("disputes.settle")].name,
        "fact": words,
        "old": _shown(attribute, dispute.fact.value),
        "new": _shown(attribute, dispute.claimed),
    }
