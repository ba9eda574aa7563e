"""Rules on several policies: the highest counts, so many at most, a total cap."""

import random
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.rulebook.check import check_documents
from qifu.rulebook.combine import MOST_EXACT, Total, best_total
from qifu.rulebook.combine_rules import CombineRule, cap_words, reason_words, rule_words
from qifu.rulebook.documents import Document
from qifu.rulebook.report import report
from qifu.rulebook.words import Words
from tests.rulebook.test_combine import item
from tests.rulebook.world import AS_OF, CATALOGUE, document, findings, policy

ALWAYS = {"attr": "employees", "op": ">=", "value": 0, "unit": "人"}


def rule(kind: str, policies: str, limit: int = 1) -> CombineRule:
    return CombineRule(kind, frozenset(policies), Decimal(limit))


def name(ident: str) -> Words:
    return Words(f"政策{ident}", f"policy {ident}")


def reasons(total: Total) -> list[str]:
    return [reason_words(left, name).zh for left in total.left_out]


def test_of_a_set_at_the_higher_only_the_highest_counts_and_the_others_say_so() -> None:
    items = [item("A", 100), item("B", 80), item("C", 50), item("D", 10)]
    total = best_total(items, [rule("highest", "ABC")])
    assert (total.chosen, total.low, total.high) == (("A", "D"), 110, 110)
    assert [left.policy for left in total.left_out] == ["B", "C"]
    assert reasons(total) == ["和「政策A」从高不重复，只算最高的一项"] * 2
    english = reason_words(total.left_out[0], name).en
    assert english == "with “policy A” only the highest counts"


def test_the_second_highest_counts_where_the_highest_is_excluded_by_more_money() -> None:
    items = [item("A", 100), item("B", 80), item("X", 120, excludes=("A",))]
    total = best_total(items, [rule("highest", "AB")])
    assert (total.chosen, total.low) == (("B", "X"), 200)
    assert reasons(total) == ["不能和「政策X」同时享受"]


def test_a_rule_is_told_from_each_policy_s_side() -> None:
    told = [
        rule_words(one, "B", name)
        for one in (
            rule("highest", "AB"),
            rule("count_at_most", "ABCDE", 2),
            rule("total_at_most", "AB", 5_000_000),
        )
    ]
    assert [words.zh for words in told] == [
        "和「政策A」从高不重复，只算最高的一项",
        "和「政策A」「政策C」「政策D」 等 4 项一起最多同时享受 2 项",
        "和「政策A」合计最多 500 万元",
    ]
    assert told[2].en == "with “policy A” at most CNY 5 million in total"


def test_at_most_so_many_of_a_set() -> None:
    items = [item(policy, worth) for policy, worth in zip("ABCD", (4, 3, 2, 1), strict=True)]
    total = best_total(items, [rule("count_at_most", "ABCD", 2)])
    assert (total.chosen, total.low) == (("A", "B"), 7)
    assert reasons(total) == ["这 4 项最多同时享受 2 项，已算「政策A」「政策B」"] * 2


def test_a_total_cap_takes_from_the_sum_and_says_so() -> None:
    items = [item("A", 300, 400), item("B", 300, 400), item("C", 50)]
    capped = rule("total_at_most", "AB", 500)
    total = best_total(items, [capped])
    assert (total.chosen, total.low, total.high) == (("A", "B", "C"), 550, 550)
    assert total.caps == (capped,) and not total.left_out
    assert cap_words(capped, name).zh == "「政策A」「政策B」合计最多 500 元"
    assert best_total(items, [rule("total_at_most", "AB", 800)]).caps == ()


def test_what_comes_after_a_cap_is_used_up_is_left_out_with_the_cap_as_reason() -> None:
    total = best_total([item("A", 600), item("B", 40)], [rule("total_at_most", "AB", 500)])
    assert (total.chosen, total.low) == (("A",), 500)
    assert reasons(total) == ["这 2 项合计最多 500 元，「政策A」已经用满"]


def test_the_cap_bounds_an_amount_that_has_no_end_of_its_own() -> None:
    total = best_total([item("A", 10, None)], [rule("total_at_most", "AB", 500)])
    assert (total.low, total.high) == (10, 500)


def test_caps_inside_each_other_are_both_kept_and_crossing_ones_are_said_to_be_no_proof() -> None:
    items = [item(policy, 100) for policy in "ABCD"]
    nested = [rule("total_at_most", "AB", 120), rule("total_at_most", "ABCD", 250)]
    total = best_total(items, nested)
    assert (total.low, total.greedy) == (250, False)
    crossing = [rule("total_at_most", "AB", 120), rule("total_at_most", "BC", 120)]
    total = best_total(items, crossing)
    assert total.greedy and total.low <= 320


def test_maybe_is_held_to_the_same_rules() -> None:
    items = [item("A", 100), item("B", 150, verdict="maybe")]
    total = best_total(items, [rule("highest", "AB")])
    assert (total.low, total.maybe_low, total.maybe_high) == (100, 150, 150)


def test_sixty_under_one_cap_are_a_good_set_and_said_to_be_so() -> None:
    n = MOST_EXACT + 20
    items = [item(f"P{i}", i + 1) for i in range(n)]
    whole = CombineRule("total_at_most", frozenset(i[0] for i in items), Decimal(500))
    assert best_total(items, [whole]).greedy
    few = CombineRule("count_at_most", frozenset(i[0] for i in items[:MOST_EXACT]), Decimal(3))
    total = best_total(items[:MOST_EXACT], [few])
    assert (total.low, total.greedy) == (3 * MOST_EXACT - 3, False)


def test_what_takes_too_many_ways_to_prove_still_keeps_every_rule() -> None:
    dice = random.Random(3)
    ids = [f"P{i}" for i in range(MOST_EXACT)]
    items = [item(i, dice.randint(1, 10**7), 2 * 10**7, excludes=(dice.choice(ids),)) for i in ids]
    few = [CombineRule("count_at_most", frozenset(dice.sample(ids, 12)), Decimal(3)) for _ in "abc"]
    caps = [CombineRule("total_at_most", frozenset(ids[:k]), Decimal(k * 10**6)) for k in (8, 40)]
    total = best_total(items, [*few, *caps])
    chosen = set(total.chosen)
    assert total.greedy and total.low <= 40 * 10**6
    assert all(len(chosen & one.policies) <= 3 for one in few)
    assert not any((set(one[3]) - {one[0]}) & chosen for one in items if one[0] in chosen)
    assert {left.policy for left in total.left_out} == set(ids) - chosen


money = st.tuples(st.integers(0, 20), st.integers(0, 20))
sets = st.sets(st.sampled_from("ABCDEFG"), min_size=2)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(money, min_size=2, max_size=7),
    st.sets(st.tuples(st.sampled_from("ABCDEFG"), st.sampled_from("ABCDEFG")), max_size=5),
    st.lists(st.tuples(st.sampled_from(["highest", "count_at_most"]), sets), max_size=3),
    st.integers(1, 30),
    st.integers(0, 7),
)
def test_the_total_under_rules_is_that_of_the_best_of_all_sets(
    amounts: list[tuple[int, int]],
    pairs: set[tuple[str, str]],
    numbers: list[tuple[str, set[str]]],
    cap: int,
    capped: int,
) -> None:
    names = "ABCDEFG"[: len(amounts)]
    items = [
        item(n, low, low + more, excludes=tuple(b for a, b in pairs if a == n))
        for n, (low, more) in zip(names, amounts, strict=True)
    ]
    rules = [rule(kind, "".join(sorted(of)), 1 + (kind != "highest")) for kind, of in numbers]
    inner = frozenset("ABCDEFG"[:capped])
    # two caps, one inside the other
    caps = [
        CombineRule("total_at_most", inner, Decimal(cap)),
        CombineRule("total_at_most", frozenset("ABCDEFG"), Decimal(2 * cap)),
    ]

    def worth(chosen: tuple[str, ...], end: int) -> int:
        def value(n: str) -> int:
            return amounts[names.index(n)][0] + end * amounts[names.index(n)][1]

        within = min(cap, sum(value(n) for n in chosen if n in inner))
        return min(2 * cap, within + sum(value(n) for n in chosen if n not in inner))

    allowed = [
        chosen
        for size in range(len(names) + 1)
        for chosen in combinations(names, size)
        if not any(a != b and {a, b} <= set(chosen) for a, b in pairs)
        and all(len(r.policies & set(chosen)) <= r.limit for r in rules)
    ]
    total = best_total(items, [*rules, *caps])
    assert not total.greedy
    assert total.low == max(worth(chosen, 0) for chosen in allowed)
    assert total.high == max(worth(chosen, 1) for chosen in allowed)
    assert total.chosen in allowed
    assert worth(total.chosen, 0) == total.low
    left = {left.policy for left in total.left_out}
    assert left == set(names) - set(total.chosen)


def test_a_policy_states_its_rules_and_they_hold_whoever_states_them() -> None:
    one = policy(
        ALWAYS,
        id="A",
        amount={"expr": "100", "unit": "CNY"},
        combine=[
            {"rule": "highest", "with": ["B"], "src": {"source": "示例办法"}},
            {"rule": "total_at_most", "value": 3, "unit": "万元", "with": ["C"]},
        ],
    )
    other = policy(ALWAYS, id="B", amount={"expr": "70", "unit": "CNY"})
    assert one.combine[0].policies == {"A", "B"}
    assert one.combine[1].limit == 30_000
    for order in ([one, other], [other, one]):
        made = report(order, {"employees": 5}, CATALOGUE, as_of=AS_OF)
        assert (made.total.chosen, made.total.low) == (("A",), 100)
        assert [(left.policy, left.by) for left in made.total.left_out] == [("B", ("A",))]


@pytest.mark.parametrize(
    ("combine", "said"),
    [
        ("highest", "combine: must be a list"),
        ([{"rule": "lowest", "with": ["B"]}], "combine[0].rule: unknown rule"),
        ([{"rule": "highest"}], "combine[0].with: is missing"),
        ([{"rule": "highest", "with": ["P1"]}], "leave it out"),
        ([{"rule": "highest", "with": ["B"], "value": 2}], "highest has none"),
        ([{"rule": "count_at_most", "value": 2, "with": ["B"]}], "must be less"),
        ([{"rule": "count_at_most", "value": 1, "unit": "项", "with": ["B"]}], "has none"),
        ([{"rule": "total_at_most", "value": 5, "with": ["B"]}], "needs its unit"),
        ([{"rule": "total_at_most", "value": 5, "unit": "人", "with": ["B"]}], "needs its unit"),
        ([{"rule": "total_at_most", "value": "x", "unit": "元", "with": ["B"]}], "a number"),
        ([{"rule": "total_at_most", "value": 0, "unit": "元", "with": ["B"]}], "above zero"),
        ([{"rule": "highest", "with": ["B"], "srk": 1}], "unknown key"),
        ([{"rule": "highest", "with": ["B"], "src": {"who": "x"}}], "unknown key"),
        ([["highest"]], "combine[0]: must be a mapping"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_its_place(combine: Any, said: str) -> None:
    assert said in "\n".join(str(finding) for finding in findings(ALWAYS, combine=combine))


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ({"total": 5, "unit": "人"}, "needs its unit"),
        ({"total": 0, "unit": "万元"}, "above zero"),
        ({"total": "viel", "unit": "万元"}, "must be a number"),
        ({"firms": 0}, "a whole number from 1"),
        ({}, "neither total nor firms"),
        (5, "must be a mapping"),
    ],
)
def test_a_budget_that_cannot_be_is_refused(budget: Any, said: str) -> None:
    assert said in "\n".join(str(finding) for finding in findings(ALWAYS, budget=budget))


def test_a_budget_is_read_in_yuan() -> None:
    read = policy(ALWAYS, budget={"total": 5000, "unit": "万元", "firms": 100}).budget
    assert (read.total, read.firms) == (Decimal(50_000_000), 100)
    assert policy(ALWAYS).budget.total is None


def test_a_rule_with_an_unknown_policy_is_a_warning_and_one_with_a_like_policy_is_enough() -> None:
    rules = [{"rule": "highest", "with": ["P2", "P9"]}]
    documents = [
        Document(document(ALWAYS, region="4403", combine=rules), "0.yaml", {}),
        Document(document(ALWAYS, region="4403", id="P2"), "1.yaml", {}),
    ]
    checked = check_documents(documents, CATALOGUE)
    assert checked.errors == ()
    told = [(w.code, w.path, w.found) for w in checked.warnings]
    assert ("combine", "combine[0].with", "P9") in told
    assert "same_conditions" not in {code for code, _, _ in told}
