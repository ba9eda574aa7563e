"""Orders of an outside hotline: one external id one case, conflicts shown, nothing twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from qifu.appeals import actions, selectors
from qifu.appeals.models import Appeal, ExchangeConflict, ExchangeOrder, ExchangeStatus
from qifu.base.city import current_city
from qifu.base.errors import BadInput, NotAllowed, WrongState
from qifu.base.models import JournalLine
from qifu.notices.models import Notice
from tests.appeals import world
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, officer

pytestmark = pytest.mark.usefixtures("demo_city")

TEXT = "园区货梯坏了三天没有修好，货物只能走客梯，请协调。"
MINUTE = timedelta(minutes=1)


def row(**more) -> dict[str, str]:
    return {
        "external_id": "GD-1", "text": TEXT, "time": "2026-11-20 09:30", "contact": "王女士",
        "phone": "0755-00000000", **more,
    }  # fmt: skip


def receive(*rows, at=NOW, actor=None):
    return actions.receive_orders("12345", rows, actor=actor or world.intake_actor(), now=at)


def again(**more):
    """The same order once more, a minute later, with something else in it."""
    (outcome,) = receive(row(**more), at=NOW + MINUTE)
    return outcome


def case() -> Appeal:
    return Appeal.objects.get(channel="12345", external_id="GD-1")


def traces():
    return {
        "case": list(Appeal.objects.filter(external_id="GD-1").values()),
        "orders": list(ExchangeOrder.objects.values()),
        "conflicts": list(ExchangeConflict.objects.values()),
        "lines": JournalLine.objects.count(),
        "notices": Notice.objects.count(),
        "statuses": ExchangeStatus.objects.count(),
    }


def test_an_order_becomes_one_case_with_the_time_it_was_said():
    firm = EnterpriseFactory.create()
    (outcome,) = receive(row(firm=firm.uscc, kind="投诉"))
    appeal = case()
    assert (outcome.outcome, outcome.number, outcome.appeal_id) == (
        "made", appeal.number, appeal.pk,
    )  # fmt: skip
    assert (appeal.enterprise, appeal.kind, appeal.state) == (firm, "complaint", "submitted")
    assert appeal.submitted_at.isoformat() == "2026-11-20T01:30:00+00:00"


def test_the_same_order_again_changes_nothing_even_twice_in_one_batch():
    outcomes = receive(row(), row())
    assert [one.outcome for one in outcomes] == ["made", "same"]
    before = traces()
    # a field that is empty, or spaces around a value, say nothing new
    assert again(contact="", text=f" {TEXT} ").outcome == "same"
    assert traces() == before


def test_a_case_that_an_import_brought_is_the_orders_case():
    world.submitted(
        world.intake_actor(), channel="12345", external_id="GD-1", text=TEXT, requester="某公司",
        contact_name="王女士", contact_phone="0755-00000000",
        submitted_at=NOW - timedelta(days=2),
    )  # fmt: skip
    assert again().outcome == "conflict"  # another time of submission, and that never moves
    assert Appeal.objects.filter(external_id="GD-1").count() == 1
    assert {c.field for c in ExchangeConflict.objects.all()} == {"time"}


def test_before_intake_what_the_hotline_corrects_follows_with_a_line_and_new_clocks():
    receive(row())
    text = "货梯已经修好，改为反映停车收费不合理，请核查。"
    outcome = again(text=text, matter=matters()[0], phone="0755-11111111")
    appeal = case()
    assert outcome.outcome == "changed"
    assert (appeal.text, appeal.contact_phone) == (text, "0755-11111111")
    assert [point.text for point in appeal.points.all()] == [text]
    assert appeal.title == text[:-1]
    line = JournalLine.objects.filter(step="exchange_update").latest("pk")
    assert TEXT in line.note.text
    assert "11111111" not in line.note.text
    assert not ExchangeConflict.objects.exists()


def test_after_intake_another_text_is_a_conflict_and_only_whom_to_call_follows():
    receive(row())
    world.accepted(case())
    outcome = again(text="完全是另一件事情。", phone="0755-11111111")
    assert (outcome.outcome, outcome.fields) == ("conflict", ("text",))
    assert (case().text, case().contact_phone) == (TEXT, "0755-11111111")
    conflict = ExchangeConflict.objects.get()
    assert (conflict.theirs, conflict.ours) == ("完全是另一件事情。", TEXT)
    told = Notice.objects.filter(template="exchange_conflict")
    assert {one.link for one in told} == {f"/desk/exchange/{conflict.order_id}/"}
    before = traces()
    assert again(text="完全是另一件事情。", phone="0755-11111111").outcome == "same"
    assert traces() == before


def test_what_we_changed_ourselves_is_never_overwritten():
    receive(row(matter=""))
    desk = world.intake_actor()
    first, second = matters()
    actions.accept_appeal(case(), actor=desk, now=NOW + MINUTE, matter=first)
    outcome = again(matter=second)
    assert (outcome.outcome, outcome.fields) == ("conflict", ("matter",))
    assert case().matter == first
    # they come round to what we have: nobody has to decide
    assert receive(row(matter=first), at=NOW + 2 * MINUTE)[0].outcome == "same"
    assert ExchangeConflict.objects.get().state == "gone"


def test_another_firm_is_always_for_a_person_to_decide():
    one, two = EnterpriseFactory.create(), EnterpriseFactory.create()
    receive(row(firm=one.uscc))
    assert again(firm=two.uscc).fields == ("firm",)
    assert case().enterprise == one
    actions.settle_conflict(
        ExchangeConflict.objects.get(), actor=world.intake_actor(), now=NOW + 2 * MINUTE, take=True,
        reason="对方核实过",
    )  # fmt: skip
    assert case().enterprise == two
    assert again(firm=two.uscc).outcome == "same"


def test_a_story_that_goes_on_is_added_once_and_the_holder_is_told():
    receive(row())
    world.dispatched(world.accepted(case()))
    handler = world.handler_actor(case().lead)
    longer = f"{TEXT}今天又困人一次。"
    assert again(text=longer).outcome == "changed"
    assert case().text == TEXT
    line = JournalLine.objects.filter(step="exchange_supplement").get()
    assert line.note.text == "今天又困人一次。"
    assert Notice.objects.filter(template="order_supplemented", to=handler.user).count() == 1
    assert again(text=longer, supplement="今天又困人一次。").outcome == "same"
    entries = selectors.timeline(handler, case())
    assert "今天又困人一次。" in [entry.note for entry in entries]


def test_a_supplement_answers_the_question_that_waits():
    receive(row())
    world.need_info(case())
    assert again(supplement="用电户号是 123。").outcome == "changed"
    assert case().state == "submitted"
    assert case().info_requests.get().answer == "用电户号是 123。"


def test_a_supplement_to_a_closed_case_waits_for_a_person():
    receive(row(firm=EnterpriseFactory.create().uscc))
    worked_on = world.handling_(world.dispatched(world.accepted(case())))
    world.closed(world.replied(worked_on))
    assert again(supplement="又坏了。").fields == ("supplement",)
    actions.settle_conflict(
        ExchangeConflict.objects.get(), actor=world.intake_actor(), now=NOW + 2 * MINUTE, take=True,
        reason="记入办理过程",
    )  # fmt: skip
    assert JournalLine.objects.filter(step="exchange_supplement").count() == 1
    assert case().state == "closed"


def test_supplements_that_wait_for_a_person_stand_one_after_the_other():
    receive(row(firm=EnterpriseFactory.create().uscc))
    world.closed(world.replied(world.handling_(world.dispatched(world.accepted(case())))))
    again(supplement="又坏了。")
    again(supplement="困了两个人。")
    assert ExchangeConflict.objects.get().theirs == "又坏了。\n困了两个人。"


def test_a_story_that_goes_on_is_not_lost_beside_a_supplement():
    receive(row())
    world.dispatched(world.accepted(case()))
    again(supplement="户号是 123。")
    again(supplement="户号是 123。", text=f"{TEXT}今天又困人一次。")
    again(supplement="户号改为 456。", text=f"{TEXT}今天又困人一次。明天开会。")
    lines = JournalLine.objects.filter(step="exchange_supplement").order_by("pk")
    assert [line.note.text for line in lines] == [
        "户号是 123。", "今天又困人一次。", "户号改为 456。\n明天开会。",
    ]  # fmt: skip


def test_an_older_version_that_comes_late_changes_nothing():
    receive(row(updated="2026-11-21 10:00", text="新的内容：货梯又坏了，请尽快处理。"))
    assert again(updated="2026-11-20 10:00").outcome == "same"
    assert case().text.startswith("新的内容")


@pytest.mark.parametrize(
    "wrong",
    [
        {"external_id": ""}, {"external_id": "x" * 65}, {"time": "昨天"}, {"time": "2027-01-01"},
        {"text": "短"}, {"text": "长" * 20_000}, {"kind": "tip_off"}, {"matter": "没有"},
        {"region": "999999"}, {"firm": "91440300MA5XXXXXXX"}, {"supplement": "长" * 5_001},
    ],
    ids=lambda wrong: next(iter(wrong)),
)  # fmt: skip
def test_a_row_that_cannot_be_taken_is_refused_with_its_reason_and_the_others_come_in(wrong):
    good = row(external_id="GD-2")
    outcomes = receive(row(**wrong), good)
    assert [one.outcome for one in outcomes] == ["refused", "made"]
    assert outcomes[0].field == next(iter(wrong))
    assert outcomes[0].zh
    assert outcomes[0].en.isascii() or "「" not in outcomes[0].en
    assert Appeal.objects.filter(channel="12345").count() == 1


def test_only_the_intake_unit_runs_the_exchange_with_partners_of_the_pack():
    elsewhere = officer("unit_admin", world.unit(world.OTHER))
    reader = replace(world.intake_actor(), may_codes=frozenset({"appeals.intake"}))
    for actor in (elsewhere, reader, world.firm_actor(), world.handler_actor()):
        with pytest.raises(NotAllowed):
            receive(row(), actor=actor)
        assert not selectors.orders_visible_to(actor).exists()
    with pytest.raises(BadInput) as refused:
        actions.receive_orders("12346", [row()], actor=world.intake_actor(), now=NOW)
    assert refused.value.field == "partner"
    admin = officer("unit_admin", world.unit(world.INTAKE))
    assert receive(row(), actor=admin)[0].outcome == "made"


def test_a_conflict_is_settled_once_with_a_reason_and_only_as_far_as_the_state_allows():
    receive(row())
    world.accepted(case())
    again(text="完全是另一件事情。")
    conflict, desk = ExchangeConflict.objects.get(), world.intake_actor()
    later = NOW + 2 * MINUTE
    with pytest.raises(BadInput):
        actions.settle_conflict(conflict, actor=desk, now=later, take=False, reason=" ")
    with pytest.raises(WrongState):
        actions.settle_conflict(conflict, actor=desk, now=later, take=True, reason="听对方的")
    actions.settle_conflict(conflict, actor=desk, now=later, take=False, reason="已受理，另提一件")
    with pytest.raises(WrongState):
        actions.settle_conflict(conflict, actor=desk, now=later, take=False, reason="再来")
    assert (case().text, conflict.state) == (TEXT, "kept")
    assert JournalLine.objects.filter(step="keep_ours").count() == 1


def test_who_asked_is_forgotten_and_does_not_come_back_with_the_next_order():
    receive(row())
    appeal = case()
    actions.reject_intake(
        appeal, actor=world.intake_actor(), now=NOW + MINUTE, reason="不归本市", channel="省平台",
        exclusion=_exclusion(),
    )  # fmt: skip
    again(contact="王女士改名", phone="0755-22222222")
    actions.forget_requester(
        appeal, actor=world.coordinator_actor(), now=NOW + 2 * MINUTE, reason="本人要求"
    )
    kept = str([list(ExchangeOrder.objects.values()), list(ExchangeConflict.objects.values())])
    assert "王女士" not in kept
    assert "0755" not in kept
    assert again(contact="王女士改名", phone="0755-22222222").outcome == "same"
    assert "王女士" not in str(list(ExchangeConflict.objects.values()))


def matters() -> list[str]:
    return [one.code for one in current_city().matters][:2]


def _exclusion() -> str:
    return current_city().scope.exclusions[0].code
