"""Spark says of generated worlds what the reference says, case by case, in one session."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from qifu.rulebook.engine import spark
from tests.rulebook.engine.agreement import Asked, read_counts
from tests.rulebook.engine.test_spark import needs_spark
from tests.rulebook.world import AS_OF
from tests.rulebook.worlds import World, drawn


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    needs_spark()
    made = spark.start(2)
    yield made
    made.stop()


def test_spark_agrees_with_the_reference_in_every_case(session: Any, tmp_path: Path) -> None:
    some = drawn(12, 14, examples=16)[:12]
    policies = [groups for world in some for groups in world.policies]
    asked = Asked(World(policies, some[0].firms, AS_OF), together=14)
    (copies,) = asked.copies
    numbers = list(range(copies.rows.num_rows))
    numbered = copies.rows.append_column("enterprise_id", [numbers])
    pq.write_table(numbered, tmp_path / "firms.parquet", row_group_size=5000)
    firms = spark.read_firms(session, str(tmp_path / "firms.parquet"), asked.program)
    counts, ids = spark.count(session, firms, asked.program, kernel="numpy")
    assert ids.to_pylist() == numbers
    said, expected = read_counts(asked, [(copies, counts)]), asked.expected
    for p, groups in enumerate(policies):
        for f, firm in enumerate(asked.world.firms):
            assert said[p][f] == expected[p][f], (groups, firm)
    assert len(policies) * len(asked.world.firms) == 2016
