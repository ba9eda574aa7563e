"""`--engine spark` in local mode: the same files as the engine of one machine, in one session."""

import json
import os
import random
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.engine import spark
from qifu.rulebook.engine.coding import code_snapshot
from qifu.rulebook.engine.compiling import compile_policies
from qifu.rulebook.engine.running import match
from qifu.rulebook.policy import parse_policy

ROOT = Path(__file__).parents[3]
ATTRIBUTES = {
    "as_of": "2026-11-22",
    "attributes": {
        "region": {"type": "code:region"},
        "industry": {"type": "code:industry"},
        "founded": {"type": "date"},
        "staff": {"type": "number"},
        "revenue": {"type": "number"},
        "hi_tech": {"type": "flag"},
        "tags": {"type": "set"},
        "absent": {"type": "number"},
    },
}
# each a list of arguments of `qifu`, in one process and so in one Java machine
RUNS = """
import json, sys
from qifu.cli.main import qifu
codes = []
for arguments in json.loads(sys.argv[1]):
    try:
        qifu(arguments, standalone_mode=False)
        codes.append(0)
    except SystemExit as end:
        codes.append(end.code)
print("CODES", json.dumps(codes))
"""


def needs_spark() -> None:
    try:
        import pyspark  # noqa: F401
    except ImportError:
        missing = "pyspark (make install-spark)"
    else:
        missing = "" if shutil.which("java") or os.environ.get("JAVA_HOME") else "Java 17"
    if missing and os.environ.get("QIFU_REQUIRE_SPARK") == "1":
        raise AssertionError(f"QIFU_REQUIRE_SPARK=1, and no {missing}")
    if missing:
        pytest.skip(f"no {missing} here")


def some(chance: random.Random, make: Any, size: int) -> list[Any]:
    """Values, a tenth of them unknown."""
    return [None if chance.random() < 0.1 else make() for _ in range(size)]


def firms(size: int) -> pa.Table:
    chance = random.Random(7)
    regions = ["4403", "440305", "440306", "33", "3301", "44", "440300"]
    day, tags = date(2026, 11, 22), [f"T{i}" for i in range(6)]
    columns = {
        # ids that rise nowhere: what is sorted must be the place
        "enterprise_id": pa.array([(i * 7919) % size for i in range(size)], pa.uint32()),
        "region": pa.array(some(chance, lambda: chance.choice(regions), size)),
        "industry": pa.array(some(chance, lambda: chance.choice(["C35", "C3511", "I65"]), size)),
        "founded": pa.array(
            some(chance, lambda: day - timedelta(chance.choice([0, 365, 366, 1096, 4000])), size),
            pa.date32(),
        ),
        "staff": pa.array(some(chance, lambda: float(chance.randint(0, 5)), size)),
        "revenue@2025": pa.array(some(chance, lambda: chance.choice([1.1, 1.5, 1.9]), size)),
        "revenue@2024": pa.array(some(chance, lambda: chance.choice([1.1, 1.5, 1.9]), size)),
        "hi_tech": pa.array(some(chance, lambda: chance.random() < 0.5, size)),
        "tags": pa.array(
            some(chance, lambda: chance.sample(tags, chance.randint(0, 4)), size),
            pa.list_(pa.string()),
        ),
    }
    return pa.table(columns)


def laws() -> list[dict[str, Any]]:
    chance = random.Random(11)
    place = {"attr": "region", "op": "under", "value": "4403", "kind": "hard"}

    def leaf() -> dict[str, Any]:
        return chance.choice(
            [
                {"attr": "staff", "op": ">=", "value": chance.randint(1, 5)},
                {"attr": "staff", "op": "between", "value": [1, 3]},
                {"attr": "founded", "op": "age_at_most", "value": "P3Y"},
                {"attr": "hi_tech", "op": "is", "value": True},
                {"attr": "tags", "op": "has_any", "value": chance.sample(["T0", "T1", "T2"], 2)},
                {"attr": "tags", "op": "has_all", "value": ["T3", "T4"]},
                {"attr": "industry", "op": "under", "value": "C351"},
                {"attr": "revenue", "op": ">", "value": 1.5, "period": "year:2025"},
                {
                    "attr": "revenue",
                    "op": ">=",
                    "value": 3,
                    "agg": "sum",
                    "period": "last_2_fiscal_years",
                },
                {"attr": "absent", "op": ">", "value": 1},
            ]
        )

    def group() -> dict[str, Any]:
        kind = chance.randint(0, 3)
        if kind == 0:
            return {"any": [leaf(), leaf()]}
        if kind == 1:
            return {"at_least": 2, "of": [leaf(), leaf(), leaf()]}
        return {"not": leaf()} if kind == 2 else leaf()

    found = []
    for i in range(60):
        groups = [group() for _ in range(chance.randint(1, 4))]
        groups = [place, *groups] if i % 2 else groups
        law = {"id": f"W{i}", "version": 1, "title": "试", "when": {"all": groups}}
        if i == 30:
            law["effective"] = {"from": "2020-01-01", "to": "2021-12-31"}
        found.append(law)
    return found


def rows(place: Path) -> list[dict[str, Any]]:
    """The rows of a file, or of the files of a folder in the order of their names."""
    files = sorted(place.glob("*.parquet")) if place.is_dir() else [place]
    return [row for file in files for row in pq.read_table(file).to_pylist()]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    needs_spark()
    (tmp_path / "a.json").write_text(json.dumps(ATTRIBUTES), encoding="utf-8")
    (tmp_path / "p.jsonl").write_text("\n".join(json.dumps(law) for law in laws()))
    return tmp_path


def arguments(place: Path, firms: str, out: str, *more: str) -> list[str]:
    return [
        "rules", "match", "--policies", str(place / "p.jsonl"), "--enterprises",
        str(place / firms), "--attributes", str(place / "a.json"), "--out", str(place / out),
        "--threads", "2", *more,
    ]  # fmt: skip


def test_spark_gives_the_counts_near_misses_and_pairs_of_the_engine_of_one_machine(place):
    table = firms(3000)
    pq.write_table(table, place / "e.parquet", row_group_size=700)
    (place / "folder").mkdir()
    # the larger file comes last by its name: the order is that of the names
    pq.write_table(table.slice(0, 500), place / "folder" / "a.parquet")
    pq.write_table(table.slice(500), place / "folder" / "b.parquet")
    bad = table.set_column(4, "staff", table["staff"].cast(pa.string()))
    pq.write_table(bad, place / "bad.parquet")
    pq.write_table(table.drop_columns(["enterprise_id"]), place / "nobody.parquet")
    with_spark = ("--engine", "spark")
    runs = [
        arguments(place, "e.parquet", "local", "--pairs"),
        arguments(place, "folder", "spark", "--pairs", *with_spark),
        arguments(place, "bad.parquet", "none", *with_spark),
        arguments(place, "nobody.parquet", "none", *with_spark),
        arguments(place, "gone.parquet", "none", *with_spark),
    ]
    # several tasks, as for a large file
    (place / "conf").mkdir()
    (place / "conf" / "spark-defaults.conf").write_text(
        "spark.sql.files.maxPartitionBytes 40000\nspark.sql.files.openCostInBytes 0\n"
        "spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC\n"
    )
    own = {"PYTHONPATH": str(ROOT / "src"), "SPARK_CONF_DIR": str(place / "conf")}
    done = subprocess.run(
        [sys.executable, "-c", RUNS, json.dumps(runs)],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, **own},
    )  # fmt: skip
    assert "CODES [0, 0, 1, 1, 1]" in done.stdout, done.stdout + done.stderr
    assert "staff: must be numbers, found string" in done.stderr
    assert "no column enterprise_id; found founded" in done.stderr
    assert "gone.parquet: Spark: [PATH_NOT_FOUND]" in done.stderr
    assert "no column absent: unknown for everybody" in done.stderr
    assert not (place / "none").exists()
    local = pq.read_table(place / "local" / "policies.parquet")
    assert sum(local[name].null_count for name in ("eligible", "maybe", "near_miss")) == 3
    assert min(sum(filter(None, local[n].to_pylist())) for n in ("maybe", "near_miss")) > 1000
    for name in ("policies.parquet", "enterprises.parquet"):
        expected = pq.read_table(place / "local" / name)
        assert pq.read_table(place / "spark" / name).equals(expected), name
    expected = rows(place / "local" / "pairs")
    assert len(expected) > 10_000
    assert rows(place / "spark" / "pairs") == expected
    hidden = [path.name for path in (place / "spark").rglob("*") if path.name.startswith(".")]
    assert hidden == []


def test_a_task_that_takes_its_enterprises_in_chunks_counts_all_of_them_once(monkeypatch):
    catalogue = Catalogue.from_document(ATTRIBUTES)
    program = compile_policies(
        [parse_policy(law, catalogue) for law in laws()], catalogue, as_of=date(2026, 11, 22)
    )
    table = firms(1000).append_column("#place", pa.array(range(1000, 2000), pa.int64()))
    whole = match(program, code_snapshot(table, program), engine="numpy")
    monkeypatch.setattr(spark, "ROWS", 300)
    monkeypatch.setattr(spark, "PAIRS", 50)
    batches = table.to_batches(max_chunksize=130)
    found = pa.Table.from_batches(spark.count_batches(batches, program, "numpy")).to_pylist()
    own = [row for row in found if row["policy"] < 0]
    assert [row["place"] for row in own] == list(range(1000, 2000))
    assert [[row["eligible"], row["maybe"]] for row in own] == whole.enterprises.tolist()
    sums = [row for row in found if row["policy"] >= 0]
    names = ("eligible", "maybe", "near_miss")
    assert [[row[name] for name in names] for row in sums] == whole.policies.tolist()
    ends = np.array([20, 40, len(program.ids)])
    pairs = pa.Table.from_batches(spark.pair_batches(batches, program, ends, "numpy"))
    assert pairs.num_rows == whole.policies[:, 0].sum()
    assert len(set(zip(*(pairs[n].to_pylist() for n in ("policy", "place")), strict=True))) == len(
        pairs
    )
    for row in pairs.slice(0, 500).to_pylist():
        assert row["part"] == (row["policy"] >= 20) + (row["policy"] >= 40)
        assert row["policy_id"] == program.ids[row["policy"]]
        assert row["enterprise_id"] == table["enterprise_id"][row["place"] - 1000].as_py()


def test_without_java_or_pyspark_one_is_told_how_to_get_them(monkeypatch, tmp_path):
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(spark.NoSpark, match="make install-spark"):
        spark.start(1)
    monkeypatch.undo()
    needs_spark()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(spark.NoSpark, match="Java 17"):
        spark.start(1)
