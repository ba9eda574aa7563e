"""The unit's work: what each step leaves behind, and what it will not take."""

from datetime import date, timedelta

import pytest

from qifu.appeals import actions
from qifu.appeals.actions.handling import is_below
from qifu.appeals.models import Absence, Clock, Dispatch, Objection
from qifu.appeals.states import State
from qifu.base.errors import BadInput, NotAllowed, WrongState
from qifu.notices.models import Notice
from tests.appeals import later_steps as steps
from tests.appeals import world
from tests.appeals.test_later_steps import refused
from tests.appeals.world import later
from tests.conftest import NOW
from tests.factories import UnitFactory, officer

pytestmark = pytest.mark.usefixtures("demo_city")


def clock(appeal, name):
    return Clock.objects.filter(appeal=appeal, name=name).order_by("-pk").first()


def told(template, organisation_id):
    return Notice.objects.filter(template=template, organisation_id=organisation_id)


def test_acknowledging_meets_its_clock_and_ends_the_time_to_object():
    appeal = world.dispatched()
    actor, now = steps.handler(appeal), later(appeal)
    steps.acknowledge(appeal, actor, now)
    assert clock(appeal, "acknowledge").state == "met"
    assert clock(appeal, "objection").state == "cancelled"
    row = Dispatch.objects.get(appeal=appeal)
    assert (row.acknowledged_by, row.acknowledged_at) == (actor.user, now)
    assert clock(appeal, "reply").state == "running"
    assert appeal.next_clock in ("contact", "reply")


def test_acknowledging_late_is_remembered():
    appeal = world.dispatched()
    steps.acknowledge(appeal, steps.handler(appeal), NOW + timedelta(days=5))
    assert clock(appeal, "acknowledge").missed


def test_a_contact_that_reached_somebody_meets_the_clock_and_one_that_did_not_does_not():
    appeal = world.handling_()
    actor = steps.handler(appeal)
    tried = actions.record_contact(
        appeal, actor=actor, now=later(appeal), person="王经理", channel="phone", reached=False,
        result="没有人接",
    )  # fmt: skip
    assert clock(appeal, "contact").state == "running" and appeal.contacted_at is None
    at = later(appeal)
    steps.contact(appeal, actor, at)
    appeal.refresh_from_db()
    assert clock(appeal, "contact").state == "met" and appeal.contacted_at == at
    steps.contact(appeal, actor, later(appeal))
    appeal.refresh_from_db()
    assert appeal.contacted_at == at, "the first one counts"
    assert (tried.unit, tried.made_by) == (appeal.lead, actor.user)


@pytest.mark.parametrize(
    ("field", "value"),
    [("person", ""), ("person", "王" * 61), ("channel", "pigeon"), ("channel", ""),
     ("result", " \n"), ("result", "好" * 2001)],
)  # fmt: skip
def test_a_contact_without_who_how_or_what_is_refused_at_the_field(field, value):
    appeal = world.handling_()
    words = {"person": "王经理", "channel": "phone", "reached": True, "result": "约好了"}

    def act(appeal, actor, now):
        actions.record_contact(appeal, actor=actor, now=now, **words | {field: value})

    assert set(refused(appeal, BadInput, act, steps.handler(appeal)).fields) == {field}


def test_a_case_is_given_to_a_colleague_who_is_told():
    appeal = world.handling_()
    mate = world.handler_actor(appeal.lead)
    actor = steps.handler(appeal)
    actions.assign_case(appeal, actor=actor, now=later(appeal), user=mate.user)
    assert appeal.handler == mate.user
    [notice] = Notice.objects.filter(template="case_assigned", to=mate.user)
    assert notice.values["actor"] == actor.user.display_name
    assert notice.link == f"/desk/appeals/{appeal.pk}/"


def test_who_takes_a_case_oneself_needs_no_message():
    appeal = world.handling_()
    actor = steps.handler(appeal)
    actions.assign_case(appeal, actor=actor, now=later(appeal), user=actor.user)
    assert not Notice.objects.filter(template="case_assigned").exists()


@pytest.mark.parametrize("who", ["another unit", "another role", "away", "left"])
def test_a_case_is_not_given_to_somebody_who_cannot_handle_it(who):
    appeal = world.handling_()
    mate = {
        "another unit": lambda: world.handler_actor(world.OTHER),
        "another role": lambda: officer("policy_officer", appeal.lead),
    }.get(who, lambda: world.handler_actor(appeal.lead))()
    if who == "away":
        Absence.objects.create(
            user=mate.user, unit=appeal.lead, first_day=date(2026, 11, 20),
            last_day=date(2026, 11, 30), recorded_at=NOW,
        )  # fmt: skip
    if who == "left":
        mate.membership.ended_at = NOW
        mate.membership.save()

    def act(appeal, actor, now):
        actions.assign_case(appeal, actor=actor, now=now, user=mate.user)

    assert "user" in refused(appeal, BadInput, act, steps.handler(appeal)).fields


def test_the_first_objection_goes_to_the_desk_and_the_reply_clock_runs_on():
    appeal = world.dispatched()
    desk = world.intake_actor()
    due = appeal.due_at
    steps.object_(appeal, steps.handler(appeal), later(appeal))
    assert (appeal.objections, appeal.holder) == (1, appeal.intake_unit)
    assert appeal.due_at == due and clock(appeal, "reply").state == "running"
    assert clock(appeal, "acknowledge").state == "cancelled"
    [notice] = Notice.objects.filter(template="objection_raised", to=desk.user)
    assert notice.values["reason"] == "不归本单位管"
    row = Objection.objects.get(appeal=appeal)
    assert (row.number, row.suggested, row.dispatch.unit) == (
        1,
        world.unit(world.OTHER),
        appeal.lead,
    )


def test_the_second_objection_goes_to_the_coordinators():
    coordinator = world.coordinator_actor()
    appeal = world.objected_twice()
    assert (appeal.objections, appeal.holder) == (2, world.unit(world.COORDINATOR))
    assert Notice.objects.filter(template="objection_raised", to=coordinator.user).exists()


@pytest.mark.parametrize("finally_", ["uphold", "dismiss"])
def test_after_the_final_decision_nobody_objects_again(finally_):
    appeal = world.objected_twice()
    decide = getattr(actions, f"{finally_}_objection")
    decide(appeal, actor=world.coordinator_actor(), now=later(appeal), reason="终审")
    if finally_ == "uphold":
        world.dispatched(appeal, to=world.OTHER)
    refused(appeal, WrongState, steps.object_, steps.handler(appeal))


def test_objecting_after_the_window_is_refused():
    appeal = world.dispatched()
    over = clock(appeal, "objection").due_at + timedelta(seconds=1)
    refused(appeal, WrongState, steps.object_, steps.handler(appeal), now=over)


@pytest.mark.parametrize("field", ["reason", "basis", "suggested"])
def test_an_objection_needs_reason_and_basis_and_names_somebody_else(field):
    appeal = world.dispatched()
    wrong = {"reason": "", "basis": "", "suggested": appeal.lead}[field]

    def act(appeal, actor, now):
        words = {"reason": "不归我", "basis": "三定规定", "suggested": None, field: wrong}
        actions.object_to_dispatch(appeal, actor=actor, now=now, **words)

    assert set(refused(appeal, BadInput, act, steps.handler(appeal)).fields) == {field}


@pytest.mark.parametrize("make", [world.dispatched, world.handling_])
def test_a_transfer_moves_lead_and_holder_but_no_date_of_the_firm(make):
    appeal = make()
    district = world.handler_actor(world.DISTRICT)
    before, due = Dispatch.objects.get(appeal=appeal), appeal.due_at
    steps.transfer(appeal, steps.handler(appeal), later(appeal))
    assert appeal.state == State.DISPATCHED and appeal.hop == 2
    assert appeal.lead == appeal.holder == world.unit(world.DISTRICT)
    assert appeal.due_at == due and clock(appeal, "reply").unit == appeal.lead
    before.refresh_from_db()
    assert before.ended == "transferred"
    row = Dispatch.objects.get(appeal=appeal, ended_at=None)
    assert (row.hop, row.parent, row.why) == (2, before, "属地办理")
    assert clock(appeal, "acknowledge").state == "running"
    assert Notice.objects.filter(template="case_arrived", to=district.user).exists()
    assert told("appeal_transferred", appeal.enterprise_id).exists()


def test_a_case_is_passed_on_once_and_no_more():
    appeal = world.dispatched()
    steps.transfer(appeal, steps.handler(appeal), later(appeal))
    child = UnitFactory.create(parent=appeal.lead)
    actor = steps.handler(appeal)

    def act(appeal, actor, now):
        actions.transfer(appeal, actor=actor, now=now, unit=child)

    refused(appeal, WrongState, act, actor)
    steps.acknowledge(appeal, actor, later(appeal))
    refused(appeal, WrongState, act, actor)
    assert Dispatch.objects.filter(appeal=appeal).count() == 2


def test_the_unit_that_passed_a_case_on_has_no_part_in_it_any_more():
    appeal = world.dispatched()
    first = steps.handler(appeal)
    steps.transfer(appeal, first, later(appeal))
    refused(appeal, NotAllowed, steps.acknowledge, first)
    refused(appeal, NotAllowed, steps.reply, first)


@pytest.mark.parametrize("to", ["itself", "its parent", "another department", "dissolved"])
def test_a_transfer_goes_down_and_nowhere_else(to):
    appeal = world.dispatched()
    unit = {
        "itself": lambda: appeal.lead,
        "its parent": lambda: world.unit("SZ-GOV"),
        "another department": lambda: world.unit(world.OTHER),
        "dissolved": lambda: UnitFactory.create(parent=appeal.lead, dissolved_on=NOW.date()),
    }[to]()

    def act(appeal, actor, now):
        actions.transfer(appeal, actor=actor, now=now, unit=unit)

    assert set(refused(appeal, BadInput, act, steps.handler(appeal)).fields) == {"unit"}


def test_below_is_the_tree_or_a_region_within_the_own_one():
    city, district = world.unit(world.LEAD), world.unit(world.DISTRICT)
    assert is_below(district, city) and not is_below(city, district)
    assert is_below(UnitFactory.create(parent=UnitFactory.create(parent=city)), city)
    assert not is_below(UnitFactory.create(), city)
    assert not is_below(UnitFactory.create(region="440303"), district)
    assert not is_below(UnitFactory.create(region="440100"), city)
    assert is_below(UnitFactory.create(region="440100"), UnitFactory.create(region="440000"))


def test_an_absence_is_recorded_seen_and_ended():
    actor = world.handler_actor()
    mate = world.handler_actor()
    row = actions.record_absence(
        actor=actor, now=NOW, user=mate.user, first_day=date(2026, 11, 20),
        last_day=date(2026, 11, 27), note="培训",
    )  # fmt: skip
    assert row.unit == world.unit() and row.recorded_by == actor.user
    actions.end_absence(row, actor=mate, now=NOW)
    row.refresh_from_db()
    assert row.last_day == date(2026, 11, 21), "back on the 22nd"
    coming = actions.record_absence(
        actor=mate, now=NOW, user=mate.user, first_day=date(2026, 12, 1),
        last_day=date(2026, 12, 2),
    )  # fmt: skip
    actions.end_absence(coming, actor=mate, now=NOW)
    assert not Absence.objects.filter(first_day=date(2026, 12, 1)).exists()


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("user", {"user": None}),
        ("last_day", {"last_day": date(2026, 11, 19)}),
        ("last_day", {"first_day": date(2026, 11, 1), "last_day": date(2026, 11, 21)}),
        ("last_day", {"last_day": date(2028, 1, 1)}),
        ("note", {"note": "长" * 101}),
        ("first_day", {"first_day": date(2026, 12, 10), "last_day": date(2026, 12, 12)}),
    ],
)
def test_an_absence_that_makes_no_sense_is_refused_at_the_field(field, change):
    actor, mate = world.handler_actor(), world.handler_actor()
    actions.record_absence(
        actor=actor, now=NOW, user=mate.user, first_day=date(2026, 12, 10),
        last_day=date(2026, 12, 20),
    )  # fmt: skip
    words = {"user": mate.user, "first_day": date(2026, 11, 22), "last_day": date(2026, 11, 23)}
    if "user" in change:
        change = {"user": world.handler_actor(world.OTHER).user}
    with pytest.raises(BadInput) as caught:
        actions.record_absence(actor=actor, now=NOW, **words | change)
    assert set(caught.value.fields) == {field}
    assert Absence.objects.count() == 1


def test_only_the_own_unit_says_who_is_away():
    mate = world.handler_actor()
    days = {"first_day": date(2026, 11, 22), "last_day": date(2026, 11, 23)}
    row = actions.record_absence(actor=mate, now=NOW, user=mate.user, **days)
    for actor in (world.firm_actor(), world.intake_actor()):
        with pytest.raises(NotAllowed):
            actions.record_absence(actor=actor, now=NOW, user=mate.user, **days)
    with pytest.raises(NotAllowed):
        actions.end_absence(row, actor=world.handler_actor(world.OTHER), now=NOW)
