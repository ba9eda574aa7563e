"""The hand-marked replies: read strictly, drawn as the guide says, true to the texts."""

import csv
import hashlib
import os
import re
from bisect import bisect_right
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
GOLD = HERE / "gold" / "replies.csv"
GUIDES = [ROOT / "docs" / f"reply-quality-gold{tail}.md" for tail in ("", ".zh-CN")]
DATA = Path(os.environ.get("QIFU_DATA") or ROOT.parent / "shared" / "data") / "triage"
TEXTS = DATA / "messages_with_replies.csv"

LABELS = ("point_missed", "no_basis", "no_contact", "no_date", "empty_phrase")
SPANS = {"basis": "no_basis", "contact": "no_contact", "date": "no_date"}
KINDS = {"basis": {"rule", "fact"}, "date": {"due", "past"}}
COLUMNS = [
    "id", "band", "question_sha256", "reply_sha256", *LABELS, "basis_kind", "basis_start",
    "basis_end", "contact_start", "contact_end", "date_kind", "date_start", "date_end", "doubtful",
]  # fmt: skip
STARTS = [0, 50, 100, 200, 350, 550]  # of the bands, in characters
DRAWN = {0: 40, 1: 34, 2: 40, 3: 36, 4: 30, 5: 20}


def rows():
    with GOLD.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        assert reader.fieldnames == COLUMNS
        found = list(reader)
    assert all(None not in row and None not in row.values() for row in found)
    return found


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def gold():
    return rows()


@pytest.fixture(scope="module")
def texts():
    if not TEXTS.exists():
        pytest.skip(f"no replies at {TEXTS}: set QIFU_DATA")
    with TEXTS.open(encoding="utf-8-sig", newline="") as file:
        return {row["留言编号"]: row for row in csv.DictReader(file)}


def test_two_hundred_replies_each_once(gold):
    assert len(gold) == 200
    assert len({row["id"] for row in gold}) == 200
    assert Counter(int(row["band"]) for row in gold) == DRAWN


def test_cells_hold_ids_offsets_sums_and_labels_but_never_a_text(gold):
    cell = re.compile(r"\d{0,6}|[0-9a-f]{64}|true|false|rule|fact|due|past")
    for row in gold:
        doubtful = row["doubtful"].split()
        assert set(doubtful) <= set(LABELS) and len(set(doubtful)) == len(doubtful), row["id"]
        rest = [value for name, value in row.items() if name != "doubtful"]
        assert all(cell.fullmatch(value) for value in rest), row["id"]
        assert {row[label] for label in LABELS} <= {"true", "false"}, row["id"]
        assert all(re.fullmatch("[0-9a-f]{64}", row[f"{x}_sha256"]) for x in ("question", "reply"))


def test_a_span_stands_exactly_where_the_label_is_false(gold):
    for row in gold:
        for part, label in SPANS.items():
            span = (row[f"{part}_start"], row[f"{part}_end"])
            kind = row.get(f"{part}_kind", "")
            if row[label] == "true":
                assert span == ("", "") and kind == "", (row["id"], part)
            else:
                assert 0 <= int(span[0]) < int(span[1]), (row["id"], part)
                assert kind in KINDS.get(part, {""}), (row["id"], part)


def test_an_empty_reply_has_every_other_fault(gold):
    empty = [row for row in gold if row["empty_phrase"] == "true"]
    assert len(empty) >= 30
    assert [r["id"] for r in empty if any(r[label] == "false" for label in LABELS)] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_guides_give_the_counts_of_the_file(gold, guide):
    text = guide.read_text()
    for label in LABELS:
        cells = []
        for value in ("true", "false"):
            those = [row for row in gold if row[label] == value]
            cells += [len(those), sum(label in row["doubtful"].split() for row in those)]
        assert f"| {label} | " + " | ".join(map(str, cells)) + " |" in text
    for band, drawn in DRAWN.items():
        assert re.search(rf"(?m)^\| {band} \|.*\| {drawn} \|$", text), band


def test_the_texts_are_those_that_were_read(gold, texts):
    for row in gold:
        text = texts[row["id"]]
        assert sha(text["答复意见"]) == row["reply_sha256"], row["id"]
        question = text["留言主题"] + "\n" + text["留言详情"]
        assert sha(question) == row["question_sha256"], row["id"]


def test_bands_and_spans_fit_the_replies(gold, texts):
    for row in gold:
        reply = texts[row["id"]]["答复意见"]
        assert bisect_right(STARTS, len(reply)) - 1 == int(row["band"]), row["id"]
        for part, label in SPANS.items():
            if row[label] == "false":
                start, end = int(row[f"{part}_start"]), int(row[f"{part}_end"])
                assert end <= len(reply) and reply[start:end] == reply[start:end].strip(), row["id"]


def test_the_two_hundred_are_those_that_the_rule_draws(gold, texts):
    """Mark 0 and 1 of every band, in the order of the sum of the id, as the guide's table says."""
    quota = {
        (0, "0"): 24, (0, "1"): 16, (1, "0"): 14, (1, "1"): 20, (2, "0"): 6, (2, "1"): 34,
        (3, "1"): 36, (4, "0"): 1, (4, "1"): 29, (5, "0"): 1, (5, "1"): 19,
    }  # fmt: skip
    cells = {cell: [] for cell in quota}
    for number, text in texts.items():
        cell = (bisect_right(STARTS, len(text["答复意见"])) - 1, text["可解释性"])
        if cell in cells:
            cells[cell].append(number)
    drawn = {
        number
        for cell, numbers in cells.items()
        for number in sorted(numbers, key=lambda n: sha("qifu replies " + n))[: quota[cell]]
    }
    assert drawn == {row["id"] for row in gold}
