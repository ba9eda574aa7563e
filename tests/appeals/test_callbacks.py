"""Callbacks: attempts in half-days, and the five things that may come of one."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from qifu.appeals import actions
from qifu.appeals.actions.callbacks import half_day
from qifu.appeals.models import Callback, CallbackAttempt, Clock, ClockEvent, PolicyGap
from qifu.appeals.states import State
from qifu.base.errors import BadInput, NotAllowed, WrongState
from qifu.knowledge.models import Law
from qifu.notices.models import Notice
from qifu.organisations.permissions import Actor
from tests.appeals import later_steps as steps
from tests.appeals import world
from tests.appeals.test_later_steps import refused
from tests.appeals.world import later

pytestmark = pytest.mark.usefixtures("demo_city")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def callback(appeal):
    return Callback.objects.filter(appeal=appeal).order_by("-pk").first()


def called(appeal, *moments, reached=False):
    for moment in moments:
        steps.attempt(appeal, world.callback_actor(), moment, reached=reached)


def test_a_half_day_is_that_of_shanghai():
    assert half_day(at(24, 11, 59)) == "2026-11-24 am"
    assert half_day(at(24, 12)) == "2026-11-24 pm"
    assert half_day(at(24, 0)) == "2026-11-24 am"


def test_an_attempt_is_kept_and_the_clock_runs_on_until_something_comes_of_it():
    appeal = world.callback_due()
    called(appeal, at(23, 10), reached=True)
    row = CallbackAttempt.objects.get(callback__appeal=appeal)
    assert (row.half_day, row.reached, row.note) == ("2026-11-23 am", True, "还没有通电")
    assert Clock.objects.get(appeal=appeal, name="callback").state == "running"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"channel": "telepathy"}, "channel"),
        ({"note": ""}, "note"),
        ({"note": "长" * 2001}, "note"),
    ],
)
def test_an_attempt_says_how_and_what_was_said(more, field):
    appeal = world.callback_due()
    words = {"channel": "phone", "reached": True, "note": "还没有通电"}

    def act(appeal, actor, now):
        actions.attempt_callback(appeal, actor=actor, now=now, **words | more)

    assert set(refused(appeal, BadInput, act, world.callback_actor()).fields) == {field}


# wants more


def test_who_wants_more_gets_the_same_lead_on_a_new_clock():
    handler = world.handler_actor()
    appeal = world.callback_due()
    now = at(25, 10)
    steps.wants_more(appeal, world.callback_actor(), now)
    assert (appeal.state, appeal.round) == (State.REHANDLING, 2)
    assert appeal.holder == appeal.lead == world.unit()
    clock = Clock.objects.get(appeal=appeal, name="reply", round=2)
    assert (clock.started_at, timezone.localdate(clock.due_at)) == (now, date(2026, 12, 2))
    row = callback(appeal)
    assert (row.outcome, row.closed_at, row.note) == ("wants_more", now, "还没有通电")
    assert Clock.objects.get(appeal=appeal, name="callback").state == "met"
    assert Notice.objects.filter(template="appeal_rehandling", to=handler.user).exists()
    assert Notice.objects.filter(
        template="callback_outcome", organisation_id=appeal.enterprise_id
    ).exists()
    assert appeal.dispatches.get(ended_at=None).unit == appeal.lead


def test_an_instant_answer_that_did_not_help_is_not_the_firms_loss():
    """Submitted on Monday, answered on Wednesday, taken up again on the next Monday: Tuesday
    counts, the days on which the firm had an answer do not."""
    appeal = world.submitted(now=at(23, 9))
    actions.accept_appeal(appeal, actor=world.intake_actor(), now=at(23, 10))
    actions.answer_at_once(
        appeal, actor=world.intake_actor(), now=at(25, 10), text="", outcome="explained",
        points=world.answers(appeal), basis=world.BASIS,
    )  # fmt: skip
    world.rated(appeal, level=1)
    steps.wants_more(appeal, world.callback_actor(), at(30, 10))
    clock = Clock.objects.get(appeal=appeal, name="reply", state="running")
    assert clock.started_at == appeal.submitted_at == at(23, 9)
    assert timezone.localdate(appeal.due_at) == date(2026, 12, 4)
    assert appeal.lead == world.unit(world.INTAKE) and appeal.at_once
    assert appeal.dispatches.count() == 0
    world.dispatched(appeal)
    assert timezone.localdate(appeal.due_at) == date(2026, 12, 4), (
        "and the dispatch changes nothing"
    )


def test_days_of_waiting_for_facts_stay_uncounted_in_a_back_dated_case():
    appeal = world.submitted(now=at(23, 9))
    desk = world.intake_actor()
    actions.ask_for_facts(appeal, actor=desk, now=at(23, 10), question="户号？")
    actions.supply_facts(appeal, actor=world.owner_of(appeal), now=at(24, 10), answer="001")
    world.answered_at_once(world.accepted(appeal))
    world.rated(appeal, level=1)
    steps.wants_more(appeal, world.callback_actor(), at(25, 10))
    assert timezone.localdate(appeal.due_at) == date(2026, 12, 2), "26 Nov is the first day"


# a clause stands against it


def test_a_justified_closing_needs_a_second_person_and_records_the_gap():
    appeal = world.callback_due()
    coordinator = world.coordinator_actor()
    steps.propose(appeal, world.callback_actor(), later(appeal))
    assert appeal.state == State.CALLBACK_DUE
    assert Notice.objects.filter(template="justified_proposed", to=coordinator.user).exists()
    now = later(appeal)
    steps.approve(appeal, coordinator, now)
    gap = PolicyGap.objects.get(appeal=appeal)
    assert (gap.clause, gap.explanation, gap.matter) == (
        "《供电营业规则》第八条", "已当面说明", appeal.matter
    )  # fmt: skip
    assert (gap.approved_by, gap.recorded_at, gap.callback) == (
        coordinator.user, now, callback(appeal)
    )  # fmt: skip
    assert (appeal.state, callback(appeal).outcome) == (State.CLOSED_JUSTIFIED, "justified")


def test_nobody_approves_what_they_proposed():
    appeal = world.callback_due()
    both = world.coordinator_actor()
    as_caller = Actor(both.user, both.membership, both.organisation, "callback_officer",
                      frozenset({"appeals.callback"}))  # fmt: skip
    steps.propose(appeal, as_caller, later(appeal))
    refused(appeal, NotAllowed, steps.approve, both)
    assert not PolicyGap.objects.exists()


def test_nothing_is_approved_or_declined_that_nobody_proposed():
    appeal = world.callback_due()
    for act in (steps.approve, steps.decline):
        refused(appeal, WrongState, act, world.coordinator_actor())


def test_what_was_declined_goes_back_to_the_desk_and_may_be_proposed_again():
    appeal = world.callback_due()
    caller = world.callback_actor()
    steps.propose(appeal, caller, later(appeal))
    refused(appeal, WrongState, steps.propose, caller)
    steps.decline(appeal, world.coordinator_actor(), later(appeal))
    [notice] = Notice.objects.filter(template="justified_declined")
    assert (notice.to_id, notice.values["note"]) == (caller.user_id, "条款不适用")
    refused(appeal, WrongState, steps.approve, world.coordinator_actor())
    steps.propose(appeal, caller, later(appeal))
    assert callback(appeal).proposed_at is not None


def test_a_case_that_was_reopened_may_end_at_a_second_clause():
    appeal = world.closed_justified()
    steps.reopen(appeal, world.owner_of(appeal), later(appeal))
    steps.reply(appeal, steps.handler(appeal), later(appeal))
    world.closed_justified(world.rated(appeal, level=1))
    assert PolicyGap.objects.filter(appeal=appeal).count() == 2


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"clause": ""}, "clause"),
        ({"clause": "长" * 301}, "clause"),
        ({"explanation": " "}, "explanation"),
        ({"law": "no-such-law"}, "law"),
        ({"article": "第八条"}, "article"),
    ],
)
def test_a_proposal_names_its_clause_and_explains_it(more, field):
    appeal = world.callback_due()
    words = {"clause": "第八条", "explanation": "已说明", "law": "", "article": ""}

    def act(appeal, actor, now):
        actions.propose_justified(appeal, actor=actor, now=now, **words | more)

    assert set(refused(appeal, BadInput, act, world.callback_actor()).fields) == {field}


def test_a_clause_of_the_knowledge_base_is_kept_with_its_law_and_article():
    law = Law.objects.filter(articles__number="第八条").first() or made_law()
    appeal = world.callback_due()
    actions.propose_justified(
        appeal, actor=world.callback_actor(), now=later(appeal), clause="第八条", law=law.code,
        article="第八条", explanation="已说明",
    )  # fmt: skip
    steps.approve(appeal, world.coordinator_actor(), later(appeal))
    gap = PolicyGap.objects.get(appeal=appeal)
    assert (gap.clause_law, gap.clause_article) == (law.code, "第八条")


def made_law():
    law = Law.objects.create(code="made-up", title="测试条例", content_hash="0")
    law.articles.create(number="第八条", anchor="a8", order=8, text="测试")
    return law


# nobody answers


@pytest.mark.parametrize(
    "moments",
    [
        [],
        [at(23, 9), at(23, 15)],
        [at(23, 9), at(23, 10), at(23, 11), at(23, 15)],
        [at(23, 9), at(23, 9, 5), at(23, 9, 10)],
    ],
)
def test_too_few_half_days_close_nothing(moments):
    appeal = world.callback_due()
    called(appeal, *moments)
    wrong = refused(appeal, WrongState, steps.give_up, world.callback_actor(), now=at(24, 17))
    assert "3" in str(wrong)


def test_three_half_days_without_an_answer_close_it_apart():
    appeal = world.callback_due()
    called(appeal, at(23, 9), at(23, 15), at(24, 9))
    steps.give_up(appeal, world.callback_actor(), at(24, 10))
    assert appeal.state == State.CLOSED_UNREACHABLE
    assert callback(appeal).outcome == "unreachable"
    assert Clock.objects.get(appeal=appeal, name="callback").state == "met"


def test_who_was_reached_meanwhile_is_not_unreachable():
    appeal = world.callback_due()
    called(appeal, at(23, 9), at(23, 15))
    called(appeal, at(24, 9), reached=True)
    called(appeal, at(24, 15))
    refused(appeal, WrongState, steps.give_up, world.callback_actor(), now=at(24, 17))
    called(appeal, at(25, 9), at(25, 15))
    steps.give_up(appeal, world.callback_actor(), at(25, 17))
    assert appeal.state == State.CLOSED_UNREACHABLE


# a slip, or taken back


@pytest.mark.parametrize("reason", ["misclick", "withdrawn"])
def test_the_firm_itself_confirms_that_it_was_a_slip(reason):
    appeal = world.callback_due()
    who = world.owner_of(appeal)
    refused(appeal, WrongState, steps.confirm, who)
    steps.ask_confirmation(appeal, world.callback_actor(), later(appeal))
    assert Notice.objects.filter(template="confirm_asked", to=who.user).exists()
    assert appeal.state == State.CALLBACK_DUE
    actions.confirm_closed(appeal, actor=who, now=later(appeal), reason=reason)
    assert (appeal.state, callback(appeal).outcome) == (State.CLOSED, reason)
    assert callback(appeal).rating.level == 1, "the rating stays on record"


def test_a_confirmation_says_which_of_the_two_it_is():
    appeal = world.callback_due()
    steps.ask_confirmation(appeal, world.callback_actor(), later(appeal))

    def act(appeal, actor, now):
        actions.confirm_closed(appeal, actor=actor, now=now, reason="because")

    assert set(refused(appeal, BadInput, act, world.owner_of(appeal)).fields) == {"reason"}


def test_a_late_callback_is_remembered_as_late():
    appeal = world.callback_due()
    steps.wants_more(appeal, world.callback_actor(), appeal.next_due_at + timedelta(days=1))
    clock = Clock.objects.get(appeal=appeal, name="callback")
    assert clock.missed
    assert ClockEvent.objects.filter(clock=clock, kind="met").exists()
