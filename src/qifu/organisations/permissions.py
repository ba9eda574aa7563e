"""Who may do what with organisations and their facts. Pure questions: no query, no exception."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from qifu.accounts.models import User
from qifu.organisations.models import Claim, Dispute, Enterprise, Membership, Organisation
from qifu.rulebook.catalogue import Attribute


@dataclass(frozen=True)
class Actor:
    """Who is asking: a person, for one organisation, in one role of the pack. Or nobody."""

    user: User | None = None
    membership: Membership | None = None
    organisation: Organisation | None = None
    role: str = ""
    may_codes: frozenset[str] = field(default=frozenset())

    @property
    def signed_in(self) -> bool:
        return self.user is not None

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None

    @property
    def organisation_id(self) -> int | None:
        return self.organisation.pk if self.organisation else None

    @property
    def is_enterprise(self) -> bool:
        return self.organisation is not None and self.organisation.kind == "enterprise"

    @property
    def is_unit(self) -> bool:
        return self.organisation is not None and self.organisation.kind == "unit"

    def may(self, code: str) -> bool:
        """Whether the role has a permission of the closed list in the pack."""
        return code in self.may_codes


NOBODY = Actor()


def acts_for(actor: Actor, enterprise: Enterprise) -> bool:
    """The person is signed in for this very firm."""
    return actor.is_enterprise and actor.organisation_id == enterprise.pk


def may_view(actor: Actor, enterprise: Enterprise) -> bool:
    return (acts_for(actor, enterprise) and actor.may("facts.view")) or (
        actor.is_unit and actor.may("firms.view")
    )


def may_see_attribute(
    actor: Actor, enterprise: Enterprise, attribute: Attribute, consented: Iterable[str]
) -> bool:
    """Public facts, government facts, and facts that need the firm's consent.

    `consented` are the attribute groups that the firm lets this actor's unit see today.
    """
    if acts_for(actor, enterprise):
        return actor.may("facts.view")
    if not actor.is_unit:
        return False
    if attribute.visibility == "public":
        return actor.may("facts.view_public")
    if attribute.visibility == "government":
        return actor.may("facts.view_government")
    return actor.may("facts.view_consented") and attribute.group in consented


def may_declare(actor: Actor, enterprise: Enterprise) -> bool:
    return acts_for(actor, enterprise) and actor.may("facts.declare")


def may_dispute(actor: Actor, enterprise: Enterprise) -> bool:
    return acts_for(actor, enterprise) and actor.may("facts.dispute")


def may_settle(actor: Actor, dispute: Dispute) -> bool:
    return actor.is_unit and actor.may("disputes.settle") and dispute.opened_by_id != actor.user_id


def may_decide_claims(actor: Actor) -> bool:
    return actor.is_unit and actor.may("claims.decide")


def may_decide_claim(actor: Actor, claim: Claim) -> bool:
    """An officer with that duty, and never on one's own claim."""
    return may_decide_claims(actor) and (claim.user_id is None or claim.user_id != actor.user_id)


def may_manage_people(actor: Actor) -> bool:
    return actor.organisation is not None and actor.may("people.manage")


def may_manage_consents(actor: Actor, enterprise: Enterprise) -> bool:
    return acts_for(actor, enterprise) and actor.may("consents.manage")


def may_read_journal(actor: Actor) -> bool:
    return actor.is_unit and actor.may("journal.view")


def may_keep_channels(actor: Actor) -> bool:
    """Whether keeping entries of the channel list is this officer's duty at all."""
    return actor.is_unit and actor.may("channels.edit")


def may_keep_channel(actor: Actor, keepers: Collection[int]) -> bool:
    """An officer with that duty in one of the units that keep the entry: see `keepers_of`."""
    return may_keep_channels(actor) and actor.organisation_id in keepers
