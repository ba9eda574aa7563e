"""Before a reply leaves: it is looked over, and a model of the house may draft it."""

import json

import pytest
from django.db import connection

from qifu.adapters.language_model import ChatModel
from qifu.appeals.models import Reply
from tests.appeals import world
from tests.textmine.assisted.house_model import house_model
from tests.web.desk_people import as_
from tests.web.desk_steps import two_points
from tests.web.pages import form, inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")
HTMX = {"HTTP_HX_REQUEST": "true"}
COURTESY = "您好，您反映的问题已收悉，感谢您的关注。"
LAW = "law:sme-promotion-2017:第一条"


@pytest.fixture(autouse=True)
def _no_model(monkeypatch):
    monkeypatch.delenv("QIFU_LLM_URL", raising=False)


@pytest.fixture
def appeal():
    return world.handling_(
        text="机关拖欠我们货款，请问依据什么规定要付？联系人李小明，电话13800138000。哈尔曼已去问过。",
        contact_name="哈尔曼",
    )


def address(appeal, step="reply") -> str:
    return f"/desk/appeals/{appeal.pk}/{step}/"


def desk(appeal):
    return as_(world.handler_actor(appeal.lead))


def typed(answer, appeal, step="reply") -> dict:
    return dict(form(answer, address(appeal, step))["fields"])


def test_the_check_says_what_is_missing_keeps_what_was_typed_and_sends_nothing(appeal):
    sent = {"text": COURTESY, "outcome": "explained", "basis": "办事指南", "do": "check"}
    before = world.traces(appeal)
    answer = desk(appeal).post(address(appeal), sent)
    assert answer.status_code == 200
    said = words(answer)
    assert "有 4 处建议再看看" in said and "得 0 分，满分 100 分" in said
    for one in ("只有客气话，没有内容", "没有写可以找谁", "没有写时间", "选了依据：办事指南"):
        assert one in said, one
    kept = typed(answer, appeal)
    assert (kept["text"], kept["basis"], kept["outcome"]) == (COURTESY, "办事指南", "explained")
    assert world.traces(appeal) == before
    assert inline(answer.content.decode()) == []


def test_with_htmx_only_the_advice_is_answered(appeal):
    answer = desk(appeal).post(address(appeal), {"text": COURTESY, "do": "check"}, **HTMX)
    assert answer.content.decode().strip().startswith('<div class="qd-found" id="reply-checked"')
    assert read(answer).forms == []


def test_a_faulty_reply_can_still_be_sent(appeal):
    answer = desk(appeal).post(address(appeal), {"text": COURTESY, "outcome": "explained"})
    assert answer.status_code == 302
    assert Reply.objects.get(appeal=appeal).points.get().text == COURTESY


def test_each_point_without_an_answer_is_named_and_the_desk_is_helped_too():
    appeal = two_points()
    answer = desk(appeal).post(address(appeal), {"point_1": "下周一前通电。", "do": "check"})
    assert "没有答到： 要交多少钱？" in words(answer)
    taken = world.accepted()
    answer = as_(world.intake_actor()).post(
        address(taken, "answer_at_once"), {"text": "可以办。", "do": "check"}
    )
    assert "0755-27038037" in words(answer)
    empty = as_(world.intake_actor()).post(
        address(taken, "answer_at_once"), {"text": "", "do": "check"}
    )
    assert "先写几句再检查" in words(empty)


def paragraph(**other) -> dict:
    return {"text": "按这条规定应当付款。", "source": LAW, "quote": "为了", **other}


def use(monkeypatch, house) -> None:
    monkeypatch.setenv("QIFU_LLM_URL", house.model.url)
    monkeypatch.setenv("QIFU_LLM_MODEL", "house")


def test_the_model_of_the_house_drafts_with_its_source_below_what_was_typed(appeal, monkeypatch):
    asked_inside = []
    outside = len(connection.atomic_blocks)
    answer_of = ChatModel.answer

    def watched(model, messages):
        asked_inside.append(len(connection.atomic_blocks) - outside)
        return answer_of(model, messages)

    monkeypatch.setattr(ChatModel, "answer", watched)
    with house_model([{"paragraphs": [paragraph()]}]) as house:
        use(monkeypatch, house)
        page = desk(appeal).get(address(appeal))
        assert "由模型起草" in words(page)
        answer = desk(appeal).post(
            address(appeal), {"text": "先写的一句。", "cited": [LAW], "draft": "text"}
        )
        part = desk(appeal).post(address(appeal), {"cited": [LAW], "draft": "text"}, **HTMX)
        sent = json.dumps(house.asked, ensure_ascii=False)
    kept = typed(answer, appeal)
    first, draft = kept["text"].split("\n")
    assert first == "先写的一句。"
    assert draft.startswith("按这条规定应当付款（《") and draft.endswith("第一条）。")
    assert kept["cited"] == LAW
    said = words(answer)
    assert "这是模型的建议（model house）" in said and "引自" in said
    assert f'data-qd-draft="reply_text" data-cites="{LAW}"' in part.content.decode()
    assert read(part).forms == []
    assert "13800138000" not in sent and "哈尔曼" not in sent and "拖欠" in sent
    assert asked_inside == [0, 0]
    assert Reply.objects.count() == 0


def test_with_several_points_each_is_drafted_by_itself(monkeypatch):
    appeal = two_points()
    with house_model([{"paragraphs": [paragraph()]}]) as house:
        use(monkeypatch, house)
        answer = desk(appeal).post(
            address(appeal), {"point_1": "下周通。", "cited": [LAW], "draft": "point_2"}
        )
        sent = json.dumps(house.asked, ensure_ascii=False)
    kept = typed(answer, appeal)
    assert kept["point_1"] == "下周通。" and kept["point_2"].startswith("按这条规定应当付款")
    assert "请只答这一点：要交多少钱？" in sent


@pytest.mark.parametrize("said", [503, "不是 JSON", {"paragraphs": [paragraph(quote="没有这句")]}])
def test_a_draft_that_fails_says_so_and_what_was_typed_stays(appeal, monkeypatch, said):
    with house_model([said]) as house:
        use(monkeypatch, house)
        answer = desk(appeal).post(
            address(appeal), {"text": "写了一半", "cited": [LAW], "draft": "text"}
        )
    assert answer.status_code == 200
    assert "模型没有给出能用的草稿，您写的都还在" in words(answer)
    assert (typed(answer, appeal)["text"], typed(answer, appeal)["cited"]) == ("写了一半", LAW)


def test_a_link_asks_no_model(appeal, monkeypatch):
    with house_model([{"paragraphs": [paragraph()]}]) as house:
        use(monkeypatch, house)
        assert desk(appeal).get(address(appeal), {"draft": "text"}).status_code == 200
        assert house.asked == []


def test_without_a_model_there_is_no_button_and_nothing_at_its_address(appeal):
    client = desk(appeal)
    assert "由模型起草" not in words(client.get(address(appeal)))
    assert client.post(address(appeal), {"text": "甲", "draft": "text"}).status_code == 404
    assert client.post(address(appeal, "contact"), {"draft": "text"}).status_code == 404


def earlier_one(text="货款已经督促支付，请联系王小明，电话13900139000。"):
    """A reply that the same unit gave to another firm."""
    done = world.handling_(text="机关拖欠货款三个月，请问怎样投诉？")
    desk(done).post(address(done), {"text": text, "outcome": "resolved"})
    return done, Reply.objects.get(appeal=done)


def test_earlier_replies_stand_beside_the_case_masked_and_are_put_below_what_was_typed(appeal):
    done, reply = earlier_one()
    client = desk(appeal)
    assert "货款已经督促支付" not in words(client.get(address(appeal)))  # only when asked for
    sent = {"text": "先写的一句。", "outcome": "resolved"}
    answer = client.post(address(appeal), {**sent, "do": "earlier"})
    said = words(answer)
    assert done.number in said and "货款已经督促支付" in said and "市工业和信息化局" in said
    assert "13900139000" not in said and "<mark>" in answer.content.decode()
    assert typed(answer, appeal)["text"] == "先写的一句。"
    assert inline(answer.content.decode()) == []
    part = client.post(address(appeal), {**sent, "do": "earlier"}, **HTMX)
    assert read(part).forms == [] and f'name="reuse" value="{reply.pk}"' in part.content.decode()
    first = client.post(address(appeal), {"text": "", "reuse": str(reply.pk)})
    assert typed(first, appeal)["text"].startswith("货款已经督促支付")
    below = typed(client.post(address(appeal), {**sent, "reuse": str(reply.pk)}), appeal)
    assert below["text"].split("\n")[0] == "先写的一句。"
    assert below["text"].split("\n")[1].startswith("货款已经督促支付")
    assert "13900139000" not in below["text"] and below["outcome"] == "resolved"


def test_nothing_of_a_case_that_the_unit_does_not_know_is_shown_or_put_in(appeal):
    _done, reply = earlier_one()
    other = world.handling_(world.dispatched(to=world.OTHER))
    client = as_(world.handler_actor(world.OTHER))
    answer = client.post(address(other), {"text": "甲", "do": "earlier"})
    assert "没有找到类似的历史答复" in words(answer)
    for asked in (str(reply.pk), "0", "-1", "9" * 40, "x", ""):
        answer = client.post(address(other), {"text": "甲", "reuse": asked})
        assert (answer.status_code, typed(answer, other)["text"]) == (200, "甲")
