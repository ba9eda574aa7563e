"""What a firm says of itself, what others say, and which of it counts."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection

from qifu.base.errors import BadInput, Conflict, NotAllowed
from qifu.base.models import JournalLine, OutboxRow
from qifu.organisations.actions import declare_fact, retract_fact
from qifu.organisations.logic.values import BadValue, parse_value
from qifu.organisations.models import Enterprise, Fact
from qifu.organisations.selectors import facts_seen, profile_of
from qifu.rulebook.catalogue import Attribute
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, FactFactory, enterprise_actor, officer

TODAY = date(2026, 11, 22)


@pytest.fixture
def firm(demo_city):
    return EnterpriseFactory.create()


@pytest.fixture
def owner(firm):
    return enterprise_actor(firm)


def declare(firm, actor, attribute="employees", text="30", period="", **more):
    return declare_fact(
        firm, actor=actor, attribute=attribute, period=period, text=text, as_of=TODAY, now=NOW,
        **more,
    )  # fmt: skip


def row_of(firm, actor, key):
    groups = profile_of(actor, firm, on=TODAY)
    return next(row for group in groups for row in group.rows if row.key == key)


def test_a_declared_fact_counts_where_nobody_else_spoke(firm, owner):
    declare(firm, owner)
    firm.refresh_from_db()
    assert firm.facts["employees"] == 30
    assert row_of(firm, owner, "employees").source == "self"


def test_a_better_source_goes_on_counting_and_the_own_word_stays_visible(firm, owner):
    FactFactory.create(enterprise=firm, value=12, source="social_security")
    declare(firm, owner, text="30")
    row = row_of(firm, owner, "employees")
    assert (row.value, row.source) == (12, "social_security")
    assert [fact.value for fact in row.others] == [30]


def test_a_correction_of_ones_own_word_replaces_it_and_keeps_history(firm, owner):
    declare(firm, owner, text="30")
    declare(firm, owner, text="31")
    firm.refresh_from_db()
    assert firm.facts["employees"] == 31
    assert Fact.objects.filter(enterprise=firm, attribute="employees").count() == 2


def test_taking_it_back_makes_it_unknown_again(firm, owner):
    declare(firm, owner)
    retract_fact(firm, actor=owner, attribute="employees", now=NOW)
    firm.refresh_from_db()
    assert "employees" not in firm.facts


def test_money_is_typed_in_ten_thousands_and_kept_in_yuan(firm, owner):
    declare(firm, owner, attribute="revenue", period="2025", text="3,200")
    assert firm.facts["revenue@2025"] == 32_000_000


@pytest.mark.parametrize(
    ("attribute", "period", "text", "says"),
    [
        ("employees", "", "-3", "不能小于"),
        ("employees", "", "十二", "请填写数字"),
        ("employees", "", "3.5", "整数"),
        ("employees", "", "", "请填写"),
        ("employees", "", "9" * 200, "不能大于"),
        ("founded", "", "2030-01-01", "今天之后"),
        ("founded", "", "2021-02-30", "请填写日期"),
        ("industry", "", "C3", "没有这个代码"),
        ("industry", "", "\x00C35", "不能保存的字符"),
        ("revenue", "2025", "300人", "单位"),
        ("qualifications", "", "made_up_title", "没有这个选项"),
    ],
)
def test_bad_values_are_refused_at_the_field_and_nothing_is_written(
    firm, owner, attribute, period, text, says
):
    before = JournalLine.objects.count()
    with pytest.raises(BadInput, match=says) as error:
        declare(firm, owner, attribute=attribute, period=period, text=text)
    assert "value" in error.value.fields
    assert not Fact.objects.filter(enterprise=firm).exists()
    assert JournalLine.objects.count() == before


def test_a_yearly_fact_needs_its_year_and_others_take_none(firm, owner):
    with pytest.raises(BadInput, match="年度"):
        declare(firm, owner, attribute="revenue", text="1")
    with pytest.raises(BadInput, match="不分年度"):
        declare(firm, owner, attribute="employees", period="2025", text="1")


def test_an_unknown_attribute_is_refused(firm, owner):
    with pytest.raises(BadInput, match="没有这一项"):
        declare(firm, owner, attribute="shoe_size", text="1")


@pytest.mark.parametrize("role", ["viewer"])
def test_who_may_only_look_may_not_declare(firm, role):
    with pytest.raises(NotAllowed):
        declare(firm, enterprise_actor(firm, role=role))
    assert not Fact.objects.filter(enterprise=firm).exists()


def test_a_member_of_another_firm_may_not_declare(firm):
    with pytest.raises(NotAllowed):
        declare(firm, enterprise_actor())


def test_a_colleague_who_was_faster_is_not_overwritten(firm, owner):
    first = declare(firm, owner, text="30", expected=0)
    with pytest.raises(Conflict, match="同事刚刚改过"):
        declare(firm, owner, text="40", expected=0)
    declare(firm, owner, text="40", expected=first.pk)


def test_every_change_asks_for_a_new_match(firm, owner):
    before = OutboxRow.objects.filter(name="policies.refresh_match").count()
    declare(firm, owner)
    assert OutboxRow.objects.filter(name="policies.refresh_match").count() == before + 1


def test_emoji_and_rare_characters_are_kept(demo_city):
    free_text = Attribute("main_product", "text")
    assert parse_value(free_text, "𠮷野🐉", demo_city.catalogue, today=TODAY) == "𠮷野🐉"
    with pytest.raises(BadValue, match="最多"):
        parse_value(free_text, "长" * 20_000, demo_city.catalogue, today=TODAY)


def _catalogue():
    from qifu.base.city import current_city

    return current_city().catalogue


class TestWhatAnOfficerSees:
    def test_tax_revenue_and_staff_need_consent(self, firm, owner):
        FactFactory.create(enterprise=firm, value=12)
        Enterprise.objects.filter(pk=firm.pk).update(facts={"employees": 12, "region": "440306"})
        firm.refresh_from_db()
        inspector = officer("enterprise_officer")
        assert "employees" not in facts_seen(inspector, firm, on=TODAY)
        assert facts_seen(inspector, firm, on=TODAY)["region"] == "440306"
        assert row_of(firm, inspector, "employees").hidden

    def test_with_consent_they_are_seen_until_its_day_and_not_by_others(self, firm, owner):
        from qifu.organisations.actions import give_consent, revoke_consent
        from qifu.organisations.models import Unit

        Enterprise.objects.filter(pk=firm.pk).update(facts={"employees": 12})
        firm.refresh_from_db()
        inspector, other = officer("enterprise_officer"), officer("enterprise_officer")
        consent = give_consent(
            firm, actor=owner, unit=Unit.objects.get(pk=inspector.organisation_id),
            groups=["staff"], purpose="申报补贴", until=date(2026, 12, 31), now=NOW,
        )  # fmt: skip
        assert facts_seen(inspector, firm, on=TODAY)["employees"] == 12
        assert "employees" not in facts_seen(other, firm, on=TODAY)
        assert "employees" not in facts_seen(inspector, firm, on=date(2027, 1, 1))
        revoke_consent(consent, actor=owner, now=NOW)
        assert "employees" not in facts_seen(inspector, firm, on=TODAY)

    def test_what_follows_from_a_hidden_fact_is_hidden_too(self, firm):
        Enterprise.objects.filter(pk=firm.pk).update(
            facts={
                "employees": 12, "revenue@2025": 8_000_000, "assets@2025": 1_000_000,
                "industry": "C3511", "rd_expense@2025": 400_000,
            }
        )  # fmt: skip
        firm.refresh_from_db()
        seen = facts_seen(officer("enterprise_officer"), firm, on=TODAY)
        assert "rd_ratio@2025" not in seen
        assert "size_class" not in seen

    def test_the_registrar_sees_public_facts_only(self, firm):
        seen = facts_seen(officer("firm_registrar"), firm, on=TODAY)
        assert set(seen) <= {a.name for a in _catalogue() if a.visibility == "public"}


def test_the_profile_costs_the_same_for_many_facts(firm, owner, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    def queries():
        with CaptureQueriesContext(connection) as captured:
            profile_of(owner, firm, on=TODAY)
        return len(captured)

    FactFactory.create(enterprise=firm)
    few = queries()
    for number in range(40):
        FactFactory.create(enterprise=firm, value=number)
    assert queries() == few


@pytest.mark.django_db(transaction=True)
def test_of_two_people_saving_at_once_one_is_told(demo_city):
    firm = EnterpriseFactory.create()
    people = [enterprise_actor(firm), enterprise_actor(firm, role="clerk")]
    together, outcomes = Barrier(2), []

    def save(actor, text):
        try:
            mine = Enterprise.objects.get(pk=firm.pk)
            together.wait()
            declare(mine, actor, text=text, expected=0)
            outcomes.append("saved")
        except Conflict:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [Thread(target=save, args=[actor, str(30 + n)]) for n, actor in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved", "told"]
    assert Fact.objects.filter(enterprise=firm).count() == 1
