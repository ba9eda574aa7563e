"""What cases and replies are found by follows every action, and never becomes public."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qifu.appeals import actions
from qifu.appeals.actions import rounds, searching
from qifu.appeals.models import CASES, Appeal, CaseEntry, CaseWord
from qifu.appeals.selectors.said import says
from qifu.base.city import current_city
from qifu.base.models import OutboxRow
from qifu.jobs.work import HANDLERS, JOBS
from qifu.knowledge.actions import load_answers
from qifu.knowledge.models import SearchEntry, SearchWord
from qifu.knowledge.selectors import find_knowledge
from qifu.organisations.actions.register import RegisteredFirm, load_firms
from qifu.textmine.ranking import counts_of
from tests.appeals import test_exchange as exchange
from tests.appeals import world
from tests.appeals.test_linking import merged
from tests.appeals.world import later
from tests.conftest import NOW
from tests.factories import EnterpriseFactory
from tests.knowledge.sample import TODAY, answer

pytestmark = pytest.mark.usefixtures("demo_city")


def found(text: str) -> set[Appeal]:
    return set(Appeal.objects.exclude(state="draft").filter(says(text)))


def entries(kind: str) -> list[int]:
    return sorted(CaseEntry.objects.filter(kind=kind).values_list("object_id", flat=True))


def held() -> dict[str, int]:
    rows = CaseEntry.objects.values_list("title_words", "body_words")
    return dict(counts_of([*title.split(), *body.split()] for title, body in rows).holding)


def test_a_case_is_found_once_it_is_submitted():
    actor = world.firm_actor()
    draft = world.draft(actor, text="请问雾炮车怎样登记？")
    assert entries("case") == [] == list(found("雾炮车"))
    values = world.form(text="请问雾炮车怎样登记？", points=("在哪里办理上牌？",))
    case = actions.submit_appeal(draft, actor=actor, now=NOW, **values)
    assert entries("case") == [case.pk] and entries("reply") == []
    assert found("雾炮车") == found("办理上牌") == found(case.enterprise.name) == {case}


def test_every_reply_is_an_entry_and_so_is_the_copy_for_a_case_that_follows():
    follower, master = merged()
    world.replied(world.handling_(world.dispatched(master)))
    given = sorted(follower.replies.values_list("pk", flat=True)) + list(
        master.replies.values_list("pk", flat=True)
    )
    assert entries("reply") == sorted(given) and len(given) == 2
    again = world.rehandling()
    world.replied(world.handling_(again) if again.state == "dispatched" else again)
    assert CaseEntry.objects.filter(kind="reply", appeal=again).count() == again.replies.count()


def test_points_that_become_a_case_of_their_own_are_found_there_only():
    texts = ("第一点问雾炮车登记。", "第二点问充电桩补贴。")
    parent = world.accepted(text="有两件事请教", points=texts)
    assert found("充电桩") == {parent}
    child = actions.split_appeal(parent, actor=world.intake_actor(), now=later(parent), points=[2])
    assert found("充电桩") == {child} and found("雾炮车") == {parent}


def test_what_a_hotline_corrects_is_found_and_what_it_said_before_is_not():
    exchange.receive(exchange.row())
    before = exchange.case()
    assert found(exchange.TEXT[:6]) == {before}
    firm = EnterpriseFactory.create()
    exchange.again(text="改为反映停车收费不合理，请核查。")
    assert found("停车收费") == {before} and found(exchange.TEXT[:6]) == set()
    exchange.again(text="改为反映停车收费不合理，请核查。", firm=firm.uscc)
    taken = Appeal.objects.get(pk=before.pk).enterprise == firm
    assert (found(firm.uscc) == {before}) == taken


def test_who_asked_is_forgotten_here_too():
    text = "个体户测试某人请教停车收费，电话13800000000。"
    case = world.submitted(
        world.intake_actor(), requester="测试个体户", channel="phone", contact_name="欧阳测甲",
        text=text,
    )  # fmt: skip
    world.handling_(world.dispatched(world.accepted(case)))
    actions.reply(
        case, actor=world.handler_actor(), now=later(case), text="欧阳测甲：请到窗口办理。",
        points={}, outcome="resolved", basis=[],
    )  # fmt: skip
    searching.keep_search(now=NOW)
    assert found("测试个体户") == {case}
    rounds.close_unrated(now=later(case) + timedelta(days=60))
    case.refresh_from_db()
    assert case.state == "closed_unrated"
    actions.forget_requester(
        case, actor=world.coordinator_actor(), now=later(case), reason="本人书面要求"
    )
    assert found("测试个体户") == set() and found("停车收费") == {case}
    (reply,) = CaseEntry.objects.filter(kind="reply")
    for column in (reply.title_words, reply.body_words, reply.said):
        assert "13800000000" not in column and "欧阳" not in column and "测甲" not in column
    assert not CaseWord.objects.filter(word__in=["测甲", "欧阳测甲", "13800000000"]).exists()
    assert "某某某某：请到窗口办理。" in reply.said
    # nobody knows the name any more when the entries are made anew
    searching.make_index(searching.cases_to_index(everything=True))
    assert CaseEntry.objects.get(kind="reply").said == reply.said


def test_a_caller_without_a_firm_is_masked_like_a_contact():
    case = world.submitted(world.intake_actor(), requester="欧阳测乙", channel="phone")
    world.handling_(world.dispatched(world.accepted(case)))
    actions.reply(
        case, actor=world.handler_actor(), now=later(case), text="欧阳测乙：请到窗口办理。",
        points={}, outcome="resolved", basis=[],
    )  # fmt: skip
    assert "某某某某：请到窗口办理。" in CaseEntry.objects.get(kind="reply").said


def test_the_words_are_counted_last_and_at_once_so_that_nobody_waits_in_a_ring():
    case = world.replied(world.handling_(world.dispatched(world.accepted())))
    searching.keep_search(now=NOW)
    with CaptureQueriesContext(connection) as asked:
        searching.index_cases([case.pk])
    told = [query["sql"] for query in asked if "appeals_" in query["sql"]]
    of_words = ["appeals_caseword" in sql for sql in told]
    assert of_words == sorted(of_words), "nothing else after the first"
    assert sum("INSERT INTO appeals_caseword" in sql for sql in told) == 1


def test_words_are_counted_later_and_as_they_are():
    cases = [world.submitted() for _turn in range(3)]
    world.replied(world.handling_(world.dispatched(world.accepted(cases[0]))))
    assert not CaseWord.objects.exists() and not CaseEntry.objects.filter(counted=True).exists()
    searching.keep_search(now=NOW)
    assert dict(CaseWord.objects.values_list("word", "entries")) == held() != {}
    # made anew, uncounted for a while, then as before
    searching.index_cases([cases[0].pk])
    searching.keep_search(now=NOW)
    assert dict(CaseWord.objects.values_list("word", "entries")) == held()


def test_what_is_missing_or_of_an_older_version_is_made_by_the_worker(monkeypatch):
    cases = [world.submitted() for _turn in range(3)]
    CaseEntry.objects.filter(appeal=cases[0]).delete()
    CaseEntry.objects.filter(appeal=cases[1]).update(way=searching.WAY - 1)
    assert searching.cases_to_index() == [cases[0].pk, cases[1].pk]
    assert len(searching.cases_to_index(everything=True)) == 3
    seen = []
    monkeypatch.setattr(searching, "_BATCH", 1)
    searching.make_index(searching.cases_to_index()[:1], progress=seen.append)
    assert (seen, searching.cases_to_index()) == ([1], [cases[1].pk])
    JOBS["appeals.keep_search"](NOW)
    assert searching.cases_to_index() == [] and len(entries("case")) == 3
    assert not CaseEntry.objects.filter(counted=False).exists()


def test_a_firm_that_the_register_renames_is_found_by_its_new_name():
    case = world.submitted()
    firm = RegisteredFirm(uscc=case.enterprise.uscc, name="焕然一新测试公司")
    load_firms([firm], as_of=TODAY, now=NOW, catalogue=current_city().catalogue)
    row = OutboxRow.objects.get(name="appeals.index_firms")
    HANDLERS[row.name](row.payload, NOW)
    JOBS["appeals.keep_search"](NOW)
    assert found("焕然一新") == {case}


def test_words_of_cases_never_become_public():
    load_answers([answer("C-1", question={"zh": "怎样认定高新技术企业？"})], now=NOW)
    before = (SearchEntry.objects.count(), set(SearchWord.objects.values_list("word", flat=True)))
    for _turn in range(3):
        world.replied(
            world.handling_(world.dispatched(world.accepted(text="祥瑞斋饭店反映祥瑞斋门口积水")))
        )
    searching.keep_search(now=NOW)
    assert CaseWord.objects.filter(word="祥瑞").exists()
    after = (SearchEntry.objects.count(), set(SearchWord.objects.values_list("word", flat=True)))
    assert after == before
    for typed in ("祥瑞宅", "xiangruizhai", "xrz", "祥瑞"):
        hits = find_knowledge(typed, on=TODAY)
        assert (hits.hits, hits.mended) == ([], "")
    assert CASES.words is CaseWord and CASES.table != "knowledge_search"
