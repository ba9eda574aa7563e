"""Every code of the lint: a document that gives exactly this finding, and a right one beside it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qifu.rulebook.check import Checked, check_documents
from qifu.rulebook.derived_reading import parse_derived
from qifu.rulebook.documents import Document
from qifu.rulebook.figures_in_text import figures
from qifu.rulebook.finding_words import in_chinese
from qifu.rulebook.findings import ERROR
from qifu.rulebook.lint_words import LINT
from qifu.rulebook.texts import document_hash, load_texts
from qifu.rulebook.yaml_text import read_yaml
from tests.rulebook.world import AS_OF, CATALOGUE, document

ROWS = read_yaml((Path(__file__).parent / "lint_cases.yaml").read_text(encoding="utf-8"))[0][0]
SCORE = {"attr": "score", "op": ">", "value": 60}
AREA = {"region": "4403", "benefit": "grant"}
HERE = {"attr": "region", "op": "under", "value": "4403", "kind": "hard"}


def check(*documents: dict[str, Any], on: date | None = AS_OF, **more: Any) -> Checked:
    made = [Document(doc, f"{i}.yaml") for i, doc in enumerate(documents)]
    return check_documents(made, CATALOGUE, on=on, **more)


def told(*documents: dict[str, Any], **more: Any) -> list[tuple[str, str, str]]:
    """(file, code, path) of every finding."""
    checked = check(*documents, **more)
    return [(f.file, f.code, f.path) for f in (*checked.errors, *checked.warnings)]


def made(case: Any) -> dict[str, Any]:
    return document(*case) if isinstance(case, list) else document(SCORE, **case["policy"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['code']} {row['path']}")
def test_a_mistake_gives_exactly_its_finding_and_what_is_right_beside_it_none(row: Any) -> None:
    assert told(made(row["bad"])) == [("0.yaml", row["code"], row["path"])]
    assert told(made(row["good"])) == []


def pair(*groups: dict[str, Any], **more: Any) -> dict[str, Any]:
    return document(HERE, *groups, **({"id": "P2"} | AREA | more))


STAFF = {"attr": "employees", "op": ">=", "value": 20, "unit": "person"}
LAW = {"attr": "legal_person", "op": "is", "value": True}
ONE = document(HERE, STAFF, LAW, **AREA)
MORE_STAFF = STAFF | {"value": 30}
OVERLAPS = [
    ("same_conditions", "when", pair(LAW, STAFF)),
    ("other_figures", "when", pair(LAW, MORE_STAFF)),
    ("one_more", "when.all[3]", pair(LAW, STAFF, SCORE)),
]


@pytest.mark.parametrize(("code", "path", "other"), OVERLAPS, ids=lambda x: str(x)[:15])
def test_policies_that_say_nearly_the_same_at_the_same_time_are_found(
    code: str, path: str, other: dict[str, Any]
) -> None:
    assert told(ONE, other) == [("1.yaml", code, path)]
    # one that knows of the other, or comes after it, or is for another area or kind, is right
    assert told(ONE, other | {"excludes": ["P1"]}) == []
    assert told(ONE | {"excludes": ["P2"]}, other) == []
    combine = [{"rule": "highest", "with": ["P1"]}]
    assert told(ONE, other | {"combine": combine}) == []
    early = ONE | {"effective": {"to": date(2026, 12, 31)}}
    assert told(early, other | {"effective": {"from": date(2027, 1, 1)}}) == []
    assert told(ONE, other | {"region": "4419"}) == []
    assert told(ONE, other | {"benefit": "tax"}) == []


def test_two_versions_in_force_at_once_are_found_and_are_no_overlap_of_policies() -> None:
    assert told(ONE, ONE | {"version": 2}) == [("0.yaml", "overlap", "effective")]


def revenue(value: float, unit: str) -> dict[str, Any]:
    return {"attr": "revenue", "op": ">=", "value": value, "unit": unit} | {
        "period": "last_fiscal_year"
    }


def test_a_figure_far_from_those_of_other_policies_is_found() -> None:
    others = [document(revenue(v, "万元"), id=f"Q{v}") for v in (5000, 8000, 20000, 30000)]
    odd = document(revenue(1, "万元"), id="ODD")
    assert told(*others, odd) == [("4.yaml", "unit_peers", "when.all[0].value")]
    assert told(*others, document(revenue(1000, "万元"), id="ODD")) == []
    # too few to say anything
    assert told(*others[:2], odd) == []


def test_what_nobody_can_answer_is_found_where_it_is_known_what_follows_from_what() -> None:
    listed = document({"not": {"attr": "on_blacklist", "op": "is", "value": True}})
    assert told(listed, derived=[]) == [("0.yaml", "unanswerable", "when.all[0].not.attr")]
    assert told(listed) == told(document(LAW), derived=[]) == []


def test_a_fact_that_rules_give_has_only_their_values() -> None:
    rules = parse_derived(
        {
            "derived": [
                {
                    "attr": "size_class",
                    "cases": [{"when": STAFF, "value": "large"}],
                    "else": "small",
                }
            ]
        },
        CATALOGUE,
    )
    large, other = ({"attr": "size_class", "op": op, "value": "large"} for op in ("!=", "=="))
    small = {"attr": "size_class", "op": "!=", "value": "small"}
    assert told(document(large, small), derived=rules) == [
        ("0.yaml", "contradiction", "when.all[1]")
    ]
    assert told(document(large, small)) == []
    assert told(document(other), derived=rules) == []


def test_a_quote_is_compared_with_the_text_that_has_its_hash(tmp_path: Path) -> None:
    data = "总则\n\n得分高于 60 分。\n".encode()
    (tmp_path / "notice.txt").write_bytes(data)
    texts = load_texts(tmp_path)
    src = {"doc": document_hash(data), "para": 1, "span": [0, 9], "quote": "得分高于 60 分"}
    assert told(document(SCORE | {"src": src}), texts=texts) == []
    for change, code, path in (
        ({"quote": "得分高于 61 分"}, "quote_text", "quote"),
        ({"para": 2}, "quote_text", "para"),
        ({"doc": "sha256:0"}, "quote_document", "doc"),
    ):
        found = told(document(SCORE | {"src": src | change}), texts=texts)
        assert found == [("0.yaml", code, f"when.all[0].src.{path}")]
        # without the texts nothing is said of them
        assert told(document(SCORE | {"src": src | change})) == []


def test_every_code_of_the_lint_is_tried_here() -> None:
    tried = {row["code"] for row in ROWS} | {code for code, _, _ in OVERLAPS}
    assert set(LINT) - tried == {
        "unanswerable", "unit_peers", "quote_text", "quote_document",
    }  # fmt: skip


def test_every_finding_speaks_both_languages_and_a_contradiction_is_an_error() -> None:
    for row in ROWS:
        checked = check(made(row["bad"]))
        (finding,) = (*checked.errors, *checked.warnings)
        assert finding.message.isascii() or "引" in row["code"] or finding.found is not None
        assert any("\u4e00" <= sign <= "\u9fff" for sign in in_chinese(finding))
        wanted = row["code"] in ("contradiction", "unit_quote")
        assert (finding.severity == ERROR) == wanted == bool(checked.errors)


def test_an_error_cannot_be_accepted() -> None:
    against = document(SCORE, SCORE | {"op": "<"}, accept=[{"code": "contradiction", "why": "x"}])
    assert "contradiction" in [code for _, code, _ in told(against)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("两千五百万元", [("25000000", "money")]),
        ("一亿二千万元以上", [("120000000", "money")]),
        ("1,200 万元，36 个月", [("12000000", "money"), ("36", "month")]),
        ("2025年成立三年", [("36", "month")]),
        ("5‰", [("0.005", "ratio")]),
        ("第三条", []),
    ],
)
def test_figures_of_a_sentence_are_read_in_their_base_unit(
    text: str, values: list[tuple[str, str]]
) -> None:
    assert [(f"{f.value.normalize():f}", f.measures) for f in figures(text)] == values
