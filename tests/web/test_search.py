"""The page of the search over everything: sections, marks, numbers, what to do where it fails."""

from urllib.parse import parse_qs, urlsplit

import pytest

from qifu.insights.searching import LONGEST
from qifu.knowledge.actions import load_answers
from qifu.organisations.models import Channel
from tests.appeals import world as cases
from tests.conftest import NOW
from tests.factories import enterprise_actor, officer
from tests.knowledge.sample import answer
from tests.web.desk_people import as_, queries
from tests.web.english import chinese_left
from tests.web.pages import form, inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")
ASK = {"q": "贷款"}


def sections(page) -> dict:
    return {one.code: one for one in page.context.get("sections", ())}


def test_the_first_page_asks_everything_and_the_library_keeps_its_box(client):
    home = client.get("/")
    assert [name for name, _value in form(home, "/search/")["fields"]] == ["q"]
    assert form(client.get("/policies/"), "/policies/")


def test_everybody_finds_the_best_of_every_list_in_one_order(client):
    page = client.get("/search/", ASK)
    html, reader = page.content.decode(), read(page)
    assert inline(html) == [] and len(reader.headings) == 1
    assert len(reader.ids) == len(set(reader.ids))
    found = sections(page)
    assert list(found) == ["policies", "answers", "laws", "channels"]
    assert all(0 < len(one.lines) <= 3 for one in found.values())
    assert "<mark>贷款</mark>" in html
    assert client.post("/search/").status_code == 405


def test_every_section_leads_to_its_list_with_the_same_question(client):
    owner = enterprise_actor()
    for _turn in range(4):
        cases.submitted(owner, text=f"贷款办不下来，请协调{_turn}。")
    for person in (as_(owner), as_(cases.intake_actor())):
        found = sections(person.get("/search/", ASK))
        assert list(found) == ["policies", "answers", "laws", "channels", "cases"]
        for code, one in found.items():
            listed = person.get(one.address)
            assert listed.status_code == 200
            asked = parse_qs(urlsplit(one.address).query)
            assert "贷款" in [value for values in asked.values() for value in values]
            context = listed.context
            if code in ("policies", "answers", "laws"):
                assert one.count == str(context["page"].paginator.count)
            else:
                assert one.count == str(context["count"] if code == "channels"
                                        else context["found"].count)  # fmt: skip


def test_more_than_a_list_counts_is_said(client):
    load_answers([answer(f"M-{n}", question={"zh": f"月球采矿{n}"}) for n in range(101)], now=NOW)
    page = client.get("/search/", {"q": "月球采矿"})
    assert sections(page)["answers"].more
    assert "超过 100 条" in words(page)


def test_the_words_that_were_taken_instead_are_said(client):
    said = words(client.get("/search/", {"q": "gaoxin jishu qiye"}))
    assert said.count("您是不是要找“高新技术企业”") == 1
    part = words(client.get("/search/", {"q": "拖钱账款"}))
    assert part.count("您是不是要找“拖欠账款”") == 2  # answers and statutes, not channels


def test_a_number_is_offered_first_and_leads_to_the_thing(client):
    owner = enterprise_actor()
    mine = cases.submitted(owner)
    page = as_(owner).get("/search/", {"q": mine.number})
    assert "这是一件诉求的编号" in words(page) and mine.number in words(page)
    assert read(page).links.count(f"/my/appeals/{mine.pk}/") == 1 and sections(page) == {}
    desk = as_(cases.intake_actor()).get("/search/", {"q": mine.number})
    assert f"/desk/appeals/{mine.pk}/" in read(desk).links
    stranger = as_(enterprise_actor()).get("/search/", {"q": mine.number})
    assert mine.title not in words(stranger) and "没有找到" in words(stranger)
    policy = client.get("/search/", {"q": "szd-2026-001"})
    assert "这是一项政策的编号" in words(policy)
    assert "/policies/SZD-2026-001/" in read(policy).links
    decree = client.get("/search/", {"q": "国务院令第802号"})
    assert "这个文号公布或修改了这部法规" in words(decree)
    assert "/laws/sme-payment-2025/" in read(decree).links


def test_where_nothing_is_found_the_page_says_whom_to_ask(client):
    owner = as_(enterprise_actor())
    nothing = {"q": "绿毛龟"}
    assert {"/my/appeals/new/", "tel:075512345"} <= set(read(owner.get("/search/", nothing)).links)
    page = client.get("/search/", nothing)
    assert {"/appeals/", "tel:075512345"} <= set(read(page).links)
    assert "12345 政务服务便民热线" in words(page)
    official = read(as_(officer("auditor")).get("/search/", nothing)).links
    assert "tel:075512345" in official and "/appeals/" not in official
    Channel.objects.update(retired_at=NOW)
    assert not any("tel:" in link for link in read(client.get("/search/", nothing)).links)


@pytest.mark.parametrize(
    "text", ["", "字" * 20_000, "a\x00b", "%%%", '<script>alert(1)</script>" OR 投诉', "-1", "😀"]
)
def test_any_question_gives_a_page(client, text):
    page = client.get("/search/", {"q": text})
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert len(page.context["text"]) <= LONGEST


def test_htmx_is_given_the_part_word_for_word(client):
    whole = client.get("/search/", ASK).content.decode()
    part = client.get("/search/", ASK, headers={"HX-Request": "true"})
    assert part.content.decode().strip() in whole
    assert part["HX-Push-Url"].startswith("/search/?q=")


def test_it_costs_the_same_however_much_there_is(client):
    load_answers([answer("N-0", question={"zh": "贷款"})], now=NOW)
    client.get("/search/", ASK)
    few = queries(lambda: client.get("/search/", ASK))
    load_answers([answer(f"N-{n}", question={"zh": f"贷款{n}"}) for n in range(1, 12)], now=NOW)
    client.get("/search/", ASK)
    assert queries(lambda: client.get("/search/", ASK)) == few <= 40


def test_in_english_only_what_is_chinese_is_marked_so(english):
    for text in ("loan", "贷款", "gaoxin jishu qiye", "SZD-2026-001", "国务院令第802号", "绿毛龟"):
        page = english.get("/search/", {"q": text})
        assert chinese_left(page.content.decode()) == [], text
