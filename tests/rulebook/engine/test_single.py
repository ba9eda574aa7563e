"""One enterprise against many policies by arrays, held against condition by condition."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.rulebook.facts import read_facts
from qifu.rulebook.policy import Policy, parse_policy
from qifu.rulebook.report import Prepared
from tests.rulebook.slow import fast, slowly
from tests.rulebook.world import AS_OF, CATALOGUE, document
from tests.rulebook.worlds import FACTS, GROUPS, PUBLISHED, WINDOW


def read(policies: list[list[dict[str, Any]]]) -> list[Policy]:
    return [
        parse_policy(document(*groups, id=f"P{i}", window=WINDOW, published=PUBLISHED), CATALOGUE)
        for i, groups in enumerate(policies)
    ]


def held(policies: list[Policy], facts: dict[str, Any], as_of: date = AS_OF) -> None:
    """The engine says of every policy what condition by condition gives."""
    known = read_facts(facts, CATALOGUE)
    prepared = Prepared(policies, CATALOGUE, as_of=as_of)
    report = prepared.report(facts)
    slow = [slowly(policy, known, as_of) for policy in policies]
    assert [fast(result) for result in report.policies] == slow
    for verdict in ("eligible", "maybe", "ineligible"):
        told = [result.policy.id for result in report.those(verdict)]
        assert told == [p.id for p, s in zip(policies, slow, strict=True) if s.verdict == verdict]
    keys: dict[int, set[str]] = defaultdict(set)
    for at, key in zip(*prepared.rules.open_facts(report.made, known), strict=True):
        keys[int(at)].add(prepared.rules.keys[key])
    assert keys == {at: set(s.open_keys) for at, s in enumerate(slow) if s.open_keys}
    assert prepared.rules.likely(report.made) == pytest.approx([0.5 ** s.degree[2] for s in slow])


@settings(max_examples=80, deadline=None)
@given(st.lists(GROUPS, min_size=1, max_size=6), FACTS)
def test_every_answer_is_that_of_condition_by_condition(
    policies: list[list[dict[str, Any]]], facts: dict[str, Any]
) -> None:
    held(read(policies), facts)


@settings(max_examples=40, deadline=None)
@given(GROUPS, FACTS, st.sampled_from([date(2024, 2, 29), date(1900, 1, 1), date.max]))
def test_on_any_day(groups: list[dict[str, Any]], facts: dict[str, Any], as_of: date) -> None:
    policies = [parse_policy(document(*groups, window=WINDOW, published=PUBLISHED), CATALOGUE)]
    held(policies, facts, as_of)


SCORE = {"attr": "score", "op": ">=", "value": Decimal("0.3")}


@pytest.mark.parametrize("op", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize(
    "known", ["0.3", "0.30", "0.29999999999999999999", "0.30000000000000000001", "0", "-1"]
)
def test_figures_are_compared_exactly_beyond_what_floats_can_tell(op: str, known: str) -> None:
    held(read([[SCORE | {"op": op}], [SCORE]]), {"score": Decimal(known)})


def test_a_mean_of_years_is_compared_exactly() -> None:
    mean = {"attr": "revenue", "period": "last_3_fiscal_years", "agg": "mean", "unit": "CNY"}
    facts = {"revenue@2023": 1, "revenue@2024": 0, "revenue@2025": 0}
    third = Decimal("0.33333333333333333333")
    held(read([[mean | {"op": op, "value": third}] for op in (">", ">=", "<", "==")]), facts)


def test_three_hundred_limits_on_one_attribute_and_the_values_on_and_between_them() -> None:
    policies = read([[SCORE | {"op": op, "value": n}] for n in range(300) for op in (">=", "<")])
    prepared = Prepared(policies, CATALOGUE, as_of=AS_OF)
    for known in (-1, 0, 0.5, 149, 149.5, 299, 300):
        report = prepared.report({"score": known})
        assert [result.verdict for result in report.policies] == [
            "eligible" if (known >= n) is (op == ">=") else "ineligible"
            for n in range(300)
            for op in (">=", "<")
        ]


def test_ten_thousand_tags_are_no_burden_and_no_mistake() -> None:
    tags = [f"T{i}" for i in range(10_000)]
    held(
        read(
            [
                [{"attr": "tags", "op": "has_any", "value": ["T9999", "other"]}],
                [{"attr": "tags", "op": "has_all", "value": ["T1", "T5", "T9999"]}],
                [{"attr": "tags", "op": "has_all", "value": ["T1", "other"]}],
                [{"not": {"attr": "tags", "op": "has_any", "value": ["T1"]}}],
            ]
        ),
        {"tags": tags},
    )


def test_conditions_deep_inside_each_other() -> None:
    deep: dict[str, Any] = SCORE
    for i in range(7):
        other = {"attr": "employees", "op": ">=", "value": i, "unit": "person"}
        deep = {"not": {"any": [deep, other]}} if i % 2 else {"at_least": 2, "of": [deep, other]}
    for facts in ({}, {"score": 1}, {"employees": 5}, {"score": 1, "employees": 5}):
        held(read([[deep], [{"not": deep}], [deep, SCORE]]), facts)


def test_a_report_holds_nothing_of_the_enterprise_before() -> None:
    prepared = Prepared(read([[SCORE]]), CATALOGUE, as_of=AS_OF)
    told = [prepared.report(facts) for facts in ({"score": 1}, {"score": 0}, {})]
    assert [report.policies[0].verdict for report in told] == ["eligible", "ineligible", "maybe"]


def test_no_policies_give_an_empty_report() -> None:
    report = Prepared([], CATALOGUE, as_of=AS_OF).report({"score": 1})
    assert (len(report.policies), report.questions, report.total.chosen) == (0, (), ())


def test_results_are_found_by_place_from_the_end_by_slice_and_by_id() -> None:
    report = Prepared(read([[SCORE], [SCORE]]), CATALOGUE, as_of=AS_OF).report({"score": 1})
    first, last = report.policies
    assert report.policies[-1] is last and report.policies[0:2] == (first, last)
    assert report.result("P1") is last and report.result("other") is None
    assert last.policy.id == "P1" and last.groups[0].verdict == "met"
    assert report.verdicts() == {"P0": "eligible", "P1": "eligible"}
    with pytest.raises(IndexError):
        report.policies[2]
