"""What comes round: run twice it is done once, killed it goes on, a week late it does it all."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from qifu.appeals import actions
from qifu.appeals.models import Appeal, Clock, ClockEvent, InfoRequest
from qifu.appeals.states import State
from qifu.base.models import JournalLine, ScheduleEntry
from qifu.jobs import work
from qifu.notices.models import Notice
from tests.appeals import later_steps as steps
from tests.appeals import world
from tests.appeals.world import later
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("demo_city")
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def at(day, hour=10, month=11):
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def told(template, appeal=None, to=None):
    found = Notice.objects.filter(template=template)
    if appeal is not None:
        found = found.filter(values__number=appeal.number)
    return found.filter(to=to.user) if to is not None else found


def clock(appeal, name):
    return Clock.objects.filter(appeal=appeal, name=name).order_by("-pk").first()


def everything(appeals):
    return [world.traces(appeal) for appeal in appeals]


def nothing_is_left_of(job, now):
    """A job that has run has nothing to do at the same moment."""
    before = everything(Appeal.objects.order_by("pk"))
    assert job(now=now) == 0
    assert everything(Appeal.objects.order_by("pk")) == before


# missed


def test_a_duty_that_has_passed_is_missed_once_on_record():
    appeal = world.handling_()  # due on 27 November
    over = at(28)
    assert actions.mark_missed(now=appeal.due_at) == 1, "only the contact of the 23rd"
    assert actions.mark_missed(now=over) == 1
    assert clock(appeal, "reply").missed and clock(appeal, "reply").state == "running"
    assert ClockEvent.objects.filter(clock__appeal=appeal, kind="missed").count() == 2
    nothing_is_left_of(actions.mark_missed, over)


def test_a_window_that_closes_is_nobodys_failure():
    appeal = world.dispatched()
    actions.mark_missed(now=at(30))
    assert not clock(appeal, "objection").missed
    waiting = world.replied()
    actions.mark_missed(now=at(30, month=12))
    assert not clock(waiting, "unrated").missed


def test_a_clock_that_stands_still_is_not_missed():
    appeal = world.need_info()
    actions.mark_missed(now=at(30))
    assert not Clock.objects.filter(appeal=appeal, missed=True).exists()


# due soon, overdue, escalated


def test_people_are_told_the_working_day_before_and_not_sooner():
    handler = world.handler_actor()
    appeal = world.handling_()
    steps.contact(appeal, handler, later(appeal))
    assert actions.remind_due(now=at(25)) == 0
    assert actions.remind_due(now=at(26)) == 1
    [notice] = told("due_soon", appeal, handler)
    assert notice.values["due"] == "2026-11-27" and notice.values["clock"]["zh"] == "答复"
    nothing_is_left_of(actions.remind_due, at(26))
    assert actions.remind_due(now=at(27)) == 0


def test_the_day_before_a_weekend_is_the_day_before_monday():
    handler = world.handler_actor()
    appeal = world.handling_(now=at(23))  # five working days: Monday, 30 November
    steps.contact(appeal, handler, later(appeal))
    assert actions.remind_due(now=at(26)) == 0
    assert actions.remind_due(now=at(27)) == 1
    assert told("due_soon", appeal, handler).get().values["due"] == "2026-11-30"


def test_overdue_is_told_to_the_unit_and_a_working_day_later_to_the_coordinators():
    handler, coordinator = world.handler_actor(), world.coordinator_actor()
    appeal = world.handling_()
    steps.contact(appeal, handler, later(appeal))
    assert actions.remind_due(now=at(28)) == 1
    assert told("overdue", appeal, handler).count() == 1
    assert not told("overdue", appeal, coordinator).exists()
    assert actions.remind_due(now=at(29)) == 0, "a Sunday"
    assert actions.remind_due(now=at(30)) == 1
    assert told("overdue", appeal, coordinator).count() == 1
    assert told("overdue", appeal, handler).count() == 1
    nothing_is_left_of(actions.remind_due, at(30))


def test_a_round_that_comes_a_week_late_tells_everybody_once():
    handler, coordinator = world.handler_actor(), world.coordinator_actor()
    appeal = world.handling_()
    steps.contact(appeal, handler, later(appeal))
    late = at(7, month=12)
    assert actions.remind_due(now=late) == 1
    assert told("overdue", appeal, handler).count() == 1
    assert told("overdue", appeal, coordinator).count() == 1
    assert not told("due_soon", appeal).exists()
    nothing_is_left_of(actions.remind_due, late)


def test_a_duty_of_one_day_has_no_day_before():
    appeal = world.dispatched()
    assert actions.remind_due(now=later(appeal)) == 0
    assert clock(appeal, "acknowledge").reminded == 0


@pytest.mark.parametrize(
    ("make", "who"),
    [(world.submitted, world.intake_actor), (world.callback_due, world.callback_actor)],
)
def test_whoever_has_to_act_is_told(make, who):
    appeal, person = make(), who()
    actions.remind_due(now=at(30))
    assert told("overdue", appeal, person).exists()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_round_that_is_killed_in_the_middle_loses_nothing_and_doubles_nothing(monkeypatch, error):
    handler = world.handler_actor()
    cases = [world.handling_() for _turn in range(4)]
    for appeal in cases:
        steps.contact(appeal, handler, later(appeal))
    Notice.objects.all().delete()
    real, calls = actions.rounds.tell_holder, []

    def dies_once(appeal, *rest, **more):
        calls.append(appeal.pk)
        if len(calls) == 3:
            raise error("killed")
        real(appeal, *rest, **more)

    monkeypatch.setattr("qifu.appeals.actions.rounds.tell_holder", dies_once)
    with pytest.raises(error):
        actions.remind_due(now=at(26))
    left = 1 if error is RuntimeError else 2
    assert told("due_soon", to=handler).count() == 4 - left
    assert actions.remind_due(now=at(26)) == left
    assert [told("due_soon", appeal, handler).count() for appeal in cases] == [1, 1, 1, 1]


def test_one_case_that_fails_does_not_keep_the_others_waiting(monkeypatch):
    bad, good = world.replied(), world.replied()
    real = actions.rounds.tell_firm

    def fails_for_one(appeal, *rest, **more):
        if appeal.pk == bad.pk:
            raise RuntimeError("cannot be told")
        real(appeal, *rest, **more)

    monkeypatch.setattr("qifu.appeals.actions.rounds.tell_firm", fails_for_one)
    for _turn in range(2):
        with pytest.raises(RuntimeError):
            actions.close_unrated(now=at(30, month=12))
    for appeal, state in ((bad, State.REPLIED), (good, State.CLOSED_UNRATED)):
        appeal.refresh_from_db()
        assert appeal.state == state
    assert told("appeal_closed", good).count() == 1


# facts that were asked for


def test_facts_are_reminded_of_twice_and_then_the_case_is_put_aside():
    appeal = world.need_info()  # asked on 22 November, until 4 December
    request = InfoRequest.objects.get(appeal=appeal)
    days = []
    for day in range(1, 20):
        now = NOW + DAY * day
        for _twice in range(2):
            sent = told("facts_reminder", appeal).count()
            actions.remind_facts(now=now)
            actions.lapse_waiting(now=now)
            if told("facts_reminder", appeal).count() > sent:
                days.append(day)
        appeal.refresh_from_db()
        if appeal.state == State.LAPSED:
            break
    assert len(days) == 2 and days[0] < days[1] < day
    request.refresh_from_db()
    assert request.lapsed_at == now > request.until
    assert appeal.holder is None and appeal.next_due_at is None
    assert told("appeal_lapsed", appeal).count() == 1
    assert clock(appeal, "reply").state == "paused", "nothing was met, missed or solved"
    line = JournalLine.objects.filter(subject_kind="appeal", subject_id=appeal.pk).last()
    assert (line.step, line.actor_id) == ("lapse", None)
    nothing_is_left_of(actions.lapse_waiting, now)
    nothing_is_left_of(actions.remind_facts, now)


def test_after_weeks_without_a_worker_nobody_is_put_aside_unreminded():
    appeal = world.need_info()
    late = at(20, month=12)
    assert actions.lapse_waiting(now=late) == 0
    assert actions.remind_facts(now=late) == 1
    nothing_is_left_of(actions.remind_facts, late)
    assert actions.lapse_waiting(now=late) == 0
    [notice] = told("facts_reminder", appeal)[:1]
    assert notice.values["until"] == "2026-12-22", "never a day that is past"
    assert actions.remind_facts(now=late + DAY) == 1
    assert actions.lapse_waiting(now=late + DAY) == 0
    assert actions.lapse_waiting(now=late + 2 * DAY) == 1
    appeal.refresh_from_db()
    assert appeal.state == State.LAPSED


def test_an_answer_ends_the_reminding():
    appeal = world.need_info()
    actions.remind_facts(now=at(27))
    actions.supply_facts(appeal, actor=world.owner_of(appeal), now=at(28), answer="001")
    late = at(20, month=12)
    assert actions.remind_facts(now=late) == 0 and actions.lapse_waiting(now=late) == 0
    appeal.refresh_from_db()
    assert appeal.state == State.SUBMITTED


def test_a_case_put_aside_goes_on_and_its_followers_went_on_before():
    master, follower = world.submitted(), world.submitted()
    world.same_firm(follower, master)
    actions.merge_appeals(follower, actor=world.intake_actor(), now=later(follower), master=master)
    world.lapsed(world.need_info(master))
    follower.refresh_from_db()
    assert (follower.merged_into, follower.state) == (None, State.SUBMITTED)
    assert told("unmerged", follower).exists()
    actions.resume_lapsed(master, actor=world.owner_of(master), now=later(master), answer="001")
    assert master.state == State.SUBMITTED
    assert clock(master, "reply").state == "running" and master.due_at > later(master)


# silence


def test_silence_is_unrated_and_never_content():
    appeal = world.replied()
    due = clock(appeal, "unrated").due_at
    assert actions.close_unrated(now=due) == 0
    assert actions.close_unrated(now=due + SECOND) == 1
    appeal.refresh_from_db()
    assert (appeal.state, appeal.holder) == (State.CLOSED_UNRATED, None)
    assert not appeal.ratings.exists()
    assert told("appeal_closed", appeal).count() == 1
    nothing_is_left_of(actions.close_unrated, due + SECOND)


def test_a_firm_is_asked_for_its_rating_once_half_way():
    appeal = world.replied()  # 15 calendar days
    assert actions.remind_ratings(now=at(29)) == 0
    assert actions.remind_ratings(now=at(1, month=12)) == 1
    nothing_is_left_of(actions.remind_ratings, at(1, month=12))
    assert actions.remind_ratings(now=at(6, month=12)) == 0
    assert told("rate_reminder", appeal).get().values["until"] == "2026-12-07"


def test_who_has_rated_is_left_alone():
    world.closed()
    late = at(30, month=12)
    assert actions.remind_ratings(now=at(1, month=12)) == 0
    assert actions.close_unrated(now=late) == 0


# the worker


def test_the_worker_does_every_round_once_however_late():
    handler = world.handler_actor()
    overdue, unrated = world.handling_(), world.replied()
    waiting = world.need_info()
    ScheduleEntry.objects.all().delete()
    late = at(20, month=12)
    ran = work.one_round(lambda: late)[1]
    assert {name for name in work.JOBS if name.startswith("appeals.")} <= set(ran)
    assert clock(overdue, "reply").missed
    assert told("overdue", overdue, handler).count() == 2, "contact and reply"
    unrated.refresh_from_db()
    assert unrated.state == State.CLOSED_UNRATED
    assert told("facts_reminder", waiting).exists()
    assert not ScheduleEntry.objects.exclude(last_error="").exists()
    sent = Notice.objects.count()
    assert work.one_round(lambda: late)[1] == []
    work.one_round(lambda: late + timedelta(minutes=61))
    assert Notice.objects.count() == sent
