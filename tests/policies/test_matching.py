"""What a firm can use, the next question, stored reports and their replay."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qifu.base.errors import BadInput, Conflict, NotAllowed
from qifu.base.models import CityLoad
from qifu.notices.models import Notice
from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import NOBODY
from qifu.policies.actions import (
    answer_question,
    load_policies,
    make_report,
    refresh_match,
    skip_question,
    undo_answer,
)
from qifu.policies.models import PolicyVersion, StoredReport
from qifu.policies.selectors import (
    apart_from,
    diagnose,
    library,
    match_for,
    policy_for,
    replay,
    report_by_id,
    reports_of,
    status_of,
)
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, enterprise_actor, officer

TODAY = date(2026, 11, 22)
pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def firm(demo_city):
    return EnterpriseFactory.create(
        facts={"region": "440306", "industry": "C3511", "founded": "2018-03-01",
               "legal_form": "limited"}
    )  # fmt: skip


@pytest.fixture
def owner(firm):
    return enterprise_actor(firm)


def test_every_policy_in_force_has_one_result(firm, owner):
    match = match_for(owner, firm, on=TODAY)
    groups = (match.eligible, match.maybe, match.near, match.not_for_you)
    ids = [result.policy.id for group in groups for result in group]
    in_force = library(NOBODY, on=TODAY).values_list("policy_id", flat=True)
    assert sorted(ids) == sorted(in_force)
    assert all(result.near_miss for result in match.near)


def test_results_are_sorted_by_money_or_by_days_left(firm, owner):
    match = match_for(owner, firm, on=TODAY)
    told = [result.amount for result in match.maybe]
    by_money = [amount.high for amount in told if amount and amount.high is not None]
    assert by_money == sorted(by_money, reverse=True)
    by_days = [
        r.policy.closes for r in match_for(owner, firm, on=TODAY, order="closes").maybe
        if r.policy.closes and r.status != "closed"
    ]  # fmt: skip
    assert by_days == sorted(by_days)


def test_an_amount_that_only_a_bound_of_a_fact_would_cap_is_told_as_open(firm, owner):
    match = match_for(owner, firm, on=TODAY)
    open_ended = [
        result for result in match.report.policies if result.amount and result.amount.high is None
    ]
    assert open_ended, "the demo city has policies without a cap"
    bounded = open_ended[0].policy.amount.evaluate({}, match.city.catalogue, as_of=TODAY)
    assert bounded.high is not None
    assert match.total.maybe_high is not None


def test_an_answer_changes_the_list_and_can_be_taken_back(firm, owner):
    before = match_for(owner, firm, on=TODAY)
    question = before.next_question
    attribute = before.city.catalogue.get(question.attr.partition("@")[0])
    text = {"flag": "是", "set": [attribute.option_codes[0]] if attribute.options else [],
            "date": "2020-01-01"}.get(attribute.type, "1")  # fmt: skip
    answer_question(firm, actor=owner, key=question.attr, text=text, now=NOW)
    firm.refresh_from_db()
    after = match_for(owner, firm, on=TODAY)
    assert question.attr in firm.facts
    assert question.attr not in [q.attr for q in after.questions]
    undo_answer(firm, actor=owner, key=question.attr, now=NOW)
    firm.refresh_from_db()
    assert match_for(owner, firm, on=TODAY).next_question.attr == question.attr


def test_a_skipped_question_makes_way_and_comes_back(firm, owner):
    first = match_for(owner, firm, on=TODAY).next_question
    skip_question(firm, actor=owner, key=first.attr, now=NOW)
    match = match_for(owner, firm, on=TODAY)
    assert match.next_question.attr != first.attr
    assert match.questions[-1].attr == first.attr
    undo_answer(firm, actor=owner, key=first.attr, now=NOW)
    assert match_for(owner, firm, on=TODAY).next_question.attr == first.attr


def test_a_viewer_answers_nothing(firm):
    with pytest.raises(NotAllowed):
        answer_question(
            firm, actor=enterprise_actor(firm, "viewer"), key="employees", text="1", now=NOW
        )


def test_a_bad_answer_is_refused_at_the_field(firm, owner):
    with pytest.raises(BadInput):
        answer_question(firm, actor=owner, key="employees", text="许多", now=NOW)


def test_another_firm_has_no_match(firm):
    assert match_for(enterprise_actor(), firm, on=TODAY) is None
    assert match_for(NOBODY, firm, on=TODAY) is None


def test_an_officer_matches_with_what_the_officer_may_see(firm, owner):
    Enterprise.objects.filter(pk=firm.pk).update(facts={**firm.facts, "employees": 50})
    firm.refresh_from_db()
    seen = match_for(officer("enterprise_officer"), firm, on=TODAY).facts
    assert "employees" not in seen
    assert match_for(owner, firm, on=TODAY).facts["employees"] == 50


def test_a_report_says_the_same_when_it_is_replayed(firm, owner):
    stored = make_report(firm, actor=owner, on=TODAY, now=NOW)
    assert replay(stored).same
    # a later city pack and later facts change nothing of it
    newest = CityLoad.objects.order_by("-pk").first()
    CityLoad.objects.create(
        pack=newest.pack, version="later", content_hash="x", loaded_at=NOW,
        documents=newest.documents,
    )  # fmt: skip
    Enterprise.objects.filter(pk=firm.pk).update(facts={})
    assert replay(StoredReport.objects.get(pk=stored.pk)).same


def test_a_report_that_was_tampered_with_is_named(firm, owner):
    stored = make_report(firm, actor=owner, on=TODAY, now=NOW)
    row = stored.result["policies"][0]
    row["verdict"] = "eligible" if row["verdict"] != "eligible" else "ineligible"
    stored.save()
    outcome = replay(stored)
    assert not outcome.same
    assert outcome.different == (row["id"],)


def test_reports_are_for_the_firm_itself(firm, owner):
    stored = make_report(firm, actor=owner, on=TODAY, now=NOW)
    assert list(reports_of(owner, firm)) == [stored]
    assert not reports_of(officer("enterprise_officer"), firm).exists()
    with pytest.raises(StoredReport.DoesNotExist):
        report_by_id(enterprise_actor(), stored.pk)


def test_new_policies_are_told_once_and_not_on_the_first_look(firm, owner):
    assert refresh_match(firm.pk, on=TODAY, now=NOW) == 0
    rich = {f"{a}": v for a, v in firm.facts.items()}
    for enterprise in Enterprise.objects.filter(organisation__made_up=True).iterator():
        made_up = enterprise_actor(enterprise)
        if match_for(made_up, enterprise, on=TODAY).eligible:
            rich = enterprise.facts
            break
    else:
        pytest.fail("no demo firm can use any policy")
    Enterprise.objects.filter(pk=firm.pk).update(facts=rich)
    told = refresh_match(firm.pk, on=TODAY, now=NOW)
    assert told > 0
    assert refresh_match(firm.pk, on=TODAY, now=NOW) == 0
    assert Notice.objects.filter(to=owner.user, template="new_policies").count() == 1


def test_a_fact_that_a_newer_catalogue_cannot_read_is_unknown_and_stops_nothing(firm, owner):
    firm.facts = {**firm.facts, "legal_form": "no_such_form", "shoe_size": 12}
    match = match_for(owner, firm, on=TODAY)
    assert "legal_form" not in match.facts
    assert match.facts["region"] == "440306"


def test_six_facts_are_enough_for_a_first_diagnosis():
    match = diagnose({"region": "440306", "industry": "C3511"}, on=TODAY)
    assert match.maybe or match.eligible
    assert not StoredReport.objects.exists()


class TestTheLibrary:
    def test_search_finds_every_word(self):
        some = library(NOBODY, on=TODAY).first()
        assert some in library(NOBODY, on=TODAY, text=some.title[:4])
        assert not library(NOBODY, on=TODAY, text=some.title[:4] + " 没有这样的词").exists()

    @pytest.mark.parametrize("status", ["always", "not_yet", "open", "closing_soon", "closed"])
    def test_the_filter_by_status_agrees_with_the_status_shown(self, status):
        shown = {v.policy_id for v in library(NOBODY, on=TODAY) if status_of(v, TODAY) == status}
        found = {v.policy_id for v in library(NOBODY, on=TODAY, status=status)}
        if status == "open":
            assert shown <= found
        else:
            assert shown == found

    def test_a_district_sees_its_own_the_citys_and_the_countrys(self):
        regions = {v.region for v in library(NOBODY, on=TODAY, region="440306")}
        assert regions <= {"", "44", "4403", "440306", "100000"}

    def test_a_version_never_changes_under_its_number(self, demo_city):
        version = PolicyVersion.objects.first()
        changed = {**version.document, "title": "另一个标题"}
        with pytest.raises(Conflict, match=version.policy_id):
            load_policies([changed], city=demo_city, now=NOW)

    def test_of_several_versions_the_one_in_force_counts(self, demo_city):
        documents = [v.document for v in PolicyVersion.objects.all()]
        first = documents[0]
        newer = {**first, "version": int(first["version"]) + 1, "title": "新版"}
        load_policies([*documents, newer], city=demo_city, now=NOW)
        assert policy_for(NOBODY, first["id"], on=TODAY).title == "新版"
        titles = library(NOBODY, on=TODAY).filter(policy_id=first["id"])
        assert [v.title for v in titles] == ["新版"]

    def test_what_the_pack_no_longer_has_is_withdrawn_not_deleted(self, demo_city):
        documents = [v.document for v in PolicyVersion.objects.all()]
        gone = documents[0]["id"]
        counts = load_policies(documents[1:], city=demo_city, now=NOW)
        assert counts["withdrawn"] == 1
        assert not library(NOBODY, on=TODAY).filter(policy_id=gone).exists()
        assert load_policies(documents, city=demo_city, now=NOW)["back"] == 1


def test_a_match_costs_the_same_queries_whatever_the_firm_says(firm, owner):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            match_for(owner, firm, on=TODAY)
        return len(captured)

    queries()
    few = queries()
    for enterprise in Enterprise.objects.filter(organisation__made_up=True)[:1]:
        firm.facts = enterprise.facts
    assert queries() == few


def test_what_cannot_be_claimed_together_is_told_on_both_sides(demo_city):
    pairs = [
        (version.policy_id, other)
        for version in library(NOBODY, on=TODAY)
        for other in version.document.get("excludes", [])
    ]
    assert pairs
    one, other = pairs[0]
    assert other in [v.policy_id for v in apart_from(one, on=TODAY, city=demo_city)]
    assert one in [v.policy_id for v in apart_from(other, on=TODAY, city=demo_city)]
