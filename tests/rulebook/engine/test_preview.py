"""A preview, held against the report of every firm by itself, at every point of its curves."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.rulebook.conditions import Group, Node, Not
from qifu.rulebook.dates import Period, read_day
from qifu.rulebook.engine.preview import Sliding, keys_of, preview, text_of
from qifu.rulebook.engine.preview_results import Cost, Preview
from qifu.rulebook.engine.sliding import (
    NoSuchCondition,
    NothingToTry,
    NoThreshold,
    Target,
    targets,
)
from qifu.rulebook.policy import Policy
from qifu.rulebook.report import PolicyResult, report
from tests.rulebook.world import AS_OF, CATALOGUE, policy
from tests.rulebook.worlds import FACTS, GROUPS, PUBLISHED, TREES, WINDOW, hard, table

AMOUNTS = ["min(10% * revenue, 1万元) + if(legal_person, 500, 0)", "max(revenue, score * 3)"]


def results(one: Policy, firms: Sequence[dict[str, Any]]) -> list[PolicyResult]:
    return [report([one], firm, CATALOGUE, as_of=AS_OF).policies[0] for firm in firms]


def counted(found: Sequence[PolicyResult]) -> tuple[int, int, int]:
    verdicts = Counter(result.verdict for result in found)
    near = sum(result.near_miss for result in found)
    return verdicts["eligible"], verdicts["maybe"], near


def agrees(cost: Cost | None, found: Sequence[PolicyResult], verdict: str) -> None:
    """The cost of those with a verdict is what their exact amounts add up to."""
    amounts = [result.amount for result in found if result.verdict == verdict]
    assert cost is not None and cost.firms == len(amounts)
    highs = [float(a.high) for a in amounts if a and a.high is not None]
    assert cost.unbounded == len(amounts) - len(highs)
    assert (cost.high is None) == bool(cost.unbounded)
    lows = sum(max(0.0, float(a.low)) for a in amounts if a and a.low is not None)
    assert cost.low == pytest.approx(lows, rel=1e-9, abs=0.01 * len(amounts))
    others = sum(max(0.0, high) for high in highs)
    assert cost.high_of_others == pytest.approx(others, rel=1e-9, abs=0.01 * len(amounts))


def moved(node: Node, old: Node, new: Node) -> Node:
    if node is old:
        return new
    if isinstance(node, Not):
        return replace(node, part=moved(node.part, old, new))
    if isinstance(node, Group):
        return replace(node, parts=tuple(moved(part, old, new) for part in node.parts))
    return node


READ = {"period": Period.parse, "date": read_day, "number": Decimal}


def at(one: Policy, target: Target, text: str, kind: str) -> Policy:
    """The policy with another threshold."""
    new = target.moved(READ[kind](text))
    return replace(one, groups=tuple(moved(group, target.atom, new) for group in one.groups))


def holds(found: Preview, one: Policy, firms: Sequence[dict[str, Any]], points: int) -> None:
    exact = results(one, firms)
    reach = found.reach
    assert reach.firms == len(firms)
    assert (reach.eligible, reach.maybe, reach.near_miss) == counted(exact)
    if one.amount is not None:
        agrees(found.cost, exact, "eligible")
        agrees(found.cost_of_maybe, exact, "maybe")
    every = targets(one)
    assert [curve.condition for curve in found.curves] == [target.ident for target in every]
    for curve, target in zip(found.curves, every, strict=True):
        present = curve.points[curve.present]
        assert present.value == text_of(target.value)
        assert (present.eligible, present.maybe, present.near_miss) == counted(exact)
        step = max(1, len(curve.points) // points)
        for point in [*curve.points[::step], curve.points[-1]]:
            turned = results(at(one, target, point.value, curve.kind), firms)
            assert (point.eligible, point.maybe, point.near_miss) == counted(turned), point
            if one.amount is not None:
                agrees(point.cost, turned, "eligible")
                agrees(point.cost_of_maybe, turned, "maybe")


@settings(max_examples=60, deadline=None)
@given(
    GROUPS,
    st.lists(FACTS, min_size=1, max_size=12),
    st.sampled_from([*AMOUNTS, None]),
    st.lists(st.builds(hard, TREES, st.booleans()), min_size=1, max_size=3),
)
def test_every_count_cost_and_point_is_what_the_reports_add_up_to(
    groups: list[dict[str, Any]],
    firms: list[dict[str, Any]],
    amount: str | None,
    before: list[dict[str, Any]],
) -> None:
    more: dict[str, Any] = {"window": WINDOW, "published": PUBLISHED}
    money = {"amount": {"expr": amount, "unit": "CNY"}} if amount else {}
    one = policy(*groups, **more, **money, version=2)
    old = policy(*before, **more)
    found = preview(one, table(firms), CATALOGUE, as_of=AS_OF, steps=8, against=old)
    holds(found, one, firms, points=3)
    was, now = results(old, firms), results(one, firms)
    pairs = Counter(
        (a.verdict == "eligible", b.verdict == "eligible") for a, b in zip(was, now, strict=True)
    )
    assert found.change is not None
    assert found.change.gained == pairs[False, True]
    assert found.change.lost == pairs[True, False]
    assert found.change.kept == pairs[True, True]
    assert sum(sum(row.values()) for row in found.change.moves.values()) == len(firms)


SALES = {"id": "sales", "attr": "revenue", "period": "last_fiscal_year", "op": ">=",
         "value": 2000, "unit": "万元"}  # fmt: skip
PLACE = {"id": "place", "attr": "region", "op": "under", "value": "4403", "kind": "hard"}
STAFF = {"id": "staff", "attr": "employees", "op": "between", "value": [20, 300], "unit": "人"}
YOUNG = {"id": "young", "attr": "founded", "op": "age_at_most", "value": "P5Y"}
CLEAN = {"id": "clean", "not": {"attr": "on_blacklist", "op": "is", "value": True}}


def firm(**more: Any) -> dict[str, Any]:
    facts = {"region": "440306", "revenue@2025": 3e7, "employees": 50, "founded": date(2023, 5, 1)}
    return facts | {"on_blacklist": False} | more


def rows(*firms: dict[str, Any]) -> pa.Table:
    keys = dict.fromkeys(key for one in firms for key in one)
    types = {"founded": pa.date32(), "region": pa.string(), "on_blacklist": pa.bool_()}
    types["industry"] = pa.string()
    return pa.table(
        {k: pa.array([f.get(k) for f in firms], types.get(k, pa.float64())) for k in keys}
    )


def test_a_curve_tells_for_every_threshold_who_would_be_in() -> None:
    firms = [firm(**{"revenue@2025": n * 1e6}) for n in range(1, 41)] + [
        firm(**{"revenue@2025": None})
    ]
    one = policy(PLACE, SALES, STAFF)
    found = preview(one, rows(*firms), CATALOGUE, as_of=AS_OF, slides=[Sliding("sales")])
    (curve,) = found.curves
    assert (curve.kind, curve.unit, curve.label.zh) == ("number", "CNY", "2025 年营业收入")
    told = {point.words.zh: point.eligible for point in curve.points}
    assert told["1,000 万元"] == 31 and told["2,000 万元"] == 21 and told["4,000 万元"] == 1
    assert curve.points[curve.present].words.zh == "2,000 万元"
    assert all(point.maybe == 1 for point in curve.points)
    assert [point.near_miss + point.eligible for point in curve.points] == [40] * len(curve.points)


def test_both_ends_of_between_slide_and_stay_on_their_side() -> None:
    one = policy(STAFF)
    firms = rows(*(firm(employees=n) for n in range(0, 700, 10)))
    found = preview(one, firms, CATALOGUE, as_of=AS_OF, slides=[Sliding("staff")])
    low, high = found.curves
    assert (low.condition, high.condition) == ("staff:low", "staff:high")
    assert low.points[0].value == "0" and low.points[0].eligible == 31
    assert high.points[-1].value == "600" and high.points[-1].eligible == 59
    assert all(int(point.value) >= 20 for point in high.points)


def test_parts_by_place_industry_and_age_are_named_and_add_up() -> None:
    firms = rows(
        firm(industry="C3511"), firm(industry="C36", region="440305"),
        firm(industry="I65", region="4403", founded=date(2025, 11, 22)),
        firm(region="44", founded=date(2025, 11, 23)), firm(region=None, founded=None),
    )  # fmt: skip
    firms = firms.set_column(
        firms.column_names.index("industry"),
        "industry",
        pa.array(["C3511", "C36", "I65", None, None]),
    )
    found = preview(policy(PLACE, YOUNG), firms, CATALOGUE, as_of=AS_OF, age_bands=(1, 3, 10))
    parts = {
        one.by: {p.name.zh: (p.reach.firms, p.reach.eligible, p.reach.maybe) for p in one.parts}
        for one in found.breakdowns
    }
    assert parts["district"] == {
        "广东省": (1, 0, 1), "深圳市": (1, 1, 0), "南山区": (1, 1, 0), "宝安区": (1, 1, 0),
        "未知": (1, 0, 1),
    }  # fmt: skip
    assert parts["city"] == {"广东省": (1, 0, 1), "深圳市": (3, 3, 0), "未知": (1, 0, 1)}
    assert parts["industry"] == {"制造业": (2, 2, 0), "信息服务业": (1, 1, 0), "未知": (2, 0, 2)}
    assert parts["age"] == {
        "不满 1 年": (1, 0, 1), "1 年至不满 3 年": (1, 1, 0), "3 年至不满 10 年": (2, 2, 0),
        "未知": (1, 0, 1),
    }  # fmt: skip


def test_spending_stays_within_the_budget_and_the_number_of_firms() -> None:
    firms = rows(*(firm(**{"revenue@2025": n * 1e6}) for n in range(1, 11)))
    amount = {"expr": "10% * revenue", "unit": "CNY"}
    one = policy(PLACE, amount=amount, budget={"total": 400, "unit": "万元"})
    spent = preview(one, firms, CATALOGUE, as_of=AS_OF).spending
    assert spent and (spent.low, spent.high, spent.short_of) == (4e6, 4e6, 1.5e6)
    few = policy(PLACE, amount=amount, budget={"firms": 3})
    spent = preview(few, firms, CATALOGUE, as_of=AS_OF).spending
    assert spent and (spent.low, spent.high, spent.turned_away) == (6e5, 2.7e6, 7)


def test_missing_columns_are_unknown_and_told_and_batches_are_the_same_as_a_table() -> None:
    firms = rows(*(firm() for _ in range(5))).drop_columns(["revenue@2025", "founded"])
    one = policy(PLACE, SALES, amount={"expr": "10% * revenue", "unit": "CNY"})
    found = preview(one, firms, CATALOGUE, as_of=AS_OF)
    assert (found.reach.maybe, found.missing) == (5, ("revenue@2025",))
    assert found.not_split == ("industry", "age")
    assert found.cost_of_maybe and found.cost_of_maybe.unbounded == 5
    assert preview(one, iter(firms.to_batches(2)), CATALOGUE, as_of=AS_OF) == found
    assert set(keys_of(one, CATALOGUE, as_of=AS_OF)) == {
        "region", "industry", "founded", "revenue@2025",
    }  # fmt: skip


def test_no_firms_at_all_are_counted_as_none() -> None:
    found = preview(policy(PLACE, SALES), [], CATALOGUE, as_of=AS_OF)
    assert (found.reach.firms, found.curves[0].points[0].eligible) == (0, 0)
    assert found.to_json()["as_of"] == "2026-11-22"


def test_a_threshold_of_nothing_is_slid_over_the_sizes_that_there_are() -> None:
    zero = {"id": "any", "attr": "capital", "op": ">", "value": 0, "unit": "CNY"}
    firms = rows(*(firm(capital=n * 1e5) for n in range(101)))
    (curve,) = preview(policy(zero), firms, CATALOGUE, as_of=AS_OF).curves
    assert curve.points[0].value == "0" and 8e6 <= float(curve.points[-1].value) <= 1e7


@pytest.mark.parametrize(
    ("ident", "error"),
    [("nope", NoSuchCondition), ("place", NoThreshold), ("clean", NoThreshold)],
)
def test_what_cannot_slide_is_refused_with_what_can(
    ident: str, error: type[NoSuchCondition]
) -> None:
    one = policy(PLACE, SALES, CLEAN, STAFF)
    with pytest.raises(error) as refused:
        preview(one, rows(firm()), CATALOGUE, as_of=AS_OF, slides=[Sliding(ident)])
    assert refused.value.known == ("sales", "staff:low", "staff:high")


def test_ends_that_leave_nothing_to_try_are_refused() -> None:
    far = Sliding("staff:low", first=targets(policy(STAFF))[1].value + 1)
    with pytest.raises(NothingToTry, match="staff:low"):
        preview(policy(STAFF), rows(firm()), CATALOGUE, as_of=AS_OF, slides=[far])
