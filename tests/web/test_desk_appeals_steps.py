"""Every step of an official as its form: taken, refused at its field, too late, not theirs."""

import pytest

from qifu.appeals import actions
from qifu.appeals.models import Appeal, Contact, Dispatch, Extension, Link, SupervisionNotice
from qifu.appeals.states import STEPS as TABLE
from qifu.appeals.states import Who
from qifu.base.models import JournalLine
from qifu.web.appeals.desk.forms import FORMS
from tests.appeals import world
from tests.appeals.world import later
from tests.factories import enterprise_actor
from tests.web.desk_people import as_
from tests.web.desk_steps import LONG, STEPS, Step, merged, proposed, two_points, with_extension
from tests.web.pages import form, inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")
REFUSED = [step for step in STEPS if step.bad]
# what is for closed cases only never comes too late
LATE = [step for step in STEPS if step.name != "forget_requester"]


def address(appeal: Appeal, step: str) -> str:
    return f"/desk/appeals/{appeal.pk}/{step}/"


@pytest.fixture(params=STEPS, ids=lambda step: step.id)
def step(request) -> Step:
    return request.param


@pytest.fixture(params=REFUSED, ids=lambda step: step.id)
def refused(request) -> Step:
    return request.param


def test_every_built_step_of_the_government_side_has_a_form():
    officials = {Who.INTAKE, Who.HANDLER, Who.COORDINATOR, Who.CALLBACK}
    built = {row.name for row in TABLE.values() if row.built and officials & set(row.who)}
    served = {row for one in FORMS.values() for row in one.taken()}
    beside = {"files", "link", "forget_requester"}  # change no state
    assert built - {"submit"} == served - beside


def test_a_step_that_is_taken_leads_on_and_says_so(step):
    appeal = step.case()
    before = appeal.state
    lines = JournalLine.objects.filter(subject_kind="appeal", subject_id=appeal.pk).count()
    desk = as_(step.actor())
    answer = desk.post(address(appeal, step.name), step.good)
    assert answer.status_code == 302, words(answer)
    assert answer.headers["Location"] == f"/desk/appeals/{appeal.pk}/"
    appeal.refresh_from_db()
    assert appeal.state == (step.to or before)
    journal = JournalLine.objects.filter(subject_kind="appeal", subject_id=appeal.pk)
    assert journal.count() == lines + 1
    assert "已" in words(desk.get(answer.headers["Location"]))


def test_the_page_of_a_step_has_its_form_standing_open(step):
    appeal = step.case()
    page = as_(step.actor()).get(address(appeal, step.name))
    assert page.status_code == 200
    html = page.content.decode()
    assert f'id="step-{step.name}" open' in html
    assert form(page, address(appeal, step.name))["method"] == "post"
    assert inline(html) == []
    assert len(read(page).headings) == 1
    assert len(set(read(page).ids)) == len(read(page).ids)


def test_a_refusal_is_said_at_its_field_and_what_was_typed_stays(refused):
    appeal = refused.case()
    before = world.traces(appeal)
    answer = as_(refused.actor()).post(address(appeal, refused.name), refused.bad)
    assert answer.status_code == 422
    assert refused.said in words(answer)
    assert "有几处需要改正" in words(answer)
    kept = dict(form(answer, address(appeal, refused.name))["fields"])
    for name, value in refused.bad.items():
        if name in kept and isinstance(value, str) and value.strip() and value != "no-such":
            assert kept[name].strip() == value.strip()
    assert world.traces(appeal) == before


@pytest.mark.parametrize("step", LATE, ids=lambda step: step.id)
def test_a_step_comes_too_late_and_the_case_is_shown_as_it_is_now(step):
    appeal = step.case()
    now = later(appeal)
    Appeal.objects.filter(pk=appeal.pk).update(
        state="withdrawn", holder=None, changed_at=now, merged_into=None
    )
    before = world.traces(appeal)
    answer = as_(step.actor()).post(address(appeal, step.name), step.good)
    assert answer.status_code == 409
    said = words(answer)
    assert "您的操作没有生效" in said
    assert "已撤回" in said
    for name in ("reason", "note", "result", "question", "answer", "text", "explanation"):
        if step.good.get(name):
            assert step.good[name] in said
    assert world.traces(appeal) == before


def test_nobody_else_takes_the_step(step):
    appeal = step.case()
    before = world.traces(appeal)
    path = address(appeal, step.name)
    # a unit that has nothing to do with the case does not know of it
    assert as_(world.handler_actor("SZ-JYJ")).post(path, step.good).status_code == 404
    assert as_(world.owner_of(appeal)).post(path, step.good).status_code == 403
    assert as_(enterprise_actor()).post(path, step.good).status_code == 403
    assert world.traces(appeal)["itself"] == before["itself"]
    assert world.traces(appeal)["journal"] == before["journal"]


def test_a_role_that_sees_the_case_but_has_no_part_in_the_step_is_refused():
    appeal = world.submitted()
    answer = as_(world.coordinator_actor()).post(address(appeal, "accept"), {"kind": "inquiry"})
    assert answer.status_code == 403
    assert as_(world.coordinator_actor()).get(address(appeal, "accept")).status_code == 403
    assert as_(world.intake_actor()).get(address(appeal, "no-such-step")).status_code == 404


def test_of_two_who_press_at_once_the_second_is_told_who_was_faster():
    appeal = world.accepted()
    first, second = as_(world.intake_actor()), as_(world.intake_actor())
    assert (
        first.post(address(appeal, "dispatch"), {"unit": "SZ-GXJ", "note": "归口"}).status_code
        == 302
    )
    late = second.post(address(appeal, "dispatch"), {"unit": "SZ-RSJ", "note": LONG})
    assert late.status_code == 409
    assert "派单" in words(late) and "市工业和信息化局" in words(late)
    assert LONG in words(late)
    assert Dispatch.objects.filter(appeal=appeal).count() == 1


def test_merging_takes_a_number_or_one_of_the_similar_and_says_what_is_wrong():
    firm = world.firm_actor()
    text = "测试诉求：申请用电增容一个月没有结果，请问什么时候能办好？"
    master, appeal = world.submitted(firm, text=text), world.submitted(firm, text=text + "急。")
    desk = as_(world.intake_actor())
    path = address(appeal, "merge")
    assert master.number in words(desk.get(path))
    for given, said in (("", "请填写另一件的编号"), ("SQ20200101-000001", "没有找到")):
        answer = desk.post(path, {"master": given})
        assert answer.status_code == 422 and said in words(answer)
    assert desk.post(path, {"master": appeal.number}).status_code == 422
    assert desk.post(path, {"pick": master.number, "master": ""}).status_code == 302
    appeal.refresh_from_db()
    assert appeal.merged_into == master
    assert "这一件随主件办理" not in words(desk.get(f"/desk/appeals/{master.pk}/"))


def test_a_case_that_was_merged_offers_nothing_but_to_undo_it():
    appeal = merged()
    page = as_(world.intake_actor()).get(f"/desk/appeals/{appeal.pk}/")
    forms = {one["action"] for one in read(page).forms if f"/{appeal.pk}/" in one["action"]}
    beside = {address(appeal, name) for name in ("files", "link")}
    assert forms == {address(appeal, "unmerge"), *beside}


def test_linking_notes_the_other_case_and_its_kind():
    appeal, other = world.submitted(), world.submitted()
    desk = as_(world.intake_actor())
    given = {"other": other.number.lower(), "kind": "repeat", "note": "同一个厂房"}
    assert desk.post(address(appeal, "link"), {**given, "kind": "child"}).status_code == 422
    assert desk.post(address(appeal, "link"), given).status_code == 302
    assert Link.objects.get().kind == "repeat"
    assert "重复提的" in words(desk.get(f"/desk/appeals/{appeal.pk}/"))


def test_a_colleague_gets_the_case_and_one_who_is_away_does_not():
    appeal = world.handling_()
    lead, other = world.handler_actor(), world.handler_actor()
    desk = as_(lead)
    page = words(desk.get(address(appeal, "assign")))
    assert "在办 0 件" in page
    actions.record_absence(
        actor=lead, now=world.NOW, user=other.user, first_day=world.NOW.date(),
        last_day=world.NOW.date(),
    )  # fmt: skip
    refused = desk.post(address(appeal, "assign"), {"user": other.user_id})
    assert refused.status_code == 422
    assert "不在岗" in words(refused)
    assert desk.post(address(appeal, "assign"), {"user": lead.user_id}).status_code == 302
    appeal.refresh_from_db()
    assert appeal.handler_id == lead.user_id


def test_what_was_asked_once_is_not_offered_again_and_is_refused_with_its_reason():
    appeal = with_extension()
    desk = as_(world.handler_actor(appeal.lead))
    page = desk.get(f"/desk/appeals/{appeal.pk}/")
    assert address(appeal, "ask_extension") not in {one["action"] for one in read(page).forms}
    answer = desk.post(address(appeal, "ask_extension"), {"days": "2", "reason": LONG})
    assert answer.status_code == 409
    assert "只能申请一次" in words(answer) and LONG in words(answer)
    assert Extension.objects.count() == 1


def test_who_proposed_a_closing_cannot_approve_it():
    appeal = proposed()
    callback = appeal.callbacks.get()
    both = world.coordinator_actor()
    callback.proposed_by = both.user
    callback.save()
    desk = as_(both)
    assert "批准要请另一位同事" in words(desk.get(address(appeal, "decide_justified")))
    answer = desk.post(address(appeal, "decide_justified"), {"outcome": "approve"})
    assert answer.status_code == 422
    appeal.refresh_from_db()
    assert appeal.state == "callback_due"


def test_a_notice_says_its_number_and_a_child_its_own():
    appeal = world.handling_()
    desk = as_(world.coordinator_actor())
    done = desk.post(
        address(appeal, "supervise"), {"reason": "没有联系", "until_days": "2"}, follow=True
    )
    assert str(SupervisionNotice.objects.get()) in words(done)
    parent = world.accepted(world.submitted(points=("甲？", "乙？")))
    split = as_(world.intake_actor()).post(
        address(parent, "split"), {"points": ["2"], "matter": "", "heading": ""}, follow=True
    )
    assert Appeal.objects.get(parent=parent).number in words(split)


def test_the_contact_clock_is_met_only_by_a_contact_that_reached_somebody():
    appeal = two_points()
    desk = as_(world.handler_actor(appeal.lead))
    given = {"person": "陈工", "channel": "visit", "reached": "no", "result": "没有人"}
    desk.post(address(appeal, "contact"), given)
    assert Contact.objects.get().reached is False
    assert appeal.clocks.get(name="contact").state == "running"
    desk.post(address(appeal, "contact"), {**given, "reached": "yes"})
    assert appeal.clocks.get(name="contact").state == "met"


def test_words_stay_when_the_case_went_to_another_unit_meanwhile():
    appeal = world.handling_()
    handler = world.handler_actor()
    path = address(appeal, "reply")
    desk = as_(handler)
    assert desk.get(path).status_code == 200
    actions.transfer(
        appeal, actor=handler, now=later(appeal), unit=world.unit(world.DISTRICT), why="由区里办"
    )
    answer = desk.post(path, {"text": "写了半天的答复不能丢", "outcome": "resolved"})
    assert answer.status_code == 403
    assert "写了半天的答复不能丢" in words(answer)
