"""One firm at the desk: every fact with its source and day, and what needs consent kept back."""

from datetime import timedelta

import pytest

from qifu.base import journal
from qifu.organisations.actions import declare_fact, give_consent, revoke_consent
from qifu.organisations.actions.facts import append_fact
from qifu.organisations.models import Enterprise
from tests.conftest import NOW
from tests.factories import (
    ClaimFactory,
    DisputeFactory,
    EnterpriseFactory,
    MembershipFactory,
    UnitFactory,
    enterprise_actor,
    officer,
)
from tests.web.desk_people import as_, queries
from tests.web.pages import inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")

SECRET = 123_456_789  # 1.23亿元: nothing else on a page looks like it
SHOWN = "¥1.23亿元"


def state(firm: Enterprise, city, name: str, value, *, period="", source="stats") -> None:
    append_fact(
        firm,
        attribute=city.catalogue.attributes[name],
        period=period,
        source=source,
        value=value,
        as_of=NOW.date(),
        actor_id=None,
        now=NOW,
    )


@pytest.fixture
def firm(demo_city):
    made = EnterpriseFactory.create(facts={})
    state(made, demo_city, "region", "440306", source="register")
    state(made, demo_city, "founded", "2015-04-16", source="register")
    state(made, demo_city, "tax_arrears", False, source="tax")
    state(made, demo_city, "revenue", SECRET, period="2025")
    state(made, demo_city, "employees", 186)
    return made


def page_of(actor, firm):
    return as_(actor).get(f"/desk/firms/{firm.uscc}/")


def test_a_fact_stands_there_with_its_value_source_and_day(firm):
    said = words(page_of(officer("enterprise_officer"), firm))
    assert "成立日期 2015年4月16日 市场监管登记 2026年11月22日" in said


def test_facts_that_need_consent_are_named_and_their_values_are_nowhere(firm):
    page = page_of(officer("enterprise_officer"), firm)
    said = words(page)
    assert "需企业授权" in said
    assert "营业收入" in said
    assert "数据授权" in said
    html = page.content.decode()
    for trace in (SHOWN, str(SECRET), "186 人"):
        assert trace not in html


def test_with_consent_the_values_are_there_and_taken_back_they_are_gone(firm):
    unit = UnitFactory.create()
    actor, other = officer("enterprise_officer", unit), officer("enterprise_officer")
    owner = enterprise_actor(firm)
    consent = give_consent(
        firm,
        actor=owner,
        unit=unit,
        groups=["finance"],
        purpose="申报",
        until=NOW.date() + timedelta(days=30),
        now=NOW,
    )
    said = words(page_of(actor, firm))
    assert SHOWN in said
    assert "已授权本部门" in said
    assert "186 人" not in said
    assert SHOWN not in words(page_of(other, firm))
    revoke_consent(consent, actor=owner, now=NOW)
    assert SHOWN not in words(page_of(actor, firm))


def test_a_consent_that_has_run_out_shows_nothing(firm, monkeypatch):
    unit = UnitFactory.create()
    give_consent(
        firm,
        actor=enterprise_actor(firm),
        unit=unit,
        groups=["finance"],
        purpose="申报",
        until=NOW.date() + timedelta(days=2),
        now=NOW,
    )
    actor = officer("enterprise_officer", unit)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=3))
    assert SHOWN not in words(page_of(actor, firm))


def test_a_role_that_sees_only_public_facts_is_told_so(firm):
    said = words(page_of(officer("firm_registrar"), firm))
    assert "您的岗位不查看" in said
    assert "需企业授权 ：" not in said
    assert "有欠税 否" not in said


def test_policies_are_worked_out_from_what_one_may_see_and_from_nothing_else(firm, demo_city):
    """Two firms that differ only in a hidden fact look the same to an officer."""
    twin = EnterpriseFactory.create(facts={})
    state(twin, demo_city, "region", "440306", source="register")
    state(twin, demo_city, "founded", "2015-04-16", source="register")
    state(twin, demo_city, "tax_arrears", False, source="tax")
    actor = officer("enterprise_officer")

    def policies(of: Enterprise) -> str:
        said = words(page_of(actor, of))
        return said[said.index("政策匹配") : said.index("操作记录")]

    assert policies(firm) == policies(twin)
    assert "可能可享" in policies(firm)


def test_the_journal_of_a_firm_keeps_quiet_about_facts_one_may_not_see(firm):
    owner = enterprise_actor(firm)
    told = {"actor": owner, "as_of": NOW.date(), "now": NOW}
    declare_fact(firm, attribute="employees", text="190", **told)
    declare_fact(firm, attribute="private_firm", text="true", **told)
    said = words(page_of(officer("enterprise_officer"), firm))
    steps = said[said.index("操作记录") :]
    assert "填报资料" in steps
    assert "民营企业" in steps
    assert "从业人员" not in steps
    assert steps.count("填报资料") == 1


def test_people_of_the_firm_are_counted_and_not_named(firm):
    owner = enterprise_actor(firm)
    said = words(page_of(officer("enterprise_officer"), firm))
    assert "账户成员 1 人" in said
    assert owner.user.display_name not in said


def test_claims_are_for_those_who_decide_them_and_disputes_for_those_who_settle(firm):
    claim = ClaimFactory.create(enterprise=firm)
    fact = firm.fact_rows.get(attribute="employees")
    dispute = DisputeFactory.create(fact=fact, reason="实际为 777 人")
    journal.record(dispute, "dispute_fact", actor_id=None, now=NOW, note="实际为 777 人")
    links = {
        role: read(page_of(officer(role), firm)).links
        for role in ("firm_registrar", "data_steward", "enterprise_officer")
    }
    assert f"/desk/claims/{claim.pk}/" in links["firm_registrar"]
    assert f"/desk/disputes/{dispute.pk}/" in links["data_steward"]
    for role in ("data_steward", "enterprise_officer"):
        assert f"/desk/claims/{claim.pk}/" not in links[role]
    for role in ("firm_registrar", "enterprise_officer"):
        assert f"/desk/disputes/{dispute.pk}/" not in links[role]
    # a disputed fact that needs consent is read in its case and not beside it
    said = words(page_of(officer("data_steward"), firm))
    assert "186 人" not in said
    assert "777 人" not in said


@pytest.mark.parametrize(
    "code", ["91440399MADE00000X", "x", "%20", "91440300%00", "a" * 300, "../etc"]
)
def test_a_code_that_is_no_firm_is_not_found(firm, code):
    assert as_(officer("enterprise_officer")).get(f"/desk/firms/{code}/").status_code == 404


def test_a_made_up_firm_is_marked_as_such(firm):
    firm.organisation.made_up = True
    firm.organisation.save()
    assert "虚构企业" in words(page_of(officer("enterprise_officer"), firm))


@pytest.mark.parametrize("role", ["firm_registrar", "enterprise_officer", "data_steward"])
def test_the_page_costs_the_same_for_few_and_for_many_facts_people_and_cases(firm, demo_city, role):
    client = as_(officer(role))

    def ask() -> int:
        return queries(lambda: client.get(f"/desk/firms/{firm.uscc}/"))

    ClaimFactory.create(enterprise=firm)
    MembershipFactory.create(organisation=firm.organisation)
    ask()
    few = ask()
    for year in range(2016, 2025):
        state(firm, demo_city, "revenue", 1_000_000 + year, period=str(year))
        fact = firm.fact_rows.get(attribute="revenue", period=str(year))
        DisputeFactory.create(fact=fact)
    for _n in range(9):
        ClaimFactory.create(enterprise=firm)
        MembershipFactory.create(organisation=firm.organisation)
    assert ask() == few


def test_nothing_on_the_page_is_inline_in_either_language(firm):
    client = as_(officer("data_steward"))
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        page = client.get(f"/desk/firms/{firm.uscc}/")
        assert inline(page.content.decode()) == []
        assert sorted(set(read(page).ids)) == sorted(read(page).ids)
