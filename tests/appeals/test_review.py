"""What a second pair of eyes found: each of these went wrong once."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from qifu.appeals import actions
from qifu.appeals.models import CallbackAttempt, Clock, ClockEvent, Contact
from qifu.appeals.permissions import steps_for
from qifu.appeals.selectors.case import case_of
from qifu.appeals.selectors.similar import similar_cases
from qifu.appeals.selectors.timeline import timeline
from qifu.appeals.states import FORGOTTEN, State
from qifu.base.calendar import record_calendar
from qifu.base.errors import BadInput, WrongState
from qifu.knowledge.actions import write_answer
from qifu.knowledge.models import Answer
from qifu.notices.models import Notice
from qifu.organisations.models import Unit
from qifu.rulebook.workdays import SHANGHAI
from tests.appeals import world
from tests.appeals.world import later
from tests.base.test_calendar import year_2027
from tests.factories import officer

pytestmark = pytest.mark.usefixtures("demo_city")


def upload(now, **changes):
    return record_calendar(year_2027(**changes), uploaded_by=None, now=now)


def at(day, hour=10, month=12, year=2026):
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


# clocks under a new calendar


def test_a_calendar_that_comes_while_clocks_are_counted_is_the_one_they_stand_on():
    for _ in range(3):
        world.submitted()
    upload(at(1))
    second = []

    def meanwhile(_count):
        assert len(second) < 20, "the recount never ends"
        if not second:
            second.append(upload(at(2), source="国办发明电〔2026〕9号"))
        else:
            second.append(None)

    actions.recompute_clocks(now=at(2), progress=meanwhile)
    live = Clock.objects.filter(state__in=("running", "paused"))
    assert set(live.values_list("calendar", flat=True)) == {second[0].pk}


def test_a_case_that_cannot_be_counted_does_not_keep_the_others_waiting():
    broken, sound = world.submitted(), world.submitted()
    clock = Clock.objects.get(appeal=broken, name="reply")
    Clock.objects.filter(pk=clock.pk).update(limit={**clock.limit, "number": 99_999})
    kept = upload(at(1))
    with pytest.raises(ValueError, match="99999"):
        actions.recompute_clocks(now=at(2))
    assert set(Clock.objects.filter(appeal=sound).values_list("calendar", flat=True)) == {kept.pk}


def test_what_was_missed_only_by_a_provisional_calendar_was_not_missed():
    appeal = world.submitted(now=at(28))
    clock = Clock.objects.get(appeal=appeal, name="reply")
    assert clock.provisional and clock.due_at.date() == at(5, month=1, year=2027).date()
    past = clock.due_at + timedelta(minutes=1)
    actions.mark_missed(now=past)
    actions.remind_due(now=past)
    clock.refresh_from_db()
    assert clock.missed and clock.reminded
    owner = world.owner_of(appeal)
    longer = {"from": "2027-01-01", "to": "2027-01-05", "name": "元旦"}
    upload(past, holidays=[longer, *year_2027()["holidays"][1:]])
    actions.recompute_clocks(now=past)
    clock.refresh_from_db()
    assert clock.due_at > past and not clock.missed and clock.reminded == 0
    assert ClockEvent.objects.filter(clock=clock, kind="missed").exists(), "it stays on record"
    told = Notice.objects.get(to=owner.user, template="due_changed")
    assert told.values["new"] == clock.due_at.date().isoformat()


def test_a_firm_that_is_to_supply_facts_has_until_the_day_that_the_clock_says():
    appeal = world.need_info(world.submitted(now=at(21)))
    before = appeal.info_requests.get().until
    longer = {"from": "2027-01-01", "to": "2027-01-05", "name": "元旦"}
    upload(at(30), holidays=[longer, *year_2027()["holidays"][1:]])
    actions.recompute_clocks(now=at(30))
    until = appeal.info_requests.get().until
    assert until > before and until == Clock.objects.get(appeal=appeal, name="info").due_at


def test_a_case_rightly_refused_twice_was_not_late_because_the_firm_contested_late():
    appeal = world.submitted(now=at(1))
    world.not_accepted(appeal)
    late = at(14)
    actions.contest_rejection(appeal, actor=world.owner_of(appeal), now=late, reason="属于本市职权")
    assert Clock.objects.get(appeal=appeal, name="reply", state="running").due_at < late
    actions.mark_missed(now=late)
    world.not_accepted(appeal)
    assert not Clock.objects.filter(appeal=appeal, missed=True).exists()


def test_a_refusal_that_came_too_late_stays_late_however_often_it_is_contested():
    appeal = world.submitted(now=at(1))
    Clock.objects.filter(appeal=appeal).update(due_at=at(1))
    world.not_accepted(appeal)
    actions.contest_rejection(
        appeal, actor=world.owner_of(appeal), now=at(2), reason="属于本市职权"
    )
    world.not_accepted(appeal)
    assert Clock.objects.filter(appeal=appeal, name="reply", missed=True).exists()


# those merged into another


def follower_of(master):
    appeal = world.submitted()
    world.same_firm(appeal, master)
    actions.merge_appeals(appeal, actor=world.intake_actor(), now=later(master), master=master)
    return appeal


def test_once_answered_a_follower_can_be_urged_like_any_case():
    master = world.dispatched()
    follower = follower_of(master)
    coordinator = world.coordinator_actor()
    with pytest.raises(WrongState):
        actions.remind(follower, actor=coordinator, now=later(follower), note="请尽快")
    world.replied(world.handling_(master))
    follower.refresh_from_db()
    world.rated(follower, level=1)
    assert {"remind", "supervise"} <= {step.name for step in steps_for(coordinator, follower)}
    actions.remind(follower, actor=coordinator, now=later(follower), note="请尽快回访")
    assert follower.state == State.CALLBACK_DUE


def test_an_answered_follower_does_not_stay_with_a_unit_that_is_gone():
    master = world.dispatched()
    follower = follower_of(master)
    world.replied(world.handling_(master))
    gone = later(master) + timedelta(days=1)
    Unit.objects.filter(pk=master.lead_id).update(dissolved_on=gone.date())
    assert actions.take_over_dissolved(now=gone) == 2
    follower.refresh_from_db()
    assert follower.holder == follower.intake_unit


def test_a_follower_reads_the_answer_once():
    master = world.dispatched()
    follower = follower_of(master)
    world.handling_(master)
    actions.reply(
        master, actor=world.handler_actor(), now=later(master), text="可以在窗口办理。", points={},
        outcome="explained", basis=world.BASIS,
    )  # fmt: skip
    copy = follower.replies.get()
    assert (copy.text, copy.points.get().text) == ("可以在窗口办理。", "可以在窗口办理。")


# handing on


def test_a_unit_whose_objection_was_upheld_is_not_handed_the_case_again():
    appeal = world.objected(world.dispatched(to=world.DISTRICT, region="440305"))
    actions.uphold_objection(
        appeal, actor=world.intake_actor(), now=later(appeal), reason="确实不归该单位"
    )
    world.dispatched(appeal, to=world.LEAD)
    before = world.traces(appeal)
    with pytest.raises(BadInput) as refused:
        actions.transfer(
            appeal, actor=world.handler_actor(), now=later(appeal), unit=world.unit(world.DISTRICT)
        )
    assert set(refused.value.fields) == {"unit"}
    assert world.traces(appeal) == before


def test_a_reminder_reaches_the_unit_where_the_colleague_who_has_the_case_is_away():
    one, other = world.handler_actor(), world.handler_actor()
    appeal = world.handling_()
    actions.assign_case(appeal, actor=other, now=later(appeal), user=one.user)
    today = timezone.localdate(appeal.changed_at)
    actions.record_absence(
        actor=other, now=later(appeal), user=one.user, first_day=today, last_day=today
    )
    actions.remind(appeal, actor=world.coordinator_actor(), now=later(appeal), note="请尽快")
    assert Notice.objects.filter(to=other.user, template="case_reminded").exists()


def test_a_unit_that_no_longer_has_a_case_does_not_read_with_whom_others_spoke():
    before = world.handler_actor()
    appeal = world.objected()
    actions.uphold_objection(
        appeal, actor=world.intake_actor(), now=later(appeal), reason="确实不归该单位"
    )
    world.handling_(world.dispatched(appeal, to=world.OTHER))
    actions.record_contact(
        appeal, actor=world.handler_actor(world.OTHER), now=later(appeal), person="测试某人",
        channel="phone", reached=True, result="下周再打 13800000000",
    )  # fmt: skip
    now = later(appeal)
    assert case_of(before, appeal, now=now).contacts == ()
    for actor in (world.handler_actor(world.OTHER), world.owner_of(appeal)):
        assert len(case_of(actor, appeal, now=now).contacts) == 1


# what the firm may know


def test_the_firm_reads_the_coordinators_reason_and_not_what_the_unit_wrote():
    appeal = world.handling_()
    owner = world.owner_of(appeal)
    actions.ask_extension(
        appeal, actor=world.handler_actor(), now=later(appeal), days=2, reason="经办人请假"
    )
    actions.decide_extension(appeal, actor=world.coordinator_actor(), now=later(appeal), grant=True)
    told = Notice.objects.get(to=owner.user, template="due_changed")
    assert told.values["reason"]["zh"] == "同意延期"
    assert "经办人请假" not in str(told.values)


# forgetting


def caller(name="测试个体户"):
    return world.submitted(
        world.intake_actor(), requester=name, channel="phone", text=f"{name}想问电费怎样退回？",
    )  # fmt: skip


def test_what_was_noted_of_calls_and_the_name_in_messages_is_forgotten_too():
    handler = world.handler_actor()
    appeal = world.dispatched(world.accepted(caller()))
    assert Notice.objects.filter(to=handler.user, values__firm="测试个体户").exists()
    actions.record_contact(
        appeal, actor=handler, now=later(appeal), person="测试某人", channel="phone",
        reached=True, result="测试某人说下周再打 13800000000",
    )  # fmt: skip
    world.replied(world.handling_(appeal))
    actions.close_unrated(now=later(appeal) + timedelta(days=60))
    appeal.refresh_from_db()
    actions.forget_requester(
        appeal, actor=world.coordinator_actor(), now=later(appeal), reason="本人书面要求"
    )
    assert Contact.objects.get(appeal=appeal).result == ""
    assert not Notice.objects.filter(values__firm="测试个体户").exists()
    assert Notice.objects.filter(to=handler.user, values__firm=FORGOTTEN).exists()


def test_what_was_noted_of_a_callback_is_forgotten_too():
    appeal = world.callback_due()
    actions.attempt_callback(
        appeal, actor=world.callback_actor(), now=later(appeal), channel="phone", reached=True,
        note="测试某人说点错了",
    )  # fmt: skip
    actions.ask_confirmation(appeal, actor=world.callback_actor(), now=later(appeal))
    actions.confirm_closed(
        appeal, actor=world.owner_of(appeal), now=later(appeal), reason="misclick"
    )
    actions.forget_requester(
        appeal, actor=world.coordinator_actor(), now=later(appeal), reason="本人书面要求"
    )
    assert CallbackAttempt.objects.get(callback__appeal=appeal).note == ""


def test_two_people_who_were_forgotten_are_not_one_person():
    rejected = [world.not_accepted(caller(name)) for name in ("测试甲", "测试乙")]
    for appeal in rejected:
        actions.forget_requester(
            appeal, actor=world.coordinator_actor(), now=later(appeal), reason="本人书面要求"
        )
    first, second = rejected
    type(first).objects.filter(pk=second.pk).update(text=first.text)
    second.refresh_from_db()
    found = similar_cases(world.intake_actor(), second, now=later(second))
    assert {one.kind for one in found} <= {"other_firm"}


# the year


def test_an_answer_written_on_new_years_morning_has_the_number_of_the_new_year():
    writer = officer("intake_officer", world.unit(world.INTAKE))
    answer = write_answer(
        actor=writer, question_zh="怎样申请退费？", answer_zh="向窗口申请。",
        basis=[{"text": "办事指南"}], now=at(1, hour=7, month=1, year=2027),
    )  # fmt: skip
    assert answer.code.startswith("DA-2027-")
    assert Answer.objects.filter(code=answer.code).count() == 1


def test_a_matter_with_its_own_limits_moves_the_date_and_the_firm_reads_from_when_to_when():
    appeal = world.submitted(kind="complaint")
    before = appeal.due_at
    actions.accept_appeal(appeal, actor=world.intake_actor(), now=later(appeal), matter="arrears")
    assert appeal.due_at > before
    [told] = [e for e in timeline(world.owner_of(appeal), appeal) if e.step == "change_limit"]
    assert told.note == f"{localdate(before)} → {localdate(appeal.due_at)}"
