"""Two people at once after the dispatch, and two workers: never both win, nothing is done twice."""

from datetime import timedelta
from functools import partial

import pytest

from qifu.appeals import actions
from qifu.appeals.models import (
    Callback,
    ClockEvent,
    Dispatch,
    Extension,
    PolicyGap,
    Rating,
    Reply,
    SupervisionNotice,
)
from qifu.appeals.states import State
from qifu.base.models import JournalLine
from qifu.notices.models import Notice
from qifu.organisations.models import Unit
from tests.appeals import later_steps as steps
from tests.appeals import world
from tests.appeals.test_intake_races import at_once, same
from tests.appeals.world import later

pytestmark = pytest.mark.django_db(transaction=True)
TURNS = 3


def race(appeal, *pairs):
    """Each (step, actor) at once on a copy of its own; gives "done" or the code of the refusal."""
    now = later(appeal)
    before = JournalLine.objects.filter(subject_kind="appeal", subject_id=appeal.pk).count()

    def take(copy, step, actor):
        step(copy, actor, now)
        return "done"

    outcomes = at_once(*[partial(take, same(appeal), *pair) for pair in pairs])
    appeal.refresh_from_db()
    lines = JournalLine.objects.filter(subject_kind="appeal", subject_id=appeal.pk).count()
    assert lines - before == outcomes.count("done"), "a line for what happened and for nothing else"
    return outcomes


def test_of_two_handlers_who_reply_exactly_one_wins(demo_city):
    for _turn in range(TURNS):
        appeal = world.handling_()
        one, two = world.handler_actor(), world.handler_actor()
        assert sorted(race(appeal, (steps.reply, one), (steps.reply, two))) == [
            "done", "wrong_state"
        ]  # fmt: skip
        assert appeal.state == State.REPLIED
        reply = Reply.objects.get(appeal=appeal)
        assert reply.replied_by in (one.user, two.user) and reply.points.count() == 1
        told = Notice.objects.filter(template="appeal_replied", values__number=appeal.number)
        assert told.values("to").distinct().count() == told.count()


def test_a_case_is_never_passed_on_twice(demo_city):
    districts = Unit.objects.filter(organisation__code__in=["SZ-NS-GXJ", "SZ-LH-GXJ"])
    assert len(districts) == 2

    def to(unit):
        return lambda appeal, actor, now: actions.transfer(appeal, actor=actor, now=now, unit=unit)

    for make in (world.dispatched, world.handling_):
        appeal = make()
        people = [world.handler_actor(), world.handler_actor()]
        outcomes = race(appeal, *zip(map(to, districts), people, strict=True))
        # the case is no longer the first unit's: the other one has no part in it
        assert sorted(outcomes) == ["done", "not_allowed"]
        assert appeal.hop == 2 and Dispatch.objects.filter(appeal=appeal).count() == 2
        assert Dispatch.objects.get(appeal=appeal, ended_at=None).unit == appeal.lead


def test_what_was_passed_on_is_not_acknowledged_by_the_unit_that_had_it(demo_city):
    for _turn in range(TURNS):
        appeal = world.dispatched()
        outcomes = race(
            appeal,
            (steps.transfer, world.handler_actor()),
            (steps.acknowledge, world.handler_actor()),
        )
        assert outcomes in (["done", "not_allowed"], ["done", "done"])
        assert appeal.state == State.DISPATCHED and appeal.lead == world.unit(world.DISTRICT)
        assert Dispatch.objects.get(appeal=appeal, ended_at=None).acknowledged_at is None


def test_of_two_steps_that_exclude_each_other_one_wins(demo_city):
    handlers = [world.handler_actor(), world.handler_actor()]
    coordinators = [world.coordinator_actor(), world.coordinator_actor()]
    caller = world.callback_actor()
    pairs = [
        ("dispatched", steps.acknowledge, handlers[0], steps.object_, handlers[1]),
        ("dispatched", steps.object_, handlers[0], steps.object_, handlers[1]),
        ("handling", steps.ask_extension, handlers[0], steps.ask_extension, handlers[1]),
        ("extension", steps.grant, coordinators[0], steps.refuse, coordinators[1]),
        ("extension", steps.grant, coordinators[0], steps.grant, coordinators[1]),
        ("handling", steps.escalate, coordinators[0], steps.escalate, coordinators[1]),
        ("replied", steps.rate_well, None, steps.rate_badly, None),
        ("replied", steps.rate_badly, None, steps.rate_badly, None),
        ("proposed", steps.approve, coordinators[0], steps.decline, coordinators[1]),
        ("proposed", steps.approve, coordinators[0], steps.wants_more, caller),
        ("callback_due", steps.propose, caller, steps.propose, world.callback_actor()),
        ("callback_due", steps.wants_more, caller, steps.wants_more, world.callback_actor()),
        ("closed", steps.reopen, None, steps.reopen, None),
        ("handling", steps.reply, handlers[0], steps.withdraw, None),
    ]
    for state, first, one, second, two in pairs:
        appeal = made(state)
        owner = world.owner_of(appeal)
        outcomes = race(appeal, (first, one or owner), (second, two or owner))
        assert sorted(outcomes) == ["done", "wrong_state"], (state, first, second, outcomes)
        assert Rating.objects.filter(appeal=appeal, reply__round=appeal.round).count() <= 1
        assert Callback.objects.filter(appeal=appeal, closed_at=None).count() == (
            appeal.state == State.CALLBACK_DUE
        )
        assert PolicyGap.objects.filter(appeal=appeal).count() == (
            appeal.state == State.CLOSED_JUSTIFIED
        )
        assert Extension.objects.filter(appeal=appeal).count() <= 1
        assert ClockEvent.objects.filter(clock__appeal=appeal, kind="extended").count() <= 1


def made(state):
    if state == "extension":
        appeal = world.handling_()
        steps.ask_extension(appeal, steps.handler(appeal), later(appeal))
        return appeal
    if state == "proposed":
        appeal = world.callback_due()
        steps.propose(appeal, world.callback_actor(), later(appeal))
        return appeal
    return world.in_state(state)


def test_supervision_notices_that_are_issued_at_once_have_numbers_of_their_own(demo_city):
    cases = [world.handling_() for _turn in range(4)]
    actors = [world.coordinator_actor() for _case in cases]

    def issue(case, actor):
        return steps.supervise(case, actor, later(case)).serial

    outcomes = at_once(*[partial(issue, *pair) for pair in zip(cases, actors, strict=True)])
    assert sorted(outcomes) == [1, 2, 3, 4]
    assert SupervisionNotice.objects.count() == 4


def test_two_workers_at_once_tell_and_close_once(demo_city):
    handler = world.handler_actor()
    cases = [world.handling_() for _turn in range(4)]
    silent = [world.replied() for _turn in range(3)]
    waiting = world.need_info()
    late = later(cases[-1]) + timedelta(days=30)
    Notice.objects.all().delete()
    for job in (
        actions.mark_missed, actions.remind_due, actions.remind_facts, actions.close_unrated,
    ):  # fmt: skip
        done = at_once(lambda job=job: job(now=late), lambda job=job: job(now=late))
        assert all(isinstance(count, int) for count in done), done
    for appeal in cases:
        missed = ClockEvent.objects.filter(clock__appeal=appeal, kind="missed")
        assert sorted(event.clock.name for event in missed) == ["contact", "reply"]
        told = Notice.objects.filter(
            template="overdue", to=handler.user, values__number=appeal.number
        )
        assert sorted(notice.values["clock"]["zh"] for notice in told) == ["答复", "联系企业"]
    for appeal in silent:
        appeal.refresh_from_db()
        assert appeal.state == State.CLOSED_UNRATED
        lines = JournalLine.objects.filter(subject_id=appeal.pk, step="close_unrated")
        assert lines.count() == 1
    assert Notice.objects.filter(template="facts_reminder").count() == 1
    assert waiting.info_requests.get().reminders == 1
