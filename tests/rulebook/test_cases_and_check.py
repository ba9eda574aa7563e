"""Rule cases, the lint, and quotes against the text that they were taken from."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qifu.rulebook.cases import parse_cases, run_cases
from qifu.rulebook.check import Checked, check_documents
from qifu.rulebook.derive import derive, load_derived
from qifu.rulebook.documents import Document, load_catalogue, load_documents, load_one
from qifu.rulebook.findings import RuleError
from qifu.rulebook.policy import parse_policies
from qifu.rulebook.provenance import quotes_match
from tests.rulebook.world import AS_OF, CATALOGUE, document, policy

STAFF = {"id": "staff", "attr": "employees", "op": ">=", "value": 20, "unit": "person"}
SCORE = {"id": "score", "attr": "score", "op": ">", "value": 60}
LAW = policy(STAFF, SCORE, amount={"expr": "min(0.1 * capital, 1000)", "unit": "CNY"})
RIGHT = {
    "name": "人数不够",
    "facts": {"employees": 15},
    "as_of": "2026-11-22",
    "verdict": "ineligible",
    "near_miss": True,
    "hard_failed": False,
    "status": "always",
    "met": [],
    "unmet": ["staff"],
    "unknown": ["score"],
    "gap_zh": {"staff": "还差 5 人"},
    "gap_en": {"staff": "short by 5 people"},
    "amount": {"low": 0, "high": 1000},
}


def failures(**changes: Any) -> list[str]:
    cases = parse_cases({"policy": "P1", "cases": [RIGHT | changes]}).cases
    return run_cases(LAW, cases, CATALOGUE)


def test_a_case_that_holds_fails_nowhere() -> None:
    assert failures() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"verdict": "maybe"}, "verdict: expected maybe, got ineligible"),
        ({"near_miss": False}, "near_miss: expected False, got True"),
        ({"status": "open"}, "status: expected open, got always"),
        ({"unmet": []}, "unmet: expected [], got ['staff']"),
        ({"unknown": ["score", "x"]}, "unknown: expected ['score', 'x'], got ['score']"),
        ({"gap_zh": {"staff": "还差 6 人"}}, "expected “还差 6 人” in “从业人员还差 5 人"),
        ({"gap_zh": {"nobody": "x"}}, "no group nobody"),
        ({"amount": {"low": 0, "high": None}}, "amount: expected ('0', None)"),
        ({"facts": {"employee": 1}}, "no such attribute"),
    ],
)
def test_a_case_that_does_not_hold_says_what_was_expected_and_what_came(
    changes: dict[str, Any], words: str
) -> None:
    told = failures(**changes)
    assert told and words in told[0]
    assert told[0].startswith("P1: 人数不够: ")


def test_a_case_of_a_policy_that_is_not_in_force_fails() -> None:
    law = policy(SCORE, effective={"to": date(2020, 1, 1)})
    cases = parse_cases({"policy": "P1", "cases": [RIGHT]}).cases
    assert "not in force" in run_cases(law, cases, CATALOGUE)[0]


def test_every_mistake_in_a_file_of_cases_is_found_in_one_run() -> None:
    with pytest.raises(RuleError) as error:
        parse_cases(
            {
                "polcy": "P1",
                "cases": [
                    {"name": "a", "facts": {}, "verdict": "yes"},
                    RIGHT | {"met": "staff", "near_miss": 1, "gap_zh": {"x": 3}, "extra": 1},
                    RIGHT | {"status": "ajar", "amount": {"low": "x"}},
                    3,
                ],
            }
        )
    assert {f.path for f in error.value.findings} == {
        "polcy",
        "policy",
        "cases[0].as_of",
        "cases[0].verdict",
        "cases[1].met",
        "cases[1].near_miss",
        "cases[1].gap_zh.x",
        "cases[1].extra",
        "cases[2].status",
        "cases[2].amount.low",
        "cases[2].amount.high",
        "cases[3]",
    }


def test_the_demo_city_s_policies_hold_their_cases() -> None:
    folder = Path(__file__).parents[2] / "cities" / "shenzhen_demo"
    catalogue = load_catalogue(folder)
    rules = load_derived(folder, catalogue)
    functions = {"size_class": lambda as_of, **given: None}
    documents, findings = load_documents(folder / "policies")
    assert findings == []
    policies = parse_policies(documents, catalogue)
    assert len(policies) >= 16
    for law in policies:
        file = folder / "policies" / "cases" / f"{law.id}.yaml"
        read = load_one(file)
        cases = parse_cases(read.data, file=str(file), lines=read.lines)
        assert cases.policy == law.id

        def prepare(facts: Any, as_of: date) -> Any:
            return derive(facts, rules, catalogue, as_of=as_of, functions=functions)[0]

        assert run_cases(law, cases.cases, catalogue, prepare=prepare) == []


def check(*documents: dict[str, Any], on: date | None = AS_OF) -> Checked:
    made = [Document(doc, f"{i}.yaml") for i, doc in enumerate(documents)]
    return check_documents(made, CATALOGUE, on=on)


def test_policies_that_are_right_give_no_finding() -> None:
    other = document(SCORE, id="P2", excludes=["P1"])
    checked = check(document(SCORE), other)
    assert (len(checked.policies), checked.errors, checked.warnings) == (2, (), ())


def test_the_same_version_twice_is_an_error_in_the_file_that_repeats_it() -> None:
    (error,) = check(document(SCORE), document(STAFF)).errors
    assert (error.code, error.file) == ("duplicate_version", "1.yaml")
    assert "0.yaml" in error.message


def test_excluding_an_unknown_policy_is_only_a_warning() -> None:
    checked = check(document(SCORE, excludes=["P1-2020", "P2"]), document(SCORE, id="P2"))
    assert checked.errors == ()
    assert [(w.code, w.path) for w in checked.warnings] == [("excludes", "excludes[0]")]


def test_excluding_a_policy_that_cannot_be_read_is_no_second_finding() -> None:
    checked = check(document(SCORE, excludes=["P2"]), document(id="P2"))
    assert [e.code for e in checked.errors] == ["empty"]
    assert checked.warnings == ()


def test_what_has_expired_and_what_overlaps_is_warned_of() -> None:
    old = document(SCORE, effective={"to": date(2025, 12, 31)})
    new = document(SCORE, version=2, effective={"from": date(2025, 1, 1)})
    assert [w.code for w in check(old, new).warnings] == ["expired", "overlap"]
    assert [w.code for w in check(old, new, on=None).warnings] == ["overlap"]


def test_a_day_that_a_condition_does_not_look_at_is_warned_of() -> None:
    (warning,) = check(document(SCORE | {"at": date(2026, 1, 1)})).warnings
    assert (warning.code, warning.path) == ("at", "when.all[0].at")


PARAGRAPHS = ["总则", "在深圳市注册，具有独立法人资格。"]


def quoted(**src: Any) -> list[str]:
    made = policy({"any": [SCORE | {"src": src}]})
    return [f.path for f in quotes_match(made, {"sha256:1": PARAGRAPHS})]


def test_a_quote_that_stands_at_its_place_is_right() -> None:
    assert quoted(doc="sha256:1", para=1, span=[1, 4], quote="深圳市") == []
    assert quoted(doc="sha256:1", para=1, quote="独立法人资格") == []


def test_a_retold_condition_without_a_quote_has_nothing_to_check() -> None:
    assert quoted(source="公开信息") == []


@pytest.mark.parametrize(
    ("src", "path"),
    [
        ({"span": [0, 3]}, "quote"),
        ({"span": [1, 40]}, "quote"),
        ({"quote": "广州市"}, "quote"),
        ({"para": 2}, "para"),
        ({"doc": "sha256:2"}, "doc"),
    ],
)
def test_a_quote_that_no_longer_stands_at_its_place_is_found(
    src: dict[str, Any], path: str
) -> None:
    right = {"doc": "sha256:1", "para": 1, "span": [1, 4], "quote": "深圳市"}
    if "quote" in src:
        del right["span"]
    assert quoted(**(right | src)) == [f"when.all[0].any[0].src.{path}"]


def test_a_quote_without_a_place_is_found() -> None:
    assert quoted(quote="深圳市") == ["when.all[0].any[0].src"]
