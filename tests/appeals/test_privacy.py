"""Forgetting who asked: names go, what was done stays, the journal stays whole."""

import pytest

from qifu.appeals.actions import forget_requester
from qifu.appeals.actions.handling import record_contact
from qifu.appeals.models import Contact
from qifu.appeals.states import OPEN, State
from qifu.base import journal
from qifu.base.errors import BadInput, Conflict, NotAllowed
from qifu.base.models import JournalLine, JournalNote
from tests.appeals import world
from tests.appeals.world import later

pytestmark = pytest.mark.usefixtures("demo_city")


def finished():
    appeal = world.submitted(
        world.intake_actor(), requester="测试个体户", channel="phone", contact_name="测试某人"
    )
    world.handling_(world.dispatched(world.accepted(appeal)))
    record_contact(
        appeal, actor=world.handler_actor(), now=later(appeal), person="测试某人",
        channel="phone", reached=True, result="已说明",
    )  # fmt: skip
    world.replied(appeal)
    from qifu.appeals.actions import rounds

    rounds.close_unrated(now=later(appeal) + 60 * 24 * 60 * world.MINUTE)
    appeal.refresh_from_db()
    assert appeal.state == State.CLOSED_UNRATED
    return appeal


def test_who_asked_is_forgotten_and_the_chain_stays_whole():
    appeal = finished()
    other = world.not_accepted()
    journal.seal()
    lines = JournalLine.objects.filter(subject_kind="appeal", subject_id=appeal.pk)
    steps = list(lines.values_list("step", flat=True))
    assert JournalNote.objects.filter(line__in=lines).exists()
    counts = forget_requester(
        appeal, actor=world.coordinator_actor(), now=later(appeal), reason="本人书面要求"
    )
    appeal.refresh_from_db()
    assert (appeal.contact_name, appeal.contact_phone, appeal.requester) == ("", "", "已注销")
    assert Contact.objects.get(appeal=appeal).person == "已注销"
    assert counts["contacts"] == 1 and counts["notes"] > 0
    assert [line.step for line in lines.order_by("pk")] == [*steps, "forget_requester"]
    assert [note.text for note in JournalNote.objects.filter(line__in=lines)] == ["本人书面要求"]
    assert appeal.state == State.CLOSED_UNRATED and appeal.text
    journal.seal()
    assert journal.verify().faults == []
    kept = JournalLine.objects.filter(subject_kind="appeal", subject_id=other.pk)
    assert JournalNote.objects.filter(line__in=kept).exists(), "other cases keep their words"


def test_only_a_coordinator_forgets_and_says_why():
    appeal = world.closed()
    people = [
        world.owner_of(appeal), world.intake_actor(), world.handler_actor(), world.callback_actor()
    ]  # fmt: skip
    before = world.traces(appeal)
    for actor in people:
        with pytest.raises(NotAllowed):
            forget_requester(appeal, actor=actor, now=later(appeal), reason="要求")
    with pytest.raises(BadInput) as refused:
        forget_requester(appeal, actor=world.coordinator_actor(), now=later(appeal), reason=" ")
    assert set(refused.value.fields) == {"reason"}
    assert world.traces(appeal) == before


@pytest.mark.parametrize("state", sorted(OPEN))
def test_while_somebody_works_on_it_the_firm_must_be_reachable(state):
    appeal = world.in_state(state)
    before = world.traces(appeal)
    with pytest.raises(Conflict):
        forget_requester(
            appeal, actor=world.coordinator_actor(), now=later(appeal), reason="本人书面要求"
        )
    assert world.traces(appeal) == before


def test_a_draft_is_nothing_a_coordinator_touches():
    draft = world.draft()
    with pytest.raises(NotAllowed):
        forget_requester(draft, actor=world.coordinator_actor(), now=later(draft), reason="要求")
