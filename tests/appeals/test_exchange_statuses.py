"""What a hotline is told of its cases: numbered without a gap, acknowledged, never changed."""

from datetime import timedelta

import pytest

from qifu.appeals import actions, selectors
from qifu.appeals.models import Appeal, ExchangeConflict, ExchangeStatus
from qifu.base.errors import BadInput, NotAllowed
from tests.appeals import world
from tests.appeals.test_exchange import MINUTE, case, receive, row
from tests.conftest import NOW
from tests.factories import EnterpriseFactory

pytestmark = pytest.mark.usefixtures("demo_city")


def numbered() -> list[dict]:
    actions.number_statuses("12345")
    rows = selectors.statuses_since(world.intake_actor(), "12345", most=1_000)
    return [one.data for one in rows]


def test_every_step_that_moves_the_case_is_told_in_order_with_what_was_said():
    receive(row(firm=EnterpriseFactory.create().uscc))
    appeal = world.replied(world.handling_(world.dispatched(world.accepted(case()))))
    world.rated(appeal, level=2)
    told = numbered()
    assert [one["number"] for one in told] == [1, 2, 3, 4, 5, 6]
    assert [one["step"] for one in told] == [
        "submit", "accept", "dispatch", "acknowledge", "reply", "rate_dissatisfied",
    ]  # fmt: skip
    assert {one["external_id"] for one in told} == {"GD-1"}
    assert [one["state"] for one in told][-1] == "callback_due"
    assert told[2]["unit"]["code"] == world.LEAD
    assert told[4]["reply"]["outcome"] == "resolved"
    assert [point["text"] for point in told[4]["reply"]["points"]] == ["答复第1点。"]
    assert told[5]["rating"] == {"level": 2, "solved": False}
    assert told[0]["words"] == {"zh": "提交", "en": "Submit"}


def test_what_is_between_offices_and_cases_of_other_doors_are_not_told():
    receive(row())
    appeal = world.handling_(world.dispatched(world.accepted(case())))
    actions.remind(appeal, actor=world.coordinator_actor(), now=NOW + 9 * MINUTE, note="快办")
    world.accepted()
    assert [one["step"] for one in numbered()] == ["submit", "accept", "dispatch", "acknowledge"]


def test_a_refusal_a_question_and_a_kept_conflict_say_why():
    receive(row(), row(external_id="GD-2"))
    world.need_info(case())
    second = Appeal.objects.get(external_id="GD-2")
    world.not_accepted(second)
    receive(row(text="完全是另一件事。"), at=NOW + 5 * MINUTE)
    actions.settle_conflict(
        ExchangeConflict.objects.get(), actor=world.intake_actor(), now=NOW + 6 * MINUTE,
        take=False, reason="请另提一件",
    )  # fmt: skip
    told = {one["step"]: one for one in numbered()}
    assert told["ask_for_facts"]["question"] == "请提供用电户号。"
    assert told["reject_intake"]["channel"] == "请到省级平台提出"
    assert told["keep_ours"]["kept"] == [{"field": "text", "reason": "请另提一件"}]


def test_numbers_have_no_gap_and_what_was_numbered_does_not_change():
    receive(row())
    first = numbered()
    world.accepted(case())
    assert actions.number_statuses("12345") == 1
    assert actions.number_statuses("12345") == 0
    both = numbered()
    assert both[:1] == first
    assert [one["number"] for one in both] == [1, 2]


def test_a_cursor_goes_on_where_it_stopped():
    receive(*(row(external_id=f"GD-{number}") for number in range(1, 6)))
    actions.number_statuses("12345")
    desk = world.intake_actor()
    first = selectors.statuses_since(desk, "12345", most=2)
    rest = selectors.statuses_since(desk, "12345", after=first[-1].number)
    assert [one.number for one in [*first, *rest]] == [1, 2, 3, 4, 5]
    assert selectors.statuses_since(world.handler_actor(), "12345") == []


def test_an_acknowledgement_counts_once_and_names_only_what_went_out():
    receive(*(row(external_id=f"GD-{number}") for number in range(1, 5)))
    actions.number_statuses("12345")
    said = {"actor": world.intake_actor(), "now": NOW}
    assert actions.acknowledge_statuses("12345", numbers=[2, 2], **said) == 1
    assert actions.acknowledge_statuses("12345", up_to=3, **said) == 2
    later = {**said, "now": NOW + timedelta(days=1)}
    assert actions.acknowledge_statuses("12345", up_to=3, **later) == 0
    moments = ExchangeStatus.objects.exclude(acknowledged_at=None).values_list("acknowledged_at")
    assert {moment for (moment,) in moments} == {NOW}
    for wrong in ({"up_to": 5}, {"numbers": [5]}, {"numbers": [0]}):
        with pytest.raises(BadInput):
            actions.acknowledge_statuses("12345", **wrong, **said)
    with pytest.raises(NotAllowed):
        actions.acknowledge_statuses("12345", up_to=1, actor=world.handler_actor(), now=NOW)
