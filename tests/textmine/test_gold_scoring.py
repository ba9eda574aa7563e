"""The scorer of policy readings counts what is right, and forgives what the guide forgives."""

from typing import Any

import pytest

from tests.textmine.gold.alike import condition_form, group_form
from tests.textmine.gold.scoring import Figures, interval, iou, score, score_text


def condition(span: list[int], op: str, value: Any = None, unit: str = "", **more: Any) -> Any:
    mark = {"kind": "condition", "span": span, "attr": "revenue", "op": op, "value": value}
    return mark | ({"unit": unit} if unit else {}) | more


def amount(span: list[int], shape: str, value: float, unit: str, **more: Any) -> Any:
    return {"kind": "amount", "span": span, "shape": shape, "value": value, "unit": unit, **more}


def text(*marks: Any, **groups: Any) -> dict[str, Any]:
    return {"elements": list(marks), "groups": groups}


def figures(mine: Any, theirs: Any, kind: str = "condition", **more: Any) -> tuple[int, int, int]:
    got = score_text(mine, theirs, kind, **more).figures
    return got.right, got.found, got.wanted


ALIKE = [
    ((">=", 2000, "万元"), (">=", "0.2", "亿元")),
    ((">=", 2000, "万元"), (">=", 20_000_000, "CNY")),
    (("<=", 5, "%"), ("<=", 0.05, "ratio")),
    (("<=", 5, "百分点"), ("<=", "0.05", "ratio")),
    ((">=", 3, "年"), (">=", 36, "个月")),
    (("age_at_least", "P3Y", None), (">=", 3, "年")),
    (("age_at_most", "P1Y6M", None), ("<=", 18, "month")),
    (("within_last", "P2Y", None), ("within_last", "P24M", None)),
    (("<=", 3, "名"), ("<=", 3, None)),
    ((">=", 2, "件"), (">=", 2, "项")),
    ((">", 0, "%"), (">", 0, None)),
    (("under", "440300", None), ("under", ["4403"], None)),
    (("==", "medium", None), ("in", ["medium"], None)),
    (("in", ["small", "medium"], None), ("in", ["medium", "small"], None)),
    (("has_all", ["tech_sme"], None), ("has_any", "tech_sme", None)),
    (("has_any", ["new:star_firm"], None), ("is", True, None)),
    (("under", "new:harbour_zone", None), ("under", "new:port", None)),
    (("between", ["2031-01-01", "2031-12-31"], None),) * 2,
    (("human_judged", None, None), ("human_judged", "words", None)),
]
UNLIKE = [
    ((">=", 2000, "万元"), (">", 2000, "万元")),
    ((">=", 2000, "万元"), (">=", 2000, "元")),
    ((">=", 2000, "万元"), (">=", 2000, None)),
    ((">=", 2000, "万元"), (">=", 2000, "万美元")),
    (("<=", 5, "%"), ("<=", 5, "ratio")),
    ((">=", 3, "年"), (">=", 3, "人")),
    (("is", True, None), ("is", False, None)),
    (("is", True, None), ("==", 1, None)),
    (("under", "440300", None), ("under", "440305", None)),
    (("in", ["small"], None), ("in", ["small", "micro"], None)),
    (("has_any", ["a", "b"], None), ("has_all", ["a", "b"], None)),
    (("has_any", ["a"], None), ("has_any", ["new:a"], None)),
    (("within_last", "P2Y", None), (">=", 2, "年")),
    (("human_judged", None, None), ("is", True, None)),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_alike(one, other):
    assert condition_form(*one) == condition_form(*other)


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_unlike(one, other):
    assert condition_form(*one) != condition_form(*other)


@pytest.mark.parametrize(
    ("op", "value", "other"),
    [(">=", 5, "<"), ("<=", 5, ">"), ("==", 5, "!="), ("in", ["a"], "not_in"), ("is", True, "is")],
)
def test_not_is_pushed_into_the_condition(op, value, other):
    opposite = not value if op == "is" else value
    assert condition_form(op, value, denied=True) == condition_form(other, opposite)
    assert condition_form("under", "44", denied=True) != condition_form("under", "44")


def test_two_nots_are_none_and_one_is_the_opposite():
    inner = condition([0, 5], "is", True, group="g2")
    twice = text(inner, g1={"shape": "not"}, g2={"shape": "not", "in": "g1"})
    once = text(inner, g1={"shape": "all"}, g2={"shape": "not", "in": "g1"})
    assert figures(twice, text(condition([0, 5], "is", True))) == (1, 1, 1)
    assert figures(once, text(condition([0, 5], "is", False))) == (1, 1, 1)
    assert figures(once, text(condition([0, 5], "is", True))) == (0, 1, 1)


def test_a_right_condition_needs_operator_value_unit_and_a_shared_character():
    gold = text(condition([10, 20], ">=", 500, "万元"))
    assert figures(text(condition([19, 30], ">=", 5_000_000, "CNY")), gold) == (1, 1, 1)
    assert figures(text(condition([20, 30], ">=", 500, "万元")), gold) == (0, 1, 1)
    assert figures(text(condition([10, 20], ">", 500, "万元")), gold) == (0, 1, 1)
    assert figures(text(condition([10, 20], ">=", 500, "元")), gold) == (0, 1, 1)
    assert figures(text(), gold) == (0, 0, 1)


def test_the_attribute_is_scored_apart():
    gold = text(condition([0, 9], ">=", 5, "人", attr="employees", period="last_fiscal_year"))
    got = score_text(text(condition([0, 9], ">=", 5, "人", attr="insured")), gold, "condition")
    assert got.figures == Figures(1, 1, 1)
    assert got.apart["attr"] == Figures(0, 1, 1)
    assert got.apart["period"] == Figures(0, 1, 1)
    assert got.apart["group"] == Figures(1, 1, 1)


def test_two_proposed_attributes_agree_whatever_their_names():
    gold = text(condition([0, 9], "is", True, attr="new:tidy"))
    got = score_text(text(condition([0, 9], "is", True, attr="new:neat")), gold, "condition")
    assert got.apart["attr"] == Figures(1, 1, 1)


def test_choices_are_compared_without_the_groups_that_only_say_and_or_not():
    groups = {"a": {"shape": "any"}, "b": {"shape": "all", "in": "a"}, "c": {"shape": "any"}}
    groups["d"] = {"shape": "at_least", "k": 2}
    inside = [group_form({"group": name}, groups) for name in ("a", "b", "c", "d")]
    assert inside[0] == inside[1] == inside[2] == (("any", None),)
    assert inside[3] == (("at_least", 2),)
    assert group_form({}, groups) == ()
    with pytest.raises(ValueError, match="circle"):
        group_form({"group": "x"}, {"x": {"shape": "any", "in": "x"}})


def test_pairs_are_one_to_one_and_as_many_as_possible():
    one, two = condition([0, 10], "is", True), condition([8, 20], "is", True)
    gold = text(one, two)
    assert figures(text(condition([0, 20], "is", True)), gold) == (1, 1, 2)
    # the first overlaps both and must leave the second gold mark to the other prediction
    wide, narrow = condition([5, 12], "is", True), condition([0, 3], "is", True)
    assert figures(text(wide, narrow), gold) == (2, 2, 2)
    assert figures(text(one, one, one), text(one)) == (1, 3, 1)


def test_a_mark_that_may_be_read_in_two_ways_takes_either():
    gold = text(condition([0, 9], "is", True, also=[{"op": ">", "value": 0, "unit": "m2"}]))
    for right in (condition([0, 9], "is", True), condition([0, 9], ">", 0, "m2")):
        assert figures(text(right), gold) == (1, 1, 1)
    assert figures(text(condition([0, 9], ">", 1, "m2")), gold) == (0, 1, 1)


def test_doubtful_marks_count_neither_way():
    gold = text(
        condition([0, 9], ">=", 5, "人"), condition([20, 30], "human_judged", optional=True)
    )
    right = condition([0, 9], ">=", 5, "人")
    assert figures(text(right), gold) == (1, 1, 1)
    assert figures(text(right, condition([20, 30], "human_judged")), gold) == (1, 1, 1)
    assert figures(text(right, condition([22, 26], "is", True)), gold) == (1, 1, 1)
    assert figures(text(right, condition([40, 50], "is", True)), gold) == (1, 2, 1)
    assert figures(text(condition([5, 25], "is", True)), gold) == (0, 1, 1)  # a wrong word on both


def test_a_repetition_counts_neither_way_as_long_as_it_is_right():
    first = condition([0, 9], "is", True, id="c1")
    gold = text(first, condition([20, 30], "is", True, id="c2", same_as="c1"))
    again = condition([20, 30], "is", True)
    assert figures(text(first, again), gold) == (1, 1, 1)
    assert figures(text(first, condition([20, 30], "is", False)), gold) == (1, 2, 1)


def test_what_people_judge_can_be_left_out():
    gold = text(condition([0, 4], "human_judged"), condition([5, 9], "is", True))
    mine = text(
        condition([0, 4], "human_judged"), condition([5, 9], "is", True),
        condition([30, 40], "human_judged"),
    )  # fmt: skip
    assert figures(mine, gold) == (2, 3, 2)
    assert figures(mine, gold, judged=False) == (1, 1, 1)
    assert figures(text(condition([0, 4], "is", True)), gold, judged=False) == (0, 0, 1)


def test_amounts_need_shape_value_unit_and_a_shared_character():
    gold = text(amount([0, 9], "cap", 50, "万元", of="loan_principal"))
    assert figures(text(amount([3, 5], "cap", 500_000, "CNY")), gold, "amount") == (1, 1, 1)
    assert figures(text(amount([0, 9], "fixed", 50, "万元")), gold, "amount") == (0, 1, 1)
    assert figures(text(amount([0, 9], "cap", 50, "亿元")), gold, "amount") == (0, 1, 1)
    assert figures(text(amount([9, 12], "cap", 50, "万元")), gold, "amount") == (0, 1, 1)
    assert figures(text(condition([0, 9], "is", True)), gold, "amount") == (0, 0, 1)
    got = score_text(text(amount([0, 9], "cap", 50, "万元")), gold, "amount")
    assert got.apart == {"of": Figures(0, 1, 1)}


def test_a_factor_is_a_share_and_a_piece_has_to_be_the_right_piece():
    gold = text(amount([0, 9], "rate", 1.5, "倍"), amount([10, 19], "per", 300, "元", per="m2"))
    mine = text(amount([0, 9], "rate", 150, "%"), amount([10, 19], "per", 300, "CNY", per="平方米"))
    assert figures(mine, gold, "amount") == (2, 2, 2)
    people = text(amount([10, 19], "per", 300, "元", per="person"))
    assert figures(people, gold, "amount") == (0, 1, 2)


def test_a_bracket_is_right_with_both_its_ends():
    ends = {"from": {"value": 500, "unit": "万元"}, "to": {"value": 1, "unit": "亿元"}}
    gold = text(amount([0, 9], "tier", 8, "万元", table="t1", **ends))
    same = ends | {"to": {"value": 10_000, "unit": "万元"}}
    assert figures(text(amount([0, 9], "tier", 8, "万元", **same)), gold, "amount") == (1, 1, 1)
    open_end = {"from": ends["from"]}
    assert figures(text(amount([0, 9], "tier", 8, "万元", **open_end)), gold, "amount") == (0, 1, 1)


def test_figures_of_nothing_are_unknown_and_not_perfect():
    assert Figures().f1 is None
    assert Figures(0, 3, 0).f1 == 0.0
    assert Figures(0, 3, 0).recall is None
    assert (Figures(3, 4, 6).precision, Figures(3, 4, 6).recall) == (0.75, 0.5)
    assert Figures(3, 4, 6).f1 == pytest.approx(0.6)


def test_texts_are_pooled_and_an_unread_text_counts_as_nothing_found():
    gold = {
        "a": text(condition([0, 4], "is", True)),
        "b": text(condition([0, 4], "is", True), condition([5, 9], "is", False)),
        "c": text(),
    }
    report = score({"a": gold["a"]}, gold, "condition", draws=200)
    assert report.pooled == Figures(1, 1, 3)
    assert report.mean_f1 == pytest.approx(0.5)  # a: 1, b: 0, c weighs nothing
    assert report.texts["b"].missed == (0, 1)
    assert report.texts["c"].figures.f1 is None
    with pytest.raises(ValueError, match="does not have"):
        score({"x": text()}, gold, "condition")


def test_the_interval_holds_the_pooled_figure_and_repeats_itself():
    each = [Figures(9, 10, 10), Figures(2, 5, 8), Figures(), Figures(6, 6, 7), Figures(0, 1, 2)]
    low, high = interval(each) or (1.0, 0.0)
    pooled = sum(each, Figures()).f1 or 0
    assert 0 <= low < pooled < high <= 1
    assert interval(each) == (low, high)
    assert interval([Figures(3, 3, 3)] * 4) == (1.0, 1.0)
    assert interval([]) is None
    assert interval([Figures()]) is None


def test_overlap_is_shared_characters_by_all():
    assert iou([0, 10], [5, 15]) == pytest.approx(1 / 3)
    assert iou([0, 5], [5, 9]) == 0
