"""Amounts: what they are worth, in which unit, and between which ends."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qifu.rulebook.amounts import AmountRange, parse_amount
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.findings import RuleError

DAY = date(2026, 11, 22)
CATALOGUE = Catalogue.from_document(
    {
        "attributes": {
            "rd_expense": {
                "type": "number",
                "unit": "万元",
                "period": "year",
                "bounds": [0, None],
            },
            "revenue": {"type": "number", "unit": "CNY", "period": "year", "bounds": [0, None]},
            "loan": {"type": "number", "unit": "CNY", "bounds": [0, 50_000_000]},
            "employees": {"type": "integer", "unit": "person", "bounds": [0, 1000]},
            "patents": {"type": "integer", "unit": "piece", "bounds": [0, None]},
            "debt_ratio": {"type": "number", "unit": "%", "bounds": [0, 100]},
            "hi_tech": {"type": "flag", "zh": "高新技术企业"},
            "above_scale": {"type": "flag", "period": "year"},
            "seat": {"type": "code:region", "period": "year"},
            "qualifications": {
                "type": "set",
                "options": {"little_giant": {"zh": "小巨人", "en": "Little giant"}},
            },
            "region": {"type": "code:region", "zh": "区域"},
            "score": {"type": "number", "bounds": [-3, 5]},
            "count": {"type": "integer", "bounds": [1, 9]},
            "open_down": {"type": "number", "bounds": [None, 2]},
            "free": {"type": "number", "zh": "无界"},
            "bare": {"type": "number"},
        }
    }
)


def worth(expr: str, **facts: Any) -> AmountRange:
    """The amount for facts whose keys may write @ as __."""
    given_facts = {key.replace("__", "@"): value for key, value in facts.items()}
    return parse_amount(expr, CATALOGUE).evaluate(given_facts, CATALOGUE, as_of=DAY)


def figure(expr: str, **facts: Any) -> Decimal:
    found = worth(expr, **facts)
    assert found.exact and found.unknown == ()
    assert found.low is not None
    return found.low


def findings(expr: str) -> list[str]:
    with pytest.raises(RuleError) as refused:
        parse_amount(expr, CATALOGUE)
    return [str(finding) for finding in refused.value.findings]


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("8 - 3 - 2", "3"),
        ("100 / 8 / 2", "6.25"),
        ("-3 + 5", "2"),
        ("--3", "3"),
        ("3_000_000.50", "3000000.50"),
        ("10% * 5_000_000", "500000"),
        ("300万元", "3000000"),
        ("1.5亿元 - 1元", "149999999"),
        ("min(4, 2, 3)", "2"),
        ("max(4, 2, 3)", "4"),
        ("round_down(1_239_999, 10_000)", "1230000"),
        ("round_down(-1, 10)", "-10"),
        ("if(1 < 2 and not 3 <= 2, 10, 20)", "10"),
        ("if((1 + 1) * 2 == 4, 10, 20)", "10"),
        ("if((1 > 2 or 3 > 2) and 1 != 2, 10, 20)", "10"),
        ("per(3, 2_000)", "6000"),
        ("min（1，2）×3", "3"),
        ("2 / 3", "0.67"),
        ("0.005", "0.01"),
        ("1.005", "1.01"),
        ("-1 * 0", "0"),
    ],
)
def test_an_expression_of_figures_is_computed_exactly_and_rounded_half_up(
    expr: str, expected: str
) -> None:
    assert figure(expr) == Decimal(expected)
    assert not figure(expr).is_signed() or figure(expr) < 0


def test_a_rate_with_a_cap_follows_the_expense_of_the_last_fiscal_year() -> None:
    expr = "min(0.10 * rd_expense, 3_000_000)"
    assert figure(expr, rd_expense__2025=1000) == 1_000_000
    assert figure(expr, rd_expense__2025=4000) == 3_000_000
    assert worth(expr, rd_expense__2024=1000) == AmountRange(
        Decimal("0.00"), Decimal("3000000.00"), ("rd_expense@2025",)
    )


def test_years_can_be_named_or_counted_back() -> None:
    facts = {"revenue__2025": 50, "revenue__2024": 20, "revenue__2022": 7}
    assert figure("revenue - revenue@-2", **facts) == 30
    assert figure("revenue@-1 + revenue@2022", **facts) == 57
    keys = parse_amount("revenue + revenue@2022 + loan", CATALOGUE).keys(CATALOGUE, as_of=DAY)
    assert keys == ("revenue@2025", "revenue@2022", "loan")


def test_a_bare_type_reads_the_plain_key_and_else_the_last_year() -> None:
    assert figure("bare", bare=5) == 5
    assert figure("bare", bare__2025=6) == 6
    assert worth("bare").unknown == ("bare",)


def test_units_are_converted_once() -> None:
    assert figure("rd_expense + revenue", rd_expense__2025=12.5, revenue__2025=1) == (125_001)
    assert figure("debt_ratio * revenue", debt_ratio=40, revenue__2025=100) == 40


def test_a_tier_counts_its_limit_in_unless_told_otherwise() -> None:
    upto = "tier(loan, 100: 1, 200: 2, else: 3)"
    assert [figure(upto, loan=n) for n in (100, 101, 200, 201)] == [1, 2, 2, 3]
    below = "tier(loan, <100: 1, <200: 2, else: 3)"
    assert [figure(below, loan=n) for n in (99, 100, 199, 200)] == [1, 2, 2, 3]
    reached = "tier(loan, >=200: 3, >=100: 2, else: 1)"
    assert [figure(reached, loan=n) for n in (99, 100, 199, 200)] == [1, 2, 2, 3]
    exactly = "tier(loan, <100: 1, <=100: 2, else: 3)"
    assert [figure(exactly, loan=n) for n in (99, 100, 101)] == [1, 2, 3]


def test_an_unknown_tier_spans_only_the_steps_that_its_bounds_reach() -> None:
    assert worth("tier(employees, 5: 7, 500: 2, 1000: 3, else: 100)") == AmountRange(
        Decimal(2), Decimal(7), ("employees",)
    )
    assert worth("tier(max(employees, 6), >1000: 9, >=500: 8, else: 4)") == AmountRange(
        Decimal(4), Decimal(8), ("employees",)
    )


def test_an_unknown_condition_spans_both_branches_and_a_settled_one_asks_nothing() -> None:
    assert worth("if(hi_tech, 10, 5)") == AmountRange(Decimal(5), Decimal(10), ("hi_tech",))
    assert worth("if(hi_tech or 1 < 2, 10, loan)") == AmountRange(Decimal(10), Decimal(10))
    settled = worth("if(hi_tech and loan > 60_000_000, 10, loan)")
    assert settled.unknown == ("loan",)


def test_sets_codes_and_flags_are_asked_in_conditions() -> None:
    expr = 'if(has(qualifications, "little_giant"), 300_000, 0)'
    assert figure(expr, qualifications=["little_giant"]) == 300_000
    assert figure(expr, qualifications=[]) == 0
    assert worth(expr).unknown == ("qualifications",)
    under = 'if(under(region, "440300"), 1, 0)'
    assert [figure(under, region=r) for r in ("440306", "4403", "4401")] == [1, 1, 0]
    assert worth(under, region="44") == AmountRange(Decimal(0), Decimal(1), ("region",))
    same = 'if(region != "4403", 1, 0)'
    assert [figure(same, region=r) for r in ("4403", "440300", "4401")] == [0, 0, 1]
    assert worth(same, region="44").unknown == ("region",)


@pytest.mark.parametrize(
    ("expr", "low", "high"),
    [
        ("score", -3, 5),
        ("-score", -5, 3),
        ("1 - score", -4, 4),
        ("score * score", -15, 25),
        ("score * count", -27, 45),
        ("open_down", None, 2),
        ("-2 * open_down", -4, None),
        ("open_down * score", None, None),
        ("0 * free", 0, 0),
        ("min(free, 3)", None, 3),
        ("max(free, 3)", 3, None),
        ("max(0, min(free, 3))", 0, 3),
        ("10 / count", "1.11", 10),
        ("10 / score", None, None),
        ("10 / employees", "0.01", None),
        ("score / employees", None, None),
        ("round_down(score, 2)", -4, 4),
        ("if(score > 7, 100, 1)", 1, 1),
        ("if(score >= 5, 100, 1)", 1, 100),
        ("if(score == 6, 100, 1)", 1, 1),
        ("if(score < 7, 100, 1)", 100, 100),
    ],
)
def test_unknown_inputs_take_their_bounds(expr: str, low: Any, high: Any) -> None:
    found = worth(expr)
    assert found.low == (None if low is None else Decimal(low))
    assert found.high == (None if high is None else Decimal(high))


def test_conditions_read_the_year_that_they_name_and_say_which_is_unknown() -> None:
    expr = 'if(above_scale@2024 and not above_scale, 9, if(under(seat@-2, "4403"), 5, 1))'
    facts = {"above_scale__2024": True, "above_scale__2025": False}
    assert figure(expr, **facts) == 9
    assert figure(expr, above_scale__2025=True, seat__2024="440306") == 5
    assert figure(expr, above_scale__2024=False, seat__2024="33", seat__2025="4403") == 1
    assert worth(expr, above_scale__2024=False, seat__2024="44").unknown == ("seat@2024",)
    assert worth(expr, above_scale__2024=True).unknown == ("above_scale@2025", "seat@2024")
    amount = parse_amount(f'{expr} + if(seat == "4403", 1, 0)', CATALOGUE)
    keys = ("above_scale@2024", "above_scale@2025", "seat@2024", "seat@2025")
    assert amount.keys(CATALOGUE, as_of=DAY) == keys


def test_slices_with_rates_of_their_own_are_added_and_meet_at_their_limits() -> None:
    slices = "5% * min(loan, 1000万元) + 3% * max(loan - 1000万元, 0)"
    ends = {9_999_999: "499999.95", 10_000_000: "500000", 10_000_001: "500000.03"}
    assert [figure(slices, loan=n) for n in ends] == [Decimal(n) for n in ends.values()]
    assert worth(slices) == AmountRange(Decimal(0), Decimal(1_700_000), ("loan",))


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("round_down(free / 3 * 3, 1)", 7),
        ("tier(free / 7 * 7, <7: 1, else: 2)", 2),
        ("if(free / 3 + free / 3 + free / 3 == 7, 1, 2)", 1),
        ("if(free / 3 * 3 - free < 0, 1, 2)", 2),
        ("if(free / 3 * 3 > 6.9999999999999999999, 1, 2)", 1),
    ],
)
def test_what_a_division_leaves_over_misses_no_limit(expr: str, expected: int) -> None:
    assert figure(expr, free=7) == expected


@pytest.mark.parametrize(
    ("free", "expected"),
    [("0.004999", "0"), ("0.005", "0.01"), ("-0.005", "-0.01"), ("1.0049999999999999999", "1")],
)
def test_rounding_is_half_up_to_the_fen_and_only_at_the_end(free: str, expected: str) -> None:
    assert figure("free", free=Decimal(free)) == Decimal(expected)
    assert figure("free * 1000 / 1000", free=Decimal(free)) == Decimal(expected)


def test_a_division_by_a_zero_that_a_fact_brings_leaves_no_bound() -> None:
    found = worth("revenue / employees", revenue__2025=5, employees=0)
    assert (found.low, found.high) == (None, None)


@pytest.mark.parametrize(
    ("expr", "parts"),
    [
        ("", ["an amount is a text"]),
        ("   ", ["an amount is a text"]),
        ("1 +", ["character 4", "the end of the text", "a figure, an attribute"]),
        ("(1 + 2", ["character 7", "allowed )"]),
        ("1 2", ["character 3", "an operator"]),
        ("1 $ 2", ["character 3", "'$'"]),
        ("rd_expence * 2", ["character 1", "no such attribute", "rd_expense"]),
        ("sqrt(4)", ["no such function", "min, max, round_down, if, tier, per"]),
        ("min(1)", ["min(a, b, …)"]),
        ("if(1, 2, 3)", ["a comparison"]),
        ("if(hi_tech, 2)", ["if(condition, a, b)"]),
        ("hi_tech + 1", ["is a flag, not a number"]),
        ("loan@2025", ["has no years"]),
        ("revenue@1", ["no such year"]),
        ("rd_expense + employees", ["character 12", "CNY and person", "do not fit"]),
        ("min(employees, patents)", ["person and piece"]),
        ("rd_expense * revenue", ["CNY * CNY"]),
        ("employees", ["no money", "person", "per(count, amount)"]),
        ("debt_ratio", ["no money", "ratio"]),
        ("if(employees > loan, 1, 2)", ["person and CNY"]),
        ("per(loan, 3)", ["counts things"]),
        ("per(employees, patents)", ["worth money"]),
        ("5 / 0", ["division by zero"]),
        ("5 / (3 - 3 * 1)", ["division by zero"]),
        ("round_down(loan, 0)", ["above zero"]),
        ("round_down(loan, employees)", ["above zero"]),
        ("tier(loan, else: 3)", ["tier("]),
        ("tier(loan, 5: 3)", [", in tier("]),
        ("tier(loan, 5: 1, 4: 2, else: 3)", ["out of order", "growing"]),
        ("tier(loan, 5: 1, 5: 2, else: 3)", ["out of order"]),
        ("tier(loan, >5: 1, >6: 2, else: 3)", ["falling"]),
        ("tier(loan, >5: 1, <6: 2, else: 3)", ["same way"]),
        ("tier(loan, revenue: 1, else: 3)", ["a limit must be a figure"]),
        ('if(has(qualifications, "litle_giant"), 1, 2)', ["litle_giant", "little_giant"]),
        ('if(has(region, "44"), 1, 2)', ["is a code, not a set"]),
        ('if(under(region, "4"), 1, 2)', ["no such code"]),
        ("if(has(qualifications, little_giant), 1, 2)", ['has(set, "member")']),
        ("9" * 25, ["too many digits"]),
        ("1" + "+1" * 1000, ["too long", "2001 characters"]),
        ("(" * 50 + "1" + ")" * 50, ["nested too deep"]),
        ("if(" * 45 + "1>0" + ",1,2)>1" * 45, ["nested too deep"]),
        ("min(" * 300, ["nested too deep"]),
    ],
)
def test_a_bad_expression_is_refused_with_its_place_and_what_is_allowed(
    expr: str, parts: list[str]
) -> None:
    text = "\n".join(findings(expr))
    assert text.startswith("amount.expr: ")
    for part in parts:
        assert part in text


def test_every_mistake_of_meaning_is_found_in_one_reading() -> None:
    assert len(findings("nope + other * 2 + min(employees, patents) + hi_tech")) == 4


def test_a_text_that_is_no_text_is_refused() -> None:
    with pytest.raises(RuleError, match="an amount is a text"):
        parse_amount(5, CATALOGUE)  # type: ignore[arg-type]


def test_the_path_of_the_document_stands_in_the_finding() -> None:
    with pytest.raises(RuleError, match=r"^policies\[2\]\.amount: character 1"):
        parse_amount("nope", CATALOGUE, path="policies[2].amount")


def test_a_fact_that_cannot_be_is_refused_by_its_key() -> None:
    with pytest.raises(RuleError, match=r"revenue@2025: must be a number"):
        worth("revenue", revenue__2025="much")


def test_the_longest_flat_sum_is_computed() -> None:
    assert figure("1" + "+1" * 999) == 1000


def test_an_absurd_product_has_no_bound_instead_of_a_crash() -> None:
    assert worth("free" + "*free" * 300, free=10**18).high is None


NAMES = {
    "score": (-3, 5),
    "count": (1, 9),
    "open_down": (None, 2),
    "free": (None, None),
}
numbers = st.decimals(-50, 50, places=2).map(lambda n: f"{n:f}") | st.sampled_from(["0", "1"])
leaves = numbers.map(lambda n: f"({n})") | st.sampled_from(sorted(NAMES))
compare = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])


def _grow(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    test = st.builds("{} {} {}".format, parts, compare, parts) | st.just("hi_tech")
    tests = test | st.builds("({} {} not ({}))".format, test, st.sampled_from(["and", "or"]), test)
    return (
        st.builds("({} {} {})".format, parts, st.sampled_from("+-*/"), parts)
        | st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), parts, parts)
        | st.builds("round_down({}, {})".format, parts, st.sampled_from(["0.7", "3"]))
        | st.builds("if({}, {}, {})".format, tests, parts, parts)
        | st.builds("tier({}, -2: {}, <4: {}, else: {})".format, parts, parts, parts, parts)
        | st.builds("tier({}, >=4: {}, >-2: {}, else: {})".format, parts, parts, parts, parts)
        | st.builds("per({}, {})".format, st.sampled_from(["count", "2"]), parts)
    )


@st.composite
def facts_within_bounds(draw: st.DrawFn) -> dict[str, Any]:
    facts: dict[str, Any] = {"hi_tech": draw(st.booleans())}
    for name, ends in NAMES.items():
        low, high = (far if end is None else end for end, far in zip(ends, (-60, 60), strict=True))
        if name == "count":
            facts[name] = draw(st.integers(low, high))
        else:
            facts[name] = draw(st.sampled_from([low, high, 0]) | st.decimals(low, high, places=2))
    return facts


@settings(max_examples=400, deadline=None)
@given(st.recursive(leaves, _grow, max_leaves=9), facts_within_bounds(), st.data())
def test_whatever_the_unknown_facts_turn_out_to_be_the_amount_lies_within_the_range(
    expr: str, facts: dict[str, Any], data: st.DataObject
) -> None:
    try:
        amount = parse_amount(expr, CATALOGUE)
    except RuleError as refused:
        # money for each of a sum of money, or a constant zero below a line
        assert {finding.code for finding in refused.findings} <= {"zero", "unit"}
        assume(False)
    exact = amount.evaluate(facts, CATALOGUE, as_of=DAY)
    if not exact.exact:
        assume(False)  # a division by zero: there is no figure to compare
    unknown = data.draw(st.sets(st.sampled_from(sorted(facts))))
    known = {key: value for key, value in facts.items() if key not in unknown}
    found = amount.evaluate(known, CATALOGUE, as_of=DAY)
    assert found.low is None or found.low <= exact.low
    assert found.high is None or exact.high <= found.high
    assert set(found.unknown) <= unknown
    if not unknown:
        assert found == exact


@settings(max_examples=150, deadline=None)
@given(st.text('abif()+-*/,<>=:0123456789_. "%@万元minertloan', max_size=60))
def test_any_text_is_either_read_or_refused_with_findings(text: str) -> None:
    try:
        parse_amount(text, CATALOGUE)
    except RuleError as refused:
        assert refused.findings
