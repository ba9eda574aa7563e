"""Objections decided: the first by the desk, the second by a coordinator, finally."""

import pytest

from qifu.appeals.actions import dismiss_objection, uphold_objection
from qifu.appeals.models import Clock, Dispatch, Objection
from qifu.appeals.states import State
from qifu.base.errors import BadInput, WrongState
from qifu.notices.models import Notice
from qifu.notices.selectors import notice_text
from tests.appeals import world
from tests.appeals.world import later

pytestmark = pytest.mark.usefixtures("demo_city")


def live(appeal):
    return {clock.name: clock for clock in Clock.objects.filter(appeal=appeal, ended_at=None)}


def test_an_objection_that_is_right_sends_the_case_back_and_uses_no_hop():
    appeal = world.objected()
    handler, due = world.handler_actor(), appeal.due_at
    uphold_objection(appeal, actor=world.intake_actor(), now=later(appeal), reason="不归该单位")
    assert (appeal.state, appeal.lead, appeal.hop) == (State.ACCEPTED, None, 0)
    assert appeal.holder == appeal.intake_unit and not appeal.locked
    assert appeal.due_at == due and set(live(appeal)) == {"reply", "contact"}
    row = Objection.objects.get(appeal=appeal)
    assert (row.outcome, row.final, row.decision) == ("upheld", False, "不归该单位")
    assert Dispatch.objects.get(appeal=appeal).ended == "returned"
    notice = Notice.objects.get(to=handler.user, template="objection_decided")
    assert "成立" in notice_text(notice, "zh")[0] and "不归该单位" in notice_text(notice, "zh")[1]
    world.dispatched(appeal, to=world.OTHER)
    assert (appeal.hop, appeal.lead) == (1, world.unit(world.OTHER))


def test_an_objection_that_is_not_right_leaves_the_case_and_one_more_try():
    appeal = world.objected()
    dismiss_objection(appeal, actor=world.intake_actor(), now=later(appeal), reason="属于你单位")
    assert (appeal.state, appeal.lead) == (State.DISPATCHED, world.unit())
    assert appeal.holder == appeal.lead and not appeal.locked
    assert {"acknowledge", "objection", "reply", "contact"} == set(live(appeal))
    assert Dispatch.objects.get(appeal=appeal).ended_at is None
    world.objected(appeal)
    assert appeal.objections == 2 and appeal.holder == world.unit(world.COORDINATOR)


def test_the_coordinators_decision_is_final():
    appeal = world.objected_twice()
    dismiss_objection(
        appeal, actor=world.coordinator_actor(), now=later(appeal), reason="终审：属于你单位"
    )
    assert appeal.locked and "objection" not in live(appeal)
    assert Objection.objects.get(appeal=appeal, number=2).final
    with pytest.raises(WrongState):
        world.objected(appeal)


def test_a_case_sent_back_finally_is_not_objected_to_by_the_next_unit():
    appeal = world.objected_twice()
    uphold_objection(
        appeal, actor=world.coordinator_actor(), now=later(appeal), reason="终审：不归该单位"
    )
    assert appeal.locked and appeal.state == State.ACCEPTED
    world.dispatched(appeal, to=world.OTHER)
    assert set(live(appeal)) == {"reply", "contact", "acknowledge"}
    with pytest.raises(WrongState):
        world.objected(appeal)


def test_the_second_unit_that_objects_comes_before_the_coordinator_too():
    appeal = world.objected()
    uphold_objection(appeal, actor=world.intake_actor(), now=later(appeal), reason="不归该单位")
    world.dispatched(appeal, to=world.OTHER)
    from qifu.appeals.actions.handling import object_to_dispatch

    object_to_dispatch(
        appeal, actor=world.handler_actor(world.OTHER), now=later(appeal), reason="也不归我们",
        basis="三定规定",
    )  # fmt: skip
    dismiss_objection(appeal, actor=world.coordinator_actor(), now=later(appeal), reason="终审")
    assert appeal.lead == world.unit(world.OTHER) and appeal.locked


@pytest.mark.parametrize("decide", [uphold_objection, dismiss_objection])
@pytest.mark.parametrize("reason", ["", " \n", "字" * 20_000])
def test_a_decision_says_why(decide, reason):
    appeal = world.objected()
    before = world.traces(appeal)
    with pytest.raises(BadInput) as refused:
        decide(appeal, actor=world.intake_actor(), now=later(appeal), reason=reason)
    assert set(refused.value.fields) == {"reason"}
    assert world.traces(appeal) == before
