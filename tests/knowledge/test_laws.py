"""Statutes come in from a pack, can be cited, and stay readable when the pack drops them."""

import pytest

from qifu.base.errors import BadInput
from qifu.knowledge.actions import load_laws
from qifu.knowledge.models import Law, LawArticle, SearchEntry
from qifu.knowledge.selectors import (
    article,
    basis_lines,
    citation,
    citations,
    law_by_code,
    laws_carried,
    read_basis,
    search_knowledge,
    table_of_contents,
)
from tests.conftest import NOW
from tests.knowledge.sample import PATENTS, PAYMENTS, TODAY, law, library
from tests.web.desk_people import queries

pytestmark = pytest.mark.django_db


def test_the_same_statutes_again_change_nothing(demo_city):
    library()
    before = list(LawArticle.objects.values_list("pk", flat=True))
    counts = load_laws([law("payments", PAYMENTS), law("patents", PATENTS)], now=NOW)
    assert counts == {"added": 0, "changed": 0, "same": 2, "removed": 0}
    assert list(LawArticle.objects.values_list("pk", flat=True)) == before


def test_a_changed_text_replaces_the_articles_and_what_is_found(demo_city):
    library()
    counts = load_laws(
        [law("payments", PAYMENTS.replace("逾期利息", "滞纳金")), law("patents", PATENTS)], now=NOW
    )
    assert counts == {"added": 0, "changed": 1, "same": 1, "removed": 0}
    assert "滞纳金" in article("payments", "第三条").text
    assert LawArticle.objects.filter(law__code="payments").count() == 4
    assert search_knowledge("滞纳金", on=TODAY)[0].article == article("payments", "第三条")
    assert search_knowledge("逾期利息", kinds=["law"], on=TODAY) == []


def test_a_statute_that_the_pack_drops_is_read_but_not_found(demo_city):
    library()
    counts = load_laws([law("patents", PATENTS)], now=NOW)
    assert counts["removed"] == 1
    assert search_knowledge("逾期利息", kinds=["law"], on=TODAY) == []
    assert [one.code for one in laws_carried()] == ["patents"]
    assert law_by_code("payments").articles.count() == 4
    cited = citation({"law": "payments", "article": "第三条"})
    assert cited["address"] == "/laws/payments/#a3"
    assert load_laws([law("patents", PATENTS)], now=NOW)["removed"] == 0


def test_a_statute_comes_back_with_its_pack(demo_city):
    library()
    load_laws([law("patents", PATENTS)], now=NOW)
    counts = load_laws([law("payments", PAYMENTS), law("patents", PATENTS)], now=NOW)
    assert counts == {"added": 0, "changed": 1, "same": 1, "removed": 0}
    assert search_knowledge("逾期利息", kinds=["law"], on=TODAY)


def test_one_code_twice_is_refused_and_nothing_happens(demo_city):
    library()
    entries = SearchEntry.objects.count()
    with pytest.raises(BadInput):
        load_laws([law("x", PATENTS), law("x", PAYMENTS)], now=NOW)
    assert not Law.objects.filter(code="x").exists()
    assert SearchEntry.objects.count() == entries


@pytest.mark.parametrize("number", ["第三条", "第3条", "3"])
def test_an_article_is_asked_for_as_cited_or_by_its_figure(demo_city, number):
    library()
    assert article("payments", number).text.startswith("机关拖欠账款的")


@pytest.mark.parametrize(("code", "number"), [("payments", "第九条"), ("nothing", "第一条")])
def test_an_article_that_is_not_there_is_said_so(demo_city, code, number):
    library()
    with pytest.raises(LawArticle.DoesNotExist):
        article(code, number)


def test_a_statute_counts_from_its_first_day_to_its_last(demo_city):
    library()
    load_laws(
        [law("payments", PAYMENTS, in_force_from="2026-01-01", in_force_to="2026-06-30")], now=NOW
    )
    found = {
        day: bool(search_knowledge("逾期利息", kinds=["law"], on=TODAY.fromisoformat(day)))
        for day in ("2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01")
    }
    assert list(found.values()) == [False, True, True, False]


def test_every_kind_of_basis_is_cited_in_both_languages(demo_city):
    library()
    told = citations(
        [
            {"law": "payments", "article": "第三条之一"},
            {"law": "patents"},
            {"law": "unknown", "article": "第一条"},
            {"policy": "SZD-1"},
            {"text": "会议纪要"},
            {"text": {"zh": "纪要", "en": "Minutes"}},
        ]
    )
    assert told == [
        {
            "zh": "《示例款项支付条例》第三条之一",
            "en": "Sample rules payments, Article 3-1",
            "address": "/laws/payments/#a3-1",
        },
        {"zh": "《示例专利办法》", "en": "Sample rules patents", "address": "/laws/patents/"},
        {"zh": "《unknown》第一条", "en": "《unknown》, 第一条", "address": ""},
        {"zh": "政策 SZD-1", "en": "Policy SZD-1", "address": "/policies/SZD-1/"},
        {"zh": "会议纪要", "en": "会议纪要", "address": ""},
        {"zh": "纪要", "en": "Minutes", "address": ""},
    ]


def test_a_basis_is_read_as_a_person_writes_it(demo_city):
    library()
    load_laws(
        [law("payments", PAYMENTS), law("cn", PATENTS.replace("# ", "# 中华人民共和国"))], now=NOW
    )
    assert read_basis(
        "《示例款项支付条例》第三条\n\n 《示例款项支付条例》第3条第一款 \n《示例专利办法》\n"
        "payments 第二条\n"
        "政策 SZD-2026-001\n policy: X-1\n《没有的办法》第一条\n会议纪要"
    ) == [
        {"law": "payments", "article": "第三条"},
        {"law": "payments", "article": "第三条", "clause": "第一款"},
        {"law": "cn", "article": ""},
        {"law": "payments", "article": "第二条"},
        {"policy": "SZD-2026-001"},
        {"policy": "X-1"},
        {"text": "《没有的办法》第一条"},
        {"text": "会议纪要"},
    ]


def test_a_basis_written_out_is_read_again_as_it_was(demo_city):
    library()
    entries = [
        {"law": "payments", "article": "第三条之一", "clause": "第一款"},
        {"policy": "SZD-2026-001"},
        {"text": {"zh": "纪要", "en": "Minutes"}},
    ]
    text = basis_lines(entries)
    assert text == "《示例款项支付条例》第三条之一第一款\n政策 SZD-2026-001\n纪要"
    assert read_basis(text, before=entries) == entries
    assert read_basis(text)[:2] == entries[:2]
    assert read_basis("") == []


def test_many_citations_cost_as_much_as_one(demo_city):
    library()
    one = [{"law": "payments", "article": "第三条"}]
    many = one * 5 + [{"law": "patents", "article": f"第{n}条"} for n in "一二"]
    assert queries(lambda: citations(one)) == queries(lambda: citations(many))


def test_the_contents_follow_chapters_and_sections(demo_city):
    library()
    root = table_of_contents(law_by_code("payments").articles.order_by("order"))
    assert [part.heading for part in root.parts] == ["第一章 总则", "第二章 支付"]
    second = root.parts[1]
    assert (second.anchor, second.first, second.last) == ("a2", "第二条", "第三条之一")
    assert [part.heading for part in second.parts] == ["第一节 期限", "第二节 投诉"]
    flat = table_of_contents(law_by_code("patents").articles.order_by("order"))
    assert (len(flat.articles), flat.parts) == (2, [])
