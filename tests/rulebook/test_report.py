"""The report: verdict, degree, near miss, versions, status, questions, and its exact JSON."""

import json
import time
from datetime import date
from typing import Any

import pytest

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.findings import RuleError
from qifu.rulebook.policy import parse_policy
from qifu.rulebook.report import Report, report
from tests.rulebook.world import AS_OF, CATALOGUE, document, judge, policy

HERE = {"id": "here", "attr": "region", "op": "under", "value": "4403", "kind": "hard"}
STAFF = {"id": "staff", "attr": "employees", "op": ">=", "value": 20, "unit": "person"}
TITLE = {"id": "title", "attr": "qualifications", "op": "has_any", "value": ["hi_tech_firm"]}
SCORE = {"id": "score", "attr": "score", "op": ">", "value": 60}
JUDGED = {"id": "plan", "attr": "plan", "op": "human_judged", "value": "?"}
CLEAN = {"id": "clean", "not": {"attr": "on_blacklist", "op": "is", "value": True}}


def made(*policies: Any, facts: dict[str, Any] | None = None, as_of: date = AS_OF) -> Report:
    return report(policies, facts or {}, CATALOGUE, as_of=as_of)


def test_all_met_is_eligible() -> None:
    result = judge({"region": "440306", "employees": 20}, HERE, STAFF)
    assert (result.verdict, result.near_miss, result.hard_failed) == ("eligible", False, False)
    assert result.degree.to_json() == {"met": 2, "unmet": 0, "unknown": 0, "total": 2}


def test_one_unknown_makes_it_maybe_and_one_false_ineligible() -> None:
    assert judge({"region": "4403"}, HERE, STAFF).verdict == "maybe"
    assert judge({"employees": 19}, HERE, STAFF).verdict == "ineligible"


def test_a_near_miss_is_exactly_one_false_group_that_is_not_hard_others_may_be_unknown() -> None:
    near = judge({"region": "4403", "employees": 19}, HERE, STAFF, TITLE)
    assert (near.verdict, near.near_miss, near.degree.unknown) == ("ineligible", True, 1)
    two = judge({"region": "4403", "employees": 19, "score": 1}, HERE, STAFF, SCORE)
    assert not two.near_miss
    hard = judge({"region": "3301", "employees": 20}, HERE, STAFF)
    assert (hard.near_miss, hard.hard_failed) == (False, True)
    both = judge({"region": "3301", "employees": 19}, HERE, STAFF)
    assert (both.near_miss, both.hard_failed) == (False, True)


def test_a_policy_not_in_force_is_skipped_and_counted_both_ends_included() -> None:
    law = policy(SCORE, effective={"from": date(2026, 1, 1), "to": date(2026, 12, 31)})
    counts = {
        day: made(law, as_of=day).skipped
        for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
    }
    assert list(counts.values()) == [1, 0, 0, 1]


def test_of_several_versions_the_one_in_force_counts() -> None:
    old = policy(SCORE, version=1, effective={"to": date(2025, 12, 31)})
    new = policy(STAFF, version=2, effective={"from": date(2026, 1, 1)})
    for as_of, version in ((date(2025, 12, 31), 1), (date(2026, 1, 1), 2)):
        told = made(new, old, as_of=as_of)
        assert [r.policy.version for r in told.policies] == [version]
        assert told.skipped == 0


def test_where_two_versions_are_in_force_the_higher_one_counts() -> None:
    told = made(policy(SCORE, version=2), policy(SCORE, version=10), policy(SCORE, version=9))
    assert [r.policy.version for r in told.policies] == [10]


@pytest.mark.parametrize(
    ("as_of", "status"),
    [
        (date(2026, 2, 28), "not_yet"),
        (date(2026, 3, 1), "open"),
        (date(2026, 4, 15), "open"),
        (date(2026, 4, 16), "closing_soon"),
        (date(2026, 4, 30), "closing_soon"),
        (date(2026, 5, 1), "closed"),
    ],
)
def test_the_window_gives_the_status_and_nothing_else(as_of: date, status: str) -> None:
    window = {"opens": date(2026, 3, 1), "closes": date(2026, 4, 30)}
    result = judge({"score": 61}, SCORE, window=window, as_of=as_of)
    assert (result.status, result.verdict) == (status, "eligible")


def test_without_a_window_it_is_always_open_and_half_a_window_counts() -> None:
    assert judge({}, SCORE).status == "always"
    assert judge({}, SCORE, window={"opens": date(2026, 1, 1)}).status == "open"
    assert judge({}, SCORE, window={"closes": date(2027, 12, 31)}).status == "open"
    soon = report(
        [policy(SCORE, window={"closes": date(2026, 12, 22)})],
        {},
        CATALOGUE,
        as_of=AS_OF,
        closing_soon_days=30,
    )
    assert soon.policies[0].status == "closing_soon"


def _json(facts: dict[str, Any]) -> dict[str, Any]:
    law = policy(
        HERE | {"src": {"doc": "d", "para": 1, "quote": "在深圳注册"}},
        STAFF,
        {"id": "either", "any": [TITLE | {"id": "t"}, SCORE | {"id": "s"}]},
        amount={"expr": "min(0.10 * capital, 3_000_000)", "unit": "CNY"},
    )
    return made(law, facts=facts).to_json()


def test_the_json_has_exactly_the_normative_keys() -> None:
    told = _json({"region": "440300", "employees": 19, "capital": 1_000_000})
    assert list(told) == ["engine", "as_of", "skipped", "policies", "questions"]
    (one,) = told["policies"]
    assert list(one) == [
        "id",
        "version",
        "verdict",
        "near_miss",
        "hard_failed",
        "status",
        "degree",
        "groups",
        "amount",
    ]
    assert set(one["degree"]) == {"met", "unmet", "unknown", "total"}
    for group in one["groups"]:
        assert list(group) == ["id", "verdict", "required", "actual", "gap", "quote"]
        assert set(group["gap"]) == {"zh", "en"}
    assert one["amount"] == {"low": "100000.00", "high": "100000.00"}
    assert json.loads(json.dumps(told)) == told


def test_the_json_is_plain_and_exact() -> None:
    told = _json({"region": "440300", "employees": 19, "qualifications": [], "score": 0.1})
    here, staff, either = told["policies"][0]["groups"]
    assert (here["required"], here["actual"], here["quote"]) == (
        "region under 4403",
        "4403",
        "在深圳注册",
    )
    assert (staff["required"], staff["actual"], staff["quote"]) == (
        "employees >= 20 person",
        19,
        None,
    )
    assert either["actual"] == {"qualifications": [], "score": 0.1}
    assert told["policies"][0]["amount"] == {"low": "0.00", "high": "3000000.00"}


def test_questions_are_only_asked_of_policies_that_may_hold() -> None:
    told = _json({"region": "4403"})
    assert {q["attr"] for q in told["questions"]} == {"employees", "qualifications", "score"}
    assert all(set(q) == {"attr", "policies", "money"} for q in told["questions"])
    assert _json({"region": "4403", "employees": 1})["questions"] == []


def test_nobody_is_asked_what_people_judge_or_what_a_firm_cannot_answer() -> None:
    assert made(policy(JUDGED, CLEAN)).questions == ()


def test_a_question_names_the_year() -> None:
    revenue = {"attr": "revenue", "op": ">=", "value": 1, "unit": "CNY"}
    (question,) = made(policy(revenue | {"period": "last_fiscal_year"})).questions
    assert (question.attr, question.year) == ("revenue@2025", 2025)
    assert "2025" in question.text("zh") and "2025" in question.text("en")


def test_a_region_that_is_known_too_coarsely_is_asked_again() -> None:
    exact = HERE | {"value": "440306"}
    (question,) = made(policy(exact), facts={"region": "4403"}).questions
    assert question.attr == "region"


def test_the_total_is_the_best_compatible_set() -> None:
    amount = {"expr": "1000", "unit": "CNY"}
    more = {"expr": "3000", "unit": "CNY"}
    told = made(
        policy(SCORE, id="A", amount=amount, excludes=["B"]),
        policy(SCORE, id="B", amount=more),
        facts={"score": 61},
    )
    assert (told.total.chosen, told.total.low) == (("B",), 3000)


def test_bad_facts_are_refused_all_at_once() -> None:
    with pytest.raises(RuleError) as error:
        made(policy(SCORE), facts={"score": "x", "nothing": 1})
    assert len(error.value.findings) == 2


def test_results_carry_what_pages_need() -> None:
    result = judge(
        {"qualifications": ["tech_sme"]},
        {"id": "e", "any": [TITLE | {"id": "t"}, SCORE | {"id": "s"}], "kind": "hard"},
    ).groups[0]
    assert result.hard
    assert result.attributes == ("qualifications", "score")
    assert [(child.id, child.verdict) for child in result.children] == [
        ("t", "unmet"),
        ("s", "unknown"),
    ]
    assert result.children[0].actual_zh == "科技型中小企业"
    assert result.children[1].actual_en == "unknown"


def test_a_report_over_twenty_policies_is_a_matter_of_milliseconds() -> None:
    laws = [policy(HERE, STAFF, TITLE, {"any": [SCORE, CLEAN]}, id=f"P{i}") for i in range(20)]
    facts = {"region": "440306", "employees": 19}
    best = 1.0
    for _ in range(5):
        start = time.perf_counter()
        report(laws, facts, CATALOGUE, as_of=AS_OF).to_json()
        best = min(best, time.perf_counter() - start)
    # about 2 ms here; the bound is loose because a test machine is busy
    assert best < 0.05


def test_the_same_report_comes_from_a_policy_read_back_from_json() -> None:
    doc = document(HERE, STAFF, window={"opens": "2026-01-01", "closes": "2026-12-31"})
    again = json.loads(json.dumps(doc))
    reports = [made(parse_policy(d, CATALOGUE), facts={"employees": 3}) for d in (doc, again)]
    assert reports[0].to_json() == reports[1].to_json()


def test_a_policy_without_an_amount_has_the_same_form_with_no_bounds() -> None:
    assert judge({}, SCORE).amount is None
    assert judge({}, SCORE).to_json()["amount"] == {"low": None, "high": None}


def test_a_catalogue_in_its_smallest_form_serves() -> None:
    bare = Catalogue.from_document({"attributes": {"score": {"type": "number"}}})
    told = report(
        [parse_policy(document(SCORE), bare)], {"score": 60.5}, bare, as_of=AS_OF
    ).to_json()
    assert told["policies"][0]["verdict"] == "eligible"
    assert told["policies"][0]["groups"][0]["gap"] == {"zh": "", "en": ""}
