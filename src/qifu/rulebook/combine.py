"""What several policies are worth together, where some cannot be claimed with others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from qifu.rulebook.amounts import FEN, AmountRange

# Above this many policies that hang together by `excludes` the best set is no longer proven.
MOST_EXACT = 40

# (policy id, verdict, amount, ids that it excludes, status of its window)
Item = tuple[str, str, AmountRange | None, Iterable[str], str]


@dataclass(frozen=True)
class Total:
    """The best compatible set of eligible policies; money in CNY, None for no bound.

    `low` and `high` hold what the best set is worth whatever the unknown facts turn out to be.
    `chosen` is the set with the most assured money, then the most possible, then the most policies.
    `maybe_low` and `maybe_high` are the same ends if every `maybe` policy held as well; they are
    shown apart and never added to the total. `amount_open` are eligible or maybe policies whose
    amount is not stated, `closed` those whose window is over: neither is counted. `greedy` says
    that more than 40 policies hang together, so that a good set was taken, not the proven best.
    """

    chosen: tuple[str, ...]
    low: Decimal
    high: Decimal | None
    maybe_low: Decimal
    maybe_high: Decimal | None
    amount_open: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    greedy: bool = False


def best_total(items: Sequence[Item]) -> Total:
    """The total over items (id, verdict, amount, excludes, status); `ineligible` is never counted.

    `excludes` works both ways, whichever of the two policies names it. An amount without a low end
    counts as nothing assured; one below zero is never claimed. ValueError for an id that stands
    twice.
    """
    ids = [item[0] for item in items]
    if len(set(ids)) != len(ids):
        twice = next(i for i in ids if ids.count(i) > 1)
        raise ValueError(f"policy {twice} stands twice in one total")
    apart = _apart(items)
    amounts: dict[str, AmountRange] = {}
    eligible: list[str] = []
    amount_open, closed = [], []
    for policy, verdict, amount, _, status in items:
        if verdict not in ("eligible", "maybe"):
            continue
        if status == "closed":
            closed.append(policy)
        elif amount is None:
            amount_open.append(policy)
        else:
            amounts[policy] = amount
            if verdict == "eligible":
                eligible.append(policy)
    sure = _Best(eligible, amounts, apart)
    both = _Best(list(amounts), amounts, apart)
    return Total(
        chosen=sure.chosen,
        low=sure.low,
        high=sure.high,
        maybe_low=both.low,
        maybe_high=both.high,
        amount_open=tuple(amount_open),
        closed=tuple(closed),
        greedy=sure.greedy or both.greedy,
    )


def _apart(items: Sequence[Item]) -> dict[str, set[str]]:
    apart: dict[str, set[str]] = {item[0]: set() for item in items}
    for policy, _, _, excludes, _ in items:
        for other in excludes:
            if other in apart and other != policy:
                apart[policy].add(other)
                apart[other].add(policy)
    return apart


class _Best:
    """The best set among some policies: what it is worth at either end, and which it is."""

    def __init__(
        self,
        policies: Sequence[str],
        amounts: Mapping[str, AmountRange],
        apart: Mapping[str, set[str]],
    ) -> None:
        self.greedy = False
        self._apart = [
            sum(1 << n for n, other in enumerate(policies) if other in apart[policy])
            for policy in policies
        ]
        lows = [_fen(amounts[p].low) for p in policies]
        highs = [_fen(amounts[p].high) for p in policies]
        boundless = any(amounts[p].high is None for p in policies)
        self.low = FEN * sum(lows[n] for n in self._members(lows))
        self.high = None if boundless else FEN * sum(highs[n] for n in self._members(highs))
        # one number that orders by assured money first, then by possible money, then by count
        many, much = len(policies) + 1, sum(highs) + sum(lows) + 1
        weights = [(low * much + high) * many + 1 for low, high in zip(lows, highs, strict=True)]
        self.chosen = tuple(policies[n] for n in sorted(self._members(weights)))

    def _members(self, weights: Sequence[int]) -> list[int]:
        best = 0
        for component in self._components((1 << len(weights)) - 1):
            if component.bit_count() > MOST_EXACT:
                self.greedy = True
                best |= self._greedy(component, weights)
            else:
                best |= self._exact(component, weights)
        return list(_bits(best))

    def _components(self, policies: int) -> list[int]:
        """The policies (as bits) split into groups that exclude nothing of each other."""
        found = []
        while policies:
            group, edge = 0, policies & -policies
            while edge:
                group |= edge
                near = 0
                for n in _bits(edge):
                    near |= self._apart[n]
                edge = near & policies & ~group
            found.append(group)
            policies &= ~group
        return found

    def _exact(self, component: int, weights: Sequence[int]) -> int:
        """The heaviest set: branch on the policy that excludes most, split what falls apart."""

        @cache
        def best(policies: int) -> tuple[int, int]:
            if not policies & (policies - 1):
                weight = weights[policies.bit_length() - 1] if policies else 0
                return (weight, policies) if weight > 0 else (0, 0)
            parts = self._components(policies)
            if len(parts) > 1:
                answers = [best(part) for part in parts]
                return sum(a[0] for a in answers), sum(a[1] for a in answers)
            most = max(_bits(policies), key=lambda n: (self._apart[n] & policies).bit_count())
            left = policies & ~(1 << most)
            without = best(left)
            weight, chosen = best(left & ~self._apart[most])
            taken = (weight + weights[most], chosen | 1 << most)
            return taken if taken[0] > without[0] else without

        return best(component)[1]

    def _greedy(self, component: int, weights: Sequence[int]) -> int:
        """A good set: the heaviest policy first, those it excludes left out."""
        chosen = 0
        for n in sorted(_bits(component), key=lambda n: -weights[n]):
            if weights[n] > 0 and not self._apart[n] & chosen:
                chosen |= 1 << n
        return chosen


def _bits(policies: int) -> Iterable[int]:
    while policies:
        lowest = policies & -policies
        yield lowest.bit_length() - 1
        policies ^= lowest


def _fen(amount: Decimal | None) -> int:
    return max(0, int(amount / FEN)) if amount is not None else 0
