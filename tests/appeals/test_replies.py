"""Replies: every point, an outcome, a basis; those who follow a master get theirs."""

from datetime import timedelta

import pytest

from qifu.appeals import actions
from qifu.appeals.models import Clock, Extension, PointReply, Rating, Reply
from qifu.appeals.states import State
from qifu.base.errors import BadInput, WrongState
from qifu.base.models import JournalLine
from qifu.notices.models import Notice
from tests.appeals import later_steps as steps
from tests.appeals import world
from tests.appeals.test_later_steps import refused
from tests.appeals.world import later

pytestmark = pytest.mark.usefixtures("demo_city")
POINTS = ("请问怎样申请用电增容？", "请问要多少天？")


def replying(**more):
    def act(appeal, actor, now):
        words = {"text": "", "points": world.answers(appeal), "outcome": "resolved", "basis": []}
        return actions.reply(appeal, actor=actor, now=now, **words | more)

    return act


def test_a_reply_answers_every_point_and_asks_for_a_rating():
    appeal = world.handling_(points=POINTS)
    actor, now = steps.handler(appeal), later(appeal)
    reply = steps.reply(appeal, actor, now)
    assert [(p.point.number, p.text) for p in reply.points.all()] == [
        (1, "答复第1点。"), (2, "答复第2点。")
    ]  # fmt: skip
    assert (reply.round, reply.unit, reply.replied_by) == (1, appeal.lead, actor.user)
    assert (appeal.state, appeal.replied_at, appeal.holder) == ("replied", now, appeal.lead)
    states = dict(Clock.objects.filter(appeal=appeal).values_list("name", "state"))
    assert states["reply"] == states["contact"] == "met" and states["unrated"] == "running"
    assert appeal.next_clock == "unrated"
    assert appeal.dispatches.get().ended == "replied"
    assert Notice.objects.filter(
        template="appeal_replied", organisation_id=appeal.enterprise_id
    ).exists()


def test_a_point_that_is_not_answered_is_named():
    appeal = world.handling_(points=POINTS)
    actor = steps.handler(appeal)
    for given in ({1: "可以"}, {1: "可以", 2: " \n "}):
        wrong = refused(appeal, BadInput, replying(points=given), actor)
        assert set(wrong.fields) == {"point_2"}
    assert set(refused(appeal, BadInput, replying(points={}), actor).fields) == {
        "point_1", "point_2"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"outcome": "swept_under_the_carpet"}, "outcome"),
        ({"outcome": ""}, "outcome"),
        ({"points": {1: "好" * 10_001}}, "point_1"),
        ({"points": {1: "可以", 7: "多出来的"}}, "text"),
        ({"text": "好" * 10_001}, "text"),
        ({"outcome": "not_possible"}, "basis"),
        ({"basis": [{"law": "no-such-law", "article": "第一条"}]}, "basis"),
    ],
)
def test_what_a_reply_may_not_hold_is_refused_at_the_field(more, field):
    appeal = world.handling_()
    assert field in refused(appeal, BadInput, replying(**more), steps.handler(appeal)).fields


def test_what_cannot_be_done_is_said_with_its_clause():
    appeal = world.handling_()
    reply = replying(outcome="not_possible", basis=[{"text": "《供电营业规则》第八条"}])(
        appeal, steps.handler(appeal), later(appeal)
    )
    assert reply.basis == [{"text": "《供电营业规则》第八条"}]


def test_a_withdrawn_case_is_not_replied_to():
    appeal = world.handling_()
    actor = steps.handler(appeal)
    steps.withdraw(appeal, world.owner_of(appeal), later(appeal))
    wrong = refused(appeal, WrongState, steps.reply, actor)
    assert "已撤回" in str(wrong)
    assert not Reply.objects.filter(appeal=appeal).exists()


def test_a_reply_that_is_late_is_taken_and_remembered_as_late():
    appeal = world.handling_()
    steps.reply(appeal, steps.handler(appeal), appeal.due_at + timedelta(days=1))
    assert Clock.objects.get(appeal=appeal, name="reply").missed


def test_what_was_said_in_the_first_round_stays_readable_in_the_second():
    appeal = world.rehandling()
    steps.reply(appeal, steps.handler(appeal), later(appeal))
    rows = Reply.objects.filter(appeal=appeal)
    assert [row.round for row in rows] == [1, 2]
    assert PointReply.objects.filter(reply__appeal=appeal).count() == 2
    assert appeal.round == 2


def test_an_extension_that_nobody_decided_falls_away_with_the_reply():
    appeal = world.handling_()
    steps.ask_extension(appeal, steps.handler(appeal), later(appeal))
    at = later(appeal)
    steps.reply(appeal, steps.handler(appeal), at)
    row = Extension.objects.get(appeal=appeal)
    assert (row.granted, row.decided_at) == (None, at)


# followers


def merged(master, *, state=world.submitted):
    appeal = state()
    world.same_firm(appeal, master)
    actions.merge_appeals(appeal, actor=world.intake_actor(), now=later(appeal), master=master)
    return appeal


def test_whoever_has_the_master_has_its_followers():
    master = world.accepted()
    follower = merged(master)
    world.dispatched(master)
    steps.transfer(master, steps.handler(master), later(master))
    follower.refresh_from_db()
    assert follower.holder == master.holder == world.unit(world.DISTRICT)
    assert follower.state == State.SUBMITTED


def test_a_reply_to_the_master_answers_every_follower_and_each_rates_its_own():
    master = world.dispatched(points=POINTS)
    first, second = merged(master), merged(master, state=world.accepted)
    world.handling_(master)
    own = steps.reply(master, steps.handler(master), later(master))
    for follower in (first, second):
        follower.refresh_from_db()
        copy = Reply.objects.get(appeal=follower)
        assert (follower.state, follower.lead) == (State.REPLIED, master.lead)
        assert (copy.copied_from, copy.outcome, copy.unit) == (own, own.outcome, own.unit)
        assert "答复第1点。" in copy.points.get().text and "答复第2点。" in copy.points.get().text
        line = JournalLine.objects.filter(subject_kind="appeal", subject_id=follower.pk).last()
        assert (line.step, line.actor_id) == ("follow_reply", None)
        clocks = dict(Clock.objects.filter(appeal=follower).values_list("name", "state"))
        assert (clocks["reply"], clocks["unrated"]) == ("met", "running")
    steps.rate_badly(first, world.owner_of(first), later(first))
    steps.rate_well(second, world.owner_of(second), later(second))
    assert (first.state, second.state) == (State.CALLBACK_DUE, State.CLOSED)
    master.refresh_from_db()
    assert master.state == State.REPLIED and Rating.objects.count() == 2


def test_a_follower_that_is_not_content_goes_on_by_itself_with_the_same_lead():
    master = world.dispatched()
    follower = merged(master)
    world.replied(world.handling_(master))
    follower.refresh_from_db()
    world.rehandling(world.rated(follower, level=1))
    assert follower.merged_into is None and follower.lead == master.lead
    assert (follower.hop, follower.dispatches.get(ended_at=None).unit) == (1, master.lead)
    steps.reply(follower, steps.handler(follower), later(follower))
    assert follower.state == State.REPLIED


def test_a_follower_is_worked_on_at_its_master_only():
    master = world.dispatched()
    follower = merged(master, state=world.accepted)

    def act(appeal, actor, now):
        actions.dispatch_appeal(appeal, actor=actor, now=now, unit=world.unit())

    refused(follower, WrongState, act, world.intake_actor())
    refused(follower, WrongState, steps.remind, world.coordinator_actor())


@pytest.mark.parametrize("state", [world.submitted, world.accepted])
def test_a_master_that_is_withdrawn_lets_its_followers_go_where_they_were(state):
    master = world.dispatched()
    follower = merged(master, state=state)
    came_to = follower.state
    steps.withdraw(master, world.owner_of(master), later(master))
    follower.refresh_from_db()
    assert (follower.merged_into, follower.state) == (None, came_to)
    assert follower.holder == follower.intake_unit
    [notice] = Notice.objects.filter(template="unmerged")[:1]
    assert notice.organisation_id == follower.enterprise_id
    assert notice.values["master"] == master.number
    line = JournalLine.objects.filter(subject_kind="appeal", subject_id=follower.pk).last()
    assert (line.step, line.actor_id) == ("part", None)


def test_a_follower_that_is_withdrawn_gets_no_reply():
    master = world.dispatched()
    follower = merged(master)
    steps.withdraw(follower, world.owner_of(follower), later(follower))
    world.replied(world.handling_(master))
    follower.refresh_from_db()
    assert follower.state == State.WITHDRAWN
    assert not Reply.objects.filter(appeal=follower).exists()
