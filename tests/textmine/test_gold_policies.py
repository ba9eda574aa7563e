"""The gold set for reading policies reads strictly, keeps no text and is what its guide says."""

import copy
import hashlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.textmine.gold.alike import NEW, UNITS
from tests.textmine.gold.marks import ASIDE, FILE, KINDS, read_both, read_file, read_marks

ROOT = Path(__file__).parents[2]
GUIDES = [ROOT / "docs" / f"reading-policies-gold{tail}" for tail in (".md", ".zh-CN.md")]
DATA = Path(os.environ.get("QIFU_DATA") or ROOT.parent / "shared" / "data")
EXCERPTS = DATA / "policies" / "real_policy_excerpts.jsonl"
CATALOGUE = yaml.safe_load(
    (ROOT / "cities" / "shenzhen_demo" / "attributes.yaml").read_text(encoding="utf-8")
)["attributes"]
# what an attribute of a unit of the catalogue may be measured in
MEASURES = {"CNY": "money", "USD": "dollars", "ratio": "ratio", "month": "time", "year": "time"}
MEASURES |= {"person": "people", "piece": "pieces", "point": "points", "m2": "area"}


@pytest.fixture(scope="module")
def gold() -> dict[str, dict[str, Any]]:
    return read_both()


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    if not EXCERPTS.exists():
        pytest.skip(f"no excerpts at {EXCERPTS}: set QIFU_DATA")
    rows = [json.loads(line) for line in EXCERPTS.read_text(encoding="utf-8").splitlines()]
    return {row["id"]: row["text"] for row in rows}


def elements(gold: dict[str, dict[str, Any]], kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [(key, m) for key, row in gold.items() for m in row["elements"] if m["kind"] == kind]


def test_there_are_thirty_excerpts_and_the_ten_put_aside_are_those_of_the_rule(gold):
    assert len(gold) == 30
    by_hash = sorted(gold, key=lambda key: hashlib.sha256(key.encode()).hexdigest())
    assert {key for key, row in gold.items() if row["aside"]} == set(by_hash[2::3])
    assert sum(row["aside"] for row in gold.values()) == 10


def test_the_ten_are_in_a_file_of_their_own():
    assert len(read_file(FILE)) == 20
    assert {row["aside"] for row in read_file(ASIDE).values()} == {True}


@pytest.mark.parametrize("path", [FILE, ASIDE], ids=lambda path: path.name)
def test_no_words_of_the_texts_are_kept(path):
    bare = re.sub(r"(?m)^#.*$", "", path.read_text(encoding="utf-8"))
    units = [unit for unit in UNITS if re.search(r"[^\x00-\x7f]", unit)]
    chinese = set(re.findall(r"[^\x00-\x7f]+", bare))
    assert chinese <= set(units)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_guide_counts_every_kind_as_the_file_does(guide, gold):
    table = re.findall(
        r"^\| `(\w+)` \| (\d+) \| (\d+) \| (\d+) \|$", guide.read_text(encoding="utf-8"), re.M
    )
    told = {kind: tuple(map(int, figures)) for kind, *figures in table}
    counted = {}
    for name in [
        *KINDS,
        *(f"amount_{s}" for s in ("cap", "rate", "fixed", "tier", "per", "floor")),
    ]:
        kind, _, shape = name.partition("_")
        marks = [key for key, m in elements(gold, kind) if not shape or m["shape"] == shape]
        aside = sum(gold[key]["aside"] for key in marks)
        counted[name] = (len(marks), len(marks) - aside, aside)
    for name, test in TALLIES.items():
        marks = [key for key, m in elements(gold, "condition") if test(m)]
        aside = sum(gold[key]["aside"] for key in marks)
        counted[name] = (len(marks), len(marks) - aside, aside)
    assert told == counted


def counts(mark: dict[str, Any]) -> bool:
    return not mark.get("optional") and "same_as" not in mark


TALLIES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "counted": counts,
    "judged": lambda m: counts(m) and m["op"] == "human_judged",
    "grouped": lambda m: counts(m) and "group" in m,
    "proposed": lambda m: counts(m) and m["attr"].startswith(NEW),
    "optional": lambda m: bool(m.get("optional")),
    "repeated": lambda m: "same_as" in m,
}


def test_attributes_are_of_the_demo_catalogue_or_proposed_ones_that_it_does_not_have(gold):
    named = {m["attr"] for _, m in elements(gold, "condition")}
    for _, m in elements(gold, "amount"):
        of = m.get("of", [])
        named |= set(of if isinstance(of, list) else [of])
    proposed = {name.removeprefix(NEW) for name in named if name.startswith(NEW)}
    assert not proposed & set(CATALOGUE)
    plain = {name for name in named if not name.startswith((NEW, "table:"))}
    assert sorted(plain - set(CATALOGUE)) == []
    assert len(plain) > 40


def test_units_and_members_fit_the_attribute(gold):
    for key, mark in elements(gold, "condition"):
        attribute = CATALOGUE.get(mark["attr"])
        where = (key, mark["id"])
        if attribute is None or mark["op"] == "human_judged":
            continue
        unit = attribute.get("unit")
        if mark["op"] not in ("is", "under"):
            assert UNITS.get(mark.get("unit") or "", ("",))[0] == MEASURES.get(unit, ""), where
        if attribute["type"] == "flag":
            assert mark["op"] == "is", where
        if attribute["type"] == "set":
            for member in mark["value"]:
                assert member.startswith(NEW) or member in attribute["options"], where
        assert (attribute["type"] == "date") == (
            mark["op"] in ("age_at_least", "within_last", "between")
            or mark["attr"] == "loan_issued_on"
        ), where


def test_a_table_of_brackets_has_no_holes(gold):
    tables: dict[tuple[str, str], list[tuple[Any, Any]]] = {}
    for key, m in elements(gold, "amount"):
        if m["shape"] == "tier":
            ends = [
                end["value"] * UNITS[end["unit"]][1] if end else None
                for end in (m["from"], m.get("to"))
            ]
            tables.setdefault((key, m["table"]), []).append((ends[0], ends[1]))
    assert tables
    for rows in tables.values():
        assert [low for low, _ in rows[1:]] == [high for _, high in rows[:-1]]


def test_where_the_data_lies_beside_the_project_every_text_is_the_one_that_was_marked(gold, texts):
    assert set(texts) == set(gold)
    for key, text in texts.items():
        assert hashlib.sha256(text.encode()).hexdigest() == gold[key]["sha256"], key
        assert len(text) == gold[key]["length"], key


def test_where_the_data_lies_beside_the_project_no_span_has_loose_ends(gold, texts):
    for key, row in gold.items():
        for mark in row["elements"]:
            start, end = mark["span"]
            words = texts[key][start:end]
            assert not {words[0], words[-1]} & set(" ,。;:、,;:.\n"), (key, mark["span"])


def test_where_the_data_lies_beside_the_project_the_figures_stand_in_their_spans(gold, texts):
    spoken = {"3": "三", "2": "两"}
    for kind in ("condition", "amount"):
        for key, mark in elements(gold, kind):
            value = mark.get("value")
            if isinstance(value, bool) or not isinstance(value, int | float) or not value:
                continue
            words = texts[key][slice(*mark["span"])]
            figure = f"{value:g}" if value < 10_000 else str(value)
            assert figure in words or spoken.get(figure, "-") in words, (key, mark["id"])


def mistakes() -> dict[str, Callable[[dict[str, Any]], None]]:
    def first(document: dict[str, Any], kind: str = "condition") -> dict[str, Any]:
        return next(m for m in document["excerpts"][0]["elements"] if m["kind"] == kind)

    return {
        "unknown_key": lambda d: first(d).update(text="words"),
        "unknown_kind": lambda d: first(d).update(kind="wish"),
        "words_for_a_value": lambda d: first(d).update(value="专精特新"),
        "words_for_an_attribute": lambda d: first(d).update(attr="营业收入"),
        "unknown_operator": lambda d: first(d).update(op="about"),
        "unknown_unit": lambda d: first(d, "amount").update(unit="大洋"),
        "span_past_the_end": lambda d: d["excerpts"][0].update(length=5),
        "span_backwards": lambda d: first(d).update(span=[22, 14]),
        "out_of_order": lambda d: d["excerpts"][0]["elements"].reverse(),
        "judged_with_a_value": lambda d: first(d).update(op="human_judged"),
        "group_that_is_not_there": lambda d: first(d).update(group="g9"),
        "repeats_nothing": lambda d: first(d).update(same_as="c999"),
        "paid_for_nothing": lambda d: first(d, "amount").update(when=["c999"]),
        "bracket_without_ends": lambda d: first(d, "amount").update(shape="tier"),
        "k_without_at_least": lambda d: d["excerpts"][0].update(
            groups={"g1": {"shape": "any", "k": 2}}
        ),
        "groups_in_a_circle": lambda d: d["excerpts"][0].update(
            groups={"g1": {"shape": "any", "in": "g1"}}
        ),
        "same_excerpt_twice": lambda d: d["excerpts"].append(d["excerpts"][0]),
        "a_text_beside_the_marks": lambda d: d["excerpts"][0].update(text="words"),
        "more_than_guide_and_excerpts": lambda d: d.update(texts=[]),
    }


@pytest.mark.parametrize("mistake", mistakes())
def test_the_reader_refuses(mistake):
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    document["excerpts"] = copy.deepcopy(document["excerpts"][:1])
    assert read_marks(yaml.safe_dump(document))  # sound before
    mistakes()[mistake](document)
    with pytest.raises(ValueError):
        read_marks(yaml.safe_dump(document))
