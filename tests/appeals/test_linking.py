"""Cases that belong together: merged, parted again, split, linked."""

import pytest

from qifu.appeals.actions import (
    answer_at_once,
    link_appeals,
    merge_appeals,
    split_appeal,
    unmerge_appeal,
)
from qifu.appeals.models import Appeal, Clock, Link, Reply
from qifu.appeals.states import BEFORE_REPLY, State
from qifu.base.city import current_city
from qifu.base.errors import BadInput, NotAllowed, WrongState
from qifu.base.models import JournalLine
from qifu.notices.models import Notice
from tests.appeals import world
from tests.appeals.world import later

pytestmark = pytest.mark.usefixtures("demo_city")


def merged(follower=None, master=None):
    master = master or world.accepted()
    follower = follower or world.submitted()
    world.same_firm(follower, master)
    merge_appeals(follower, actor=world.intake_actor(), now=later(follower), master=master)
    return follower, master


def refused(appeal, error, action, actor=None, **more):
    before = world.traces(appeal)
    with pytest.raises(error) as found:
        action(appeal, actor=actor or world.intake_actor(), now=later(appeal), **more)
    assert world.traces(appeal) == before
    return getattr(found.value, "fields", {})


def last_line(appeal):
    return JournalLine.objects.filter(subject_kind="appeal", subject_id=appeal.pk).last()


# merging


def test_a_merged_case_keeps_its_state_and_clocks_and_its_firm_is_told():
    follower = world.submitted()
    due = follower.due_at
    master = world.accepted()
    owner = world.owner_of(master)
    follower, master = merged(follower, master)
    assert follower.merged_into == master and follower.state == State.SUBMITTED
    assert follower.due_at == due
    assert Link.objects.get(appeal=follower).other == master
    assert Notice.objects.filter(to=owner.user, template="merged").exists()
    assert last_line(follower).step == "merge"


def test_a_merged_case_is_handled_with_its_master_and_not_by_itself():
    follower, _master = merged()
    for step in (world.accepted, world.need_info, world.not_accepted):
        before = world.traces(follower)
        with pytest.raises(WrongState):
            step(follower)
        assert world.traces(follower) == before


def test_whoever_has_the_master_has_the_cases_merged_into_it():
    follower, master = merged()
    world.dispatched(master)
    follower.refresh_from_db()
    assert follower.holder == master.holder == world.unit()


def test_the_masters_answer_goes_to_every_follower_and_each_rates_its_own():
    first, master = merged()
    second, _ = merged(world.accepted(points=["第一个问题", "第二个问题"]), master)
    owner = world.owner_of(first)
    world.replied(world.handling_(world.dispatched(master)))
    reply = Reply.objects.get(appeal=master)
    for follower in (first, second):
        follower.refresh_from_db()
        assert follower.state == State.REPLIED and follower.lead == master.lead
        copy = Reply.objects.get(appeal=follower)
        assert copy.copied_from == reply and copy.outcome == reply.outcome
        assert copy.points.count() == follower.points.count()
        assert all("答复第1点" in point.text for point in copy.points.all())
        assert set(Clock.objects.filter(appeal=follower, ended_at=None).values_list("name")) == {
            ("unrated",)
        }
        assert last_line(follower).step == "follow_reply"
    assert Notice.objects.filter(to=owner.user, template="appeal_replied").exists()
    world.rated(first, level=1)
    second.refresh_from_db()
    master.refresh_from_db()
    assert (first.state, second.state, master.state) == (
        State.CALLBACK_DUE, State.REPLIED, State.REPLIED
    )  # fmt: skip


def test_an_answer_at_once_goes_along_too():
    follower, master = merged()
    world.answered_at_once(master)
    follower.refresh_from_db()
    assert follower.state == State.REPLIED and follower.at_once


@pytest.mark.parametrize("stop", [world.not_accepted, world.withdrawn, world.lapsed])
def test_where_the_master_stops_the_others_go_on_by_themselves(stop):
    follower, master = merged(master=world.submitted())
    if stop is world.lapsed:
        world.need_info(master)
    stop(master)
    follower.refresh_from_db()
    assert follower.merged_into is None and follower.holder == follower.intake_unit
    assert not Link.objects.filter(appeal=follower, kind="merged").exists()
    assert last_line(follower).step == "part"
    assert world.accepted(follower).state == State.ACCEPTED


def test_a_merge_undone_lets_the_case_go_on_by_itself():
    follower, master = merged()
    world.dispatched(master)
    unmerge_appeal(follower, actor=world.intake_actor(), now=later(follower))
    assert follower.merged_into is None and follower.holder == follower.intake_unit
    assert not Link.objects.filter(appeal=follower).exists()
    world.replied(world.handling_(master))
    follower.refresh_from_db()
    assert follower.state == State.SUBMITTED


def test_nobody_gets_the_words_that_were_written_to_another_firm():
    master = world.accepted()
    assert set(refused(world.submitted(), BadInput, merge_appeals, master=master)) == {"master"}


def test_nothing_is_unmerged_that_was_not_merged():
    refused(world.submitted(), WrongState, unmerge_appeal)


@pytest.mark.parametrize("state", [state for state in State if state not in BEFORE_REPLY])
def test_only_a_case_that_is_not_answered_yet_can_lead(state):
    master = world.in_state(state)
    error = refused(world.submitted(), BadInput, merge_appeals, master=master)
    assert set(error) == {"master"}


def test_no_case_follows_itself_or_one_that_follows():
    appeal = world.submitted()
    assert set(refused(appeal, BadInput, merge_appeals, master=appeal)) == {"master"}
    follower, master = merged()
    assert set(refused(appeal, BadInput, merge_appeals, master=follower)) == {"master"}
    refused(master, WrongState, merge_appeals, master=appeal)  # others follow it already
    refused(follower, WrongState, merge_appeals, master=appeal)


# splitting


def test_a_split_moves_points_into_a_case_as_old_as_the_first():
    appeal = world.accepted(points=["用电问题", "社保问题", "用地问题"])
    owner, due = world.owner_of(appeal), appeal.due_at
    matter = current_city().matters[0].code
    child = split_appeal(
        appeal, actor=world.intake_actor(), now=later(appeal), points=[3, 2, 2], matter=matter
    )
    assert list(appeal.points.values_list("number", "text")) == [(1, "用电问题")]
    assert list(child.points.values_list("number", "text")) == [(1, "社保问题"), (2, "用地问题")]
    assert child.parent == appeal and child.number not in ("", appeal.number)
    assert (child.state, child.matter, child.title) == (State.ACCEPTED, matter, "社保问题")
    assert (child.submitted_at, child.due_at) == (appeal.submitted_at, due)
    assert (child.enterprise, child.contact_phone) == (appeal.enterprise, appeal.contact_phone)
    assert Link.objects.get(appeal=child).kind == "child"
    told = Notice.objects.filter(to=owner.user, template="appeal_received")
    assert told.filter(values__number=child.number).exists()
    steps = JournalLine.objects.filter(subject_kind="appeal", subject_id=child.pk).order_by("pk")
    assert [line.step for line in steps] == ["submit", "accept"]
    assert world.dispatched(child).state == State.DISPATCHED


def test_a_child_of_a_case_that_nobody_took_in_is_taken_in_by_itself():
    appeal = world.submitted(points=["用电问题", "社保问题"])
    child = split_appeal(appeal, actor=world.intake_actor(), now=later(appeal), points=[2])
    assert child.state == State.SUBMITTED
    live = Clock.objects.filter(appeal=child, ended_at=None)
    assert {clock.name for clock in live} == {"reply", "contact"}


def test_time_that_did_not_count_for_the_parent_does_not_count_for_the_child():
    from datetime import timedelta

    from qifu.appeals.actions import supply_facts

    appeal = world.need_info(points=["用电问题", "社保问题"])
    supply_facts(
        appeal,
        actor=world.owner_of(appeal),
        now=appeal.changed_at + timedelta(days=4),
        answer="户号",
    )
    child = split_appeal(appeal, actor=world.intake_actor(), now=later(appeal), points=[2])
    assert child.due_at == appeal.due_at


@pytest.mark.parametrize("points", [[], [3], [1, 2], [0], [-1]])
def test_a_split_takes_some_points_that_are_there_and_leaves_one(points):
    appeal = world.accepted(points=["用电问题", "社保问题"])
    count = Appeal.objects.count()
    assert set(refused(appeal, BadInput, split_appeal, points=points)) == {"points"}
    assert Appeal.objects.count() == count


def test_a_split_twice_finds_nothing_left():
    appeal = world.accepted(points=["用电问题", "社保问题"])
    split_appeal(appeal, actor=world.intake_actor(), now=later(appeal), points=[2])
    assert set(refused(appeal, BadInput, split_appeal, points=[2])) == {"points"}


def test_a_case_that_others_follow_is_not_split():
    _follower, master = merged(master=world.accepted(points=["用电问题", "社保问题"]))
    refused(master, WrongState, split_appeal, points=[2])


def test_each_part_of_a_split_case_is_answered_by_itself():
    appeal = world.accepted(points=["用电问题", "社保问题"])
    child = split_appeal(appeal, actor=world.intake_actor(), now=later(appeal), points=[2])
    answer_at_once(
        appeal, actor=world.intake_actor(), now=later(appeal), text="", points={1: "答用电"},
        outcome="explained", basis=world.BASIS,
    )  # fmt: skip
    child.refresh_from_db()
    assert (appeal.state, child.state) == (State.REPLIED, State.ACCEPTED)


# linking


def test_two_cases_are_linked_once_and_nothing_else_changes():
    first, second = world.submitted(), world.closed()
    actor, now = world.intake_actor(), later(second)
    link = link_appeals(first, actor=actor, now=now, other=second, kind="repeat", note="同一件事")
    assert link == link_appeals(first, actor=actor, now=now, other=second, kind="repeat")
    assert Link.objects.filter(appeal=first).count() == 1
    line = last_line(first)
    assert (line.step, line.from_state, line.to_state) == ("link", "submitted", "submitted")
    assert JournalLine.objects.filter(step="link", subject_id=first.pk).count() == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [({"kind": "merged"}, "kind"), ({"kind": "x"}, "kind"), ({"note": "字" * 201}, "note")],
)
def test_a_link_is_of_a_kind_that_a_person_sets(more, field):
    words = {"other": world.submitted(), "kind": "related", **more}
    assert set(refused(world.submitted(), BadInput, link_appeals, **words)) == {field}


def test_a_link_is_not_to_itself_or_to_a_draft():
    appeal = world.submitted()
    for other in (appeal, world.draft()):
        assert set(
            refused(appeal, BadInput, link_appeals, other=other, kind="related")
        ) == {"other"}  # fmt: skip


def test_only_those_who_sort_or_steer_link_cases():
    appeal, other = world.submitted(), world.submitted()
    for actor in (
        world.owner_of(appeal), world.handler_actor(), world.callback_actor(), world.firm_actor()
    ):  # fmt: skip
        refused(appeal, NotAllowed, link_appeals, actor, other=other, kind="related")
    link_appeals(
        appeal, actor=world.coordinator_actor(), now=later(appeal), other=other, kind="related"
    )
