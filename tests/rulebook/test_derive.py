"""Derived facts: what follows from what, in order, and from what each was derived."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qifu.rulebook.derive import derive, parse_derived
from qifu.rulebook.findings import RuleError
from tests.rulebook.world import AS_OF, CATALOGUE

RATIO = {"attr": "rd_ratio", "ratio": {"num": "rd_expense", "den": "revenue"}}
LEGAL = {
    "attr": "legal_person",
    "cases": [
        {"when": {"attr": "chain", "op": "==", "value": "company"}, "value": True},
        {"when": {"attr": "standards", "op": ">", "value": 3}, "value": True},
    ],
    "else": False,
}


def derived(facts: dict[str, Any], *rules: dict[str, Any], **more: Any) -> tuple[Any, Any]:
    read = parse_derived({"derived": list(rules)}, CATALOGUE)
    return derive(facts, read, CATALOGUE, as_of=AS_OF, **more)


def mistakes(*rules: Any) -> list[tuple[str, str]]:
    with pytest.raises(RuleError) as error:
        parse_derived({"derived": list(rules)}, CATALOGUE)
    return [(finding.path, finding.code) for finding in error.value.findings]


def test_a_yearly_ratio_is_derived_for_every_year_that_is_known() -> None:
    facts, whence = derived(
        {"rd_expense@2024": 3, "revenue@2024": 100, "rd_expense@2025": 1, "revenue@2023": 9}, RATIO
    )
    assert facts["rd_ratio@2024"] == Decimal("0.03")
    assert "rd_ratio@2025" not in facts and "rd_ratio@2023" not in facts
    assert whence == {"rd_ratio@2024": ("rd_expense@2024", "revenue@2024")}


def test_what_is_given_is_never_overwritten() -> None:
    facts, whence = derived(
        {"rd_expense@2024": 3, "revenue@2024": 100, "rd_ratio@2024": 0.5}, RATIO
    )
    assert facts["rd_ratio@2024"] == Decimal("0.5")
    assert whence == {}


def test_a_ratio_over_nothing_or_outside_the_bounds_stays_unknown() -> None:
    facts, _ = derived(
        {"rd_expense@2024": 3, "revenue@2024": 0, "rd_expense@2025": 3, "revenue@2025": 2}, RATIO
    )
    assert not [key for key in facts if key.startswith("rd_ratio")]


def test_growth_is_over_the_year_before() -> None:
    facts, whence = derived(
        {"revenue@2023": 100, "revenue@2024": 80, "revenue@2025": 100},
        {"attr": "growth", "growth": "revenue"},
    )
    assert (facts["growth@2024"], facts["growth@2025"]) == (Decimal("-0.2"), Decimal("0.25"))
    assert "growth@2023" not in facts
    assert whence["growth@2025"] == ("revenue@2025", "revenue@2024")


def test_age_is_in_whole_years_on_the_day() -> None:
    rule = {"attr": "age_years", "age": "founded"}
    for founded, age in ((date(2023, 11, 22), 3), (date(2023, 11, 23), 2), (date(2026, 11, 22), 0)):
        assert derived({"founded": founded}, rule)[0]["age_years"] == age
    assert "age_years" not in derived({"founded": date(2026, 11, 23)}, rule)[0]


def test_a_sum_needs_all_its_parts() -> None:
    rule = {"attr": "score", "sum": ["standards", "invention_patents"]}
    assert derived({"standards": 2, "invention_patents": 3}, rule)[0]["score"] == 5
    assert "score" not in derived({"standards": 2}, rule)[0]


@pytest.mark.parametrize(
    ("facts", "value", "of"),
    [
        ({"chain": "company"}, True, ("chain",)),
        ({"chain": "other", "standards": 4}, True, ("chain", "standards")),
        ({"chain": "other", "standards": 3}, False, ("chain", "standards")),
        ({"chain": "other"}, None, ()),
        ({"standards": 4}, None, ()),
    ],
)
def test_the_first_true_case_wins_and_an_unknown_one_before_it_leaves_it_open(
    facts: dict[str, Any], value: bool | None, of: tuple[str, ...]
) -> None:
    known, whence = derived(facts, LEGAL)
    assert known.get("legal_person") is value
    assert whence.get("legal_person", ()) == of


def test_a_yearly_attribute_by_cases_names_its_year() -> None:
    rule = {
        "attr": "above_scale",
        "period": "last_fiscal_year",
        "cases": [
            {
                "when": {
                    "attr": "revenue",
                    "op": ">=",
                    "value": 2000,
                    "unit": "万元",
                    "period": "last_fiscal_year",
                },
                "value": True,
            }
        ],
    }
    assert derived({"revenue@2025": 20_000_000}, rule)[0]["above_scale@2025"] is True
    assert "above_scale@2025" not in derived({"revenue@2025": 1}, rule)[0]


def test_a_function_that_is_handed_over_is_asked_with_what_is_known() -> None:
    seen = []

    def size(*, staff: Any, revenue: Any, as_of: date) -> str | None:
        seen.append((staff, revenue, as_of))
        return "small" if staff else None

    rule = {
        "attr": "size_class",
        "function": "size",
        "of": {"staff": "employees", "revenue": "revenue@last_fiscal_year"},
    }
    functions = {"functions": {"size": size}}
    known, whence = derived({"employees": 20}, rule, **functions)
    assert (known["size_class"], whence["size_class"]) == ("small", ("employees",))
    assert "size_class" not in derived({"revenue@2025": 5}, rule, **functions)[0]
    assert seen == [(20, None, AS_OF), (None, 5, AS_OF)]
    with pytest.raises(RuleError, match="no such function"):
        derived({}, rule)


def test_rules_are_computed_in_the_order_of_what_needs_what() -> None:
    needs_ratio = {
        "attr": "legal_person",
        "cases": [
            {
                "when": {
                    "attr": "rd_ratio",
                    "op": ">=",
                    "value": 3,
                    "unit": "%",
                    "period": "last_fiscal_year",
                },
                "value": True,
            }
        ],
    }
    facts, whence = derived({"rd_expense@2025": 3, "revenue@2025": 100}, needs_ratio, RATIO)
    assert facts["legal_person"] is True
    assert whence["legal_person"] == ("rd_ratio@2025",)


def test_a_circle_is_refused_with_its_path() -> None:
    def flag(attr: str, needs: str) -> dict[str, Any]:
        when = {"attr": needs, "op": "is", "value": True}
        return {"attr": attr, "cases": [{"when": when, "value": True}]}

    with pytest.raises(RuleError, match="legal_person → on_blacklist → legal_person"):
        derived({}, flag("legal_person", "on_blacklist"), flag("on_blacklist", "legal_person"))
    with pytest.raises(RuleError, match="legal_person → legal_person"):
        derived({}, flag("legal_person", "legal_person"))


def test_every_mistake_in_the_rules_is_found_in_one_run() -> None:
    assert mistakes(
        {"attr": "nothing", "age": "founded"},
        {"attr": "score", "age": "founded", "sum": ["standards"]},
        {"attr": "score", "age": "standards"},
        {"attr": "score", "sum": "standards"},
        {"attr": "rd_ratio", "ratio": {"num": "rd_expense"}},
        {"attr": "capital", "sum": ["revenue"]},
        {"attr": "age_years", "cases": [{"when": {"attr": "score", "op": "?"}, "value": "x"}]},
        {"attr": "above_scale", "cases": []},
        {"attr": "legal_person", "cases": [{"value": True}], "els": 1},
        {"attr": "size_class", "function": "f", "of": {"a": "revenue@25", "b": "employees@2025"}},
        "text",
    ) == [
        ("derived[0].attr", "unknown_attribute"),
        ("derived[1]", "shape"),
        ("derived[2].age", "type"),
        ("derived[3].sum", "type"),
        ("derived[4].ratio.den", "missing"),
        ("derived[5].sum", "period"),
        ("derived[6].cases[0].when.op", "operator"),
        ("derived[6].cases[0].value", "type"),
        ("derived[7].cases", "type"),
        ("derived[7].period", "period"),
        ("derived[8].els", "unknown_key"),
        ("derived[8].cases[0].when", "missing"),
        ("derived[9].function", "period"),
        ("derived[9].function", "period"),
        ("derived[10]", "type"),
    ]


def test_an_attribute_is_derived_by_one_rule_only() -> None:
    assert mistakes(RATIO, RATIO) == [("derived[1].attr", "twice")]


def test_no_rules_are_no_mistake() -> None:
    assert parse_derived({}, CATALOGUE) == ()
    assert parse_derived(None, CATALOGUE) == ()
