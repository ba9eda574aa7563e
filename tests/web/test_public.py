"""Home, library and policy page: found, filtered, read, exported, without an account."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from qifu.organisations.permissions import NOBODY
from qifu.policies.selectors import library
from qifu.web.policies.names import BENEFITS, KINDS, LEVELS
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, MembershipFactory
from tests.web.pages import read, words

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
HTMX = {"hx-request": "true"}


@pytest.fixture(autouse=True)
def _city(demo_city):
    return demo_city


def titles(page) -> list[str]:
    return [link for link in read(page).links if link.startswith("/policies/SZD")]


def test_the_home_page_shows_what_is_open_by_days_left(client):
    page = client.get("/")
    shown = words(page)
    soonest = library(NOBODY, on=TODAY, status="open")[0]
    assert soonest.title in shown
    days = (soonest.closes - TODAY).days
    assert f"还剩 {days} 天" in shown.replace("还剩", "还剩 ").replace("  ", " ")
    assert titles(page)[0] == f"/policies/{soonest.policy_id}/"


def test_the_home_page_links_only_to_doors_that_exist(client):
    for link in read(client.get("/")).links:
        if link.startswith("/"):
            assert client.get(link).status_code in (200, 302), link


def test_the_library_finds_by_words_and_marks_them(client):
    page = client.get("/policies/?text=研发费用")
    found = library(NOBODY, on=TODAY, text="研发费用").count()
    assert f"“研发费用”：找到 {found} 项" in words(page)
    assert "<mark>研发费用</mark>" in page.content.decode()
    assert len(set(titles(page))) == found


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("kind=loan_interest", {"kind": "loan_interest"}),
        ("benefit=tax", {"benefit": "tax"}),
        ("level=district", {"level": "district"}),
        ("region=440306", {"region": "440306"}),
        ("status=always", {"status": "always"}),
        ("status=open&order=amount", {"status": "open", "order": "amount"}),
        ("order=newest", {"order": "newest"}),
    ],
)
def test_filters_and_order_are_those_of_the_library(client, query, asked):
    expected = [p.policy_id for p in library(NOBODY, on=TODAY, **asked)][:20]
    assert expected
    page = titles(client.get(f"/policies/?{query}"))
    assert [link.split("/")[2] for link in dict.fromkeys(page)] == expected


def test_every_kind_level_and_benefit_of_the_pack_has_its_words():
    for policy in library(NOBODY, on=TODAY):
        assert policy.kind in KINDS
        assert policy.level in LEVELS
        assert policy.benefit in BENEFITS


def test_pages_of_the_list_keep_the_filters(client):
    second = client.get("/policies/?order=amount&page=2")
    assert "第 2 页，共 2 页" in words(second)
    assert "?order=amount&page=1" in second.content.decode().replace("&amp;", "&")


@pytest.mark.parametrize(
    "query",
    [
        "page=999999", "page=x", "page=-1", "status=nonsense", "region=../..", "kind=%00",
        "text=%00", "text=" + "长" * 500, "order=;drop", "text=😀", "text=%",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_never_an_error(client, query):
    assert client.get(f"/policies/?{query}").status_code == 200


def test_an_empty_result_says_what_to_do(client):
    page = client.get("/policies/?text=没有这样的政策")
    assert "没有符合这些条件的政策" in words(page)
    assert "/diagnosis/" in read(page).links


def test_the_live_list_is_word_for_word_part_of_the_page(client):
    address = "/policies/?text=补贴&order=amount"
    part = client.get(address, headers=HTMX)
    whole = client.get(address).content.decode()
    assert part.content.decode().strip() in whole
    assert "<html" not in part.content.decode()
    assert part.headers["HX-Push-Url"] == "/policies/?text=%E8%A1%A5%E8%B4%B4&order=amount"


def test_going_back_gets_the_whole_page(client):
    headers = HTMX | {"hx-history-restore-request": "true"}
    assert "<html" in client.get("/policies/?text=补贴", headers=headers).content.decode()


def test_a_long_list_costs_as_many_queries_as_a_short_one(client, django_assert_num_queries):
    client.get("/policies/")
    with django_assert_num_queries(3):
        client.get("/policies/?status=not_yet")
    with django_assert_num_queries(3):
        client.get("/policies/")


def test_the_list_can_be_taken_away_as_excel(client):
    answer = client.get("/policies/list.xlsx?benefit=tax")
    sheet = load_workbook(BytesIO(answer.content)).active
    expected = list(library(NOBODY, on=TODAY, benefit="tax"))
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [p.policy_id for p in expected]


def test_a_policy_says_who_what_how_much_when_and_where_it_comes_from(client):
    policy = library(NOBODY, on=TODAY).get(policy_id="SZD-2026-001")
    shown = words(client.get("/policies/SZD-2026-001/"))
    card = policy.document["card"]
    for part in (
        policy.title, card["marker"]["zh"], card["who"]["zh"], card["how_much"]["zh"],
        card["papers"][0]["zh"], card["steps"][0]["title"]["zh"], card["where"]["zh"],
        card["source"]["name"], card["open_points"][0]["zh"], "2026年12月31日（周四）",
        "还剩 39 天", "¥400万元", "龙岗区工业和信息化局", "注册地 属于龙岗区", "第 1 版",
    ):  # fmt: skip
        assert part in shown, part


def test_a_policy_can_be_read_in_english(english):
    policy = library(NOBODY, on=TODAY).get(policy_id="SZD-2026-001")
    shown = words(english.get("/policies/SZD-2026-001/"))
    card = policy.document["card"]
    for part in (policy.title_en, card["who"]["en"], card["papers"][0]["en"], "31 Dec 2026 (Thu)"):
        assert part in shown, part
    assert card["who"]["zh"] not in shown


def test_every_policy_of_the_pack_can_be_shown(client):
    for policy in library(NOBODY, on=TODAY):
        page = client.get(f"/policies/{policy.policy_id}/")
        assert page.status_code == 200
        assert policy.title in words(page)


def test_what_cannot_be_had_together_is_named_and_linked(client):
    page = client.get("/policies/SZD-2026-014/")
    assert "不能和这些同时享受" in words(page)
    assert "/policies/SZD-2026-002/" in titles(page)


def test_a_version_that_does_not_exist_is_not_found(client):
    assert client.get("/policies/SZD-2026-001/?version=1").status_code == 200
    for version in ("2", "x", "9" * 30, "-1"):
        assert client.get(f"/policies/SZD-2026-001/?version={version}").status_code == 404


def test_a_member_sees_the_firms_verdict_on_top(client):
    firm = EnterpriseFactory.create(region="440306", facts={"region": "440306"})
    member = MembershipFactory.create(organisation=firm.organisation)
    client.force_login(member.user)
    page = client.get("/policies/SZD-2026-001/")  # for Longgang; the firm is in Bao'an
    assert "不符合" in words(page)
    assert firm.organisation.name in words(page)
    assert "/my/policies/SZD-2026-001/" in read(page).links


def test_the_last_day_can_be_put_into_a_calendar(client):
    answer = client.get("/policies/SZD-2026-001/calendar.ics")
    lines = answer.content.decode().split("\r\n")
    assert "DTSTART;VALUE=DATE:20261231" in lines
    assert max(len(line.encode()) for line in lines) <= 75
    assert answer.headers["Content-Type"].startswith("text/calendar")


def test_a_policy_without_a_last_day_has_no_calendar_entry(client):
    assert client.get("/policies/SZD-2026-014/calendar.ics").status_code == 404
