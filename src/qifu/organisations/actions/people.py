"""Invitations, roles, leaving, and what a firm lets units see."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from qifu.accounts.models import User
from qifu.base import journal
from qifu.base.city import current_city
from qifu.base.errors import BadInput, Conflict, NotAllowed, WrongState
from qifu.base.transitions import move
from qifu.notices.actions import tell
from qifu.organisations.actions.ownership import INVITATION_LASTS, join
from qifu.organisations.logic.tokens import digest, fresh_token
from qifu.organisations.models import Consent, Enterprise, Invitation, Membership, Unit
from qifu.organisations.permissions import Actor, may_manage_consents, may_manage_people
from qifu.organisations.states import INVITATION_STEPS

LONGEST_CONSENT = timedelta(days=366)


def _role_for(actor: Actor, role: str) -> str:
    known = current_city().roles.get(role)
    if known is None or actor.organisation is None or known.for_ != actor.organisation.kind:
        raise BadInput(_("请选择角色。"), field="role")
    return known.code


def _members(organisation_id: int, role: str | None = None) -> list[int]:
    live = Membership.objects.filter(organisation_id=organisation_id, ended_at=None)
    if role:
        live = live.filter(role=role)
    return list(live.values_list("user_id", flat=True))


def _role_words(code: str) -> dict[str, str]:
    role = current_city().roles.get(code)
    return dict(role.name) if role else {"zh": code, "en": code}


@transaction.atomic
def invite(*, actor: Actor, role: str, label: str, now: datetime) -> tuple[Invitation, str]:
    """Make a one-time way into the organisation that the actor stands for; give its token once."""
    if not may_manage_people(actor):
        raise NotAllowed(_("您的角色不能邀请成员。"))
    label = label.strip()
    if not label:
        raise BadInput(_("请填写受邀人的姓名，方便同事辨认。"), field="label")
    token = fresh_token()
    assert actor.user is not None and actor.organisation is not None
    invitation = Invitation.objects.create(
        organisation=actor.organisation,
        role=_role_for(actor, role),
        label=label[:60],
        token_digest=digest(token),
        invited_by=actor.user,
        created_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    journal.record(
        invitation, "invite", actor_id=actor.user_id, acting_for=actor.organisation_id, now=now,
        to_state=invitation.state, note=role,
    )  # fmt: skip
    return invitation, token


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """The link stops working."""
    if not may_manage_people(actor) or invitation.organisation_id != actor.organisation_id:
        raise NotAllowed(_("您的角色不能撤销邀请。"))
    before = move(invitation, "revoke", INVITATION_STEPS)
    journal.record(
        invitation, "revoke_invitation", actor_id=actor.user_id, acting_for=actor.organisation_id,
        now=now, from_state=before, to_state=invitation.state,
    )  # fmt: skip


@transaction.atomic
def accept_invitation(invitation: Invitation, *, user: User, now: datetime) -> Membership:
    """The person comes in; the link works once and until its day."""
    if invitation.expires_at <= now:
        raise WrongState(_("邀请已过期，请让邀请人重新发一个。"))
    if Membership.objects.filter(
        user=user, organisation_id=invitation.organisation_id, ended_at=None
    ).exists():
        raise Conflict(_("您已经是成员了，不需要再接受邀请。"))
    before = move(invitation, "accept", INVITATION_STEPS, accepted_by=user)
    membership = join(user, invitation.organisation_id, invitation.role, now=now)
    journal.record(
        invitation, "accept_invitation", actor_id=user.pk, acting_for=invitation.organisation_id,
        now=now, from_state=before, to_state=invitation.state,
    )  # fmt: skip
    others = [pk for pk in _members(invitation.organisation_id) if pk != user.pk]
    tell(
        others,
        "member_joined",
        values={
            "person": user.display_name,
            "firm": invitation.organisation.name,
            "role": _role_words(invitation.role),
        },
        organisation_id=invitation.organisation_id,
        now=now,
    )
    return membership


def _same_organisation(actor: Actor, membership: Membership) -> None:
    if not may_manage_people(actor) or membership.organisation_id != actor.organisation_id:
        raise NotAllowed(_("您的角色不能管理成员。"))


def _lock_members(organisation_id: int) -> None:
    """Make two people who change members of one organisation wait for each other."""
    from_then = Membership.objects.filter(organisation_id=organisation_id, ended_at=None)
    from_then.update(ended_at=None)


def _not_the_last_manager(membership: Membership) -> None:
    """An organisation keeps at least one person who can let others in."""
    city = current_city()
    managing = {code for code, role in city.roles.items() if "people.manage" in role.may}
    if membership.role not in managing:
        return
    others = Membership.objects.filter(
        organisation_id=membership.organisation_id, ended_at=None, role__in=managing
    ).exclude(pk=membership.pk)
    if others.exists():
        return
    if membership.role == city.owner_role:
        raise Conflict(_("企业至少要有一位负责人。请先让另一位成员成为负责人。"))
    raise Conflict(_("至少要有一位能管理成员的人。请先让另一位成员担任。"))


@transaction.atomic
def change_role(membership: Membership, *, actor: Actor, role: str, now: datetime) -> None:
    """Another role for a member; a firm keeps at least one owner."""
    _same_organisation(actor, membership)
    role = _role_for(actor, role)
    _lock_members(membership.organisation_id)
    membership.refresh_from_db()
    if role == membership.role:
        return
    if "people.manage" not in current_city().roles[role].may:
        _not_the_last_manager(membership)
    changed = Membership.objects.filter(
        pk=membership.pk, ended_at=None, role=membership.role
    ).update(role=role)
    if not changed:
        raise Conflict(_("同事刚刚改过这位成员，请刷新后再试。"))
    journal.record(
        membership, "change_role", actor_id=actor.user_id, acting_for=actor.organisation_id,
        now=now, from_state=membership.role, to_state=role,
    )  # fmt: skip
    membership.refresh_from_db()


@transaction.atomic
def end_membership(membership: Membership, *, actor: Actor, now: datetime) -> None:
    """The person no longer acts for the organisation; what they did stays in the journal."""
    if membership.user_id != actor.user_id:
        _same_organisation(actor, membership)
    _lock_members(membership.organisation_id)
    _not_the_last_manager(membership)
    ended = Membership.objects.filter(pk=membership.pk, ended_at=None).update(ended_at=now)
    if not ended:
        raise Conflict(_("这位成员已经不在了。"))
    journal.record(
        membership, "end_membership", actor_id=actor.user_id, acting_for=actor.organisation_id,
        now=now, from_state=membership.role,
    )  # fmt: skip
    if membership.user_id != actor.user_id:
        tell(
            [membership.user_id],
            "member_removed",
            values={
                "firm": membership.organisation.name,
                "actor": str(actor.user),
                "date": localdate(now).isoformat(),
            },
            now=now,
        )


def _scope_words(groups: Sequence[str]) -> dict[str, str]:
    known = current_city().groups
    return {
        "zh": "、".join(known[code]["zh"] for code in groups),
        "en": ", ".join(known[code]["en"] for code in groups),
    }


@transaction.atomic
def give_consent(
    enterprise: Enterprise,
    *,
    actor: Actor,
    unit: Unit,
    groups: Sequence[str],
    purpose: str,
    until: date,
    now: datetime,
) -> Consent:
    """The firm lets one unit see groups of its protected facts, for a purpose, until a day."""
    if not may_manage_consents(actor, enterprise):
        raise NotAllowed(_("您的角色不能授权。"))
    wrong: dict[str, object] = {}
    chosen = sorted(set(groups) & set(current_city().groups))
    if not chosen:
        wrong["groups"] = _("请至少选择一类资料。")
    if not purpose.strip():
        wrong["purpose"] = _("请写明用途，例如：申报技术改造补贴")
    if until <= localdate(now):
        wrong["until"] = _("有效期要在今天之后。")
    elif until > localdate(now) + LONGEST_CONSENT:
        wrong["until"] = _("一次最长授权一年。")
    if wrong:
        raise BadInput(_("有几处需要改正。"), fields=wrong)
    assert actor.user is not None
    consent = Consent.objects.create(
        enterprise=enterprise,
        unit=unit,
        groups=chosen,
        purpose=purpose.strip()[:200],
        given_by=actor.user,
        given_at=now,
        until=until,
    )
    journal.record(
        consent, "give_consent", actor_id=actor.user_id, acting_for=enterprise.pk, now=now,
        note="、".join(chosen),
    )  # fmt: skip
    _tell_of_consent("consent_given", consent, actor, now)
    return consent


@transaction.atomic
def revoke_consent(consent: Consent, *, actor: Actor, now: datetime) -> None:
    """Taken back: from now on the unit no longer sees those facts."""
    if not may_manage_consents(actor, consent.enterprise):
        raise NotAllowed(_("您的角色不能收回授权。"))
    if not Consent.objects.filter(pk=consent.pk, revoked_at=None).update(revoked_at=now):
        raise WrongState(_("这个授权已经收回了。"))
    consent.refresh_from_db()
    journal.record(
        consent, "revoke_consent", actor_id=actor.user_id, acting_for=consent.enterprise_id,
        now=now,
    )  # fmt: skip
    _tell_of_consent("consent_revoked", consent, actor, now)


def _tell_of_consent(template: str, consent: Consent, actor: Actor, now: datetime) -> None:
    organisation = consent.unit.organisation
    tell(
        _members(consent.enterprise_id),
        template,
        values={
            "firm": consent.enterprise.name,
            "unit": {"zh": organisation.name, "en": organisation.name_en or organisation.name},
            "scope": _scope_words(consent.groups),
            "actor": str(actor.user),
            "date": localdate(now).isoformat(),
            "until": consent.until.isoformat(),
        },
        link="/my/consents/",
        organisation_id=consent.enterprise_id,
        now=now,
    )
