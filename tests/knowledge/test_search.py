"""Search finds what a person means, ranks it, and takes nothing typed for a query."""

from datetime import date

import pytest
from django.db import connection

from qifu.knowledge.actions import load_answers
from qifu.knowledge.models import SearchEntry
from qifu.knowledge.selectors import answers_for, search_knowledge
from tests.conftest import NOW
from tests.knowledge.sample import TODAY, answer, library
from tests.web.desk_people import queries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _library(demo_city):
    library()


def _found(text: str, **more) -> list[str]:
    return [hit.address for hit in search_knowledge(text, on=TODAY, **more)]


def test_all_words_are_wanted_where_something_has_them_all():
    assert _found("逾期利息 投诉") == ["/laws/payments/#a3"]


def test_any_word_will_do_where_nothing_has_them_all():
    found = _found("专利 逾期利息 月球")
    assert "/laws/payments/#a3" in found and "/answers/A-2/" in found


def test_a_title_weighs_more_than_a_body():
    assert _found("投诉")[0] == "/answers/A-1/"


def test_keywords_are_found_and_so_is_english():
    assert _found("欠薪") == ["/answers/A-1/"]
    assert _found("PATENT support") == ["/answers/A-2/"]


def test_words_cut_differently_are_still_met():
    assert _found("申请专利资助", kinds=["law"]) == ["/laws/patents/#a1"]


def test_an_article_is_found_by_its_figure():
    found = _found("款项支付条例第3条", kinds=["law"])
    assert set(found) == {"/laws/payments/#a3", "/laws/payments/#a3-1"}  # 第三条之一 says it too


def test_kinds_are_kept_apart():
    assert all(a.startswith("/laws/") for a in _found("投诉", kinds=["law"]))
    assert all(a.startswith("/answers/") for a in _found("投诉", kinds=["answer"]))
    assert _found("投诉", kinds=[]) == []
    assert _found("投诉", kinds=["people"]) == []


def test_the_number_of_hits_is_kept():
    assert len(_found("投诉 申请 企业", most=2)) == 2
    assert _found("投诉", most=0) == []


def test_the_hit_shows_where_it_was_found():
    hit = search_knowledge("逾期利息", kinds=["law"], on=TODAY)[0]
    assert "".join(part for part, is_hit in hit.snippet if is_hit) == "逾期利息"
    assert "".join(part for part, _hit in hit.snippet) == hit.article.text
    assert hit.title["en"] == "Sample rules payments, Article 3"


def test_an_english_snippet_marks_english_words():
    hit = search_knowledge("patent", kinds=["answer"], on=TODAY)[0]
    assert ("patent", True) in hit.title_in("en")
    assert hit.snippet_in("en") == [("Hand in the form online.", False)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        '"',
        '投诉" OR "专利',
        "投诉 AND",
        "NEAR(投诉 专利)",
        "title_words:投诉",
        "-投诉 *",
        "投诉*",
        "'; DROP TABLE knowledge_law; --",
        "100%",
        "%s %(x)s {0}",
        "!投诉 & (",
        "投诉:*A",
        "\x00投诉",
        "\ud800投诉",
        "😀",
        "字" * 20_000,
        "拖欠投诉" * 5_000,
        "a" * 20_000,
    ],
)
def test_whatever_is_typed_is_words_and_nothing_else(text):
    entries = SearchEntry.objects.count()
    for hits in (search_knowledge(text, on=TODAY), answers_for(text, on=TODAY)):
        assert all(hit.score > 0 and hit.snippet for hit in hits)
    assert SearchEntry.objects.count() == entries


def test_quoting_does_not_widen_what_is_found():
    assert _found('投诉" OR "申请书') == _found("投诉 申请书")


def test_a_matter_narrows_answers_and_the_statutes_that_the_pack_names_for_it(monkeypatch):
    from dataclasses import replace

    from qifu.base.city import current_city
    from qifu.knowledge.selectors import search

    city = current_city()
    documents = {**city.documents, "matters": [{"code": "late", "law": ["payments"]}]}
    monkeypatch.setattr(search, "current_city", lambda: replace(city, documents=documents))
    load_answers(
        [answer("A-4", matter="late"), answer(), answer("A-2"), answer("A-3")][:1], now=NOW
    )
    found = _found("投诉", matter="late")
    assert set(found) == {"/answers/A-4/", "/laws/payments/#a3", "/laws/payments/#a3-1"}
    assert _found("申请专利资助", matter="late", kinds=["law"]) == []


def test_what_does_not_count_on_a_day_is_not_found():
    load_answers(
        [
            answer("B", valid_from="2026-01-01", valid_to="2026-03-31"),
            answer("B", version=2, valid_from="2026-07-01"),
        ],
        now=NOW,
    )
    days = {
        day: [h.answer.version for h in search_knowledge("货款", kinds=["answer"], on=day)]
        for day in (
            date(2025, 12, 31), date(2026, 1, 1), date(2026, 4, 1), date(2026, 6, 30),
            date(2026, 7, 1),
        )
    }  # fmt: skip
    assert list(days.values()) == [[], [1], [], [], [2]]


def test_a_newer_version_takes_over_on_its_first_day():
    load_answers([answer("B"), answer("B", version=2, valid_from="2026-07-01")], now=NOW)
    for day, version in ((date(2026, 6, 30), 1), (date(2026, 7, 1), 2)):
        assert [h.answer.version for h in search_knowledge("货款", on=day)] == [version]


def test_answers_for_a_text_put_those_of_the_matter_first():
    load_answers(
        [
            answer("B-1", matter="tax", question={"zh": "拖欠货款投诉"}),
            answer("B-2", matter="late", question={"zh": "货款被拖欠怎样投诉"}),
        ],
        now=NOW,
    )
    text = "我公司给某局供货，货款被拖欠半年，想投诉"
    assert [h.answer.code for h in answers_for(text, "late", on=TODAY)][0] == "B-2"
    assert [h.answer.code for h in answers_for(text, "tax", on=TODAY)][0] == "B-1"


def test_an_answer_that_shares_one_word_with_a_long_text_is_not_offered():
    assert answers_for("企业想组织员工春游，去哪里好玩", on=TODAY) == []
    assert answers_for("企业", on=TODAY)[0].answer.code == "A-3"


def test_with_a_matter_and_no_fitting_word_its_answers_are_offered():
    load_answers([answer("B-1", matter="late")], now=NOW)
    assert [h.answer.code for h in answers_for("月球", "late", on=TODAY)] == ["B-1"]
    assert [h.answer.code for h in answers_for("", "late", on=TODAY)] == ["B-1"]
    assert answers_for("月球", "other", on=TODAY) == []


def test_ten_hits_cost_as_many_queries_as_one():
    few = queries(lambda: search_knowledge("专利", kinds=["answer", "law"], most=1, on=TODAY))
    many = queries(lambda: search_knowledge("专利", kinds=["answer", "law"], on=TODAY))
    assert many <= few + 1  # the other kind of thing


def test_the_index_follows_every_change_of_an_entry():
    entry = SearchEntry.objects.get(kind="answer", code="A-3")
    entry.title_words = "全新词语"
    entry.save()
    assert _found("全新词语") == [] or "/answers/A-3/" in _found("全新词语")
    SearchEntry.objects.filter(pk=entry.pk).update(title_words="zebra")
    assert _found("zebra") == ["/answers/A-3/"]
    SearchEntry.objects.filter(pk=entry.pk).delete()
    assert _found("zebra") == []


def test_sqlite_still_has_its_triggers():
    """Altering the table makes it anew on SQLite and loses them: see migration 0002."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps a generated column")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' "
                       "AND tbl_name = 'knowledge_searchentry'")  # fmt: skip
        assert cursor.fetchone()[0] == 3
        cursor.execute("INSERT INTO knowledge_search(knowledge_search) VALUES ('integrity-check')")
