"""Finding firms: by name, code, place and industry; what one may not see has no effect."""

import pytest

from qifu.organisations.models import Enterprise
from qifu.web.desk import lists
from tests.factories import (
    EnterpriseFactory,
    MembershipFactory,
    OrganisationFactory,
    enterprise_actor,
    officer,
)
from tests.web.desk_people import as_, queries, table
from tests.web.pages import read, words

pytestmark = pytest.mark.usefixtures("demo_city")

FINDERS = ("firm_registrar", "enterprise_officer", "data_steward", "policy_officer")


def firm(name: str, **more) -> Enterprise:
    return EnterpriseFactory.create(organisation=OrganisationFactory.create(name=name), **more)


@pytest.fixture
def desk():
    return as_(officer("enterprise_officer"))


@pytest.mark.parametrize("role", FINDERS)
def test_a_firm_is_found_by_part_of_its_name(role):
    wanted = firm("深圳市示例灯塔有限公司")
    page = as_(officer(role)).get("/desk/firms/", {"q": "示例灯塔"})
    assert "找到 1 家企业" in words(page)
    assert f"/desk/firms/{wanted.uscc}/" in read(page).links


def test_a_firm_is_found_by_the_beginning_of_its_code_in_small_letters(desk):
    wanted = firm("甲")
    page = desk.get("/desk/firms/", {"q": wanted.uscc[:14].lower()})
    assert f"/desk/firms/{wanted.uscc}/" in read(page).links


def test_place_and_industry_narrow_the_search(desk):
    inside = firm("灯塔一", region="440306", industry="C3511")
    firm("灯塔二", region="440307", industry="C3511")
    firm("灯塔三", region="440306", industry="I6513")
    page = desk.get("/desk/firms/", {"q": "灯塔", "region": "440306", "industry": "C"})
    assert [link for link in read(page).links if "/desk/firms/9" in link] == [
        f"/desk/firms/{inside.uscc}/"
    ]


def test_an_unknown_place_finds_nothing_and_says_what_is_wrong(desk):
    page = desk.get("/desk/firms/", {"region": "999999"})
    assert page.status_code == 200
    assert "搜索条件有误" in words(page)
    assert page.content.count(b"data-qd-row") == 0


def test_no_result_says_what_to_do(desk):
    assert "只填名称里的几个字" in words(desk.get("/desk/firms/", {"q": "没有这样的企业"}))


@pytest.mark.parametrize("text", ["'; DROP TABLE", "%", "_", "\\", "😀", "<b>", "a" * 5000, "\x00"])
def test_strange_searches_find_nothing_and_break_nothing(desk, text):
    page = desk.get("/desk/firms/", {"q": text})
    assert page.status_code == 200
    assert "<b>" not in page.content.decode().replace("<b></b>", "")
    assert page.content.count(b"data-qd-row") == 0


@pytest.mark.parametrize("number", ["0", "-1", "abc", "999999", "1e9", ""])
def test_a_page_number_that_is_none_gives_the_nearest_page(desk, number):
    assert desk.get("/desk/firms/", {"page": number}).status_code == 200


def test_long_lists_are_paged_and_every_firm_is_on_one_page(desk, monkeypatch):
    made = {firm(f"灯塔{n:03d}").uscc for n in range(120)}
    seen = []
    for number in (1, 2, 3):
        page = desk.get("/desk/firms/", {"q": "灯塔", "page": number})
        seen += [link.split("/")[3] for link in read(page).links if "/desk/firms/9" in link]
    assert len(seen) == 120
    assert set(seen) == made


def test_no_more_is_counted_than_anybody_needs(desk, monkeypatch):
    monkeypatch.setattr(lists, "CAP", 20)
    for n in range(25):
        firm(f"灯塔{n}")
    said = words(desk.get("/desk/firms/", {"q": "灯塔"}))
    assert "找到 20+ 家企业" in said
    assert "只列出前 20 家" in said


def test_a_list_costs_the_same_for_ten_and_for_fifty_rows(desk):
    def ask() -> int:
        return queries(lambda: desk.get("/desk/firms/", {"q": "灯塔"}))

    for n in range(10):
        MembershipFactory.create(organisation=firm(f"灯塔{n}").organisation)
    ask()
    few = ask()
    for n in range(90):
        MembershipFactory.create(organisation=firm(f"灯塔多{n}").organisation)
    assert ask() == few


def test_the_fragment_is_word_for_word_part_of_the_page(desk):
    firm("灯塔")
    page = desk.get("/desk/firms/", {"q": "灯塔"}).content.decode()
    fragment = desk.get("/desk/firms/", {"q": "灯塔"}, headers={"HX-Request": "true"})
    part = fragment.content.decode().strip()
    assert part.startswith('<div id="results"')
    assert part in page


def test_the_page_of_results_is_exported_with_formulas_made_harmless(desk):
    firm("=灯塔(1)", region="440306")
    rows = table(desk.get("/desk/firms.xlsx", {"q": "灯塔(1)"}))
    assert [row[0] for row in rows] == ["企业名称", "=灯塔(1)"]
    assert rows[1][2] == "宝安区"


def test_whether_a_firm_has_an_account_is_shown(desk):
    MembershipFactory.create(organisation=firm("灯塔").organisation)
    assert "已开通" in words(desk.get("/desk/firms/", {"q": "灯塔"}))


@pytest.mark.parametrize("role", ["auditor", "unit_admin"])
@pytest.mark.parametrize("address", ["/desk/firms/", "/desk/firms.xlsx"])
def test_roles_without_that_duty_cannot_search(role, address):
    firm("灯塔")
    page = as_(officer(role)).get(address, {"q": "灯塔"})
    assert page.status_code == 403
    assert b"data-qd-row" not in page.content


def test_the_desk_is_not_for_firms():
    assert as_(enterprise_actor()).get("/desk/firms/").status_code == 403


def test_what_a_role_may_not_see_is_no_column_and_no_filter(demo_city, monkeypatch):
    """A role that may search but sees no facts: a filter would tell them by its effect."""
    firm("灯塔", region="440306", industry="C3511")
    actor = officer("policy_officer")
    blind = demo_city.roles["policy_officer"].may - {"facts.view_public"}
    role = demo_city.roles["policy_officer"]
    monkeypatch.setitem(demo_city.roles, "policy_officer", type(role)(
        role.code, role.name, role.for_, frozenset(blind)
    ))  # fmt: skip
    client = as_(actor)
    plain = words(client.get("/desk/firms/", {"q": "灯塔"}))
    assert "宝安区" not in plain
    filtered = words(client.get("/desk/firms/", {"q": "灯塔", "region": "440307"}))
    assert "找到 1 家企业" in filtered
