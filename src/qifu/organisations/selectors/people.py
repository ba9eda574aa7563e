"""Who acts for whom, and what waits for an officer."""

from django.db.models import QuerySet

from qifu.accounts.models import User
from qifu.base.city import NoCity, current_city
from qifu.organisations.logic.tokens import digest
from qifu.organisations.models import (
    Claim,
    ClaimPaper,
    Consent,
    Dispute,
    Enterprise,
    Invitation,
    Membership,
    Unit,
)
from qifu.organisations.permissions import NOBODY, Actor, may_decide_claims, may_manage_people


def _live(user: User) -> QuerySet[Membership]:
    return (
        Membership.objects.filter(user=user, ended_at=None)
        .select_related("organisation")
        .order_by("organisation__kind", "pk")
    )


def actor_for(user: User | None, membership_id: int | None = None) -> Actor:
    """Who is asking: the chosen membership if it is still live, else the first one."""
    if user is None or not user.is_active:
        return NOBODY
    memberships = list(_live(user))
    chosen = next((m for m in memberships if m.pk == membership_id), None)
    membership = chosen or (memberships[0] if memberships else None)
    if membership is None:
        return Actor(user=user)
    try:
        role = current_city().roles.get(membership.role)
    except NoCity:
        role = None
    return Actor(
        user=user,
        membership=membership,
        organisation=membership.organisation,
        role=membership.role,
        may_codes=role.may if role and role.for_ == membership.organisation.kind else frozenset(),
    )


def actor_with(user: User | None, permission: str) -> Actor | None:
    """The person in the first of their roles that has a permission; None where none has."""
    if user is None or not user.is_active:
        return None
    actors = (actor_for(user, membership.pk) for membership in _live(user))
    return next((actor for actor in actors if actor.may(permission)), None)


def memberships_of(actor: Actor) -> list[Membership]:
    """All the organisations that the person may act for."""
    return list(_live(actor.user)) if actor.user else []


def people_of(actor: Actor) -> QuerySet[Membership]:
    """The members of the organisation one stands for; only those who manage people see them."""
    if not may_manage_people(actor):
        return Membership.objects.none()
    return (
        Membership.objects.filter(organisation=actor.organisation, ended_at=None)
        .select_related("user", "organisation")
        .order_by("pk")
    )


def invitations_of(actor: Actor) -> QuerySet[Invitation]:
    """Open invitations of the organisation, for those who manage people."""
    if not may_manage_people(actor):
        return Invitation.objects.none()
    return (
        Invitation.objects.filter(organisation=actor.organisation, state="open")
        .select_related("organisation")
        .order_by("-pk")
    )


def invitation_by_token(token: str) -> Invitation | None:
    """The invitation that a secret link opens, whatever its state; None for a wrong link."""
    return (
        Invitation.objects.filter(token_digest=digest(token))
        .select_related("organisation", "claim")
        .first()
    )


def consents_of(actor: Actor) -> QuerySet[Consent]:
    """What the firm lets units see, newest first; for members of the firm."""
    if not actor.is_enterprise or not actor.may("facts.view"):
        return Consent.objects.none()
    return (
        Consent.objects.filter(enterprise_id=actor.organisation_id)
        .select_related("enterprise__organisation", "unit__organisation", "given_by")
        .order_by("-pk")
    )


def units_to_consent(actor: Actor) -> QuerySet[Unit]:
    """The units that a firm may let see its facts."""
    if not actor.is_enterprise:
        return Unit.objects.none()
    return (
        Unit.objects.filter(dissolved_on=None)
        .select_related("organisation")
        .order_by("organisation__code")
    )


def claims_visible_to(actor: Actor) -> QuerySet[Claim]:
    """All claims, oldest first, for officers who decide them; for others none."""
    if not may_decide_claims(actor):
        return Claim.objects.none()
    return Claim.objects.select_related("enterprise__organisation", "user", "decided_by").order_by(
        "submitted_at", "pk"
    )


def claim_by_token(token: str) -> Claim | None:
    """The claim that its secret address opens; None for a wrong address."""
    return Claim.objects.select_related("enterprise__organisation").filter(token=token).first()


def paper_for(actor: Actor, claim_id: int, paper_id: int) -> ClaimPaper | None:
    """A paper of a claim, for those who decide claims."""
    if not may_decide_claims(actor):
        return None
    return ClaimPaper.objects.filter(pk=paper_id, claim_id=claim_id).first()


def disputes_visible_to(actor: Actor) -> QuerySet[Dispute]:
    """Officers who settle disputes see all, a firm's members see their own firm's."""
    disputes = Dispute.objects.select_related(
        "enterprise__organisation", "fact", "opened_by", "settled_by"
    ).order_by("opened_at", "pk")
    if actor.is_unit and actor.may("disputes.settle"):
        return disputes
    if actor.is_enterprise and actor.may("facts.view"):
        return disputes.filter(enterprise_id=actor.organisation_id)
    return disputes.none()


def enterprise_of(actor: Actor) -> Enterprise:
    """The firm that the actor stands for; Enterprise.DoesNotExist for anybody else."""
    if not actor.is_enterprise:
        raise Enterprise.DoesNotExist
    return Enterprise.objects.select_related("organisation").get(pk=actor.organisation_id)
