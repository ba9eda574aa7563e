"""Calls and visits written down, and colleagues who are away."""

import io
from datetime import timedelta

import pytest

from qifu.appeals.models import Absence, Appeal
from tests.appeals import world
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, OrganisationFactory, enterprise_actor, officer
from tests.web.desk_people import as_
from tests.web.pages import form, inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")
NEW, AWAY = "/desk/appeals/new/", "/desk/absences/"
SAID = "园区停车位不够，送货车排队两个小时，希望协调。"


@pytest.fixture
def desk():
    return as_(world.intake_actor())


@pytest.fixture
def firm():
    return EnterpriseFactory.create(organisation=OrganisationFactory.create(name="北斗星测试仪器"))


def call(register=None, **more):
    return {
        "channel": "phone", "kind": "help_request", "text": SAID, "region": "440306",
        "contact_name": "陈工", "contact_phone": "", "matter": "", "key": "call-1",
        **({"firm": register.name, "uscc": register.uscc} if register else {}), **more,
    }  # fmt: skip


def test_a_call_for_a_firm_is_written_down_and_the_number_is_read_out(desk, firm):
    answer = desk.post(NEW, call(firm, points=["停车位？", "", "绕行？"]), follow=True)
    appeal = Appeal.objects.get()
    assert answer.redirect_chain == [(f"/desk/appeals/{appeal.pk}/?received=1", 302)]
    said = words(answer)
    assert "请把编号告诉对方" in said and appeal.number in said and "最迟在" in said
    assert (appeal.enterprise, appeal.channel, appeal.state) == (firm, "phone", "submitted")
    assert [point.text for point in appeal.points.all()] == ["停车位？", "绕行？"]


def test_somebody_who_is_not_in_the_register_is_taken_by_name(desk):
    assert desk.post(NEW, call(requester="城东个体维修部", channel="window")).status_code == 302
    appeal = Appeal.objects.get()
    assert (appeal.enterprise, appeal.requester, appeal.channel) == (
        None, "城东个体维修部", "window"
    )  # fmt: skip
    assert "城东个体维修部" in words(desk.get(f"/desk/appeals/{appeal.pk}/"))


def test_the_firm_is_found_by_name_or_code_without_a_script_and_nothing_typed_is_lost(desk, firm):
    for asked in ("北斗星", firm.uscc[:10]):
        page = desk.post(NEW, {**call(), "firm": asked, "do": "find"})
        assert page.status_code == 200
        assert firm.uscc in page.content.decode()
        fields = dict(form(page, NEW)["fields"])
        assert fields["text"].strip() == SAID and fields["contact_name"] == "陈工"
    part = desk.post(
        NEW, {"firm": "北斗星", "do": "find"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert part.strip().startswith('<div id="firms"') and firm.uscc in part
    assert "没有找到" in words(desk.post(NEW, {"firm": "没有这一家的", "do": "find"}))
    assert Appeal.objects.count() == 0


def test_the_words_suggest_a_matter_and_show_what_the_firm_said_before(desk, firm):
    before = world.submitted(enterprise_actor(firm), text=SAID, now=NOW - timedelta(days=2))
    page = desk.post(NEW, {**call(firm), "do": "look"})
    said = words(page)
    assert "像是这些事项" in said and "停车" in said
    assert before.number in said
    assert Appeal.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"firm": "", "uscc": ""}, "请先找到企业并选中"),
        ({"uscc": ""}, "请从找到的企业里选一家"),
        ({"uscc": "91440300000000000X"}, "请从列表里选择"),
        ({"kind": ""}, "请选择咨询、求助、投诉或建议"),
        ({"channel": ""}, "请选择：电话或窗口"),
        ({"text": "短"}, "请至少写 5 个字"),
        ({"text": "长" * 10_001}, "最多 10,000 个字"),
        ({"contact_phone": "1" * 25}, "电话号码太长"),
    ],
)
def test_a_mistake_is_said_at_its_field_and_what_was_typed_stays(desk, firm, wrong, said):
    answer = desk.post(NEW, call(firm, **wrong))
    assert answer.status_code == 422
    assert said in words(answer)
    fields = dict(form(answer, NEW)["fields"])
    assert fields["text"].strip() == wrong.get("text", SAID)
    assert fields["key"] == "call-1"
    assert Appeal.objects.count() == 0


def test_the_same_form_sent_twice_is_one_case(desk, firm):
    first = desk.post(NEW, call(firm))
    again = desk.post(NEW, call(firm))
    assert first.headers["Location"] == again.headers["Location"]
    assert Appeal.objects.count() == 1


def test_a_file_that_is_not_taken_leaves_no_case_behind(desk, firm):
    upload = io.BytesIO(b"MZ\x90\x00 a program")
    upload.name = "说明.pdf"
    answer = desk.post(NEW, call(firm, files=upload))
    assert answer.status_code == 422
    assert "不是可以上传的类型" in words(answer)
    assert "请重新选择：说明.pdf" in words(answer)
    assert Appeal.objects.count() == 0


@pytest.mark.parametrize("role", ["handler", "coordinator", "callback_officer", "policy_officer"])
def test_only_the_intake_desk_writes_calls_down(role, firm):
    client = as_(officer(role))
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, call(firm)).status_code == 403
    assert Appeal.objects.count() == 0


# -- absences --------------------------------------------------------------------------------


def away(person, **more):
    return {
        "do": "add", "user": person.user_id, "first_day": "2026-11-23", "last_day": "2026-11-25",
        "note": "出差", **more,
    }  # fmt: skip


def test_a_colleague_who_is_away_is_listed_and_comes_back():
    own, colleague = world.handler_actor(), world.handler_actor()
    desk = as_(own)
    page = desk.get(AWAY)
    assert "没有人登记不在岗" in words(page) and inline(page.content.decode()) == []
    done = desk.post(AWAY, away(colleague), follow=True)
    assert done.redirect_chain == [(AWAY, 302)]
    assert colleague.user.display_name in words(done) and "出差" in words(done)
    absence = Absence.objects.get()
    assert "已结束" in words(desk.post(AWAY, {"do": "end", "pk": absence.pk}, follow=True))
    assert Absence.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"user": ""}, "请从列表里选择"),
        ({"user": "999999"}, "请从列表里选择"),
        ({"first_day": "明天"}, "请填写日期"),
        ({"last_day": "2026-11-20"}, "最后一天不能"),
        ({"last_day": "2028-11-20"}, "一次最长登记一年"),
        ({"note": "长" * 101}, "最多 100 个字"),
    ],
)
def test_days_that_cannot_be_are_said_at_their_field(wrong, said):
    own = world.handler_actor()
    desk = as_(own)
    answer = desk.post(AWAY, away(own, **wrong))
    assert answer.status_code == 422
    assert said in words(answer)
    kept = {name: value for one in read(answer).forms for name, value in one["fields"]}
    assert kept["first_day"] == wrong.get("first_day", "2026-11-23")
    assert Absence.objects.count() == 0


def test_absences_are_the_units_own():
    own, other = world.handler_actor(), world.handler_actor(world.OTHER)
    as_(own).post(AWAY, away(own))
    absence = Absence.objects.get()
    stranger = as_(other)
    assert own.user.display_name not in words(stranger.get(AWAY))
    assert stranger.post(AWAY, {"do": "end", "pk": absence.pk}).status_code == 404
    assert stranger.post(AWAY, away(own)).status_code == 422
    assert stranger.post(AWAY, {"do": "end", "pk": "x"}).status_code == 422
    for role in ("intake_officer", "coordinator", "callback_officer", "policy_officer"):
        assert as_(officer(role)).get(AWAY).status_code == 403
    assert Absence.objects.count() == 1


def test_who_manages_the_people_of_a_unit_may_say_who_is_away():
    own = world.handler_actor()
    admin = as_(officer("unit_admin", world.unit()))
    assert admin.post(AWAY, away(own)).status_code == 302
    assert Absence.objects.get().user == own.user
