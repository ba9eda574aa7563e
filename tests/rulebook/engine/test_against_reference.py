"""All against all, held against the slow reference pair by pair."""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.rulebook.engine.coding import code_snapshot
from qifu.rulebook.engine.compiling import compile_policies
from qifu.rulebook.engine.running import match
from qifu.rulebook.policy import parse_policy
from tests.rulebook.world import AS_OF, CATALOGUE, document
from tests.rulebook.worlds import FACTS, GROUPS, PUBLISHED, WINDOW, expected, table


@settings(max_examples=60, deadline=None)
@given(st.lists(GROUPS, min_size=1, max_size=8), st.lists(FACTS, min_size=1, max_size=24))
def test_counts_are_the_reference_s_with_and_without_numba(
    policies: list[list[dict[str, Any]]], firms: list[dict[str, Any]]
) -> None:
    read = [
        parse_policy(document(*groups, id=f"P{i}", window=WINDOW, published=PUBLISHED), CATALOGUE)
        for i, groups in enumerate(policies)
    ]
    program = compile_policies(read, CATALOGUE, as_of=AS_OF)
    snapshot = code_snapshot(table(firms), program)
    answers = np.array(
        [[expected(groups, firm) for firm in firms] for groups in policies], dtype=int
    )
    for engine in ("numba", "numpy"):
        counts = match(program, snapshot, engine=engine)
        assert counts.policies.tolist() == answers.sum(axis=1).tolist(), engine
        assert counts.enterprises.tolist() == answers.sum(axis=0)[:, :2].tolist(), engine


@pytest.mark.parametrize("size", [1, 63, 64, 65, 4095, 4096, 4097, 9000])
def test_blocks_and_words_that_are_not_full_count_nobody_twice(size: int) -> None:
    firms = [{"founded": date(2020, 1, 1 + i % 28), "employees": i % 7} for i in range(size)]
    read = [
        parse_policy(document(group, id=f"P{i}"), CATALOGUE)
        for i, group in enumerate(
            [
                {"attr": "employees", "op": ">=", "value": 3, "unit": "person"},
                {"not": {"attr": "employees", "op": "==", "value": 3, "unit": "person"}},
                {"attr": "score", "op": ">", "value": 0},
                {"attr": "founded", "op": "<", "value": date(2020, 1, 15)},
            ]
        )
    ]
    program = compile_policies(read, CATALOGUE, as_of=AS_OF)
    snapshot = code_snapshot(table(firms), program)
    wanted = [
        [sum(i % 7 >= 3 for i in range(size)), 0, sum(i % 7 < 3 for i in range(size))],
        [sum(i % 7 != 3 for i in range(size)), 0, sum(i % 7 == 3 for i in range(size))],
        [0, size, 0],
        [sum(i % 28 < 14 for i in range(size)), 0, sum(i % 28 >= 14 for i in range(size))],
    ]
    for engine in ("numba", "numpy"):
        counts = match(program, snapshot, engine=engine)
        assert counts.policies.tolist() == wanted
        assert counts.enterprises.sum(axis=0).tolist() == [sum(r[0] for r in wanted), size]


def test_a_column_that_is_not_there_is_unknown_for_everybody_and_told() -> None:
    read = [parse_policy(document({"attr": "score", "op": ">", "value": 1}), CATALOGUE)]
    program = compile_policies(read, CATALOGUE, as_of=AS_OF)
    snapshot = code_snapshot(pa.table({"employees": [1.0, 2.0]}), program)
    assert snapshot.warnings == ("score",)
    assert match(program, snapshot).policies.tolist() == [[0, 2, 0]]


@pytest.mark.parametrize("engine", ["numba", "numpy"])
def test_pieces_of_a_column_with_lists_of_their_own_are_one_column(engine: str) -> None:
    """Row groups of a Parquet file each have their own list of texts; nulls stand anywhere."""
    kind = pa.dictionary(pa.int32(), pa.string())
    region = [["440305", None, "33"], [], ["44", "440305"], ["nowhere", "3301"]]
    pieces = [pa.array(part, pa.string()).dictionary_encode() for part in region]
    sets = [[["hi_tech_firm"], [], None], [], [[], ["x", "tech_sme"]], [None, ["y"]]]
    columns = {
        "region": pa.chunked_array(pieces, kind),
        "qualifications": pa.chunked_array([pa.array(p, pa.list_(pa.string())) for p in sets]),
    }
    asked = [
        {"attr": "region", "op": "under", "value": "4403"},
        {"attr": "region", "op": "in", "value": ["3301"]},
        {"attr": "qualifications", "op": "has_any", "value": ["hi_tech_firm", "tech_sme"]},
    ]
    read = [parse_policy(document(g, id=f"P{i}"), CATALOGUE) for i, g in enumerate(asked)]
    program = compile_policies(read, CATALOGUE, as_of=AS_OF)
    counts = match(program, code_snapshot(pa.table(columns), program), engine=engine)
    # 33 is above 3301, 44 above 4403, and a code of no tree says nothing
    assert counts.policies.tolist() == [[2, 3, 2], [1, 3, 3], [2, 2, 3]]
    assert counts.enterprises.tolist() == [[2, 0], [0, 2], [0, 2], [0, 1], [2, 0], [0, 3], [1, 0]]
