"""`qifu rules match` from outside: the files it writes, what it says, what it refuses."""

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cli.running import run

ATTRIBUTES = {
    "as_of": "2026-11-22",
    "attributes": {
        "region": {"type": "code:region"},
        "score": {"type": "number"},
        "founded": {"type": "date"},
    },
}


def law(ident: str, *groups: dict[str, object], **more: object) -> str:
    doc = {"id": ident, "version": 1, "title": "试", "when": {"all": list(groups)}} | more
    return json.dumps(doc, ensure_ascii=False)


SCORE = {"attr": "score", "op": ">=", "value": 60}
PLACE = {"attr": "region", "op": "under", "value": "4403", "kind": "hard"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "a.json").write_text(json.dumps(ATTRIBUTES), encoding="utf-8")
    laws = [
        law("A", PLACE, SCORE),
        law("OLD", SCORE, effective={"from": "2020-01-01", "to": "2021-12-31"}),
        law("B", {"not": SCORE}),
    ]
    (tmp_path / "p.jsonl").write_text("\n".join(laws), encoding="utf-8")
    firms = pa.table(
        {
            "enterprise_id": ["x", "y", "z", "w"],
            "region": pa.array(["440305", "440306", "330100", "44"]),
            "score": pa.array([60.0, 59.9, 80.0, None]),
            "founded": pa.array([date(2020, 1, 1)] * 4),
        }
    )
    pq.write_table(firms, tmp_path / "e.parquet")
    return tmp_path


def matched(place: Path, *more: object):
    return run(
        "rules", "match", "--policies", place / "p.jsonl", "--enterprises", place / "e.parquet",
        "--attributes", place / "a.json", "--out", place / "out", *more,
    )  # fmt: skip


@pytest.mark.parametrize("plain", [(), ("--plain",)])
def test_counts_of_policies_and_enterprises_stand_in_the_order_of_the_input(place, plain):
    done = matched(place, *plain)
    assert done.exit_code == 0, done.output
    # w: only its province is known, and not its score
    assert pq.read_table(place / "out" / "policies.parquet").to_pylist() == [
        {"policy_id": "A", "version": 1, "eligible": 1, "maybe": 1, "near_miss": 1},
        {"policy_id": "OLD", "version": 1, "eligible": None, "maybe": None, "near_miss": None},
        {"policy_id": "B", "version": 1, "eligible": 1, "maybe": 1, "near_miss": 2},
    ]
    assert pq.read_table(place / "out" / "enterprises.parquet").to_pylist() == [
        {"enterprise_id": "x", "eligible": 1, "maybe": 0},
        {"enterprise_id": "y", "eligible": 1, "maybe": 0},
        {"enterprise_id": "z", "eligible": 0, "maybe": 0},
        {"enterprise_id": "w", "eligible": 0, "maybe": 2},
    ]
    assert "2 项政策 policies × 4 家企业" in done.output
    assert "1 项不在有效期" in done.output


def test_one_policy_can_be_asked_for_and_one_that_is_not_there_is_refused(place):
    assert matched(place, "--policy", "B").exit_code == 0
    assert pq.read_table(place / "out" / "policies.parquet")["policy_id"].to_pylist() == ["B"]
    done = matched(place, "--policy", "C")
    assert done.exit_code == 1 and "no policy C" in done.output


def test_a_column_that_is_missing_is_unknown_and_told(place):
    table = pq.read_table(place / "e.parquet").drop_columns(["score"])
    pq.write_table(table, place / "e.parquet")
    done = matched(place)
    assert done.exit_code == 0 and "no column score" in done.output
    assert pq.read_table(place / "out" / "policies.parquet")["maybe"].to_pylist() == [3, None, 4]


@pytest.mark.parametrize(
    ("name", "column", "said"),
    [
        ("score", pa.array(["60", "1", "2", "3"]), "score: must be numbers, found string"),
        ("region", pa.array([440305, 1, 2, 3]), "region: must be texts, found int64"),
    ],
)
def test_a_column_of_the_wrong_type_is_refused_with_its_name(place, name, column, said):
    table = pq.read_table(place / "e.parquet")
    table = table.set_column(table.column_names.index(name), name, column)
    pq.write_table(table, place / "e.parquet")
    done = matched(place)
    assert done.exit_code == 1 and said in done.output
    assert not (place / "out").exists()


def test_what_is_no_parquet_or_has_no_ids_is_refused(place):
    pq.write_table(pa.table({"score": [1.0]}), place / "e.parquet")
    assert "no column enterprise_id" in matched(place).output
    (place / "e.parquet").write_bytes(b"PAR1 no")
    done = matched(place)
    assert done.exit_code == 1 and "e.parquet" in done.output
