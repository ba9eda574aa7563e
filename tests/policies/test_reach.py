"""Whom a policy reaches: counts for officers, firms for those who may see why."""

from dataclasses import replace
from datetime import timedelta

import pytest

from qifu.base.models import OutboxRow
from qifu.base.ports import reach_sources
from qifu.jobs.live_index import index_folder, keep_index, serve_library
from qifu.organisations.models import Consent, Enterprise
from qifu.organisations.permissions import NOBODY
from qifu.policies.actions import load_policies
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors import firms_reached, reach_of
from qifu.policies.selectors.library import _read
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, enterprise_actor, officer

TODAY = NOW.date()
GOVERNMENT, CONSENT = "employees", "revenue"


@pytest.fixture
def firms(demo_city):
    _read.cache_clear()  # another test's policies had the same row numbers
    Enterprise.objects.update(facts={})
    made = [
        EnterpriseFactory.create(facts=facts)
        for facts in (
            {"founded": "2020-01-01", "employees": 9, "region": "440306"},
            {"founded": "2020-01-01", "employees": 2, "region": "440306"},
            {"founded": "2000-01-01", "employees": 9, "region": "440306"},
            {"employees": 9, "region": "33"},
        )
    ]
    here = {"attr": "region", "op": "under", "value": "44", "kind": "hard"}
    young = {"attr": "founded", "op": "age_at_most", "value": "P10Y"}
    large = {"attr": "employees", "op": ">=", "value": 5, "unit": "person"}
    rich = {"attr": "revenue", "op": ">=", "value": 1, "unit": "CNY", "period": "year:2025"}
    documents = [
        {"id": ident, "version": 1, "title": "试验政策", "when": {"all": groups}}
        for ident, groups in {
            "T-1": [here, young], "T-2": [here, young, large], "T-3": [here, rich],
        }.items()
    ]  # fmt: skip
    load_policies(documents, city=demo_city, now=NOW)
    keep_index(NOW)
    yield made
    _read.cache_clear()


def names(actor, reach, which):
    return [firm.pk for firm in firms_reached(actor, reach, which, on=TODAY).firms]


def test_a_policy_officer_sees_how_many_and_which(firms, demo_city):
    actor = officer("policy_officer")
    reach = reach_of(actor, "T-1", on=TODAY)
    assert (reach.as_of, reach.eligible, reach.near) == (TODAY, 2, 1)
    assert reach.named
    assert names(actor, reach, "eligible") == [firms[0].pk, firms[1].pk]
    assert names(actor, reach, "near") == [firms[2].pk]
    assert names(actor, reach, "nobody") == []
    page = firms_reached(actor, reach, "maybe", page=99, on=TODAY)
    assert (page.total, page.page, page.pages) == (reach.maybe, 2, 2)
    assert len(page.firms) == reach.maybe - 50


def test_an_officer_sees_what_a_new_version_changed(firms, demo_city):
    documents = [v.document for v in PolicyVersion.objects.filter(policy_id__startswith="T-")]
    older = {"attr": "founded", "op": "age_at_most", "value": "P30Y"}
    here = documents[0]["when"]["all"][0]
    newer = {**documents[0], "version": 2, "when": {"all": [here, older]}}
    OutboxRow.objects.all().delete()
    load_policies([*documents, newer], city=demo_city, now=NOW)
    serve_library(OutboxRow.objects.get().payload, NOW)
    reach = reach_of(officer("policy_officer"), newer["id"], on=TODAY)
    assert (reach.version.version, reach.eligible) == (2, 3)
    assert reach.since["from"] == 1
    assert reach.since["eligible"] == {"gained": 1, "lost": 0, "kept": 2}
    assert reach.since["near"] == {"gained": 0, "lost": 1, "kept": 0}
    assert reach_of(officer("policy_officer"), "T-2", on=TODAY).since is None


def test_who_serves_firms_sees_how_many_but_not_which(firms):
    actor = officer("enterprise_officer")
    reach = reach_of(actor, "T-1", on=TODAY)
    assert (reach.eligible, reach.named) == (2, False)
    assert names(actor, reach, "eligible") == []


def test_firms_and_visitors_are_told_nothing(firms):
    assert reach_of(NOBODY, "T-1", on=TODAY) is None
    assert reach_of(enterprise_actor(firms[0]), "T-1", on=TODAY) is None
    assert reach_of(officer("auditor"), "T-1", on=TODAY) is None


def test_a_list_of_firms_gives_away_no_fact_that_the_reader_may_not_see(firms, demo_city):
    """Who is on the list of a policy that asks for a hidden fact would give that fact away."""
    actor = officer("policy_officer")
    asked = {"T-2": GOVERNMENT, "T-3": CONSENT}
    for ident, name in asked.items():
        assert demo_city.catalogue.get(name).visibility != "public"
        reach = reach_of(actor, ident, on=TODAY)
        assert not reach.named
        assert names(actor, reach, "eligible") == names(actor, reach, "maybe") == []


def test_of_facts_that_need_consent_only_firms_that_gave_it_are_shown(firms, demo_city):
    actor = officer("policy_officer")
    every = {"facts.view_public", "facts.view_government", "facts.view_consented"}
    actor = replace(actor, may_codes=actor.may_codes | every)
    reach = reach_of(actor, "T-3", on=TODAY)
    group = demo_city.catalogue.get(CONSENT).group
    assert reach.named
    assert reach.maybe > 2
    assert names(actor, reach, "maybe") == []
    for firm, until in ((firms[0], TODAY), (firms[1], TODAY - timedelta(days=1))):
        Consent.objects.create(
            enterprise=firm, unit_id=actor.organisation_id, groups=[group], purpose="服务",
            given_by=actor.user, given_at=NOW, until=until,
        )  # fmt: skip
    assert names(actor, reach, "maybe") == [firms[0].pk]


def test_an_unknown_version_is_none_and_nothing_is_told_without_an_index(firms):
    actor = officer("policy_officer")
    with pytest.raises(PolicyVersion.DoesNotExist):
        reach_of(actor, "T-1", 7, on=TODAY)
    (index_folder() / "header").unlink()
    assert reach_of(actor, "T-1", on=TODAY) is None
    assert reach_sources.names() == ["index"]
    keep_index(NOW)
    assert reach_of(actor, "T-1", on=TODAY).eligible == 2
