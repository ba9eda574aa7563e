"""Amounts of made-up notices: sums, caps, floors, shares, prices, brackets."""

import pytest

from tests.textmine.policy_reading.notices import drafted, said

READ = [
    ("对新认定的链主企业,一次性奖励30万元。", [("fixed", 30, "万元")]),
    ("按设备投资的15%给予补助,最高不超过500万元。", [("rate", 15, "%"), ("cap", 500, "万元")]),
    ("按每平方米20元给予租金补贴,期限不超过3年。", [("per", 20, "元"), ("cap", 3, "年")]),
    ("每招用1人给予1500元补贴。", [("per", 1500, "元")]),
    ("给予奖励,奖励额度不低于10万元。", [("floor", 10, "万元")]),
    (
        "奖励标准:500万~900万元:8万元;超900万元:12万元。",
        [("tier", 8, "万元"), ("tier", 12, "万元")],
    ),
    ("按上述标准的1.5倍给予补贴。", [("rate", 1.5, "倍")]),
    ("给予20万元至50万元奖励。", [("floor", 20, "万元"), ("cap", 50, "万元")]),
    ("分别给予每家80万、20万的一次性奖励。", [("fixed", 80, "万元"), ("fixed", 20, "万元")]),
]


@pytest.mark.parametrize(("text", "read"), READ)
def test_an_amount(text, read):
    found = [(s["shape"], s["value"], s["unit"]) for _, s in said(text, "amount")]
    assert found == read


def test_the_bounds_of_a_bracket():
    ((_, first), (_, last)) = said("奖励标准:500万~900万元:8万元;超900万元:12万元。", "amount")
    assert (first["from"], first["to"]) == (
        {"value": 500, "unit": "万元"}, {"value": 900, "unit": "万元"},
    )  # fmt: skip
    assert "to" not in last
    assert last["from"] == {"value": 900, "unit": "万元"}


def test_thresholds_in_a_row_are_conditions_and_the_sums_amounts():
    draft = drafted("年纳税额达到1000万元、5000万元的,分别给予100万元、300万元奖励。")
    kinds = [(e.kind, e.says["value"]) for e in draft.elements]
    assert kinds == [
        ("condition", 1000), ("condition", 5000), ("amount", 100), ("amount", 300),
    ]  # fmt: skip


def test_a_budget_is_no_amount():
    assert said("专项资金预算总额不超过2亿元。", "amount") == []


def test_a_share_with_a_cap_becomes_an_expression():
    draft = drafted("按上年度研发费用的10%给予奖励,每家企业最高300万元。")
    assert draft.document["amount"] == {"expr": "min(10% * rd_expense, 300万元)", "unit": "CNY"}


def test_sums_that_hang_on_titles_become_cases():
    draft = drafted("对新认定的链主企业,奖励30万元。对新认定的总部企业,奖励50万元。")
    assert draft.document["amount"]["expr"] == (
        'if(has(qualifications, "chain_leader"), 30万元, '
        'if(has(qualifications, "headquarters"), 50万元, 0元))'
    )
    (node,) = draft.document["when"]["all"]
    assert len(node["any"]) == 2


def test_a_cap_alone_makes_no_amount_and_says_so():
    draft = drafted("对链主企业给予奖励,最高30万元。")
    assert "amount" not in draft.document
    assert any("cap" in note for note in draft.notes)
