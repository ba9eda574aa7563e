"""Whom a policy reaches, and a preview of one that is being written, asked by programs."""

import pytest

from qifu.jobs import previews
from qifu.jobs.live_index import keep_index
from qifu.policies.selectors.library import _read
from tests.api.programs import program
from tests.conftest import NOW
from tests.factories import enterprise_actor, officer
from tests.web.rules_world import make_firms

TEXT = """id: T-2
version: 2
title: 新政策
when:
  all:
  - {attr: region, op: under, value: "44", kind: hard}
  - {id: young, attr: founded, op: age_at_most, value: P10Y}
  - {id: staff, attr: employees, op: ">=", value: 2, unit: person}
amount: {expr: "1000.50 * employees", unit: CNY}
"""


@pytest.fixture
def firms(demo_city):
    _read.cache_clear()  # another test's policies had the same row numbers
    yield make_firms(demo_city)
    _read.cache_clear()


def asks(actor, *scopes: str):
    return program(actor, scopes or ("policies.read",))


def test_the_reach_is_null_until_it_is_counted_and_then_that_of_the_page(firms):
    who = asks(officer("enterprise_officer"))
    none = dict.fromkeys(("as_of", "eligible", "maybe", "near", "since"))
    assert who.get("/policies/T-2/reach").json() == {"policy": "T-2", "version": 1, **none}
    keep_index(NOW)
    told = who.get("/policies/T-2/reach").json()
    assert (told["as_of"], told["eligible"], told["near"]) == ("2026-11-22", 1, 2)
    assert who.get("/policies/T-2/reach?version=9").status_code == 404
    assert who.get("/policies/NONE/reach").status_code == 404


def test_a_firm_is_not_told_how_many_others_there_are(firms):
    keep_index(NOW)
    assert asks(enterprise_actor(firms[0])).get("/policies/T-2/reach").status_code == 404


def test_a_preview_counts_compares_and_slides(firms):
    who = asks(officer("policy_officer"))
    answer = who.post("/policies/preview", {"text": TEXT, "slide": "staff"})
    told = answer.json()
    assert answer.status_code == 200, told
    assert told["reach"]["eligible"] == 2 and told["change"] == {
        "version": 1, "gained": 1, "lost": 0, "kept": 1,
    }  # fmt: skip
    assert told["cost"]["low"] == told["cost"]["high"] == "11005.50"
    curve = told["curve"]
    assert told["thresholds"] == ["young", "staff"] and curve["condition"] == "staff"
    assert curve["points"][curve["present"]]["eligible"] == 2
    assert {one["by"] for one in told["breakdowns"]} >= {"city", "district", "age"}
    assert told["written"] == NOW.isoformat().replace("+00:00", "Z")


def test_only_policy_officers_try_policies(firms):
    for actor in (officer("enterprise_officer"), enterprise_actor(firms[0])):
        assert asks(actor).post("/policies/preview", {"text": TEXT}).status_code == 403


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("when: [", "text"),
        ("id: T\nversion: 1\ntitle: 试\nwhen: {all: [{attr: no, op: is, value: 1}]}",
         "text.when.all[0].attr"),
        (TEXT + "---\n" + TEXT, "text"),
        ("- 1\n- 2", "text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_place(firms, text, field):
    answer = asks(officer("policy_officer")).post("/policies/preview", {"text": text})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_city_that_is_not_ready_or_too_large_says_so(firms, monkeypatch):
    who = asks(officer("policy_officer"))
    monkeypatch.setattr(previews, "SECONDS", -1.0)
    late = who.post("/policies/preview", {"text": TEXT})
    assert (late.status_code, late.json()["code"]) == (503, "too_long")
    monkeypatch.setattr(previews, "SMALL", 0)
    previews.facts_file().path.unlink()
    waiting = who.post("/policies/preview", {"text": TEXT})
    assert (waiting.status_code, waiting.json()["code"]) == (503, "not_ready")
