"""Policies in the bulk form: JSON lines against a catalogue of bare types, thousands at once.

The forms are those of the matching workload (ENGINE.md §3); policies and enterprises are made up.
"""

import json
import random
import time
from datetime import date
from typing import Any

import pytest

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.documents import Document
from qifu.rulebook.policy import parse_policies
from qifu.rulebook.report import report
from tests.rulebook.reference import conjunction, value_of

AS_OF = date(2026, 11, 22)
NUMBERS = ["employees", "revenue", "rd_ratio", "growth", "invention_patents"]
FLAGS = ["hi_tech_firm", "legal_person", "on_blacklist", "tax_arrears"]
CATALOGUE = Catalogue.from_document(
    {
        "as_of": "2026-11-22",
        "attributes": {
            "region": {"type": "code:region"},
            "industry": {"type": "code:industry"},
            "founded": {"type": "date"},
            "tags": {"type": "set"},
            **{name: {"type": "number"} for name in NUMBERS},
            **{name: {"type": "flag"} for name in FLAGS},
        },
    }
)
FORMS: list[dict[str, Any]] = [
    {"attr": "region", "op": "under", "value": "3301", "kind": "hard"},
    {"attr": "region", "op": "under", "value": "330102", "kind": "hard"},
    {"attr": "industry", "op": "under", "value": "C35", "kind": "hard"},
    {"attr": "industry", "op": "under", "value": ["C3511", "I6510", "A0111"]},
    {"attr": "hi_tech_firm", "op": "is", "value": True},
    {"attr": "on_blacklist", "op": "is", "value": False},
    {"attr": "employees", "op": ">=", "value": 20.0},
    {"attr": "rd_ratio", "op": "between", "value": [0.03, 0.2]},
    {"attr": "growth", "op": "<", "value": -0.05},
    {"attr": "invention_patents", "op": "!=", "value": 0.0},
    {"attr": "invention_patents", "op": "not_in", "value": [0.0, 1.0]},
    {"attr": "founded", "op": "age_at_least", "value": "P2Y", "at": "closes"},
    {"attr": "founded", "op": "age_at_most", "value": "P10Y", "at": "as_of"},
    {"attr": "founded", "op": "within_last", "value": "P6M", "at": "closes"},
    {"attr": "tags", "op": "has_any", "value": ["T0001", "T0002"]},
    {"attr": "tags", "op": "has_all", "value": ["T0001", "T0003"]},
    {"any": [{"attr": "tags", "op": "has_any", "value": ["T0007"]}]},
    {
        "at_least": 2,
        "of": [
            {"attr": "legal_person", "op": "is", "value": True},
            {"attr": "revenue", "op": ">", "value": 5_000_000.0},
            {"attr": "tags", "op": "has_any", "value": ["T0001"]},
            {"attr": "founded", "op": "age_at_least", "value": "P5Y", "at": "as_of"},
        ],
    },
    {"not": {"attr": "tax_arrears", "op": "is", "value": True}},
    {
        "not": {
            "any": [
                {"attr": "region", "op": "under", "value": "330103"},
                {"attr": "growth", "op": "<=", "value": 0.0},
            ]
        }
    },
]


def policies(n: int, seed: int = 1) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    return [
        {
            "id": f"W{i:05d}",
            "version": 1,
            "title": f"made-up policy {i}",
            "region": "33",
            "effective": {"from": "2026-01-01", "to": "2027-12-31"},
            "window": {"opens": "2026-10-01", "closes": draw.choice(["2026-12-31", "2027-02-28"])},
            "when": {"all": draw.sample(FORMS, draw.randint(3, 9))},
        }
        for i in range(n)
    ]


def enterprise(draw: random.Random) -> dict[str, Any]:
    facts = {
        "enterprise_id": draw.randrange(10**6),
        "region": draw.choice(["330102", "330103", "3301", "33", "3302"]),
        "industry": draw.choice(["C3511", "C35", "C351", "I6510", "I65", "A0111", "C"]),
        "founded": date.fromordinal(AS_OF.toordinal() - draw.randrange(6000)),
        "tags": draw.sample(["T0001", "T0002", "T0003", "T0007"], draw.randrange(4)),
        "employees": float(draw.choice([0, 19, 20, 300])),
        "revenue": draw.choice([0.0, 5_000_000.0, 5_000_000.01]),
        "rd_ratio": draw.choice([0.0299, 0.03, 0.2, 0.2001]),
        "growth": draw.choice([-0.05, -0.06, 0.0, 0.1]),
        "invention_patents": float(draw.randrange(3)),
        **{name: draw.random() < 0.5 for name in FLAGS},
    }
    return {key: None if draw.random() < 0.1 else value for key, value in facts.items()}


def documents(n: int) -> list[Document]:
    return [Document(json.loads(json.dumps(doc)), "p.jsonl", {"": 1}) for doc in policies(n)]


@pytest.mark.parametrize("seed", range(12))
def test_bulk_policies_answer_as_the_reference_does(seed: int) -> None:
    read = parse_policies(documents(60), CATALOGUE)
    facts = enterprise(random.Random(seed))
    told = report(read, facts, CATALOGUE, as_of=AS_OF)
    for doc, result in zip(policies(60), told.policies, strict=True):
        days = {key: date.fromisoformat(day) for key, day in doc["window"].items()}
        groups = doc["when"]["all"]
        expected = [value_of(group, facts, AS_OF, days) for group in groups]
        verdict = {True: "eligible", False: "ineligible", None: "maybe"}[conjunction(expected)]
        failed = [group for group, answer in zip(groups, expected, strict=True) if answer is False]
        near = len(failed) == 1 and failed[0].get("kind") != "hard"
        assert (result.verdict, result.near_miss) == (verdict, near), doc["id"]
        assert result.status == "open"


def test_thousands_of_policies_are_read_and_judged_in_seconds() -> None:
    made = documents(3000)
    start = time.perf_counter()
    read = parse_policies(made, CATALOGUE)
    told = report(read, enterprise(random.Random(1)), CATALOGUE, as_of=AS_OF).to_json()
    took = time.perf_counter() - start
    assert len(told["policies"]) == 3000
    # about one second here; the bound only catches a change of order
    assert took < 20
