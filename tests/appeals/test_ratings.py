"""What the firm says of an answer, and what it may do with its case."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from qifu.appeals import actions
from qifu.appeals.models import Callback, Clock, Extension, Objection, Rating
from qifu.appeals.states import State
from qifu.base.errors import BadInput, WrongState
from qifu.notices.models import Notice
from tests.appeals import later_steps as steps
from tests.appeals import world
from tests.appeals.test_later_steps import refused
from tests.appeals.world import later

pytestmark = pytest.mark.usefixtures("demo_city")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def rating(**more):
    def act(appeal, actor, now):
        actions.rate(appeal, actor=actor, now=now, **{"level": 4} | more)

    return act


def reopening(reason="今天又停电了"):
    def act(appeal, actor, now):
        actions.reopen(appeal, actor=actor, now=now, reason=reason)

    return act


@pytest.mark.parametrize("level", [5, 4, 3])
def test_content_closes_the_case(level):
    appeal = world.rated(level=level)
    assert appeal.state == State.CLOSED
    assert (appeal.holder, appeal.next_due_at) == (None, None)
    assert Clock.objects.get(appeal=appeal, name="unrated").state == "met"
    assert not Callback.objects.filter(appeal=appeal).exists()
    notice = Notice.objects.filter(template="appeal_closed").last()
    words = {5: "非常满意", 4: "满意", 3: "基本满意"}
    assert notice.values["outcome"]["zh"] == words[level]


@pytest.mark.parametrize("level", [2, 1])
def test_not_content_always_opens_a_callback(level):
    caller, lead = world.callback_actor(), world.handler_actor()
    appeal = world.rated(level=level)
    assert (appeal.state, appeal.holder) == (State.CALLBACK_DUE, world.unit(world.INTAKE))
    assert Callback.objects.get(appeal=appeal).rating == Rating.objects.get(appeal=appeal)
    assert Clock.objects.get(appeal=appeal, name="callback").state == "running"
    assert appeal.next_clock == "callback"
    told = {notice.to_id for notice in Notice.objects.filter(template="rated_badly")}
    assert {caller.user_id, lead.user_id} <= told


def test_a_rating_keeps_what_the_firm_said():
    appeal = world.replied()
    who, now = world.owner_of(appeal), later(appeal)
    actions.rate(
        appeal, actor=who, now=now, level=5, tags=["clear", "quick", "clear"], solved=False,
        text=" 讲得很清楚 ",
    )  # fmt: skip
    row = Rating.objects.get(appeal=appeal)
    assert (row.level, row.tags, row.solved, row.text) == (
        5, ["clear", "quick"], False, "讲得很清楚"
    )  # fmt: skip
    assert (row.rated_by, row.rated_at, row.reply.round) == (who.user, now, 1)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"level": 0}, "level"),
        ({"level": 6}, "level"),
        ({"level": -1}, "level"),
        ({"level": True}, "level"),
        ({"level": "5"}, "level"),
        ({"level": None}, "level"),
        ({"tags": ["no_such_tag"]}, "tags"),
        ({"tags": ["slow"]}, "tags"),
        ({"level": 1, "tags": ["quick"]}, "tags"),
        ({"text": "好" * 2001}, "text"),
    ],
)
def test_a_rating_that_cannot_be_is_refused_at_the_field(more, field):
    appeal = world.replied()
    assert set(refused(appeal, BadInput, rating(**more), world.owner_of(appeal)).fields) == {field}


def test_one_answer_is_rated_once_and_the_next_one_anew():
    appeal = world.closed()
    who = world.owner_of(appeal)
    refused(appeal, WrongState, rating(), who)
    reopening()(appeal, who, later(appeal))
    steps.reply(appeal, steps.handler(appeal), later(appeal))
    rating(level=3)(appeal, who, later(appeal))
    rows = Rating.objects.filter(appeal=appeal).order_by("pk")
    assert [(row.reply.round, row.level) for row in rows] == [(1, 5), (2, 3)]


def test_a_bad_rating_of_the_desks_own_answer_comes_to_the_desk():
    intake = world.intake_actor()
    appeal = world.rated(world.answered_at_once(), level=1)
    assert appeal.lead == world.unit(world.INTAKE)
    assert Notice.objects.filter(template="rated_badly", to=intake.user).exists()


# reopening


@pytest.mark.parametrize(
    "make", [world.closed, world.closed_unrated, world.closed_justified, world.closed_unreachable]
)
def test_a_closed_case_is_reopened_with_the_same_lead_and_a_new_clock(make):
    appeal = make()
    lead, handler = appeal.lead, world.handler_actor(appeal.lead)
    at = later(appeal)
    reopening()(appeal, world.owner_of(appeal), at)
    assert (appeal.state, appeal.round, appeal.closed_at) == (State.REHANDLING, 2, None)
    assert appeal.lead == appeal.holder == lead
    clock = Clock.objects.get(appeal=appeal, name="reply", round=2)
    assert (clock.started_at, clock.state, appeal.due_at) == (at, "running", clock.due_at)
    assert Notice.objects.filter(template="appeal_reopened", to=handler.user).exists()


def test_the_window_for_reopening_ends_with_its_last_day():
    appeal = world.closed()  # on 22 November; 30 calendar days
    who = world.owner_of(appeal)
    over = datetime(2026, 12, 23, 0, 0, tzinfo=SHANGHAI)
    wrong = refused(appeal, WrongState, reopening(), who, now=over)
    assert "2026-12-22" in str(wrong)
    reopening()(appeal, who, over - timedelta(seconds=1))
    assert appeal.state == State.REHANDLING


def test_reopening_needs_something_new():
    appeal = world.closed()
    for reason in ("", " \n", "长" * 2001):
        wrong = refused(appeal, BadInput, reopening(reason), world.owner_of(appeal))
        assert set(wrong.fields) == {"reason"}


# withdrawing


def test_a_case_that_is_withdrawn_leaves_nothing_running():
    appeal = world.handling_()
    handler = world.handler_actor(appeal.lead)
    steps.ask_extension(appeal, handler, later(appeal))
    at = later(appeal)
    steps.withdraw(appeal, world.owner_of(appeal), at)
    assert (appeal.state, appeal.holder, appeal.next_due_at) == (State.WITHDRAWN, None, None)
    assert not Clock.objects.filter(appeal=appeal, state__in=("running", "paused")).exists()
    assert appeal.dispatches.get().ended == "withdrawn"
    assert Extension.objects.get(appeal=appeal).decided_at == at
    assert Notice.objects.filter(template="appeal_withdrawn", to=handler.user).exists()


def test_an_objection_to_a_withdrawn_case_needs_no_decision_any_more():
    appeal = world.objected()
    steps.withdraw(appeal, world.owner_of(appeal), later(appeal))
    row = Objection.objects.get(appeal=appeal)
    assert (row.outcome, row.decided_by) == ("", None) and row.decided_at is not None
    assert Clock.objects.filter(appeal=appeal, state="running").count() == 0


def test_withdrawing_needs_no_reason_but_not_a_novel():
    appeal = world.submitted()

    def act(appeal, actor, now):
        actions.withdraw(appeal, actor=actor, now=now, reason="长" * 2001)

    assert set(refused(appeal, BadInput, act, world.owner_of(appeal)).fields) == {"reason"}
    actions.withdraw(appeal, actor=world.owner_of(appeal), now=later(appeal))
    assert appeal.state == State.WITHDRAWN
