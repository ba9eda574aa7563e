"""Everything that can be done to organisations, their facts and their people."""

from qifu.organisations.actions.disputes import dispute_fact, settle_dispute, withdraw_dispute
from qifu.organisations.actions.facts import declare_fact, retract_fact
from qifu.organisations.actions.ownership import (
    approve_claim,
    refuse_claim,
    renew_way_in,
    reveal_phone,
    submit_claim,
    withdraw_claim,
)
from qifu.organisations.actions.people import (
    accept_invitation,
    change_role,
    end_membership,
    give_consent,
    invite,
    revoke_consent,
    revoke_invitation,
)

__all__ = [
    "accept_invitation",
    "approve_claim",
    "change_role",
    "declare_fact",
    "dispute_fact",
    "end_membership",
    "give_consent",
    "invite",
    "refuse_claim",
    "renew_way_in",
    "retract_fact",
    "reveal_phone",
    "revoke_consent",
    "revoke_invitation",
    "settle_dispute",
    "submit_claim",
    "withdraw_claim",
    "withdraw_dispute",
]
