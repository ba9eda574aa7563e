"""What rules suggest: matter, exclusion, unit with its rule, repeats told apart by kind."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qifu.appeals import actions
from qifu.appeals.actions import record_suggestions
from qifu.appeals.models import Appeal, Suggestion
from qifu.appeals.selectors import similar_cases, suggest_for
from qifu.appeals.selectors.suggest import as_rows, place_words, read_text
from tests.appeals import cases, world
from tests.factories import NOW, EnterpriseFactory, enterprise_actor, officer

TEXT = "我公司申请的增值税退税已经提交两个月，税务局一直没有审核，发票也开不出来，请问还要补什么。"
MORE = "另外，九月份的发票被认定异常，金额 38.6 万元，供应商已经补开，请一并核实处理。"
OTHER_WORDS = "园区门口路灯坏了很久，晚上员工下班看不见路，希望有关部门尽快维修恢复照明。"
DAY = timedelta(days=1)


@pytest.fixture
def desk():
    return world.intake_actor()


@pytest.fixture
def firm():
    return EnterpriseFactory.create()


def kinds(actor, about, **more):
    return [(one.appeal.pk, one.kind) for one in similar_cases(actor, about, now=NOW, **more)]


def case(state="handling", *, firm, text=TEXT, days=3, **more):
    return cases.bands(cases.case(state, firm=firm, text=text, at=NOW - days * DAY, **more))


@pytest.mark.usefixtures("demo_city")
class TestRepeats:
    def test_the_same_text_while_the_first_is_open_is_the_same_case(self, desk, firm):
        old, new = case(firm=firm), case("submitted", firm=firm, days=0)
        assert kinds(desk, new) == [(old.pk, "same_case")]
        assert similar_cases(desk, new, now=NOW)[0].score == 1

    def test_after_the_first_is_closed_it_comes_after_closure(self, desk, firm):
        old, new = case("closed", firm=firm), case("submitted", firm=firm, days=0)
        assert kinds(desk, new) == [(old.pk, "after_closure")]

    def test_with_new_facts_it_is_no_repeat(self, desk, firm):
        old, new = case(firm=firm), case("submitted", firm=firm, text=TEXT + MORE, days=0)
        assert kinds(desk, new) == [(old.pk, "new_facts")]

    def test_the_same_text_of_another_firm_says_so_and_stands_behind_the_own(self, desk, firm):
        foreign, own = case(firm=EnterpriseFactory.create(), days=1), case(firm=firm, days=5)
        new = case("submitted", firm=firm, days=0)
        assert kinds(desk, new) == [(own.pk, "same_case"), (foreign.pk, "other_firm")]

    def test_other_texts_later_cases_old_cases_and_drafts_are_not_among_them(self, desk, firm):
        case(firm=firm, text=OTHER_WORDS)
        case(firm=firm, days=92)
        new = case("submitted", firm=firm, days=1)
        case("submitted", firm=firm, days=0)
        cases.case("draft", firm=firm, text=TEXT)
        assert kinds(desk, new) == []

    def test_the_window_has_both_its_ends(self, desk, firm):
        edge = case(firm=firm, days=90)
        assert kinds(desk, case("submitted", firm=firm, days=0)) == [(edge.pk, "same_case")]

    def test_a_text_that_is_being_written_finds_the_firm_s_own_cases_and_no_others(self, firm):
        owner, own = enterprise_actor(firm), case(firm=firm)
        case(firm=EnterpriseFactory.create())
        assert kinds(owner, TEXT, enterprise=firm) == [(own.pk, "same_case")]
        assert kinds(owner, "   ", enterprise=firm) == []

    def test_callers_without_a_firm_are_told_apart_by_their_name(self, desk):
        def by(name, **more):
            appeal = case("submitted", firm=EnterpriseFactory.create(), **more)
            Appeal.objects.filter(pk=appeal.pk).update(enterprise=None, requester=name)
            appeal.refresh_from_db()
            return appeal

        own, foreign, nameless = by("甲商行"), by("乙商行", days=2), by("", days=1)
        new = by("甲商行", days=0)
        assert kinds(desk, new) == [
            (own.pk, "same_case"), (nameless.pk, "other_firm"), (foreign.pk, "other_firm")
        ]  # fmt: skip
        silent = by("", days=0)
        assert {kind for _, kind in kinds(desk, silent)} == {"other_firm"}

    def test_parts_of_one_demand_are_no_repeats_of_each_other(self, desk, firm):
        parent = case(firm=firm)
        child = case("accepted", firm=firm, parent=parent)
        assert kinds(desk, child) == []
        assert kinds(desk, parent) == []

    def test_it_costs_the_same_for_one_like_it_as_for_ten(self, desk, firm):
        def cost():
            new = case("submitted", firm=firm, days=0)
            with CaptureQueriesContext(connection) as caught:
                found = similar_cases(desk, new, now=NOW)
                assert all(one.appeal.enterprise.name for one in found)
            return len(caught)

        case(firm=firm)
        one = cost()
        for _ in range(9):
            case(firm=firm)
            case(firm=EnterpriseFactory.create())
        assert cost() == one


class TestReadingAText:
    def test_words_name_the_matter_and_the_list_names_unit_and_rule(self, demo_city):
        read = read_text(demo_city, TEXT, as_of=NOW.date())
        assert read.matter == read.matters[0].code == "tax"
        assert (read.route.rule, read.route.unit, read.route.fallback) == ("tax", "SZ-TAX", False)
        assert read.scope == () and not read.abstained

    def test_without_clear_words_the_rules_abstain_and_no_unit_is_named(self, demo_city):
        read = read_text(demo_city, "请帮帮我们，谢谢各位领导的关心和支持。", as_of=NOW.date())
        assert read.abstained and read.route is None

    def test_a_matter_that_somebody_chose_is_relied_on(self, demo_city):
        read = read_text(demo_city, TEXT, matter="customs", as_of=NOW.date())
        assert read.matter == "customs" and read.route.unit == "SZ-HG"
        assert read.matters[0].code == "tax"

    def test_a_matter_that_the_pack_does_not_have_is_not(self, demo_city):
        assert read_text(demo_city, TEXT, matter="gone", as_of=NOW.date()).matter == "tax"

    def test_a_dissolved_unit_gives_way_to_its_deputy(self, demo_city):
        read = read_text(demo_city, TEXT, as_of=NOW.date(), gone={"SZ-TAX"})
        assert read.route.unit == "SZ-CZJ"

    def test_a_rule_for_a_district_fires_there(self, demo_city):
        asked = {"matter": "customs", "as_of": NOW.date()}
        assert read_text(demo_city, TEXT, region="440308", **asked).route.rule == "customs-port"
        assert read_text(demo_city, TEXT, region="440305", **asked).route.rule == "customs"

    def test_a_rule_on_a_fact_fires_only_where_the_fact_is_known(self, demo_city):
        asked = {"matter": "subsidy_application", "as_of": NOW.date()}
        known = read_text(demo_city, TEXT, facts={"industry": "I6513"}, **asked)
        assert known.route.rule == "subsidy-research"
        unknown = read_text(demo_city, TEXT, **asked)
        assert unknown.route.rule == "subsidy"
        assert "subsidy-research" in [one.rule for one in unknown.route.tried]

    def test_a_lawsuit_a_repeat_and_another_city_name_their_exclusion(self, demo_city):
        day = NOW.date()
        assert read_text(demo_city, "法院已受理我们的案件，一审还没判。", as_of=day).scope
        again = read_text(demo_city, TEXT, repeat_of="SQ20261101-000001", as_of=day)
        assert "repeat" in [one.code for one in again.scope]
        abroad = read_text(demo_city, "东莞市税务局不给我们开票，请协调。", as_of=day)
        assert "outside_region" in [one.code for one in abroad.scope]

    def test_places_of_the_city_are_home_and_its_province_is_neither(self, demo_city):
        outside, home = place_words(demo_city.load_id)
        assert "深圳市" in home and "南山区" in home
        assert "东莞市" in outside and "广东省" not in (*outside, *home)
        assert not set(outside) & set(home)


@pytest.mark.usefixtures("demo_city")
class TestSuggestingForACase:
    def test_a_case_gets_all_four_and_the_unit_as_a_unit(self, desk, firm):
        case(firm=firm)
        new = case("submitted", firm=firm, days=0)
        found = suggest_for(desk, new, now=NOW)
        assert found.matter == "tax" and found.unit.organisation.code == "SZ-TAX"
        assert [one.kind for one in found.repeats] == ["same_case"] == [
            one.kind for one in found.repeats_of_own
        ]  # fmt: skip
        assert "repeat" in [one.code for one in found.scope]

    def test_filing_again_what_was_withdrawn_or_has_new_facts_is_not_called_a_repeat(
        self, desk, firm
    ):
        case("withdrawn", firm=firm)
        new = case("submitted", firm=firm, days=0)
        assert "repeat" not in [one.code for one in suggest_for(desk, new, now=NOW).scope]
        other = EnterpriseFactory.create()
        case(firm=other)
        more = case("submitted", firm=other, text=TEXT + MORE, days=0)
        assert "repeat" not in [one.code for one in suggest_for(desk, more, now=NOW).scope]

    def test_a_title_made_from_the_text_is_no_second_word_for_it(self, desk, firm):
        new = case("submitted", firm=firm, days=0)
        made = suggest_for(desk, new, now=NOW).matters[0].score
        Appeal.objects.filter(pk=new.pk).update(title="增值税退税什么时候办好")
        new.refresh_from_db()
        assert suggest_for(desk, new, now=NOW).matters[0].score > made

    def test_a_rule_on_a_fact_that_the_officer_may_not_see_stays_silent(self, desk):
        firm = EnterpriseFactory.create(facts={"region": "440306", "industry": "I6513"})
        new = case("submitted", firm=firm, matter="subsidy_application", days=0)
        assert suggest_for(desk, new, now=NOW).route.rule == "subsidy-research"
        blind = officer("callback_officer", cases.unit("SZ-QYFW"))
        cases.callback(cases.rating(cases.reply(_led(new)), 1))
        from dataclasses import replace

        blind = replace(blind, may_codes=blind.may_codes - {"firms.view"})
        assert suggest_for(blind, new, now=NOW).route.rule == "subsidy"

    def test_nothing_is_suggested_of_a_case_that_one_may_not_see(self, firm):
        new = case("submitted", firm=firm)
        found = suggest_for(world.firm_actor(), new, now=NOW)
        assert (found.matters, found.scope, found.route, found.repeats) == ((), (), None, ())

    def test_what_was_suggested_is_kept_and_what_a_person_made_of_it(self, desk, demo_city):
        appeal = world.submitted(text=TEXT)
        found = suggest_for(desk, appeal, now=NOW)
        for about, said in as_rows(found, demo_city).items():
            record_suggestions(appeal, about=about, now=NOW, **said)
        actions.accept_appeal(appeal, actor=desk, now=world.later(appeal), matter="customs")
        rows = {row.about: row for row in Suggestion.objects.filter(appeal=appeal)}
        assert set(rows) == {"matter", "scope", "unit", "repeat"}
        assert rows["matter"].top[0]["code"] == "tax" and rows["matter"].chosen == "customs"
        assert rows["unit"].top == [{"code": "SZ-TAX", "score": 1, "why": "tax"}]
        # the desk stores under the same names: nothing stands there twice
        assert Suggestion.objects.filter(appeal=appeal, about="matter").count() == 1


def _led(appeal):
    Appeal.objects.filter(pk=appeal.pk).update(lead=cases.unit("SZ-GXJ"))
    appeal.refresh_from_db()
    return appeal
