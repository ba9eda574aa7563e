"""Every step of submission, intake, objections and merging: from every state, by everybody."""

import pytest
from django.db import transaction

from qifu.appeals import actions
from qifu.appeals.models import Appeal
from qifu.appeals.permissions import may_take
from qifu.appeals.states import STEPS, State
from qifu.base.city import current_city
from qifu.base.errors import NotAllowed, WrongState
from qifu.base.models import JournalLine
from qifu.organisations.permissions import NOBODY
from tests.appeals import world
from tests.appeals.world import later

pytestmark = pytest.mark.usefixtures("demo_city")


def desk(_appeal):
    return world.intake_actor()


def submit(appeal, actor, now):
    return actions.submit_appeal(appeal, actor=actor, now=now, **world.form())


def accept(appeal, actor, now):
    actions.accept_appeal(appeal, actor=actor, now=now)


def reject(appeal, actor, now):
    actions.reject_intake(
        appeal, actor=actor, now=now, exclusion=current_city().scope.exclusions[0].code,
        reason="不属于本市职权", channel="请到省级平台提出",
    )  # fmt: skip


def contest(appeal, actor, now):
    actions.contest_rejection(appeal, actor=actor, now=now, reason="属于本市职权")


def ask(appeal, actor, now):
    actions.ask_for_facts(appeal, actor=actor, now=now, question="请提供户号。")


def supply(appeal, actor, now):
    actions.supply_facts(appeal, actor=actor, now=now, answer="户号 001")


def resume(appeal, actor, now):
    actions.resume_lapsed(appeal, actor=actor, now=now, answer="户号 001")


def answer(appeal, actor, now):
    actions.answer_at_once(
        appeal, actor=actor, now=now, text="", points=world.answers(appeal), outcome="explained",
        basis=world.BASIS,
    )  # fmt: skip


def dispatch(appeal, actor, now):
    actions.dispatch_appeal(appeal, actor=actor, now=now, unit=world.unit(world.OTHER))


def uphold(appeal, actor, now):
    actions.uphold_objection(appeal, actor=actor, now=now, reason="确实不归该单位")


def dismiss(appeal, actor, now):
    actions.dismiss_objection(appeal, actor=actor, now=now, reason="属于该单位职责")


def split(appeal, actor, now):
    actions.split_appeal(appeal, actor=actor, now=now, points=[1])


def merge(appeal, actor, now):
    actions.merge_appeals(appeal, actor=actor, now=now, master=master_of(appeal))


def unmerge(appeal, actor, now):
    actions.unmerge_appeal(appeal, actor=actor, now=now)


def master_of(appeal):
    return Appeal.objects.filter(enterprise=appeal.enterprise, title="主件").first() or (
        world.submitted(world.owner_of(appeal), title="主件")
    )


# name in the table → what does it, and somebody who may
MINE = {
    "submit": (submit, world.owner_of),
    "accept": (accept, desk),
    "reject_intake": (reject, desk),
    "contest": (contest, world.owner_of),
    "ask_for_facts": (ask, desk),
    "supply_facts": (supply, world.owner_of),
    "resume": (resume, world.owner_of),
    "answer_at_once": (answer, desk),
    "dispatch": (dispatch, desk),
    "uphold": (uphold, desk),
    "dismiss": (dismiss, desk),
    "split": (split, desk),
    "merge": (merge, desk),
    "unmerge": (unmerge, desk),
}
TWO_POINTS = ("请问怎样申请用电增容？", "请问要多少天？")
ALLOWED = [
    (name, state)
    for name in MINE
    for state in State
    if state in STEPS[name].sources and name != "unmerge"
]


def made_for(name, state):
    if (name, state) == ("dispatch", State.REHANDLING):
        # only what the desk had answered itself is dispatched then
        return world.rehandling(world.rated(world.answered_at_once(), level=1))
    return world.in_state(state, points=TWO_POINTS)


def refused(appeal, error, action, actor):
    """The action raises and nothing is left of it, in the database or in the object."""
    before, state = world.traces(appeal), appeal.state
    with pytest.raises(error):
        action(appeal, actor, later(appeal))
    assert world.traces(appeal) == before
    assert appeal.state == state


@pytest.mark.parametrize(("name", "state"), ALLOWED)
def test_a_step_of_the_table_is_taken_and_journalled(name, state):
    appeal = made_for(name, state)
    if name == "merge":
        master_of(appeal)
    action, who = MINE[name]
    actor, now = who(appeal), later(appeal)
    action(appeal, actor, now)
    appeal.refresh_from_db()
    assert appeal.state == (STEPS[name].to or state)
    line = JournalLine.objects.filter(subject_kind="appeal", subject_id=appeal.pk).last()
    assert (line.step, line.from_state, line.to_state) == (name, state, appeal.state)
    assert (line.actor_id, line.acting_for, line.at) == (
        actor.user_id, actor.organisation_id, now
    )  # fmt: skip
    assert appeal.changed_at == now


@pytest.mark.parametrize("state", list(State))
def test_from_every_other_state_every_step_is_refused_and_changes_nothing(state):
    appeal = world.in_state(state, points=TWO_POINTS)
    master_of(appeal)
    for name, (action, who) in MINE.items():
        allowed = state in STEPS[name].sources
        if (name, state) == ("dispatch", State.REHANDLING):
            allowed = False  # the lead that answered goes on
        if name == "unmerge" and allowed:
            continue  # its own guard, tested beside merging
        if not allowed:
            refused(appeal, WrongState, action, who(appeal))


@pytest.mark.parametrize(("name", "state"), ALLOWED)
def test_nobody_without_the_side_and_role_takes_a_step(name, state):
    appeal = made_for(name, state)
    master_of(appeal)
    people = {
        "nobody": NOBODY,
        "another firm": world.firm_actor(),
        "viewer of the firm": world.firm_actor(appeal.enterprise, "viewer"),
        "owner of the firm": world.owner_of(appeal),
        "other unit": world.handler_actor(world.OTHER),
        "its unit": world.handler_actor(appeal.lead or world.LEAD),
        "another desk": world.officer("intake_officer"),
        "coordinator": world.coordinator_actor(),
        "callback": world.callback_actor(),
        "intake": world.intake_actor(),
    }
    for who, actor in people.items():
        if name == "submit":
            may = who == "owner of the firm"  # a firm's draft is its own
        else:
            may = may_take(actor, appeal, name)
        if who in ("nobody", "another firm", "viewer of the firm", "other unit", "callback"):
            assert not may, f"{who} may {name}"
        if not may:
            refused(appeal, NotAllowed, MINE[name][0], actor)


@pytest.mark.parametrize("step", [uphold, dismiss])
def test_the_second_objection_is_a_coordinators_and_nobody_elses(step):
    appeal = world.objected_twice()
    refused(appeal, NotAllowed, step, world.intake_actor())
    step(appeal, world.coordinator_actor(), later(appeal))
    assert appeal.locked


@pytest.mark.parametrize("step", [uphold, dismiss])
def test_the_first_objection_is_the_desks_and_no_coordinators(step):
    appeal = world.objected()
    refused(appeal, NotAllowed, step, world.coordinator_actor())
    step(appeal, world.intake_actor(), later(appeal))
    assert not appeal.locked


def test_a_step_that_fails_half_way_leaves_nothing(monkeypatch):
    """The notice is the last thing written: where it fails the step has not happened."""
    appeal = world.submitted()
    before = world.traces(appeal)

    def fail(*_args, **_more):
        raise RuntimeError("no notices today")

    monkeypatch.setattr("qifu.appeals.actions.intake.tell_firm", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        accept(appeal, world.intake_actor(), later(appeal))
    assert world.traces(appeal) == before
