"""Earlier replies that fit: what is found, what of it is told, and by whom."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qifu.appeals.actions import searching
from qifu.appeals.models import CaseEntry, Reply
from qifu.appeals.selectors import earlier, find_replies
from qifu.knowledge.selectors import ranking
from qifu.organisations.permissions import NOBODY
from tests.appeals import cases
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, enterprise_actor, officer

pytestmark = pytest.mark.usefixtures("demo_city")


def replied(asked: str, answered: str, **more):
    """A case that was answered, and its reply."""
    case = cases.case("replied", text=asked, **more)
    reply = Reply.objects.create(
        appeal=case, round=1, unit=case.lead, text=answered, outcome="resolved", replied_at=NOW
    )
    searching.index_cases([case.pk])
    return case, reply


@pytest.fixture
def coordinator():
    return officer("coordinator", cases.unit("SZ-ZWSJ"))


def titles(actor, text="", **more):
    return [hit.appeal.title for hit in find_replies(actor, text, now=NOW, **more).hits]


def test_question_and_answer_both_count_and_the_hit_tells_what_a_page_needs(coordinator):
    case, reply = replied("充电桩建设补贴怎么申请？", "请在平台提交竣工材料。", matter="funds")
    replied("员工子女入学怎么办理？", "请到街道登记。")
    searching.keep_search(now=NOW)
    for text in ("充电桩补贴", "竣工材料", "充电桩 竣工"):
        (hit,) = find_replies(coordinator, text, now=NOW).hits
        assert (hit.reply, hit.appeal, hit.appeal.number) == (reply, case, case.number)
    assert hit.appeal.matter == "funds" and hit.reply.outcome == "resolved"
    assert hit.reply.unit.organisation.name and hit.score > 0
    assert ("竣工", True) in hit.snippet
    assert "".join(words for words, _marked in hit.title_parts) == hit.title == case.title


def test_of_a_case_its_title_and_text_are_asked_and_its_own_replies_never_come(coordinator):
    best, _reply = replied("充电桩建设补贴一直没有到账", "充电桩补贴已经拨付。")
    replied("人才住房补贴没有到账", "请等通知。")
    own, _reply = replied("我公司的充电桩补贴何时到账？", "充电桩补贴下周到账。")
    searching.keep_search(now=NOW)
    found = find_replies(coordinator, about=own, now=NOW).hits
    assert found[0].appeal == best and own not in [hit.appeal for hit in found]
    assert titles(coordinator, about=own, most=1) == [best.title]
    assert titles(coordinator, "人才住房", about=own)[0] == "人才住房补贴没有到账"
    assert titles(coordinator, most=0, about=own) == titles(coordinator, " \0") == []


def test_replies_that_say_what_like_cases_were_replied_come_before_others(coordinator):
    replied("小区电梯总是停运", "特种设备检验所已到现场。")
    said, _reply = replied("电梯老旧", "特种设备检验所将到现场。")
    other, _reply = replied("电梯吵闹", "街道办事处已约谈物业。")
    searching.keep_search(now=NOW)
    found = titles(coordinator, about=cases.case("handling", text="小区电梯停运三天"))
    assert found == ["小区电梯总是停运", said.title, other.title]


def test_numbers_and_names_in_a_reply_are_masked_and_nothing_finds_them(coordinator):
    asked = "联系人王测试，电话13912345678，咨询积水问题"
    _case, reply = replied(asked, "王测试您好，请拨打13812345678找李处长。", contact_name="王测试")
    searching.keep_search(now=NOW)
    (hit,) = find_replies(coordinator, "积水", now=NOW).hits
    for told in (hit.text, hit.title, str(hit.snippet)):
        assert "13812345678" not in told and "13912345678" not in told and "王测试" not in told
    assert len(hit.text) == len(reply.text)
    for typed in ("13812345678", "13912345678", "王测试", "1381234"):
        assert titles(coordinator, typed) == []


def test_what_was_meant_is_found_and_told_by_public_words_only(coordinator):
    replied("高新技术企业怎么认定？", "在网上申请。")
    replied("祥瑞斋门口积水", "已经清理。")
    searching.keep_search(now=NOW)
    found = find_replies(coordinator, "gaoxin jishu qiye", now=NOW)
    assert found.mended == "高新技术企业"
    assert [hit.appeal.title for hit in found.hits] == ["高新技术企业怎么认定？"]
    assert find_replies(coordinator, "高新技术企业", now=NOW).mended == ""
    assert titles(coordinator, "国高") == ["高新技术企业怎么认定？"], "a synonym of the pack"
    for typed in ("xiangruizhai", "祥瑞宅"):
        assert "祥瑞斋" not in find_replies(coordinator, typed, now=NOW).mended


def test_the_same_words_are_told_once(coordinator):
    for number in range(3):
        replied(f"第{number}件反映积水", "积水已经清理，感谢反映。")
    replied("另一件反映积水", "积水明天清理。")
    searching.keep_search(now=NOW)
    texts = [hit.text for hit in find_replies(coordinator, "积水", now=NOW).hits]
    assert sorted(texts) == ["积水已经清理，感谢反映。", "积水明天清理。"]


def test_each_role_finds_replies_of_cases_that_it_may_see():
    firm = EnterpriseFactory.create()
    own, _ = replied("本公司门口积水", "一号回复", firm=firm)
    other, _ = replied("别家公司门口积水", "二号回复", lead="SZ-KCJ")
    desk, everything = cases.unit("SZ-QYFW"), {own.title, other.title}
    expected = [
        (officer("coordinator", cases.unit("SZ-ZWSJ")), everything),
        (officer("intake_officer", desk), everything),
        (officer("handler", cases.unit("SZ-GXJ")), {own.title}),
        (officer("handler", cases.unit("SZ-KCJ")), {other.title}),
        (officer("handler", cases.unit("SZ-RSJ")), set()),
        (officer("callback_officer", desk), set()),
        (officer("policy_officer"), set()),
        (enterprise_actor(firm), {own.title}),
        (enterprise_actor(firm, role="viewer"), {own.title}),
        (enterprise_actor(EnterpriseFactory.create()), set()),
        (NOBODY, set()),
    ]
    for actor, seen in expected:
        assert set(titles(actor, "积水")) == seen, actor
        assert set(titles(actor, about=other)) == seen - {other.title}, actor


def test_those_one_may_not_see_take_no_place_among_the_candidates(monkeypatch):
    monkeypatch.setattr(ranking, "CANDIDATES", 2)
    for number in range(5):
        replied(f"积水积水积水第{number}", f"积水积水{number}", lead="SZ-KCJ")
    own, _ = replied("门口有一些积水，还有很多别的情况要反映", "我们会去看看，请您等候答复")
    searching.keep_search(now=NOW)
    for text in ("积水", "积水 反映 不存在的词"):
        assert titles(officer("handler", cases.unit("SZ-GXJ")), text, most=1) == [own.title]


def test_the_queries_do_not_grow(coordinator):
    def queries(actor) -> int:
        with CaptureQueriesContext(connection) as caught:
            for hit in find_replies(actor, "积水", now=NOW, most=50).hits:
                assert hit.appeal.enterprise.name and hit.reply.unit.organisation.name
        return len(caught)

    handler = officer("handler", cases.unit("SZ-GXJ"))
    replied("门口积水", "一号回复")
    searching.keep_search(now=NOW)
    before = [queries(actor) for actor in (coordinator, handler)]
    for number in range(8):
        replied(f"门口积水{number}", f"回复{number}")
    searching.keep_search(now=NOW)
    assert [queries(actor) for actor in (coordinator, handler)] == before
    assert max(before) <= 10


def test_a_whole_text_reads_few_entries_the_rarest_words_first(coordinator, monkeypatch):
    for number in range(6):
        replied(f"积水情况反映{number}", f"回复{number}")
    rare, _ = replied("雾炮车扰民的情况反映", "雾炮车改在白天作业")
    searching.keep_search(now=NOW)
    small = ranking.Index(
        CaseEntry, searching.CASES.words, "appeals_search", owner="appeal_id",
        counts_later=True, most_read=3,
    )  # fmt: skip
    monkeypatch.setattr(earlier, "CASES", small)
    asked = cases.case("handling", text="反映积水情况，另有雾炮车")
    assert titles(coordinator, about=asked) == [rare.title]


@settings(max_examples=15, deadline=timedelta(seconds=5),
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.text(max_size=40))
def test_any_text_may_be_asked(coordinator, text):
    entries = CaseEntry.objects.count()
    find_replies(coordinator, text, now=NOW)
    find_replies(enterprise_actor(), text + "积水", now=NOW)
    assert CaseEntry.objects.count() == entries
