"""What the total leaves out is told, with the reason; so is a cap that makes it smaller."""

import pytest

from qifu.organisations.models import Enterprise
from qifu.policies.selectors.matching import match_facts
from tests.conftest import NOW
from tests.factories import EnterpriseFactory
from tests.web.firms import acting
from tests.web.pages import read, words

pytestmark = pytest.mark.django_db
PAGE = "/my/policies/"


@pytest.fixture(autouse=True)
def _city(demo_city):
    return demo_city


def test_a_policy_that_another_excludes_is_named_with_that_other(client):
    firm = next(
        firm
        for firm in Enterprise.objects.filter(organisation__made_up=True).order_by("pk")
        if match_facts(firm.facts, on=NOW.date()).total.left_out
    )
    acting(client, firm)
    page = client.get(PAGE)
    ((result, why),) = page.context["left_out"]
    (left,) = page.context["total"].left_out
    assert result.policy.id == left.policy
    assert why.startswith("不能和「") and why.endswith("」同时享受")
    told = f"没有计入的1项，为什么{result.policy.title}：{why}"
    assert told.replace(" ", "") in words(page).replace(" ", "")
    assert f"/my/policies/{left.policy}/" in read(page).links


def test_where_nothing_is_left_out_nothing_is_said(client):
    acting(client)
    assert "没有计入的" not in words(client.get(PAGE))


def test_a_cap_on_several_policies_is_told_beside_the_total_in_both_languages(client):
    facts = {
        "region": "440307", "legal_form": "company", "legal_person": True, "on_blacklist": False,
        "qualifications": ["little_giant"], "rd_expense@2025": 1_200_000_000,
        "title_reward_received": 0,
    }  # fmt: skip
    acting(client, EnterpriseFactory.create(facts=facts))
    page = client.get(PAGE)
    assert page.context["total"].low == 3_000_000
    (cap,) = page.context["caps"]
    assert cap.endswith("合计最多 300 万元") and cap in words(page)
    assert "合计最多 300 万元" in words(client.get("/my/policies/SZD-2026-002/"))
    client.cookies["django_language"] = "en"
    assert "together at most CNY 3 million" in words(client.get(PAGE))
