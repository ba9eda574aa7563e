"""Many thresholds, many policies, many members: the same answers, with and without numba."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.engine.coding import Coded, code_snapshot
from qifu.rulebook.engine.compiling import Groups, compile_policies
from qifu.rulebook.engine.pairing import pairs
from qifu.rulebook.engine.running import match
from qifu.rulebook.policy import parse_policy
from tests.rulebook.engine import agreement
from tests.rulebook.world import AS_OF, CATALOGUE, document
from tests.rulebook.worlds import World

ENGINES = pytest.mark.parametrize("engine", ["numba", "numpy"])


@ENGINES
@pytest.mark.parametrize("thresholds", [64, 65, 254, 255, 700])
def test_thresholds_are_all_told_apart(thresholds: int, engine: str) -> None:
    tests = {">=": np.greater_equal, ">": np.greater, "<=": np.less_equal, "<": np.less}
    asked = [(list(tests)[i % 4], 3 * i) for i in range(thresholds)]
    policies = [
        parse_policy(
            document({"attr": "score", "op": op, "value": value}, id=f"P{i}"),
            CATALOGUE,
        )
        for i, (op, value) in enumerate(asked)
    ]
    program = compile_policies(policies, CATALOGUE, as_of=AS_OF)
    score = np.arange(5000) % (3 * thresholds + 5) - 1.0
    score[::7] = np.nan
    snapshot = code_snapshot(pa.table({"score": pa.array(score, from_pandas=True)}), program)
    [coded] = snapshot.columns.values()
    [cuts] = snapshot.cuts.values()
    assert isinstance(coded, Coded)
    assert coded.values.dtype == (np.uint8 if len(cuts) < 255 else np.uint16)
    counts = match(program, snapshot, engine=engine).policies
    for (op, value), (eligible, maybe, near) in zip(asked, counts.tolist(), strict=True):
        held = int(tests[op](score, value).sum())
        unknown = int(np.isnan(score).sum())
        assert (eligible, maybe, near) == (held, unknown, len(score) - held - unknown), (op, value)


def test_counters_hold_as_many_policies_as_there_are() -> None:
    """Sixteen binary digits end at 65,535."""
    group = {"attr": "score", "op": ">", "value": 1}
    one = compile_policies([parse_policy(document(group), CATALOGUE)], CATALOGUE, as_of=AS_OF)
    many = 70_000
    program = replace(
        one,
        ids=tuple(f"P{i}" for i in range(many)),
        versions=(1,) * many,
        groups=Groups.of(one.policies * many),
    )
    snapshot = code_snapshot(pa.table({"score": [1.0, 2.0, None]}), program)
    counts = match(program, snapshot, engine="numba")
    assert counts.enterprises.tolist() == [[0, 0], [many, 0], [0, many]]
    assert (counts.policies == [1, 1, 1]).all()
    starts, positions = pairs(
        program, snapshot, policies=range(many), counts=counts.policies[:, 0], engine="numba"
    )
    assert (np.diff(starts) == 1).all()
    assert (positions == 1).all()


@ENGINES
def test_an_enterprise_may_have_ten_thousand_members_of_a_set(engine: str) -> None:
    names = [f"t{i}" for i in range(10_000)]
    groups = [
        {"attr": "tags", "op": "has_any", "value": [names[3 * i], names[3 * i + 1]]}
        for i in range(200)
    ]
    free = Catalogue.from_document({"attributes": {"tags": {"type": "set"}}})
    policies = [parse_policy(document(g, id=f"P{i}"), free) for i, g in enumerate(groups)]
    program = compile_policies(policies, free, as_of=AS_OF)
    sets = [[], None, names, *[[name] for name in names[:600]]]
    snapshot = code_snapshot(pa.table({"tags": sets}), program)
    counts = match(program, snapshot, engine=engine)
    assert counts.policies.tolist() == [[3, 1, len(sets) - 4]] * 200
    assert counts.enterprises[:6].tolist() == [[0, 0], [0, 200], [200, 0], [1, 0], [1, 0], [0, 0]]


@ENGINES
def test_a_sum_and_a_mean_of_the_same_years_against_the_same_figure_are_two_questions(
    engine: str,
) -> None:
    """Found by tests/rulebook/engine/test_agreement.py: the second got the answer of the first."""
    asked = {"attr": "revenue", "period": "last_2_fiscal_years", "op": ">=", "unit": "CNY"}
    policies = [
        parse_policy(document(asked | {"value": 15_000, "agg": how}, id=how), CATALOGUE)
        for how in ("sum", "mean", "each", "sum")
    ]
    program = compile_policies(policies, CATALOGUE, as_of=AS_OF)
    years = pa.table({"revenue@2025": [10_000.0, 2e4], "revenue@2024": [10_000.0, 2e4]})
    counts = match(program, code_snapshot(years, program), engine=engine)
    assert counts.policies[:, 0].tolist() == [2, 1, 1, 2]


@pytest.mark.parametrize(
    ("years", "op", "value", "met"),
    [
        # large figures of both signs, of which floats lose what is between them
        ((1e16, 0.03, -1e16), ">=", "0.03", True),
        ((1e16, 0.03, -1e16), ">", "0.03", False),
        ((1e16, 1.0, -1e16), "==", "1", True),
        ((1e16, -1e16, 0.030000000000000002), "==", "0.03", False),
        # the float nearest to the sum is above it
        ((0.3, 3.5e-17, 0.0), ">=", "0.30000000000000004", False),
        ((0.3, 4e-17, 0.0), ">=", "0.30000000000000004", True),
    ],
)
def test_sums_are_compared_exactly_where_floats_lose_what_decides(
    years: tuple[float, ...], op: str, value: str, met: bool
) -> None:
    keys = ["growth@2023", "growth@2024", "growth@2025"]
    group = {"attr": "growth", "period": "last_3_fiscal_years", "agg": "sum", "op": op}
    group |= {"value": Decimal(value), "unit": "ratio"}
    world = World([[group]], [dict(zip(keys, years, strict=True))] * 2, AS_OF)
    asked = agreement.Asked(world)
    assert asked.expected == [["eligible" if met else "near"] * 2]
    # SQL has too few digits for some of these
    others = {name: engine for name, engine in agreement.ENGINES.items() if name != "SQL"}
    assert list(agreement.differences(asked, others)) == []
