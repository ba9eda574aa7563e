"""The reader against the hand-marked twenty, where the excerpts lie beside the project."""

import json
import os
from pathlib import Path

import pytest

from qifu.textmine.policy_reading.inputs import plain_text
from tests.textmine.gold.marks import FILE, read_file
from tests.textmine.gold.reading import as_reading
from tests.textmine.gold.scoring import score
from tests.textmine.policy_reading.notices import reader

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("QIFU_DATA") or ROOT.parent / "shared" / "data")
EXCERPTS = DATA / "policies" / "real_policy_excerpts.jsonl"


def test_where_the_data_lies_beside_the_project_the_twenty_are_read_well():
    if not EXCERPTS.exists():
        pytest.skip(f"no excerpts at {EXCERPTS}: set QIFU_DATA")
    gold = read_file(FILE)
    rows = map(json.loads, EXCERPTS.read_text(encoding="utf-8").splitlines())
    readings = {
        row["id"]: as_reading(reader().draft(plain_text(row["text"]), area=row["region"]))
        for row in rows
        if row["id"] in gold
    }
    conditions = score(readings, gold, "condition", draws=50).pooled
    amounts = score(readings, gold, "amount", draws=50).pooled
    assert (conditions.f1 or 0) >= 0.9
    assert (amounts.f1 or 0) >= 0.95
