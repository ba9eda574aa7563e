"""Every step after the dispatch: from every state, by everybody, and half done."""

import pytest
from django.db import transaction

from qifu.appeals.models import Clock
from qifu.appeals.permissions import may_take
from qifu.appeals.states import CLOSED, OPEN, STEPS, State, Who
from qifu.base.errors import NotAllowed, WrongState
from qifu.base.models import JournalLine
from qifu.organisations.permissions import NOBODY
from tests.appeals import world
from tests.appeals.later_steps import ALLOWED, MINE, made_for
from tests.appeals.world import later

pytestmark = pytest.mark.usefixtures("demo_city")


def refused(appeal, error, action, actor, now=None):
    """The action raises and nothing is left of it, in the database or in the object."""
    before, state = world.traces(appeal), appeal.state
    with pytest.raises(error) as caught:
        action(appeal, actor, now or later(appeal))
    assert world.traces(appeal) == before
    assert appeal.state == state
    return caught.value


def test_the_table_below_has_every_step_that_people_take_after_the_dispatch():
    by_people = {step.name for step in STEPS.values() if step.built and step.who != (Who.SYSTEM,)}
    first_half = {
        "submit", "accept", "reject_intake", "contest", "ask_for_facts", "supply_facts", "resume",
        "answer_at_once", "dispatch", "uphold", "dismiss", "split", "merge", "unmerge",
    }  # fmt: skip
    assert set(MINE) == by_people - first_half


@pytest.mark.parametrize(("name", "state"), ALLOWED)
def test_a_step_of_the_table_is_taken_and_journalled(name, state):
    appeal = made_for(name, state)
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
    sound(appeal)


def sound(appeal):
    """What CASEWORK.md says of every case at every moment."""
    live = Clock.objects.filter(appeal=appeal, state__in=("running", "paused"))
    holding = appeal.dispatches.filter(role="lead", ended_at=None)
    if appeal.state in OPEN:
        assert appeal.holder is not None
        assert live.exists()
    if appeal.state in CLOSED or appeal.state == State.WITHDRAWN:
        assert appeal.holder is None and not live.exists() and not holding.exists()
        assert appeal.closed_at is not None
    if appeal.state in (State.DISPATCHED, State.HANDLING, State.OBJECTED, State.REHANDLING):
        assert [row.unit_id for row in holding] == [appeal.lead_id]
    assert appeal.hop <= 2


@pytest.mark.parametrize("state", list(State))
def test_from_every_other_state_every_step_is_refused_and_changes_nothing(state):
    appeal = world.in_state(state)
    for name, (action, who) in MINE.items():
        if state in STEPS[name].sources:
            continue
        # where no unit leads a case, nobody stands on that side of it
        nobodys = appeal.lead is None and STEPS[name].who == (Who.HANDLER,)
        refused(appeal, NotAllowed if nobodys else WrongState, action, who(appeal))


@pytest.mark.parametrize(("name", "state"), ALLOWED)
def test_nobody_without_the_side_and_role_takes_a_step(name, state):
    appeal = made_for(name, state)
    people = {
        "nobody": NOBODY,
        "another firm": world.firm_actor(),
        "viewer of the firm": world.firm_actor(appeal.enterprise, "viewer"),
        "owner of the firm": world.owner_of(appeal),
        "other unit": world.handler_actor(world.OTHER),
        "its unit": world.handler_actor(appeal.lead or world.LEAD),
        "policy officer of its unit": world.officer("policy_officer", world.unit()),
        "intake": world.intake_actor(),
        "coordinator": world.coordinator_actor(),
        "callback": world.callback_actor(),
    }
    for who, actor in people.items():
        may = may_take(actor, appeal, name)
        if who in ("nobody", "another firm", "viewer of the firm", "other unit"):
            assert not may, f"{who} may {name}"
        if not may:
            refused(appeal, NotAllowed, MINE[name][0], actor)


# the module whose notice fails, for a step of each
LAST_WRITE = {
    "transfer": "handling", "object": "handling", "reply": "replies",
    "rate_satisfied": "ratings", "rate_dissatisfied": "ratings", "reopen": "ratings",
    "withdraw": "ratings", "wants_more": "callbacks", "approve_justified": "callbacks",
    "grant_extension": "coordination", "supervise": "coordination",
}  # fmt: skip


@pytest.mark.parametrize("name", LAST_WRITE)
def test_a_step_that_fails_half_way_leaves_nothing(monkeypatch, name):
    """The notice is the last thing written: where it fails the step has not happened."""
    state = next(state for found, state in ALLOWED if found == name)
    appeal = made_for(name, state)
    before = world.traces(appeal)

    def fail(*_args, **_more):
        raise RuntimeError("no notices today")

    for told in ("tell_firm", "tell_unit", "tell_holder"):
        monkeypatch.setattr(f"qifu.appeals.actions.{LAST_WRITE[name]}.{told}", fail, raising=False)
    action, who = MINE[name]
    with pytest.raises(RuntimeError), transaction.atomic():
        action(appeal, who(appeal), later(appeal))
    assert world.traces(appeal) == before
