"""Who may do what with policies and reports. Pure questions: no query, no exception."""

from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import Actor, acts_for
from qifu.policies.models import PolicyDraft


def may_answer(actor: Actor, enterprise: Enterprise) -> bool:
    return acts_for(actor, enterprise) and actor.may("questions.answer")


def may_match(actor: Actor, enterprise: Enterprise) -> bool:
    """A member sees the firm's own result, an officer what follows from the facts they may see."""
    return (acts_for(actor, enterprise) and actor.may("policies.view")) or (
        actor.is_unit and actor.may("firms.view")
    )


def may_make_report(actor: Actor, enterprise: Enterprise) -> bool:
    return acts_for(actor, enterprise) and actor.may("reports.make")


def may_edit_policies(actor: Actor) -> bool:
    return actor.is_unit and actor.may("policies.edit")


def may_work_on(actor: Actor, draft: PolicyDraft) -> bool:
    """A draft is its unit's: every policy officer of it, and nobody else."""
    return may_edit_policies(actor) and actor.organisation_id == draft.unit_id


def may_see_reach(actor: Actor) -> bool:
    """How many firms a policy reaches: for those who write policies and those who serve firms."""
    return actor.is_unit and (actor.may("policies.edit") or actor.may("firms.view"))


def may_see_reached(actor: Actor) -> bool:
    """Which firms: for policy officers who may look firms up."""
    return may_edit_policies(actor) and actor.may("firms.view")


def may_preview(actor: Actor) -> bool:
    """Try a policy on the firms of the city before it counts: counts and sums, no firm by name."""
    return may_edit_policies(actor)
