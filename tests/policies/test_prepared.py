"""Policies prepared for reports: read once, kept until the library changes, never stale."""

import sys
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import NOBODY
from qifu.policies.actions import load_policies
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors import diagnose, library
from qifu.policies.selectors.library import programmes, ready
from tests.conftest import NOW
from tests.factories import EnterpriseFactory

# the package has a function of the same name
MODULE = sys.modules["qifu.policies.selectors.library"]
TODAY = date(2026, 11, 22)
pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def documents():
    return [version.document for version in PolicyVersion.objects.all()]


def test_the_policies_of_a_day_are_prepared_once_and_cost_one_query_afterwards(demo_city):
    first = ready(TODAY, demo_city)
    with CaptureQueriesContext(connection) as captured:
        assert ready(TODAY, demo_city) is first
    assert len(captured) == 1
    assert ready(date(2026, 11, 23), demo_city) is not first


def test_a_new_version_counts_at_once(demo_city, documents):
    before = ready(TODAY, demo_city)
    newer = {**documents[0], "version": int(documents[0]["version"]) + 1, "title": "新版"}
    load_policies([*documents, newer], city=demo_city, now=NOW)
    after = ready(TODAY, demo_city)
    assert after is not before
    place = after.places[newer["id"]]
    assert (after.policies[place].version, after.policies[place].title) == (
        newer["version"],
        "新版",
    )
    told = diagnose({"region": "440306"}, on=TODAY).result(newer["id"])
    assert told is not None and told.policy.version == newer["version"]


def test_what_is_withdrawn_is_gone_at_once_and_back_at_once(demo_city, documents):
    gone = documents[0]["id"]
    load_policies(documents[1:], city=demo_city, now=NOW)
    assert gone not in ready(TODAY, demo_city).places
    load_policies(documents, city=demo_city, now=NOW)
    assert gone in ready(TODAY, demo_city).places


def test_what_is_prepared_is_the_library(demo_city):
    in_force = library(NOBODY, on=TODAY).values_list("policy_id", flat=True)
    assert sorted(ready(TODAY, demo_city).places) == sorted(in_force)


def test_many_policies_are_read_with_few_queries_and_in_the_order_asked_for(demo_city):
    MODULE._read.cache_clear()
    pks = list(PolicyVersion.objects.order_by("-pk").values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as captured:
        read = programmes(pks, demo_city)
    assert len(captured) == 1
    numbers = dict(PolicyVersion.objects.values_list("pk", "policy_id"))
    assert [policy.id for policy in read] == [numbers[pk] for pk in pks]
    with pytest.raises(PolicyVersion.DoesNotExist):
        programmes([max(pks) + 1], demo_city)


def test_the_order_of_questions_learns_from_firms_once_there_are_enough(demo_city, monkeypatch):
    def chances():
        MODULE._ready.cache_clear()
        return set(ready(TODAY, demo_city).rules.chance.tolist())

    monkeypatch.setattr(MODULE, "SAMPLE", Enterprise.objects.count() + 1)
    assert chances() == {0.5}
    EnterpriseFactory.create(facts={"region": "440305", "no_such_fact": 1})
    assert chances() != {0.5}
    MODULE._ready.cache_clear()
