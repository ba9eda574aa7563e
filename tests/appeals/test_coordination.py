"""Coordination: more days, reminders, numbered notices, escalation."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from qifu.appeals import actions
from qifu.appeals.models import Clock, ClockEvent, Extension, SupervisionNotice
from qifu.base.errors import BadInput, WrongState
from qifu.notices.models import Notice
from tests.appeals import later_steps as steps
from tests.appeals import world
from tests.appeals.test_later_steps import refused
from tests.appeals.world import later
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("demo_city")
SECOND = timedelta(seconds=1)


def asking(days=3, reason="要等检测报告"):
    def act(appeal, actor, now):
        actions.ask_extension(appeal, actor=actor, now=now, days=days, reason=reason)

    return act


def deciding(**more):
    def act(appeal, actor, now):
        words = {"grant": True, "reason": "同意"}
        return actions.decide_extension(appeal, actor=actor, now=now, **words | more)

    return act


@pytest.fixture
def asked(demo_city):
    appeal = world.handling_()
    steps.ask_extension(appeal, steps.handler(appeal), later(appeal))
    return appeal


def test_an_extension_waits_for_a_coordinator_and_changes_no_date_yet():
    coordinator = world.coordinator_actor()
    appeal = world.handling_()
    due = appeal.due_at
    steps.ask_extension(appeal, steps.handler(appeal), later(appeal))
    row = Extension.objects.get(appeal=appeal)
    assert (row.days, row.granted, row.round, appeal.due_at) == (3, None, 1, due)
    [notice] = Notice.objects.filter(template="extension_asked", to=coordinator.user)
    assert notice.values["days"] == 3


def test_granted_days_move_the_date_and_both_dates_are_told(asked):
    old = asked.due_at
    deciding()(asked, world.coordinator_actor(), later(asked))
    assert timezone.localdate(old) == date(2026, 11, 27)
    assert timezone.localdate(asked.due_at) == date(2026, 12, 2), "27 Nov and three working days"
    row = Extension.objects.get(appeal=asked)
    assert (row.granted, row.granted_days, row.days) == (True, 3, 3)
    event = ClockEvent.objects.get(clock__appeal=asked, kind="extended")
    assert (event.old_due, event.new_due) == (old, asked.due_at)
    notice = Notice.objects.filter(template="due_changed").last()
    assert (notice.values["old"], notice.values["new"]) == ("2026-11-27", "2026-12-02")
    decided = Notice.objects.filter(template="extension_decided").last()
    assert decided.values["outcome"]["zh"] == "已同意"
    assert (decided.values["days"], decided.values["due"]) == (3, "2026-12-02")


def test_a_coordinator_may_grant_fewer_days_and_what_was_asked_stays(asked):
    deciding(days=1)(asked, world.coordinator_actor(), later(asked))
    row = Extension.objects.get(appeal=asked)
    assert (row.days, row.granted_days) == (3, 1)
    assert timezone.localdate(asked.due_at) == date(2026, 11, 30)


def test_a_refused_extension_leaves_the_date_and_cannot_be_asked_again(asked):
    due = asked.due_at
    deciding(grant=False, reason="可以按期办")(asked, world.coordinator_actor(), later(asked))
    assert asked.due_at == due
    assert Extension.objects.get(appeal=asked).granted is False
    refused(asked, WrongState, asking(), steps.handler(asked))
    assert not Notice.objects.filter(template="due_changed").exists()


def test_after_the_due_date_nothing_is_asked_and_nothing_granted(asked):
    over = asked.due_at + SECOND
    refused(asked, WrongState, deciding(), world.coordinator_actor(), now=over)
    deciding(grant=False, reason="晚了")(asked, world.coordinator_actor(), over)
    appeal = world.handling_()
    refused(appeal, WrongState, asking(), steps.handler(appeal), now=appeal.due_at + SECOND)
    assert Extension.objects.filter(appeal=appeal).count() == 0


def test_there_is_nothing_to_decide_where_nobody_asked():
    appeal = world.handling_()
    for act in (deciding(), deciding(grant=False)):
        refused(appeal, WrongState, act, world.coordinator_actor())


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (asking(days=0), "days"),
        (asking(days=-1), "days"),
        (asking(days=11), "days"),
        (asking(days=True), "days"),
        (asking(days="3"), "days"),
        (asking(reason=" "), "reason"),
    ],
)
def test_how_long_and_why_are_checked_at_the_field(act, field):
    appeal = world.handling_()
    assert set(refused(appeal, BadInput, act, steps.handler(appeal)).fields) == {field}


@pytest.mark.parametrize(
    ("act", "field"),
    [(deciding(days=99), "days"), (deciding(days=0), "days"),
     (deciding(grant=False, reason=""), "reason")],
)  # fmt: skip
def test_a_decision_is_checked_at_the_field(asked, act, field):
    assert set(refused(asked, BadInput, act, world.coordinator_actor()).fields) == {field}


def test_the_most_days_of_the_rule_set_may_be_asked():
    appeal = world.handling_()
    asking(days=10)(appeal, steps.handler(appeal), later(appeal))
    assert Extension.objects.get(appeal=appeal).days == 10


def test_an_extension_starts_the_reminding_anew(asked):
    Clock.objects.filter(appeal=asked, name="reply").update(reminded=1)
    deciding()(asked, world.coordinator_actor(), later(asked))
    assert Clock.objects.get(appeal=asked, name="reply").reminded == 0


# reminders, notices, escalation


def holders():
    """A state, and who has to act in it."""
    return [
        ("submitted", world.intake_actor), ("accepted", world.intake_actor),
        ("dispatched", world.handler_actor), ("handling", world.handler_actor),
        ("rehandling", world.handler_actor), ("callback_due", world.callback_actor),
    ]  # fmt: skip


@pytest.mark.parametrize(("state", "who"), holders())
def test_a_reminder_reaches_whoever_has_to_act(state, who):
    appeal, person = world.in_state(state), who()
    Notice.objects.all().delete()
    steps.remind(appeal, world.coordinator_actor(), later(appeal))
    told = {notice.to_id for notice in Notice.objects.filter(template="case_reminded")}
    assert person.user_id in told
    assert world.owner_of(appeal).user_id not in told


def test_a_reminder_goes_to_the_person_who_handles_the_case():
    appeal = world.handling_()
    mine, other = world.handler_actor(), world.handler_actor()
    actions.assign_case(appeal, actor=mine, now=later(appeal), user=mine.user)
    steps.remind(appeal, world.coordinator_actor(), later(appeal))
    told = {notice.to_id for notice in Notice.objects.filter(template="case_reminded")}
    assert told == {mine.user_id} and other.user_id not in told


def test_a_reminder_finds_the_unit_where_the_handler_has_left():
    appeal = world.handling_()
    gone, other = world.handler_actor(), world.handler_actor()
    actions.assign_case(appeal, actor=gone, now=later(appeal), user=gone.user)
    gone.membership.ended_at = NOW
    gone.membership.save()
    steps.remind(appeal, world.coordinator_actor(), later(appeal))
    told = {notice.to_id for notice in Notice.objects.filter(template="case_reminded")}
    assert other.user_id in told and gone.user_id not in told


def test_supervision_notices_are_numbered_by_year_without_a_gap():
    first, second = world.handling_(), world.dispatched()
    actor = world.coordinator_actor()
    notices = [steps.supervise(first, actor, later(first)) for _turn in range(2)]
    notices.append(steps.supervise(second, actor, later(second)))
    assert [(n.year, n.serial) for n in notices] == [(2026, 1), (2026, 2), (2026, 3)]
    next_year = NOW.replace(year=2027, month=1, day=4)
    new = steps.supervise(first, actor, next_year)
    assert str(new) == "督办〔2027〕1号"
    assert timezone.localdate(notices[0].until) == date(2026, 11, 25), "three working days"
    assert notices[0].unit == first.holder


def test_the_year_of_a_notice_is_that_of_shanghai():
    appeal = world.handling_()
    eve = NOW.replace(month=12, day=31, hour=17)  # one in the morning of New Year's Day there
    assert steps.supervise(appeal, world.coordinator_actor(), eve).year == 2027


@pytest.mark.parametrize(
    ("more", "field"),
    [({"reason": ""}, "reason"), ({"until_days": 0}, "until_days"),
     ({"until_days": 31}, "until_days"), ({"until_days": 1.5}, "until_days")],
)  # fmt: skip
def test_a_notice_says_why_and_until_when(more, field):
    appeal = world.handling_()

    def act(appeal, actor, now):
        actions.supervise(
            appeal, actor=actor, now=now, **{"reason": "多次反映", "until_days": 3} | more
        )

    assert set(refused(appeal, BadInput, act, world.coordinator_actor()).fields) == {field}
    assert not SupervisionNotice.objects.exists()


def test_a_case_is_escalated_once_by_desk_or_coordinator():
    coordinator = world.coordinator_actor()
    appeal = world.handling_()
    at = later(appeal)
    steps.escalate(appeal, world.intake_actor(), at)
    assert appeal.escalated_at == at
    assert Notice.objects.filter(template="case_escalated", to=coordinator.user).exists()
    refused(appeal, WrongState, steps.escalate, coordinator)


@pytest.mark.parametrize("step", ["remind", "escalate"])
def test_what_urges_others_says_what_for(step):
    appeal = world.handling_()
    words = {"remind": {"note": ""}, "escalate": {"reason": ""}}[step]

    def act(appeal, actor, now):
        getattr(actions, step)(appeal, actor=actor, now=now, **words)

    assert set(refused(appeal, BadInput, act, world.coordinator_actor()).fields) == set(words)
