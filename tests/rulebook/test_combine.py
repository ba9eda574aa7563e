"""Totals: the best compatible set, and what is shown apart."""

import random
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.rulebook.amounts import AmountRange
from qifu.rulebook.combine import MOST_EXACT, Item, best_total


def item(
    policy: str,
    low: int | None,
    high: int | None = -1,
    *,
    verdict: str = "eligible",
    excludes: tuple[str, ...] = (),
    status: str = "open",
) -> Item:
    ends = [low, low if high == -1 else high]
    money = [None if end is None else Decimal(end) for end in ends]
    return (policy, verdict, AmountRange(money[0], money[1]), set(excludes), status)


def test_policies_that_do_not_exclude_each_other_are_added() -> None:
    total = best_total([item("A", 100), item("B", 50, 80)])
    assert (total.chosen, total.low, total.high) == (("A", "B"), 150, 180)
    assert (total.maybe_low, total.maybe_high) == (150, 180)
    assert not total.greedy


def test_excludes_works_both_ways_whoever_names_it() -> None:
    for items in (
        [item("A", 100, excludes=("B",)), item("B", 60)],
        [item("A", 100), item("B", 60, excludes=("A",))],
    ):
        total = best_total(items)
        assert (total.chosen, total.low, total.high) == (("A",), 100, 100)


def test_two_smaller_ones_beat_the_one_that_excludes_both() -> None:
    total = best_total([item("A", 100, excludes=("B", "C")), item("B", 60), item("C", 60)])
    assert (total.chosen, total.low) == (("B", "C"), 120)


def test_assured_money_decides_and_the_ends_hold_the_best_of_each() -> None:
    total = best_total([item("A", 0, 300, excludes=("B",)), item("B", 50, 50)])
    assert total.chosen == ("B",)
    assert (total.low, total.high) == (50, 300)


def test_maybe_is_shown_apart_and_ineligible_never_counted() -> None:
    total = best_total(
        [
            item("A", 100),
            item("M", 30, 40, verdict="maybe"),
            item("N", 900, verdict="ineligible", excludes=("A",)),
        ]
    )
    assert (total.chosen, total.low, total.high) == (("A",), 100, 100)
    assert (total.maybe_low, total.maybe_high) == (130, 140)


def test_a_maybe_that_excludes_an_eligible_one_counts_only_for_what_it_brings_more() -> None:
    total = best_total([item("A", 100), item("M", 130, verdict="maybe", excludes=("A",))])
    assert (total.low, total.maybe_low, total.maybe_high) == (100, 130, 130)


def test_open_amounts_and_closed_windows_are_listed_and_not_counted() -> None:
    total = best_total(
        [
            item("A", 100),
            ("O", "eligible", None, set(), "open"),
            ("P", "maybe", None, set(), "always"),
            ("Q", "ineligible", None, set(), "open"),
            item("C", 500, status="closed"),
            item("S", 7, status="not_yet"),
        ]
    )
    assert total.amount_open == ("O", "P")
    assert total.closed == ("C",)
    assert (total.chosen, total.low) == (("A", "S"), 107)


def test_an_end_without_bound_stays_open() -> None:
    total = best_total([item("A", 10, None), item("B", None, 5)])
    assert (total.low, total.high) == (10, None)
    assert total.chosen == ("A", "B")


def test_nothing_is_worth_nothing() -> None:
    total = best_total([])
    assert (total.chosen, total.low, total.high, total.maybe_high) == ((), 0, 0, 0)


def test_fen_are_kept() -> None:
    exact = AmountRange(Decimal("0.29"), Decimal("0.29"))
    total = best_total([(n, "eligible", exact, set(), "open") for n in "ABC"])
    assert total.low == Decimal("0.87")


def test_an_id_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="policy A stands twice"):
        best_total([item("A", 1), item("A", 2)])


def test_excluding_oneself_or_an_unknown_policy_changes_nothing() -> None:
    assert best_total([item("A", 5, excludes=("A", "ZZ"))]).low == 5


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=9),
    st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=18),
)
def test_the_total_is_that_of_the_best_of_all_compatible_sets(
    money: list[tuple[int, int]], pairs: set[tuple[int, int]]
) -> None:
    n = len(money)
    items = [
        item(f"P{i}", low, low + more, excludes=tuple(f"P{b}" for a, b in pairs if a == i))
        for i, (low, more) in enumerate(money)
    ]
    clash = {frozenset(p) for p in pairs if p[0] != p[1]}
    compatible = [
        s
        for size in range(n + 1)
        for s in combinations(range(n), size)
        if not any(frozenset(p) in clash for p in combinations(s, 2))
    ]
    total = best_total(items)
    assert total.low == max(sum(money[i][0] for i in s) for s in compatible)
    assert total.high == max(sum(sum(money[i]) for i in s) for s in compatible)
    chosen = tuple(int(policy[1:]) for policy in total.chosen)
    assert chosen in compatible
    assert sum(money[i][0] for i in chosen) == total.low


def ring(n: int) -> list[Item]:
    """A ring of policies each excluding the next, worth 1, 2, 1, 2, …"""
    return [item(f"P{i}", 1 + i % 2, excludes=(f"P{(i + 1) % n}",)) for i in range(n)]


def test_forty_policies_that_hang_together_are_still_proven() -> None:
    total = best_total(ring(MOST_EXACT))
    assert (total.low, total.greedy) == (MOST_EXACT, False)


def test_above_forty_a_good_set_is_taken_and_said_to_be_so() -> None:
    total = best_total(ring(MOST_EXACT + 2))
    assert total.greedy
    assert total.low == MOST_EXACT + 2
    assert all(int(p[1:]) % 2 for p in total.chosen)


def test_forty_policies_with_random_exclusions_are_proven() -> None:
    dice = random.Random(7)
    items = [
        item(
            f"P{i}",
            dice.randint(1, 1000),
            excludes=tuple(f"P{dice.randrange(MOST_EXACT)}" for _ in range(2)),
        )
        for i in range(MOST_EXACT)
    ]
    total = best_total(items)
    chosen = [next(i for i in items if i[0] == policy) for policy in total.chosen]
    assert not total.greedy
    assert total.low == sum(i[2].low for i in chosen if i[2] and i[2].low)
    assert not any(
        other[0] in policy[3] for policy in chosen for other in chosen if other != policy
    )
