"""Pairs are exactly those whom the slow reference calls eligible."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.rulebook.engine.coding import Snapshot, code_snapshot
from qifu.rulebook.engine.compiling import Program, compile_policies
from qifu.rulebook.engine.pairing import OtherCounts, pairs
from qifu.rulebook.engine.running import match
from qifu.rulebook.policy import parse_policy
from tests.rulebook.world import AS_OF, CATALOGUE, document
from tests.rulebook.worlds import FACTS, GROUPS, PUBLISHED, WINDOW, expected, table

CITIES = ["3301", "44", "440305", "440306", "4419", None]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(GROUPS, min_size=1, max_size=8),
    st.lists(FACTS, min_size=1, max_size=24),
    st.integers(0, 8),
    st.integers(0, 8),
)
def test_pairs_are_the_reference_s_with_and_without_numba(
    policies: list[list[dict[str, Any]]], firms: list[dict[str, Any]], low: int, high: int
) -> None:
    read = [
        parse_policy(document(*groups, id=f"P{i}", window=WINDOW, published=PUBLISHED), CATALOGUE)
        for i, groups in enumerate(policies)
    ]
    program = compile_policies(read, CATALOGUE, as_of=AS_OF)
    snapshot = code_snapshot(table(firms), program)
    wanted = [
        [e for e, firm in enumerate(firms) if expected(groups, firm)[0]] for groups in policies
    ]
    low, high = sorted((min(low, len(read)), min(high, len(read))))
    counts = np.array([len(found) for found in wanted])
    for engine in ("numba", "numpy"):
        starts, positions = pairs(
            program, snapshot, policies=range(low, high), counts=counts, engine=engine
        )
        found = [positions[i:j].tolist() for i, j in zip(starts, starts[1:], strict=False)]
        assert found == wanted[low:high], engine


def large() -> tuple[Program, Snapshot, list[list[int]]]:
    """Several blocks, in an order that is not that of the regions; and who is eligible."""
    size = 20_000
    region = [CITIES[i * 7 % 6] for i in range(size)]
    firms = [{"region": region[i], "employees": i % 11} for i in range(size)]
    here = {"attr": "region", "op": "under", "value": "4403", "kind": "hard"}
    staff = {"attr": "employees", "op": ">=", "value": 5, "unit": "person"}
    nobody = {"attr": "employees", "op": ">", "value": 10, "unit": "person"}
    groups = [(here, staff), (staff,), (nobody,), (here,)]
    read = [parse_policy(document(*g, id=f"P{i}"), CATALOGUE) for i, g in enumerate(groups)]
    program = compile_policies(read, CATALOGUE, as_of=AS_OF)
    inside = [e for e in range(size) if str(region[e]).startswith("4403")]
    strong = [e for e in range(size) if e % 11 >= 5]
    wanted = [sorted(set(inside) & set(strong)), strong, [], inside]
    return program, code_snapshot(table(firms), program), wanted


@pytest.mark.parametrize("engine", ["numba", "numpy"])
@pytest.mark.parametrize("threads", [1, 3])
def test_places_are_those_of_the_input_and_ascend_over_many_blocks(
    engine: str, threads: int
) -> None:
    program, snapshot, wanted = large()
    counts = match(program, snapshot, engine=engine).policies[:, 0]
    for chosen in (range(4), range(1, 3), range(2, 2)):
        starts, positions = pairs(
            program, snapshot, policies=chosen, counts=counts, threads=threads, engine=engine
        )
        found = [positions[i:j].tolist() for i, j in zip(starts, starts[1:], strict=False)]
        assert found == wanted[chosen.start : chosen.stop]


@pytest.mark.parametrize("engine", ["numba", "numpy"])
@pytest.mark.parametrize("off", [-1, 1])
def test_counts_of_something_else_are_refused(engine: str, off: int) -> None:
    program, snapshot, wanted = large()
    counts = np.array([len(found) for found in wanted]) + [0, off, 0, 0]
    with pytest.raises(OtherCounts):
        pairs(program, snapshot, policies=range(4), counts=counts, engine=engine)
