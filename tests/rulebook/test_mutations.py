"""Documents damaged at random are refused or judged; nothing but RuleError ever comes out."""

import copy
import json
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from qifu.rulebook.cases import parse_cases
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.derive import parse_derived
from qifu.rulebook.documents import load_catalogue, load_documents, load_file, load_one
from qifu.rulebook.findings import RuleError
from qifu.rulebook.policy import parse_policy
from qifu.rulebook.report import report

CITY = Path(__file__).parents[2] / "cities" / "shenzhen_demo"
CATALOGUE = load_catalogue(CITY)
POLICIES = [document.data for document in load_documents(CITY / "policies")[0]]
CASES = [load_one(file).data for file in sorted((CITY / "policies" / "cases").iterdir())]
FACTS = [case["facts"] for document in CASES for case in document["cases"]]
(DERIVED,) = (document.data for document in load_file(CITY / "derived.yaml"))
(ATTRIBUTES,) = (document.data for document in load_file(CITY / "attributes.yaml"))
KEYS = ("op", "value", "attr", "at", "period", "agg", "kind", "unit", "any", "not", "of", "all", 5)
JUNK: list[Any] = [
    None, True, False, 0, -1, 2.5, float("nan"), float("inf"), 10**30, Decimal("1E-30"), "", "x",
    "2026-01-01", date(2026, 1, 1), date.max, [], {}, [None], {"a": 1}, {1: 2}, ["a"], [1, 2],
    "P5Y", "P9999Y", "year:0000", "last_9_fiscal_years", "closes", "under", "between", "4403",
    "C35", "\ud800", b"x", "a" * 1000,
]  # fmt: skip


def damaged(document: Any, dice: random.Random) -> Any:
    """A copy in which one to three places hold something else, or are gone."""
    document = copy.deepcopy(document)
    for _ in range(dice.randint(1, 3)):
        places: list[tuple[Any, Any]] = []
        inside = [document]
        while inside:
            item = inside.pop()
            if isinstance(item, dict | list):
                named = item.items() if isinstance(item, dict) else enumerate(item)
                for key, value in named:
                    places.append((item, key))
                    inside.append(value)
        if not places:
            break
        holder, key = dice.choice(places)
        if dice.random() < 0.2 and isinstance(holder, dict):
            key = dice.choice(KEYS)
        if dice.random() < 0.1 and key in (holder if isinstance(holder, dict) else ()):
            del holder[key]
        else:
            holder[key] = copy.deepcopy(dice.choice(JUNK))
    return document


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_document_is_refused_in_words_or_used(seed: int) -> None:
    dice = random.Random(seed)
    judged = 0
    for _ in range(100):
        try:
            law = parse_policy(damaged(dice.choice(POLICIES), dice), CATALOGUE)
            made = report([law], dice.choice(FACTS), CATALOGUE, as_of=date(2026, 11, 22))
            json.dumps(made.to_json())
            assert made.total.low >= 0
            for group in (group for result in made.policies for group in result.groups):
                judged += bool(group.label_zh and group.required_en and group.actual_zh)
        except RuleError as error:
            assert str(error)
    assert judged
    for read, document in (
        (parse_cases, CASES),
        (lambda doc: parse_derived(doc, CATALOGUE), [DERIVED]),
        (Catalogue.from_document, [ATTRIBUTES]),
        (
            lambda facts: report(
                [parse_policy(POLICIES[0], CATALOGUE)], facts, CATALOGUE, as_of=date(2026, 11, 22)
            ),
            FACTS,
        ),
    ):
        for _ in range(15):
            try:
                read(damaged(dice.choice(document), dice))
            except RuleError as error:
                assert str(error)
