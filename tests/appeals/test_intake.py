"""The intake desk: taken in or not and why, facts, an answer at once, a dispatch."""

from datetime import timedelta

import pytest

from qifu.appeals.actions import (
    accept_appeal,
    answer_at_once,
    ask_for_facts,
    contest_rejection,
    dispatch_appeal,
    record_suggestions,
    reject_intake,
    resume_lapsed,
    settle_suggestions,
    supply_facts,
)
from qifu.appeals.models import (
    Clock,
    ClockPause,
    Dispatch,
    InfoRequest,
    Reply,
    ScopeDecision,
    Suggestion,
)
from qifu.appeals.states import State
from qifu.base.city import current_city
from qifu.base.errors import BadInput, WrongState
from qifu.knowledge.models import Law
from qifu.notices.models import Notice
from qifu.notices.selectors import notice_text
from tests.appeals import world
from tests.appeals.world import later
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("demo_city")
DAY = timedelta(days=1)


def live(appeal):
    return {clock.name: clock for clock in Clock.objects.filter(appeal=appeal, ended_at=None)}


def told(actor, template):
    return Notice.objects.filter(to=actor.user, template=template)


def refused(appeal, action, **more):
    """The fields at which an action refuses; nothing of it stays."""
    before = world.traces(appeal)
    with pytest.raises(BadInput) as error:
        action(appeal, actor=world.intake_actor(), now=later(appeal), **more)
    assert world.traces(appeal) == before
    return set(error.value.fields)


# taken in


def test_a_case_taken_in_tells_the_firm_and_keeps_its_date():
    appeal = world.submitted()
    owner, due = world.owner_of(appeal), appeal.due_at
    accept_appeal(appeal, actor=world.intake_actor(), now=later(appeal))
    assert (appeal.state, appeal.due_at) == (State.ACCEPTED, due)
    assert appeal.holder == appeal.intake_unit
    decision = ScopeDecision.objects.get(appeal=appeal)
    assert decision.accepted and decision.city_load == current_city().load_id
    assert told(owner, "appeal_accepted").count() == 1


def test_the_desk_puts_kind_matter_and_region_right_and_the_date_follows():
    appeal = world.submitted(kind="inquiry")
    matter, due = current_city().matters[3].code, appeal.due_at
    accept_appeal(
        appeal, actor=world.intake_actor(), now=later(appeal), matter=matter, kind="complaint",
        region="440305", several=True,
    )  # fmt: skip
    assert (appeal.matter, appeal.kind, appeal.region) == (matter, "complaint", "440305")
    assert appeal.several and appeal.due_at > due  # fifteen working days instead of five
    assert live(appeal)["reply"].started_at == appeal.submitted_at


@pytest.mark.parametrize(
    ("field", "value"), [("matter", "x"), ("kind", "tip_off"), ("kind", "x"), ("region", "999999")]
)
def test_what_is_put_right_must_be_known(field, value):
    assert refused(world.submitted(), accept_appeal, **{field: value}) == {field}


def test_what_the_rules_said_is_kept_beside_what_the_person_chose():
    appeal = world.submitted(text="我公司被拖欠货款半年，对方一直不付，请帮助协调。")
    wanted = current_city().matters[0].code
    accept_appeal(
        appeal, actor=world.intake_actor(), now=later(appeal), matter=wanted, suggested=["repeat"]
    )
    kept = Suggestion.objects.get(appeal=appeal, about="matter")
    assert 1 <= len(kept.top) <= 3 and kept.top[0]["why"]
    assert kept.chosen == wanted and kept.decided_at == appeal.changed_at
    assert ScopeDecision.objects.get(appeal=appeal).suggested == ["repeat"]


def test_a_suggestion_is_replaced_until_somebody_decides():
    appeal = world.submitted()
    for code in ("first", "second"):
        top = [{"code": code, "score": 0.5, "why": ""}]
        record_suggestions(appeal, about="unit", model="m1", top=top, now=NOW)
    settle_suggestions(appeal, about="unit", chosen="third", now=NOW)
    record_suggestions(appeal, about="unit", model="m1", top=[], now=NOW)
    row = Suggestion.objects.get(appeal=appeal, about="unit")
    assert (row.top[0]["code"], row.chosen) == ("second", "third")
    with pytest.raises(ValueError, match="about"):
        record_suggestions(appeal, about="weather", model="m1", top=[], now=NOW)


# not taken in, and contested


def test_a_refusal_says_which_exclusion_why_and_where_to_go():
    appeal = world.submitted()
    owner = world.owner_of(appeal)
    world.not_accepted(appeal)
    decision = ScopeDecision.objects.get(appeal=appeal)
    assert not decision.accepted and decision.exclusion and decision.reason and decision.channel
    assert appeal.holder is None and not live(appeal) and appeal.next_due_at is None
    title, body = notice_text(told(owner, "appeal_not_accepted").get(), "zh")
    assert appeal.number in title
    assert decision.reason in body and decision.channel in body
    assert current_city().scope.exclusions[0].name.zh in body


@pytest.mark.parametrize(
    ("field", "value"),
    [("exclusion", ""), ("exclusion", "x"), ("reason", " "), ("channel", ""),
     ("reason", "字" * 20_000)],
)  # fmt: skip
def test_a_refusal_without_one_of_the_three_is_none(field, value):
    words = {
        "exclusion": current_city().scope.exclusions[0].code,
        "reason": "理由",
        "channel": "渠道",
    }
    assert refused(world.submitted(), reject_intake, **{**words, field: value}) == {field}


def test_a_contested_refusal_runs_from_the_first_submission():
    appeal = world.submitted()
    due, first = appeal.due_at, appeal.submitted_at
    world.not_accepted(appeal)
    contest_rejection(
        appeal, actor=world.owner_of(appeal), now=NOW + 3 * DAY, reason="属于本市职权"
    )
    assert (appeal.state, appeal.submitted_at, appeal.due_at) == (State.SUBMITTED, first, due)
    assert appeal.contested and appeal.holder == appeal.intake_unit
    assert set(live(appeal)) == {"reply", "contact"}


def test_time_in_which_facts_were_asked_stays_uncounted_after_a_contest():
    appeal = world.need_info()
    supply_facts(appeal, actor=world.owner_of(appeal), now=NOW + 4 * DAY, answer="户号 001")
    due = appeal.due_at
    world.not_accepted(appeal)
    contest_rejection(appeal, actor=world.owner_of(appeal), now=NOW + 5 * DAY, reason="属于本市")
    assert appeal.due_at == due


def test_a_refusal_is_contested_once():
    appeal = world.not_accepted()
    owner = world.owner_of(appeal)
    contest_rejection(appeal, actor=owner, now=later(appeal), reason="属于本市职权")
    world.not_accepted(appeal)
    before = world.traces(appeal)
    with pytest.raises(WrongState):
        contest_rejection(appeal, actor=owner, now=later(appeal), reason="再说一遍")
    assert world.traces(appeal) == before


def test_the_window_to_contest_closes():
    appeal = world.not_accepted()
    before = world.traces(appeal)
    with pytest.raises(WrongState):
        contest_rejection(appeal, actor=world.owner_of(appeal), now=NOW + 60 * DAY, reason="属于")
    assert world.traces(appeal) == before


# facts


def test_the_clocks_stand_still_while_facts_are_asked_for_and_never_come_earlier():
    appeal = world.submitted()
    due, owner = appeal.due_at, world.owner_of(appeal)
    desk = world.intake_actor()
    asked = ask_for_facts(appeal, actor=desk, now=NOW + DAY, question="请提供户号。")
    clocks = live(appeal)
    assert clocks["reply"].state == clocks["contact"].state == "paused"
    assert asked.until == clocks["info"].due_at > NOW + DAY
    assert told(owner, "facts_asked").exists()
    supply_facts(appeal, actor=owner, now=NOW + 4 * DAY, answer="户号 001")
    assert appeal.state == State.SUBMITTED and appeal.due_at > due
    assert "info" not in live(appeal) and live(appeal)["reply"].state == "running"
    assert not ClockPause.objects.filter(clock__appeal=appeal, end=None).exists()
    row = InfoRequest.objects.get(appeal=appeal)
    assert (row.answer, row.answered_by, row.answered_at) == (
        "户号 001", owner.user, NOW + 4 * DAY
    )  # fmt: skip
    assert told(desk, "facts_supplied").exists()


def test_the_desk_writes_down_what_a_caller_supplies():
    appeal = world.need_info()
    supply_facts(appeal, actor=world.intake_actor(), now=later(appeal), answer="电话补充：户号 001")
    assert appeal.state == State.SUBMITTED


@pytest.mark.parametrize("words", ["", "  \n", "问" * 20_000])
def test_a_question_and_an_answer_need_words(words):
    assert refused(world.submitted(), ask_for_facts, question=words) == {"question"}
    assert refused(world.need_info(), supply_facts, answer=words) == {"answer"}


def test_a_lapsed_case_goes_on_with_its_first_time_and_without_the_waiting():
    appeal = world.lapsed()
    owner, at = world.owner_of(appeal), later(appeal) + 30 * DAY
    resume_lapsed(appeal, actor=owner, now=at, answer="户号 001")
    assert appeal.state == State.SUBMITTED and appeal.submitted_at == NOW
    assert appeal.holder == appeal.intake_unit
    assert appeal.due_at > at, "the firm's own months are not the unit's delay"
    assert {clock.state for clock in live(appeal).values()} == {"running"}
    assert set(live(appeal)) == {"reply", "contact"}
    # and it may be asked again: the old question is answered
    ask_for_facts(appeal, actor=world.intake_actor(), now=later(appeal), question="还有一项。")
    assert InfoRequest.objects.filter(appeal=appeal).count() == 2


# answered at once


def test_an_answer_at_once_meets_the_clocks_and_waits_for_its_rating():
    appeal = world.accepted(points=["第一个问题", "第二个问题"])
    owner = world.owner_of(appeal)
    reply = answer_at_once(
        appeal, actor=world.intake_actor(), now=later(appeal), text="总的说明", outcome="explained",
        points={1: "答一", 2: "答二"}, basis=[{"text": "办事指南"}, {"text": " "}],
    )  # fmt: skip
    assert appeal.state == State.REPLIED and appeal.at_once
    assert appeal.lead == appeal.intake_unit and appeal.replied_at == reply.replied_at
    assert [point.text for point in reply.points.all()] == ["答一", "答二"]
    assert reply.basis == [{"text": "办事指南"}] and reply.at_once
    states = dict(Clock.objects.filter(appeal=appeal).values_list("name", "state"))
    assert states == {"reply": "met", "contact": "met", "unrated": "running"}
    assert told(owner, "appeal_replied").exists()


def test_a_case_with_one_point_is_answered_by_the_text():
    appeal = world.accepted()
    reply = answer_at_once(
        appeal, actor=world.intake_actor(), now=later(appeal), text="请在网上申请。", points={},
        outcome="resolved", basis=world.BASIS,
    )  # fmt: skip
    assert [point.text for point in reply.points.all()] == ["请在网上申请。"]


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ({"points": {1: "答一"}}, {"point_2"}),
        ({"points": {}, "text": "一并答复"}, {"point_1", "point_2"}),
        ({"points": {1: "答一", 2: "答二", 3: "没有这一点"}}, {"text"}),
        ({"points": {1: "答" * 20_000, 2: "答二"}}, {"point_1"}),
        ({"text": "答" * 20_000}, {"text"}),
        ({"outcome": ""}, {"outcome"}),
        ({"outcome": "fine"}, {"outcome"}),
        ({"basis": []}, {"basis"}),
        ({"basis": [{"article": "第一条"}, {"text": ""}]}, {"basis"}),
        ({"basis": [{"law": "no_such_law"}]}, {"basis"}),
        ({"basis": [{"text": str(number)} for number in range(21)]}, {"basis"}),
    ],
)
def test_an_answer_answers_every_point_and_cites_its_basis(more, fields):
    words = {
        "text": "", "points": {1: "答一", 2: "答二"}, "outcome": "explained", "basis": world.BASIS,
    }  # fmt: skip
    appeal = world.accepted(points=["第一个问题", "第二个问题"])
    assert refused(appeal, answer_at_once, **{**words, **more}) == fields
    assert not Reply.objects.filter(appeal=appeal).exists()


def test_an_article_that_is_cited_must_be_there():
    law = Law.objects.filter(articles__number="第一条").first()
    appeal = world.accepted()
    words = {"text": "", "points": world.answers(appeal), "outcome": "explained"}
    wrong = [{"law": law.code, "article": "第九百九十九条"}]
    assert refused(appeal, answer_at_once, **words, basis=wrong) == {"basis"}
    right = [{"law": law.code, "article": "第一条"}]
    now = later(appeal)
    assert answer_at_once(
        appeal, actor=world.intake_actor(), now=now, **words, basis=right
    ).basis == right  # fmt: skip


# dispatched


def test_a_dispatch_gives_the_case_to_one_lead_and_starts_its_clocks():
    appeal = world.accepted()
    owner, handler, due = world.owner_of(appeal), world.handler_actor(), appeal.due_at
    dispatch_appeal(
        appeal, actor=world.intake_actor(), now=later(appeal), unit=world.unit(), rule="r-1",
        suggested=world.unit(),
    )  # fmt: skip
    assert (appeal.lead, appeal.holder, appeal.hop) == (world.unit(), world.unit(), 1)
    assert appeal.due_at == due, "the clock starts at submission and runs on"
    clocks = live(appeal)
    assert set(clocks) == {"reply", "contact", "acknowledge", "objection"}
    assert {clock.unit for clock in clocks.values()} == {world.unit()}
    row = Dispatch.objects.get(appeal=appeal)
    assert (row.rule, row.suggested, row.hop, row.ended_at) == ("r-1", world.unit(), 1, None)
    assert told(handler, "case_arrived").count() == 1
    assert told(owner, "appeal_dispatched").count() == 1


def test_another_unit_than_the_list_names_needs_a_reason_and_is_kept_as_a_correction():
    appeal = world.accepted()
    words = {"unit": world.unit(world.OTHER), "suggested": world.unit(), "rule": "r-1"}
    assert refused(appeal, dispatch_appeal, **words) == {"why"}
    actor, now = world.intake_actor(), later(appeal)
    dispatch_appeal(appeal, actor=actor, now=now, why="企业讲的是社保", **words)
    kept = Suggestion.objects.get(appeal=appeal, about="unit")
    assert (kept.top[0]["code"], kept.chosen) == (world.LEAD, world.OTHER)


def test_several_departments_have_the_longer_limit():
    appeal = world.accepted()
    due = appeal.due_at
    actor, now = world.intake_actor(), later(appeal)
    dispatch_appeal(appeal, actor=actor, now=now, unit=world.unit(), several=True)
    assert appeal.several and appeal.due_at > due


def test_a_unit_that_was_dissolved_is_given_nothing():
    gone = world.unit()
    gone.dissolved_on = NOW.date()
    gone.save()
    assert refused(world.accepted(), dispatch_appeal, unit=gone) == {"unit"}


def test_a_case_is_not_sent_again_where_it_was_rightly_sent_back():
    from qifu.appeals.actions import uphold_objection

    appeal = world.objected()
    uphold_objection(appeal, actor=world.intake_actor(), now=later(appeal), reason="不归该单位")
    assert refused(appeal, dispatch_appeal, unit=world.unit()) == {"unit"}


def test_what_the_desk_answered_itself_may_be_dispatched_when_it_comes_back():
    appeal = world.rehandling(world.rated(world.answered_at_once(), level=1))
    world.dispatched(appeal)
    assert (appeal.state, appeal.hop, appeal.at_once) == (State.DISPATCHED, 1, False)
    world.rehandling(world.rated(world.replied(world.handling_(appeal)), level=1))
    with pytest.raises(WrongState):
        world.dispatched(appeal, to=world.OTHER)
