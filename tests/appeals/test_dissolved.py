"""A unit is dissolved while it holds cases: they go to a desk that is there, and people know."""

import logging
from datetime import timedelta

import pytest

from qifu.appeals import actions
from qifu.appeals.models import Clock, Extension
from qifu.appeals.states import State
from qifu.base.models import JournalLine
from qifu.notices.models import Notice
from qifu.organisations.models import Organisation, Unit
from tests.appeals import later_steps as steps
from tests.appeals import world
from tests.appeals.world import later
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("demo_city")
LATE = NOW + timedelta(days=7)


def dissolve(code, *, on=NOW):
    Unit.objects.filter(organisation__code=code).update(dissolved_on=on.date())


def last_line(appeal):
    return JournalLine.objects.filter(subject_kind="appeal", subject_id=appeal.pk).last()


@pytest.mark.parametrize("state", ["dispatched", "handling", "objected", "review", "rehandling"])
def test_a_case_of_a_dissolved_lead_goes_back_to_the_desk(state):
    desk = world.intake_actor()
    appeal = world.in_state(state)
    firm, due, clocks = world.owner_of(appeal), appeal.due_at, live(appeal)
    dissolve(world.LEAD)
    assert actions.take_over_dissolved(now=LATE) == 1
    appeal.refresh_from_db()
    assert (appeal.state, appeal.lead, appeal.hop) == (State.ACCEPTED, None, 0)
    assert appeal.holder == appeal.intake_unit == world.unit(world.INTAKE)
    assert appeal.due_at == due and "reply" in clocks and "reply" in live(appeal)
    assert not appeal.dispatches.filter(ended_at=None).exists()
    line = last_line(appeal)
    assert (line.step, line.from_state, line.to_state, line.actor_id) == (
        "take_back", state, "accepted", None
    )  # fmt: skip
    for person in (desk, firm):
        [notice] = Notice.objects.filter(template="unit_dissolved", to=person.user)
        assert notice.values["unit"]["zh"] == world.unit().organisation.name
    sent = Notice.objects.count()
    assert actions.take_over_dissolved(now=LATE) == 0
    assert Notice.objects.count() == sent


def live(appeal):
    return set(Clock.objects.filter(appeal=appeal, state="running").values_list("name", flat=True))


def test_what_came_back_is_dispatched_and_answered_like_any_other():
    appeal = world.rehandling()
    dissolve(world.LEAD)
    actions.take_over_dissolved(now=LATE)
    appeal.refresh_from_db()
    actions.dispatch_appeal(
        appeal, actor=world.intake_actor(), now=LATE, unit=world.unit(world.OTHER)
    )
    world.replied(world.handling_(appeal))
    assert (appeal.state, appeal.round, appeal.hop) == (State.REPLIED, 2, 1)


def test_an_extension_that_the_dissolved_unit_asked_for_falls_away():
    appeal = world.handling_()
    steps.ask_extension(appeal, steps.handler(appeal), later(appeal))
    dissolve(world.LEAD)
    actions.take_over_dissolved(now=LATE)
    row = Extension.objects.get(appeal=appeal)
    assert (row.granted, row.decided_at) == (None, LATE)


def test_an_answer_of_a_dissolved_unit_is_rated_as_before_and_the_desk_looks_after_it():
    appeal = world.replied()
    lead = appeal.lead
    dissolve(world.LEAD)
    assert actions.take_over_dissolved(now=LATE) == 1
    appeal.refresh_from_db()
    assert (appeal.state, appeal.lead) == (State.REPLIED, lead)
    assert appeal.holder == world.unit(world.INTAKE)
    assert last_line(appeal).step == "change_desk"
    world.rehandling(world.rated(appeal, level=1))
    assert actions.take_over_dissolved(now=LATE) == 1, "nobody there to handle it again"
    appeal.refresh_from_db()
    assert (appeal.state, appeal.round) == (State.ACCEPTED, 2)


@pytest.mark.parametrize("state", ["submitted", "need_info", "accepted", "callback_due"])
def test_a_dissolved_desk_hands_over_to_the_desk_of_the_pack_in_force(monkeypatch, state):
    appeal = world.in_state(state)
    dissolve(world.INTAKE)
    successor = new_desk(monkeypatch)
    assert actions.take_over_dissolved(now=LATE) == 1
    appeal.refresh_from_db()
    assert (appeal.state, appeal.holder, appeal.intake_unit) == (state, successor, successor)
    assert actions.take_over_dissolved(now=LATE) == 0


def new_desk(monkeypatch):
    """The pack names another unit for every desk."""
    from qifu.appeals.actions import common
    from qifu.base.city import current_city

    city = current_city()

    class Changed:
        appeals = {**city.appeals, "intake_unit": world.OTHER, "callback_unit": world.OTHER}

    monkeypatch.setattr(common, "current_city", lambda: Changed)
    return world.unit(world.OTHER)


def test_the_second_objection_follows_the_coordinators():
    appeal = world.objected_twice()
    dissolve(world.COORDINATOR)
    assert actions.take_over_dissolved(now=LATE) == 1
    appeal.refresh_from_db()
    assert (appeal.state, appeal.holder) == (State.OBJECTED, world.unit(world.INTAKE))


def test_where_no_desk_is_left_nothing_moves_and_the_log_says_so(caplog):
    appeal = world.submitted()
    dissolve(world.INTAKE)
    before = world.traces(appeal)
    with caplog.at_level(logging.WARNING):
        assert actions.take_over_dissolved(now=LATE) == 0
    assert appeal.number in caplog.text
    assert world.traces(appeal) == before


def test_a_unit_that_will_be_dissolved_keeps_its_cases_until_then():
    world.handling_()
    dissolve(world.LEAD, on=LATE + timedelta(days=1))
    assert actions.take_over_dissolved(now=LATE) == 0


def test_closed_cases_stay_with_who_answered_them():
    appeal = world.closed()
    dissolve(world.LEAD)
    before = world.traces(appeal)
    assert actions.take_over_dissolved(now=LATE) == 0
    assert world.traces(appeal) == before


def test_followers_go_where_their_master_goes():
    master = world.dispatched()
    follower = world.submitted()
    world.same_firm(follower, master)
    actions.merge_appeals(follower, actor=world.intake_actor(), now=later(follower), master=master)
    assert follower.holder == master.lead
    dissolve(world.LEAD)
    assert actions.take_over_dissolved(now=LATE) == 1
    follower.refresh_from_db()
    assert follower.holder == world.unit(world.INTAKE) and follower.merged_into == master


def test_a_pack_that_drops_a_unit_is_enough():
    from qifu.organisations.actions.units import load_units

    appeal = world.handling_()
    rows = [
        {"code": unit.organisation.code, "name": {"zh": unit.organisation.name},
         "parent": unit.parent and unit.parent.organisation.code, "region": unit.region,
         "kind": unit.kind}
        for unit in Unit.objects.select_related("organisation", "parent__organisation")
        if unit.organisation.code not in (world.LEAD,)
    ]  # fmt: skip
    assert Organisation.objects.filter(code=world.LEAD).exists()
    load_units(rows, now=NOW)
    assert actions.take_over_dissolved(now=LATE) == 1
    appeal.refresh_from_db()
    assert appeal.state == State.ACCEPTED
