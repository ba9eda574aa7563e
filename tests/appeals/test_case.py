"""One case: its timeline, its clocks with their reasons, its parts, for the firm and for a desk."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qifu.appeals import actions
from qifu.appeals.actions import callbacks, coordination, handling
from qifu.appeals.models import Appeal, Link
from qifu.appeals.selectors.case import case_of
from qifu.appeals.selectors.replay import replay, replay_all
from qifu.appeals.selectors.timeline import timeline
from qifu.appeals.states import State
from tests.appeals import world
from tests.factories import officer

pytestmark = pytest.mark.usefixtures("demo_city")
STATES = [state for state in State if state not in (State.DRAFT, State.REVIEW)]


def steps(actor, appeal):
    return [entry.step for entry in timeline(actor, appeal)]


def read(entry):
    """Everything that an entry says."""
    return " ".join(str(part) for part in (entry.who, entry.note, entry.unit, entry.to))


@pytest.fixture
def passed_around():
    """Objected, dispatched again, supervised, extended, answered, rated badly, called back."""
    appeal = world.objected()
    actions.uphold_objection(
        appeal, actor=world.intake_actor(), now=world.later(appeal), reason="确属市人社局职责"
    )
    world.dispatched(appeal, to=world.OTHER)
    world.handling_(appeal)
    own = world.handler_actor(appeal.lead)
    handling.record_contact(
        appeal, actor=own, now=world.later(appeal), person="李工", channel="phone", reached=True,
        result="电话说明了流程",
    )  # fmt: skip
    coordination.ask_extension(
        appeal, actor=own, now=world.later(appeal), days=3, reason="内部协调用时"
    )
    coordination.decide_extension(
        appeal, actor=world.coordinator_actor(), now=world.later(appeal), grant=True,
        reason="现场核查需要时间",
    )  # fmt: skip
    coordination.supervise(
        appeal, actor=world.coordinator_actor(), now=world.later(appeal), reason="督办的内部理由",
        until_days=2,
    )  # fmt: skip
    coordination.remind(
        appeal, actor=world.coordinator_actor(), now=world.later(appeal), note="催办的内部话"
    )
    return world.callback_due(world.replied(appeal))


def test_the_firm_sees_who_has_it_and_why_but_no_officer_s_name(passed_around):
    appeal = passed_around
    entries = timeline(world.owner_of(appeal), appeal)
    told = [entry.step for entry in entries]
    assert told == [
        "submit", "accept", "dispatch", "object", "uphold", "dispatch", "acknowledge", "contact",
        "grant_extension", "reply", "rate_dissatisfied",
    ]  # fmt: skip
    said = {entry.step: entry for entry in entries}
    assert said["object"].note == "不归本单位管"
    assert said["object"].unit.code == world.LEAD
    assert said["uphold"].note == "确属市人社局职责"
    assert [entry.to.code for entry in entries if entry.step == "dispatch"] == [
        world.LEAD, world.OTHER
    ]  # fmt: skip
    assert said["contact"].note == "电话说明了流程"
    assert said["grant_extension"].note == "现场核查需要时间"
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    for entry in entries:
        of_firm = entry.unit is not None and entry.unit.pk == appeal.enterprise_id
        assert bool(entry.who) is of_firm, entry.step


def test_what_offices_say_to_each_other_is_not_in_the_firm_s_timeline(passed_around):
    owner = world.owner_of(passed_around)
    everything = " ".join(read(entry) for entry in timeline(owner, passed_around))
    for internal in ("内部协调用时", "督办的内部理由", "催办的内部话"):
        assert internal not in everything
        desk = " ".join(read(e) for e in timeline(world.coordinator_actor(), passed_around))
        assert internal in desk
    kinds = {
        type(detail).__name__ for entry in timeline(owner, passed_around)
        for detail in entry.details
    }  # fmt: skip
    assert kinds <= {"InfoRequest", "ScopeDecision", "Reply", "Rating", "ClockEvent"}
    case = case_of(owner, passed_around, now=world.later(passed_around))
    assert not (case.dispatches or case.objections or case.extensions or case.callbacks)
    assert not (case.supervisions or case.suggestions or case.similar)
    assert case.callback is None and case.extension is None
    clocks = {view.clock.name for view in case.clocks}
    assert clocks == {"contact", "reply", "unrated", "callback"}


def test_the_desk_sees_every_line_with_names_and_rows(passed_around):
    coordinator = world.coordinator_actor()
    entries = timeline(coordinator, passed_around)
    told = [entry.step for entry in entries]
    for step in ("ask_extension", "supervise", "remind", "rate_dissatisfied"):
        assert step in told
    by_step = {entry.step: entry for entry in entries}
    assert by_step["acknowledge"].who
    assert [type(row).__name__ for row in by_step["supervise"].details] == ["SupervisionNotice"]
    case = case_of(coordinator, passed_around, now=world.later(passed_around))
    assert [row.unit.organisation.code for row in case.dispatches] == [world.LEAD, world.OTHER]
    assert case.objection is None and [row.outcome for row in case.objections] == ["upheld"]
    assert case.extension is None and case.extensions[0].granted is True
    assert case.callback is not None and case.callback.closed_at is None
    assert len(case.supervisions) == 1


def test_a_restricted_handler_learns_no_name_of_the_firm_s_people_it_may_not_call(passed_around):
    before = world.handler_actor(world.LEAD)  # had the case, and gave it back
    by_step = {entry.step: entry for entry in timeline(before, passed_around)}
    assert by_step["submit"].who == ""
    assert by_step["submit"].unit.pk == passed_around.enterprise_id
    assert not case_of(before, passed_around, now=world.later(passed_around)).contact_visible
    lead = world.handler_actor(passed_around.lead)
    assert case_of(lead, passed_around, now=world.later(passed_around)).contact_visible


def test_every_clock_explains_its_date_and_the_date_is_the_stored_one(passed_around):
    desk = world.coordinator_actor()
    for appeal in (passed_around, world.need_info(), world.handling_()):
        case = case_of(desk, appeal, now=world.later(appeal))
        assert case.clocks
        for view in case.clocks:
            if view.clock.state == "paused":
                assert view.due.due >= view.clock.due_at  # while it stands still it moves on
            else:
                assert view.due.due == view.clock.due_at, view.clock.name
            assert view.due.explanation.zh and view.due.explanation.en
            assert view.due.trace[-1].date == view.due.due_date
        due = [view.clock.due_at for view in case.running]
        assert due == sorted(due)


def test_a_late_clock_says_so():
    appeal = world.handling_()
    after = appeal.due_at + timedelta(minutes=1)
    reply = {view.clock.name: view for view in case_of(
        world.coordinator_actor(), appeal, now=after).clocks}["reply"]  # fmt: skip
    assert reply.late
    before = case_of(world.coordinator_actor(), appeal, now=world.later(appeal))
    assert not {view.clock.name: view for view in before.clocks}["reply"].late


def test_each_point_stands_with_its_answers_of_every_round():
    appeal = world.submitted(points=("电价怎样算？", "增容要多久？"))
    world.accepted(appeal)
    world.rehandling(world.callback_due(world.replied(world.handling_(world.dispatched(appeal)))))
    world.replied(appeal)
    case = case_of(world.owner_of(appeal), appeal, now=world.later(appeal))
    assert [view.point.text for view in case.points] == ["电价怎样算？", "增容要多久？"]
    assert [len(view.answers) for view in case.points] == [2, 2]
    assert [view.reply.round for view in case.replies] == [1, 2]
    assert case.replies[0].rating.level == 1 and case.reply.rating is None


def test_a_proposed_clause_is_the_firm_s_only_once_it_is_approved():
    appeal = world.callback_due()
    desk = world.callback_actor()
    callbacks.attempt_callback(
        appeal, actor=desk, now=world.later(appeal), channel="phone", reached=True, note="说明"
    )
    callbacks.propose_justified(
        appeal, actor=desk, now=world.later(appeal), clause="条例第八条", explanation="暂不能办"
    )
    owner = world.owner_of(appeal)
    assert case_of(owner, appeal, now=world.later(appeal)).justified is None
    assert "propose_justified" not in steps(owner, appeal)
    callbacks.approve_justified(appeal, actor=world.coordinator_actor(), now=world.later(appeal))
    closed = case_of(owner, appeal, now=world.later(appeal)).justified
    assert (closed.clause, closed.explanation) == ("条例第八条", "暂不能办")
    assert timeline(owner, appeal)[-1].note == "暂不能办"


def test_a_question_that_waits_is_shown_and_gone_once_answered():
    appeal = world.need_info()
    owner = world.owner_of(appeal)
    assert case_of(owner, appeal, now=world.later(appeal)).info.question == "请提供用电户号。"
    actions.supply_facts(appeal, actor=owner, now=world.later(appeal), answer="户号 12345")
    case = case_of(owner, appeal, now=world.later(appeal))
    assert case.info is None and [row.answer for row in case.infos] == ["户号 12345"]


def test_kin_and_links_are_told_from_this_side_and_only_where_seen():
    appeal = world.submitted(points=("第一点要问的事", "第二点要问的事"))
    child = actions.split_appeal(
        appeal, actor=world.intake_actor(), now=world.later(appeal), points=[2]
    )
    other = world.submitted(world.owner_of(appeal))
    foreign = world.submitted()
    Link.objects.create(appeal=other, other=appeal, kind="repeat", made_at=world.NOW)
    Link.objects.create(appeal=foreign, other=appeal, kind="duplicate", made_at=world.NOW)
    Appeal.objects.filter(pk=appeal.pk).update(merged_into=foreign)
    appeal.refresh_from_db()

    def kinds(actor, about):
        case = case_of(actor, about, now=world.later(about))
        return {row.appeal.pk: row.kind for row in case.related}

    desk = world.intake_actor()
    assert kinds(desk, appeal) == {child.pk: "child", other.pk: "repeat", foreign.pk: "master"}
    assert kinds(desk, child) == {appeal.pk: "parent"}
    assert kinds(desk, foreign) == {appeal.pk: "follower"}
    assert kinds(world.owner_of(appeal), appeal) == {child.pk: "child", other.pk: "repeat"}


@pytest.mark.parametrize("state", STATES)
def test_every_state_can_be_read_by_both_sides_and_replays(state):
    appeal = world.in_state(state)
    now = world.later(appeal)
    for actor in (world.owner_of(appeal), world.coordinator_actor()):
        case = case_of(actor, appeal, now=now)
        assert case.appeal == appeal
        assert all(str(entry.words) and str(entry.words) != entry.step
                   for entry in timeline(actor, appeal))  # fmt: skip
    assert replay(appeal) == appeal.state
    assert list(replay_all()) == []


def test_reading_a_case_costs_the_same_however_much_has_happened_to_it():
    def cost(appeal, actor):
        with CaptureQueriesContext(connection) as caught:
            case_of(actor, appeal, now=world.later(appeal))
        return len(caught)

    desk = world.coordinator_actor()
    once = world.replied()
    twice = world.replied(world.rehandling())
    more = world.replied(world.rehandling(world.callback_due(world.replied(world.rehandling()))))
    assert cost(twice, desk) == cost(more, desk)
    assert cost(once, world.owner_of(once)) <= cost(twice, world.owner_of(twice))


def test_people_who_have_nothing_to_do_with_it_see_nothing():
    appeal = world.handling_()
    for actor in (world.firm_actor(), world.handler_actor(world.OTHER), officer("auditor")):
        assert timeline(actor, appeal) == []
        with pytest.raises(Appeal.DoesNotExist):
            case_of(actor, appeal, now=world.NOW)
