"""The size self-test page says what the library says, and shows the rule."""

from datetime import date
from decimal import Decimal

import pytest

from qifu.rulebook.sizes import size_class
from qifu.web.tools.views import SIZE_WORDS
from tests.web.pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _city(demo_city):
    return demo_city


@pytest.mark.parametrize(
    ("industry", "staff", "revenue", "assets"),
    [
        ("C3511", 250, 3000, 0),
        ("C3511", 300, 2000, 0),  # both limits of medium, exactly
        ("C3511", 19, 50_000, 0),
        ("E4710", 10, 80_000, 80_000),
        ("I6513", 5, 30, 0),
    ],
)
def test_the_page_says_what_the_rule_says(client, demo_city, industry, staff, revenue, assets):
    result = size_class(
        industry,
        staff,
        Decimal(revenue) * 10_000,
        Decimal(assets) * 10_000,
        on=date(2026, 11, 22),
        rules=demo_city.sizes,
    )
    page = client.get(f"/size/?industry={industry}&staff={staff}&revenue={revenue}&assets={assets}")
    shown = words(page)
    assert str(SIZE_WORDS[result.size]) in shown
    assert result.rule_zh in shown
    assert result.source in shown
    for row in result.table:
        assert row.shown(row.limit) in shown


def test_an_industry_outside_the_rule_gives_no_size_and_the_reason(client, demo_city):
    page = client.get("/size/?industry=J6621&staff=250&revenue=3000")
    result = size_class("J6621", 250, 1, 1, on=date(2026, 11, 22), rules=demo_city.sizes)
    assert result.size is None
    assert page.status_code == 200
    assert "这个行业不划分规模" in words(page)
    assert result.reason_zh in words(page)


def test_what_is_missing_is_said_together_with_what_remains_possible(client):
    page = client.get("/size/?industry=C3511&staff=500")
    assert "还不能确定" in words(page)
    assert "中型企业" in words(page)


def test_a_day_before_the_rule_is_named_with_the_day_it_starts(client):
    page = client.get("/size/?industry=C3511&staff=1&revenue=1&on=2001-01-01")
    assert page.status_code == 422
    assert "标准从 2011年6月18日" in words(page)


@pytest.mark.parametrize(
    "query",
    [
        "staff=-1", "staff=1.5", "staff=x", "staff=" + "9" * 40, "revenue=NaN", "revenue=Infinity",
        "assets=-0.1", "revenue=1e400", "on=2026-13-45", "on=9999-12-31", "staff=%00",
    ],
)  # fmt: skip
def test_figures_that_cannot_be_are_refused_at_their_field(client, query):
    page = client.get(f"/size/?industry=C3511&{query}")
    assert page.status_code == 422
    assert "有几处需要改正" in words(page)


def test_an_industry_is_needed(client):
    page = client.get("/size/?staff=3")
    assert page.status_code == 422
    assert "请填写行业" in words(page)


def test_the_page_speaks_english(english):
    page = english.get("/size/?industry=C3511&staff=250&revenue=3000")
    assert "CNY 20,000,000" in words(page)
