"""What only long ways through the table show: found by the machine of test_invariants."""

import pytest

from qifu.appeals import actions
from qifu.appeals.models import Extension, PointReply
from qifu.appeals.permissions import steps_for
from qifu.appeals.selectors import list_of
from qifu.appeals.states import State
from qifu.base.errors import WrongState
from tests.appeals import later_steps as steps
from tests.appeals import world
from tests.appeals.world import later

pytestmark = pytest.mark.usefixtures("demo_city")


def back_at_the_desk(appeal):
    """A unit had it, and its objection was upheld."""
    world.objected(appeal)
    actions.uphold_objection(
        appeal, actor=world.intake_actor(), now=later(appeal), reason="确实不归"
    )
    return appeal


def answered_before(**more):
    """Answered at once, not content, dispatched, sent back: accepted again in its second round."""
    appeal = world.answered_at_once(**more)
    world.rehandling(world.callback_due(appeal))
    world.dispatched(appeal)
    back_at_the_desk(appeal)
    assert (appeal.state, appeal.round) == (State.ACCEPTED, 2)
    return appeal


def test_points_that_were_answered_before_are_not_split_off():
    appeal = answered_before(points=["第一问：怎样申请？", "第二问：多久答复？"])
    said = list(PointReply.objects.filter(reply__appeal=appeal).values())
    assert len(said) == 2
    desk, before = world.intake_actor(), world.traces(appeal)
    assert "split" not in {step.name for step in steps_for(desk, appeal)}
    with pytest.raises(WrongState):
        actions.split_appeal(appeal, actor=desk, now=later(appeal), points=[2])
    assert world.traces(appeal) == before
    assert list(PointReply.objects.filter(reply__appeal=appeal).values()) == said


@pytest.mark.parametrize("follows", [False, True])
def test_an_extension_that_nobody_decided_ends_with_the_answer_of_the_desk(follows):
    appeal = world.handling_()
    steps.ask_extension(appeal, steps.handler(appeal), later(appeal))
    steps.transfer(appeal, steps.handler(appeal), later(appeal))
    back_at_the_desk(appeal)
    assert Extension.objects.filter(appeal=appeal, decided_at=None).exists()
    answered, now = appeal, later(appeal)
    if follows:
        answered = world.accepted()
        world.same_firm(answered, appeal)
        actions.merge_appeals(appeal, actor=world.intake_actor(), now=now, master=answered)
    actions.answer_at_once(
        answered, actor=world.intake_actor(), now=now, text="", points=world.answers(answered),
        outcome="explained", basis=world.BASIS,
    )  # fmt: skip
    appeal.refresh_from_db()
    assert appeal.state == State.REPLIED
    assert not Extension.objects.filter(appeal=appeal, decided_at=None).exists()
    if follows:
        return
    # in its next round nobody is asked to decide what nobody can
    world.rehandling(world.callback_due(appeal))
    world.handling_(world.dispatched(appeal, to=world.OTHER))
    waiting = list_of(world.coordinator_actor(), "extensions", now=later(appeal))
    assert appeal not in waiting
