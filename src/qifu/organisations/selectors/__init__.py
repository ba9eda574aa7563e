"""Every read of organisations that a door needs. Each begins with who is asking."""

from qifu.organisations.selectors.firms import (
    enterprise_for,
    enterprises_visible_to,
    find_enterprises,
    firm_to_claim,
)
from qifu.organisations.selectors.journal import journal_of, journal_visible_to
from qifu.organisations.selectors.people import (
    actor_for,
    claim_by_token,
    claims_visible_to,
    consents_of,
    disputes_visible_to,
    enterprise_of,
    invitation_by_token,
    invitations_of,
    memberships_of,
    paper_for,
    people_of,
    units_to_consent,
)
from qifu.organisations.selectors.profile import (
    ProfileGroup,
    ProfileRow,
    fact_history,
    facts_seen,
    profile_of,
)

__all__ = [
    "ProfileGroup",
    "ProfileRow",
    "actor_for",
    "claim_by_token",
    "claims_visible_to",
    "consents_of",
    "disputes_visible_to",
    "enterprise_for",
    "enterprise_of",
    "enterprises_visible_to",
    "fact_history",
    "facts_seen",
    "find_enterprises",
    "firm_to_claim",
    "invitation_by_token",
    "invitations_of",
    "journal_of",
    "journal_visible_to",
    "memberships_of",
    "paper_for",
    "people_of",
    "profile_of",
    "units_to_consent",
]
