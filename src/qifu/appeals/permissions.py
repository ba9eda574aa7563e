"""Who may do what to an appeal. Pure questions: no query, no exception."""

from qifu.appeals.models import Appeal
from qifu.appeals.states import BEFORE_REPLY, STEPS, Step, Who, steps_of
from qifu.base.city import City
from qifu.organisations.permissions import Actor


def acts_for_requester(actor: Actor, appeal: Appeal) -> bool:
    """The person is signed in for the firm whose appeal it is."""
    return actor.is_enterprise and appeal.enterprise_id == actor.organisation_id


def same_requester(one: Appeal, other: Appeal) -> bool:
    """Two cases of one firm, or of one caller whose firm is not known."""
    if one.enterprise_id is not None or other.enterprise_id is not None:
        return one.enterprise_id == other.enterprise_id
    return one.requester == other.requester != ""


def sees_all(actor: Actor) -> bool:
    """Intake, coordination, callbacks: they see every submitted case."""
    return actor.is_unit and actor.may("appeals.view_all")


def may_submit(actor: Actor) -> bool:
    return actor.is_enterprise and actor.may("appeals.submit")


def may_take_in(actor: Actor) -> bool:
    """Record an appeal for a caller or visitor."""
    return actor.is_unit and actor.may("appeals.intake")


def may_link(actor: Actor) -> bool:
    """Note that two cases belong together: those who see every case and sort or steer them."""
    return sees_all(actor) and (actor.may("appeals.intake") or actor.may("appeals.coordinate"))


def may_attach(actor: Actor, appeal: Appeal) -> bool:
    """Add a file: the firm to its own, whoever has a part in the case on the other side."""
    if acts_for_requester(actor, appeal):
        return actor.may("appeals.submit")
    if appeal.state == "draft":
        return False
    return any(stands_as(actor, appeal, who) for who in Who if who is not Who.SYSTEM)


def may_forget_requester(actor: Actor) -> bool:
    """Empty who asked: a coordinator's duty, when somebody asks for it."""
    return actor.is_unit and actor.may("appeals.coordinate")


def may_run_exchange(actor: Actor, city: City) -> bool:
    """Take orders of an outside hotline in and tell it what became of them: at the intake unit."""
    desk = str(city.appeals.get("intake_unit") or "")
    organisation = actor.organisation
    own = organisation is not None and organisation.code == desk
    return actor.is_unit and actor.may("exchange.run") and own


def is_lead(actor: Actor, appeal: Appeal) -> bool:
    return actor.is_unit and appeal.lead_id is not None and appeal.lead_id == actor.organisation_id


def stands_as(actor: Actor, appeal: Appeal, who: Who) -> bool:
    """Whether the actor is on this side of the case, in a role that may act there."""
    if who is Who.ENTERPRISE:
        return acts_for_requester(actor, appeal) and actor.may("appeals.submit")
    if not actor.is_unit:
        return False
    if who is Who.INTAKE:
        own = appeal.intake_unit_id in (None, actor.organisation_id)
        return actor.may("appeals.intake") and own
    if who is Who.HANDLER:
        return actor.may("appeals.handle") and is_lead(actor, appeal)
    if who is Who.COORDINATOR:
        return actor.may("appeals.coordinate")
    if who is Who.CALLBACK:
        return actor.may("appeals.callback")
    return False


def may_take(actor: Actor, appeal: Appeal, step: Step | str) -> bool:
    """Whether the actor's side and role allow a step, whatever the state. Guards come on top."""
    row = STEPS[step] if isinstance(step, str) else step
    if row.name in ("uphold", "dismiss"):
        # the first objection is the intake desk's, the second a coordinator's, finally
        side = Who.INTAKE if appeal.objections <= 1 else Who.COORDINATOR
        return stands_as(actor, appeal, side)
    return any(stands_as(actor, appeal, who) for who in row.who)


def may_see_contact(actor: Actor, appeal: Appeal) -> bool:
    """Name and telephone of the contact person: the firm, the desks, and the unit that has it."""
    desks = (Who.INTAKE, Who.COORDINATOR, Who.CALLBACK)  # a callback desk has to call somebody
    desk = any(stands_as(actor, appeal, who) for who in desks)
    return acts_for_requester(actor, appeal) or sees_all(actor) or is_lead(actor, appeal) or desk


def may_keep_absences(actor: Actor) -> bool:
    """Say who of the own unit is away: those who handle its cases, and who manage its people."""
    return actor.is_unit and (actor.may("appeals.handle") or actor.may("people.manage"))


def may_find_replies(actor: Actor) -> bool:
    """Look up how others were answered: whoever writes, sorts or steers replies."""
    return actor.is_unit and any(
        actor.may(f"appeals.{what}") for what in ("handle", "intake", "coordinate")
    )


def may_see_figures(actor: Actor) -> bool:
    return actor.is_unit and actor.may("appeals.figures")


def may_see_gaps(actor: Actor) -> bool:
    return actor.is_unit and (actor.may("policies.edit") or actor.may("appeals.coordinate"))


def steps_for(actor: Actor, appeal: Appeal) -> list[Step]:
    """The steps that the table allows now and the actor's side may take: the buttons of a page.

    A case that was merged into another is led by that one until it is answered: taking it back and
    undoing the merge remain.
    """
    return [step for step in steps_of(appeal.state) if offered(actor, appeal, step)]


def offered(actor: Actor, appeal: Appeal, step: Step) -> bool:
    """A step that would not be refused for what the case itself says; no query."""
    if step.who == (Who.SYSTEM,) or not may_take(actor, appeal, step):
        return False
    if follows(appeal) and step.name not in FOR_MERGED:
        return False
    blocked = {
        "unmerge": appeal.merged_into_id is None,
        "contest": appeal.contested,
        "object": appeal.locked or appeal.objections >= 2,
        "transfer": appeal.hop >= 2,
        "split": appeal.round > 1,
        "dispatch": appeal.state == "rehandling" and not appeal.at_once,
        "escalate": appeal.escalated_at is not None,
    }
    return not blocked.get(step.name, False)


def follows(appeal: Appeal) -> bool:
    """It was merged into another and waits for that one's answer; once answered it stands alone."""
    return appeal.merged_into_id is not None and appeal.state in BEFORE_REPLY


FOR_MERGED = frozenset({"unmerge", "withdraw"})
