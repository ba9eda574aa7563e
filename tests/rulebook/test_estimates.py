"""Estimates over columns, held against the exact amount, firm by firm."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qifu.rulebook.amounts import parse_amount
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.engine.arrow import UnfitColumn
from qifu.rulebook.engine.columns import Columns
from qifu.rulebook.estimates import estimate, keys_read
from qifu.rulebook.findings import RuleError
from tests.rulebook.test_amounts import CATALOGUE, DAY, NAMES, _grow, leaves
from tests.rulebook.world import CATALOGUE as WORLD

TYPES = {
    "hi_tech": pa.bool_(),
    "above_scale@2024": pa.bool_(),
    "seat@2024": pa.string(),
    "region": pa.string(),
    "qualifications": pa.list_(pa.string()),
}


def table(firms: list[dict[str, Any]], *more: str) -> pa.Table:
    keys = dict.fromkeys([*(key for firm in firms for key in firm), *more])
    return pa.table(
        {
            key: pa.array([_plain(firm.get(key)) for firm in firms], TYPES.get(key, pa.float64()))
            for key in keys or ["none"]
        }
    )


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def agree(expr: str, firms: list[dict[str, Any]], catalogue: Catalogue = CATALOGUE) -> None:
    amount = parse_amount(expr, catalogue)
    found = estimate(amount, Columns(table(firms)), catalogue, as_of=DAY)
    assert len(found.low) == len(found.high) == len(firms)
    for firm, low, high in zip(firms, found.low, found.high, strict=True):
        exact = amount.evaluate(firm, catalogue, as_of=DAY)
        near(low, exact.low, -np.inf)
        near(high, exact.high, np.inf)


def near(found: float, exact: Decimal | None, endless: float) -> None:
    if exact is None:
        assert found == endless
    else:
        assert abs(found - float(exact)) <= max(0.0051, 1e-9 * abs(float(exact)))


def known(**facts: Any) -> dict[str, Any]:
    return {key.replace("__", "@"): value for key, value in facts.items()}


@pytest.mark.parametrize(
    "expr",
    [
        "min(0.10 * rd_expense, 3_000_000)",
        "rd_expense@2024 + revenue@-2",
        "round_down(rd_expense, 10_000)",
        "round_down(debt_ratio * 1_000, 10)",
        "tier(employees, 5: 7, 500: 2, 1000: 3, else: 100)",
        "tier(rd_expense, >=300_000: 9, >=100_000: 8, else: 4)",
        "per(patents, 2000元) / 3",
        "revenue / employees",
        "if(hi_tech and loan > 60_000_000, 10, loan)",
        'if(has(qualifications, "little_giant") or not hi_tech, 300_000, 0)',
        'if(under(region, "440300"), 1, 0)',
        'if(region != "4403", 1, 0)',
        "if(debt_ratio == 30%, 5, 6)",
        'if(above_scale@2024 and not above_scale, 9, if(under(seat@-2, "4403"), 5, 1))',
        "bare",
        "12",
    ],
)
def test_every_part_of_the_language_gives_the_exact_amount_s_range(expr: str) -> None:
    agree(
        expr,
        [
            {},
            known(rd_expense__2025=12.5, rd_expense__2024=3, revenue__2024=7.25, employees=5),
            known(rd_expense__2025=30, employees=6, hi_tech=True, qualifications=["little_giant"]),
            known(rd_expense__2025=29.9999, employees=0, hi_tech=False, qualifications=[]),
            known(debt_ratio=30, revenue__2025=9, region="440306", loan=50_000_000, patents=7),
            known(debt_ratio=0.01, region="4403", employees=500, hi_tech=True, loan=10),
            known(region="44", employees=1000, bare=5, revenue__2025=0, seat__2024="440306"),
            known(above_scale__2024=True, seat__2024="33"),
            known(above_scale__2024=False, seat__2024="44"),
            known(region="33", employees=501, bare__2025=6),
        ],
    )


def test_a_figure_that_is_on_a_step_in_decimals_is_on_it_in_floats() -> None:
    # 0.1 + 0.2, and 0.07 × 100, lie beside what they are in decimals
    agree("if(score + free >= 0.3, 1, 2)", [{"score": 0.1, "free": 0.2}])
    agree("round_down(free * 100, 7)", [{"free": 0.07}, {"free": 0.0699999999999}])
    agree("tier(free * 3, 0.3: 1, else: 2)", [{"free": 0.1}, {"free": 0.10000001}])
    agree("if(free - 0.1 - 0.2 > 0, 1, 2)", [{"free": 0.3}])
    agree("round_down(free / 3 * 3, 1)", [{"free": 1}, {"free": 7}])


def test_a_code_of_no_tree_says_nothing_and_an_empty_set_says_no() -> None:
    amount = parse_amount('if(under(region, "440306"), 5, 1)', WORLD)
    firms = pa.table({"region": ["440306", "99", "440305", "44", None]})
    found = estimate(amount, Columns(firms), WORLD, as_of=DAY)
    assert found.low.tolist() == [5, 1, 1, 1, 1]
    assert found.high.tolist() == [5, 5, 1, 5, 5]
    has = Columns(pa.table({"q": pa.array([["a", "b"], ["b"], [], None])})).members("q", ["a"])
    assert has.sure.tolist() == [True, False, False, False]
    assert has.may.tolist() == [True, False, False, True]


def test_dictionaries_chunks_decimals_and_integers_are_read_as_what_they_say() -> None:
    firms = pa.table(
        {
            "region": pa.chunked_array(
                [["4403", None], ["33", "4403"]], pa.string()
            ).dictionary_encode(),
            "loan": pa.array([1, 2, None, 4], pa.int64()),
            "free": pa.array([Decimal("1.5"), None, Decimal("2.5"), None], pa.decimal128(9, 2)),
        }
    )
    columns = Columns(firms)
    places, names = columns.codes("region")
    assert [names[p] if p >= 0 else None for p in places] == ["4403", None, "33", "4403"]
    assert np.nan_to_num(columns.numbers("loan"), nan=-1).tolist() == [1, 2, -1, 4]
    assert np.nan_to_num(columns.numbers("free"), nan=-1).tolist() == [1.5, -1, 2.5, -1]
    half = columns.only(np.array([1, 3]))
    places, names = half.codes("region")
    assert (half.size, [names[p] if p >= 0 else None for p in places]) == (2, [None, "4403"])
    named = pa.DictionaryArray.from_arrays(pa.array([1, 0, None]), pa.array(["33", None]))
    seen = Columns(pa.table({"region": named})).answers("region", lambda code: code == "33")
    assert (seen.sure.tolist(), seen.may.tolist()) == ([False, True, False], [True, True, True])
    columns.numbers("nothing")
    assert tuple(columns.missing) == ("nothing",)


@pytest.mark.parametrize(
    ("expr", "column", "said"),
    [
        ("loan", pa.array(["1"]), "loan: must be numbers"),
        ("if(hi_tech, 1, 2)", pa.array([1]), "hi_tech: must be true or false"),
        ('if(region == "44", 1, 2)', pa.array([44]), "region: must be texts"),
        (
            'if(has(qualifications, "little_giant"), 1, 2)',
            pa.array(["little_giant"]),
            "qualifications: must be lists",
        ),
    ],
)
def test_a_column_of_the_wrong_type_is_refused_with_its_name(
    expr: str, column: pa.Array, said: str
) -> None:
    amount = parse_amount(expr, CATALOGUE)
    rows = pa.table({amount.attributes[0]: column})
    with pytest.raises(UnfitColumn, match=said):
        estimate(amount, Columns(rows), CATALOGUE, as_of=DAY)


def test_the_columns_that_are_read_are_told_beforehand() -> None:
    amount = parse_amount("bare + revenue + if(hi_tech, 1, loan)", CATALOGUE)
    keys = keys_read(amount, CATALOGUE, as_of=date(2026, 1, 1))
    assert keys == ("bare", "revenue@2025", "hi_tech", "loan", "bare@2025")


@st.composite
def some_facts(draw: st.DrawFn) -> dict[str, Any]:
    facts: dict[str, Any] = {"hi_tech": draw(st.booleans() | st.none())}
    for name, ends in NAMES.items():
        low, high = (far if end is None else end for end, far in zip(ends, (-60, 60), strict=True))
        values = (
            st.integers(low, high)
            if name == "count"
            else st.sampled_from([low, high, 0]) | st.decimals(low, high, places=2)
        )
        facts[name] = draw(values | st.none())
    return facts


@settings(max_examples=400, deadline=None)
@given(st.recursive(leaves, _grow, max_leaves=9), st.lists(some_facts(), min_size=1, max_size=6))
def test_estimates_and_exact_amounts_are_the_same_ranges(
    expr: str, firms: list[dict[str, Any]]
) -> None:
    try:
        parse_amount(expr, CATALOGUE)
    except RuleError:
        assume(False)
    agree(expr, firms)
