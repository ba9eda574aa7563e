"""What an officer needs beside a case: the account, earlier cases, what sources say, the steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from qifu.base.city import current_city
from qifu.base.models import JournalLine
from qifu.organisations.models import (
    Claim,
    Consent,
    Dispute,
    Enterprise,
    Fact,
    Invitation,
    Membership,
    Organisation,
)
from qifu.organisations.permissions import (
    Actor,
    acts_for,
    may_decide_claims,
    may_see_attribute,
    may_view,
)
from qifu.organisations.selectors.people import claims_visible_to, disputes_visible_to
from qifu.organisations.selectors.profile import consented_groups

# steps whose note is the key of a fact
_FACT_STEPS = frozenset({"declare_fact", "retract_fact"})


@dataclass(frozen=True)
class Account:
    """Whether a firm's account is in use: how many members, how many of them owners."""

    members: int
    owners: int

    @property
    def open(self) -> bool:
        return self.members > 0


def account_of(actor: Actor, enterprise: Enterprise) -> Account:
    """How many people act for a firm, for those who may see the firm; who they are is not said."""
    if not (may_view(actor, enterprise) or may_decide_claims(actor)):
        return Account(0, 0)
    live = Membership.objects.filter(organisation_id=enterprise.pk, ended_at=None)
    roles = list(live.values_list("role", flat=True))
    return Account(len(roles), roles.count(current_city().owner_role))


def with_account_mark(firms: QuerySet[Enterprise]) -> QuerySet[Enterprise]:
    """The same firms, each with `has_account`: in the query, not one query a firm."""
    live = Membership.objects.filter(organisation_id=OuterRef("pk"), ended_at=None)
    return firms.annotate(has_account=Exists(live))


def other_claims(actor: Actor, claim: Claim) -> QuerySet[Claim]:
    """The other claims to the same firm, newest first, for officers who decide."""
    others = claims_visible_to(actor).filter(enterprise_id=claim.enterprise_id)
    return others.exclude(pk=claim.pk).order_by("-submitted_at", "-pk")


def way_in_of(actor: Actor, claim: Claim) -> Invitation | None:
    """The one-time way in that an approval made, if it is not yet used."""
    if not may_decide_claims(actor):
        return None
    return Invitation.objects.filter(claim=claim, state="open").first()


def statements_in(actor: Actor, dispute: Dispute) -> list[Fact]:
    """Every statement about the disputed fact, newest first.

    The firm laid this very fact before the officer: within the case it is seen without a
    consent, outside of it (profile, search, figures) it is not.
    """
    if not disputes_visible_to(actor).filter(pk=dispute.pk).exists():
        return []
    said = Fact.objects.filter(
        enterprise_id=dispute.enterprise_id, attribute=dispute.attribute, period=dispute.period
    )
    return list(said.order_by("-pk"))


def other_disputes(actor: Actor, dispute: Dispute) -> QuerySet[Dispute]:
    """The other disputes about the same fact of the same firm, newest first."""
    others = disputes_visible_to(actor).filter(
        enterprise_id=dispute.enterprise_id, attribute=dispute.attribute
    )
    return others.exclude(pk=dispute.pk).order_by("-opened_at", "-pk")


def consents_to(actor: Actor, enterprise: Enterprise, *, on: date) -> list[Consent]:
    """What the firm lets the actor's unit see on a day."""
    if not (actor.is_unit and actor.may("facts.view_consented")):
        return []
    live = Consent.objects.filter(
        enterprise=enterprise, unit_id=actor.organisation_id, revoked_at=None, until__gte=on
    )
    return list(live.order_by("until"))


def steps_on_firm(
    actor: Actor, enterprise: Enterprise, *, on: date, most: int = 20
) -> list[JournalLine]:
    """The newest steps on a firm that this officer may know of.

    A statement about a fact that one may not see leaves no line, so that its being there or not
    tells nothing.
    """
    if not may_view(actor, enterprise) or acts_for(actor, enterprise):
        return []
    about = Q(subject_kind="enterprise", subject_id=enterprise.pk)
    if may_decide_claims(actor):
        claims = Claim.objects.filter(enterprise=enterprise).values("pk")
        about |= Q(subject_kind="claim", subject_id__in=claims)
    if actor.may("disputes.settle"):
        disputes = Dispute.objects.filter(enterprise=enterprise).values("pk")
        about |= Q(subject_kind="dispute", subject_id__in=disputes)
    if actor.may("facts.view_consented"):
        given = Consent.objects.filter(enterprise=enterprise, unit_id=actor.organisation_id)
        about |= Q(subject_kind="consent", subject_id__in=given.values("pk"))
    consented = consented_groups(actor, enterprise, on=on)
    visible = {
        attribute.name
        for attribute in current_city().catalogue
        if may_see_attribute(actor, enterprise, attribute, consented)
    }
    lines = JournalLine.objects.filter(about).select_related("note").order_by("-pk")

    def known(found: Iterator[JournalLine]) -> Iterator[JournalLine]:
        for line in found:
            if line.step in _FACT_STEPS:
                note = getattr(line, "note", None)
                if note is None or note.text.partition("@")[0] not in visible:
                    continue
            yield line

    return list(islice(known(lines.iterator(200)), most))


def organisations_by_ids(ids: set[int]) -> dict[int, Organisation]:
    """Organisations by number, for showing for whom somebody acted."""
    return Organisation.objects.in_bulk(ids)


def columns_seen(actor: Actor) -> frozenset[str]:
    """The attributes that this officer sees of every firm, without asking it: what lists may show
    and filter by. Anything else would tell by its effect what it says of a firm."""
    if not actor.is_unit:
        return frozenset()
    allowed = {
        visibility
        for visibility in ("public", "government")
        if actor.may(f"facts.view_{visibility}")
    }
    return frozenset(a.name for a in current_city().catalogue if a.visibility in allowed)


def _of_firm(text: str) -> Q:
    found = Q(enterprise__organisation__name__contains=text)
    if len(text) >= 4 and text.isascii() and text.isalnum():
        found |= Q(enterprise__organisation__code__startswith=text.upper())
    return found


def find_claims(actor: Actor, *, text: str = "", state: str = "") -> QuerySet[Claim]:
    """Claims in a state, by part of their number, of the firm's name, or the firm's code."""
    claims = claims_visible_to(actor)
    if state:
        claims = claims.filter(state=state)
    for word in text.split()[:5]:
        claims = claims.filter(Q(number__icontains=word) | _of_firm(word))
    return claims.annotate(paper_count=Count("papers"))


def find_disputes(actor: Actor, *, text: str = "", state: str = "") -> QuerySet[Dispute]:
    """Disputes in a state, by part of the firm's name or its code."""
    disputes = disputes_visible_to(actor)
    if state:
        disputes = disputes.filter(state=state)
    for word in text.split()[:5]:
        disputes = disputes.filter(_of_firm(word))
    return disputes
