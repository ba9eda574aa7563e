"""The quick diagnosis: six facts in the address, four groups in the answer, nothing stored."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qifu.policies.selectors import diagnose
from tests.conftest import NOW
from tests.web.pages import read, words

pytestmark = pytest.mark.django_db
SIX = (
    "/diagnosis/?region=440307&industry=C3511&founded=2018-05-01&employees=80"
    "&revenue=6,000&qualifications=srdi_sme"
)


@pytest.fixture(autouse=True)
def _city(demo_city):
    return demo_city


def test_six_facts_give_the_groups_that_the_matching_gives(client):
    match = diagnose(
        {
            "region": "440307",
            "industry": "C3511",
            "founded": "2018-05-01",
            "employees": 80,
            "revenue@2025": 60_000_000,
            "qualifications": ["srdi_sme"],
        },
        on=NOW.date(),
    )
    page = client.get(SIX)
    links = read(page).links
    assert match.maybe
    for result in [*match.eligible, *match.maybe, *match.near, *match.not_for_you]:
        assert f"/policies/{result.policy.id}/" in links
    assert f"{len(match.maybe)} 项可能可享" in words(page)
    assert f"不适合您的 {len(match.not_for_you)} 项" in words(page)


def test_what_was_answered_is_shown_with_units_and_stays_in_the_form(client):
    page = client.get(SIX)
    for part in ("¥6,000万元", "80 人", "2018年5月1日", "专精特新中小企业（省级）", "矿山机械制造"):
        assert part in words(page), part
    assert 'value="6,000"' in page.content.decode()


def test_nothing_is_stored(client):
    with CaptureQueriesContext(connection) as queries:
        client.get(SIX)
    writes = ("INSERT", "UPDATE", "DELETE")
    assert [q["sql"] for q in queries if q["sql"].startswith(writes)] == []
    assert "sessionid" not in client.cookies


def test_an_answer_may_stay_open_but_not_all_of_them(client):
    assert client.get("/diagnosis/?region=440307").status_code == 200
    page = client.get("/diagnosis/?text=x")
    assert page.status_code == 200
    assert "6 个问题" in words(page)
    empty = client.get("/diagnosis/?industry=%20")
    assert empty.status_code == 422
    assert "请至少回答一项" in words(empty)


def test_a_firm_from_elsewhere_is_not_from_here(client):
    page = client.get("/diagnosis/?region=other")
    match = diagnose({"region": "11"}, on=NOW.date())
    assert f"{len(match.maybe)} 项可能可享" in words(page)
    assert "不在本地" in words(page)


def test_none_of_the_titles_is_an_answer_too(client):
    none = diagnose({"qualifications": []}, on=NOW.date())
    page = client.get("/diagnosis/?qualifications=__none__")
    assert f"不适合您的 {len(none.not_for_you)} 项" in words(page) or not none.not_for_you
    assert f"{len(none.maybe)} 项可能可享" in words(page)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("founded=2999-01-01", "日期不能在今天之后"),
        ("founded=yesterday", "请填写日期，例如 2020-05-18"),
        ("employees=many", "请填写数字"),
        ("employees=-3", "不能小于"),
        ("employees=1.5", "请填写整数"),
        ("revenue=1e9", "单位「e9」不对，这里填 万元"),
        ("industry=没有这种行业", "没有找到这个行业"),
        ("industry=C3", "有几个行业符合"),
        ("qualifications=king", "king"),
        ("region=999999", "999999"),
    ],
)
def test_a_wrong_answer_is_named_at_its_field_and_stays(client, query, said):
    page = client.get(f"/diagnosis/?{query}")
    assert page.status_code == 422
    assert said in words(page)
    assert "有几处需要改正" in words(page)


def test_an_industry_can_be_chosen_from_matches_without_script(client):
    page = client.get("/diagnosis/?industry=机械")
    html = page.content.decode()
    assert "有几个行业符合，请在下面选一个" in words(page)
    assert 'name="industry_code" value="F517"' in html
    chosen = client.get("/diagnosis/?industry=机械&industry_for=机械&industry_code=F517")
    assert chosen.status_code == 200


def test_a_choice_made_for_other_words_does_not_count(client):
    page = client.get("/diagnosis/?industry=餐饮&industry_for=机械&industry_code=F517")
    assert page.status_code == 422
    assert "请在下面选一个" in words(page)


def test_matches_come_while_one_types(client):
    assert "软件开发" in words(client.get("/industries/?industry=软件"))
    assert "没有找到" in words(client.get("/industries/?industry=没有这种行业"))
    assert client.get("/industries/?industry=").content.decode().strip() == ""
    assert client.get("/industries/?industry=" + "长" * 5000).status_code == 200
