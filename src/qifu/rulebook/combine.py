"""What several policies are worth together, where some cannot be claimed with others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from qifu.rulebook.amounts import FEN, AmountRange
from qifu.rulebook.combine_rules import HIGHEST, TOTAL, CombineRule

# Above this many policies that hang together the best set is no longer proven, nor when so many
# ways to combine them have been looked at.
MOST_EXACT = 40
MOST_WAYS = 5_000

# (policy id, verdict, amount, ids that it excludes, status of its window)
Item = tuple[str, str, AmountRange | None, Iterable[str], str]
# what is left of each rule: None where it cannot bind any more, else (number, low fen, high fen)
_Left = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True)
class LeftOut:
    """An eligible policy that is not part of the total: by which chosen ones, and by which rule.

    `rule` is None where one of the two excludes the other.
    """

    policy: str
    by: tuple[str, ...]
    rule: CombineRule | None = None


@dataclass(frozen=True)
class Total:
    """The best compatible set of eligible policies; money in CNY, None for no bound.

    `low` and `high` hold what the best set is worth whatever the unknown facts turn out to be.
    `chosen` is the set with the most assured money, then the most possible, then the most policies.
    `maybe_low` and `maybe_high` are the same ends if every `maybe` policy held as well; they are
    shown apart and never added to the total. `amount_open` are eligible or maybe policies whose
    amount is not stated, `closed` those whose window is over: neither is counted. `left_out` are
    the other eligible ones with the reason, `caps` the caps on several policies together that make
    the total smaller than the sum of what is chosen. `greedy` says that more than 40 policies hang
    together, or in too many ways, so that a good set was taken, not the proven best.
    """

    chosen: tuple[str, ...]
    low: Decimal
    high: Decimal | None
    maybe_low: Decimal
    maybe_high: Decimal | None
    amount_open: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    greedy: bool = False
    left_out: tuple[LeftOut, ...] = ()
    caps: tuple[CombineRule, ...] = ()


def best_total(items: Sequence[Item], rules: Iterable[CombineRule] = ()) -> Total:
    """The total over items (id, verdict, amount, excludes, status); `ineligible` is never counted.

    `excludes` works both ways, whichever of the two policies names it; so do `rules`. An amount
    without a low end counts as nothing assured; one below zero is never claimed. ValueError for an
    id that stands twice.

    Proven best for up to 40 policies that hang together, but where caps cross each other (neither
    set of policies lies in the other): then what is claimed fits all of them and may not be most.
    """
    ids = [item[0] for item in items]
    if len(set(ids)) != len(ids):
        twice = next(i for i in ids if ids.count(i) > 1)
        raise ValueError(f"policy {twice} stands twice in one total")
    rules = tuple(rules)
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
    sure = _Best(eligible, amounts, apart, rules)
    both = _Best(list(amounts), amounts, apart, rules)
    return Total(
        chosen=sure.chosen,
        low=sure.low,
        high=sure.high,
        maybe_low=both.low,
        maybe_high=both.high,
        amount_open=tuple(amount_open),
        closed=tuple(closed),
        greedy=sure.greedy or both.greedy,
        left_out=tuple(
            _left_out(policy, sure.chosen, apart, rules)
            for policy in eligible
            if policy not in sure.chosen
        ),
        caps=tuple(rule for rule in rules if _binds(rule, sure.chosen, amounts)),
    )


def _apart(items: Sequence[Item]) -> dict[str, set[str]]:
    apart: dict[str, set[str]] = {item[0]: set() for item in items}
    for policy, _, _, excludes, _ in items:
        for other in excludes:
            if other in apart and other != policy:
                apart[policy].add(other)
                apart[other].add(policy)
    return apart


def _left_out(
    policy: str,
    chosen: tuple[str, ...],
    apart: Mapping[str, set[str]],
    rules: Sequence[CombineRule],
) -> LeftOut:
    by = tuple(other for other in chosen if other in apart[policy])
    if by:
        return LeftOut(policy, by)
    held = [
        (rule, tuple(other for other in chosen if other in rule.policies))
        for rule in rules
        if policy in rule.policies
    ]
    # a number that is reached is the reason before a sum that is used up
    full = [(rule, by) for rule, by in held if rule.rule != TOTAL and len(by) >= rule.limit]
    used_up = [(rule, by) for rule, by in held if rule.rule == TOTAL]
    rule, by = (full or used_up)[0]
    return LeftOut(policy, by, rule)


def _binds(rule: CombineRule, chosen: Sequence[str], amounts: Mapping[str, AmountRange]) -> bool:
    if rule.rule != TOTAL:
        return False
    members = [amounts[policy] for policy in chosen if policy in rule.policies]
    return any(amount.high is None for amount in members) or rule.limit < sum(
        (amount.high or Decimal(0) for amount in members), Decimal(0)
    )


class _TooManyWays(Exception):
    pass


class _Best:
    """The best set among some policies: what it is worth at either end, and which it is."""

    def __init__(
        self,
        policies: Sequence[str],
        amounts: Mapping[str, AmountRange],
        apart: Mapping[str, set[str]],
        rules: Sequence[CombineRule],
    ) -> None:
        self._place = {policy: n for n, policy in enumerate(policies)}
        self._apart = [self._bits_of(apart[policy]) for policy in policies]
        for rule in rules:
            if rule.rule == HIGHEST:
                # of several of which the highest counts, one is taken: each excludes the others
                members = self._bits_of(rule.policies)
                for n in _bits(members):
                    self._apart[n] |= members & ~(1 << n)
        self._rules = [rule for rule in rules if rule.rule != HIGHEST]
        self._masks = [self._bits_of(rule.policies) for rule in self._rules]
        self.greedy = any(
            one & other and one & ~other and other & ~one
            for n, one in enumerate(self._caps())
            for other in self._caps()[:n]
        )
        lows = [_fen(amounts[policy].low) for policy in policies]
        bounds = [self._bound(policy, amounts[policy].high) for policy in policies]
        highs = [_fen(bound) for bound in bounds]
        self.low = FEN * self._worth(lows, [0] * len(lows))[0]
        self.high = None if None in bounds else FEN * self._worth([0] * len(highs), highs)[1]
        self.chosen = tuple(policies[n] for n in _bits(self._chosen(lows, highs)[1]))

    def _bits_of(self, policies: Iterable[str]) -> int:
        return sum(1 << self._place[policy] for policy in policies if policy in self._place)

    def _caps(self) -> list[int]:
        pairs = zip(self._rules, self._masks, strict=True)
        return [mask for rule, mask in pairs if rule.rule == TOTAL]

    def _bound(self, policy: str, high: Decimal | None) -> Decimal | None:
        """What a policy can be worth at most: its amount's end, or a cap that it is under."""
        ends = [
            rule.limit for rule in self._rules if rule.rule == TOTAL and policy in rule.policies
        ]
        return min(([] if high is None else [high]) + ends, default=None)

    def _worth(self, lows: list[int], highs: list[int]) -> tuple[int, int]:
        """Fen of the best set, at the low and at the high end."""
        worth = self._chosen(lows, highs)[0] // (len(lows) + 1)
        low, high = divmod(worth, sum(highs) + 1)
        return low, high

    def _chosen(self, lows: list[int], highs: list[int]) -> tuple[int, int]:
        """The best set as one number (assured money, then possible, then how many), and as bits."""
        search = _Search(self._apart, self._rules, self._masks, lows, highs)
        every = (1 << len(lows)) - 1
        worth = chosen = 0
        for part in search.parts(every, search.start):
            try:
                if part.bit_count() > MOST_EXACT:
                    raise _TooManyWays
                more, members = search.best(part, search.start)
            except _TooManyWays:
                self.greedy = True
                more, members = search.quick(part)
            worth, chosen = worth + more, chosen | members
        return worth, chosen


class _Search:
    """The search for the best set: policies are bits, money is fen."""

    def __init__(
        self,
        apart: Sequence[int],
        rules: Sequence[CombineRule],
        masks: Sequence[int],
        lows: list[int],
        highs: list[int],
    ) -> None:
        self.apart, self.masks, self.lows, self.highs = apart, masks, lows, highs
        # one number that orders by assured money first, then by possible money, then by count
        self.many, self.much = len(lows) + 1, sum(highs) + 1
        self.counts = [rule.rule != TOTAL for rule in rules]
        self.start: _Left = tuple(
            (int(rule.limit), 0, 0)
            if rule.rule != TOTAL
            else (0, _fen(rule.limit), _fen(rule.limit))
            for rule in rules
        )
        self.ways = 0
        self._known = cache(self._best)

    def best(self, policies: int, left: _Left) -> tuple[int, int]:
        """The heaviest set, as its weight and its members; _TooManyWays where it takes too long."""
        return self._known(*self.settle(policies, left))

    def parts(self, policies: int, left: _Left) -> list[int]:
        """The policies split into groups that have nothing to do with each other."""
        found = []
        while policies:
            group, edge = 0, policies & -policies
            while edge:
                group |= edge
                near = 0
                for n in _bits(edge):
                    near |= self.apart[n]
                for mask, rest in zip(self.masks, left, strict=True):
                    if rest is not None and mask & edge:
                        near |= mask
                edge = near & policies & ~group
            found.append(group)
            policies &= ~group
        return found

    def settle(self, policies: int, left: _Left) -> tuple[int, _Left]:
        """Without policies that no rule allows any more, and without rules that bind none."""
        for r, (mask, rest) in enumerate(zip(self.masks, left, strict=True)):
            if rest is not None and (not rest[0] if self.counts[r] else not (rest[1] or rest[2])):
                policies &= ~mask
        return policies, tuple(
            None if rest is None or self._loose(r, mask & policies, rest) else rest
            for r, (mask, rest) in enumerate(zip(self.masks, left, strict=True))
        )

    def _loose(self, r: int, members: int, rest: tuple[int, int, int]) -> bool:
        if self.counts[r]:
            return members.bit_count() <= rest[0]
        low = sum(self.lows[n] for n in _bits(members))
        high = sum(self.highs[n] for n in _bits(members))
        return low <= rest[1] and high <= rest[2]

    def taken(self, n: int, left: _Left) -> tuple[int, _Left]:
        """What one policy more brings under what is left of the rules, and what is left then."""
        bit, low, high = 1 << n, self.lows[n], self.highs[n]
        for r, rest in enumerate(left):
            if rest is not None and self.masks[r] & bit and not self.counts[r]:
                low, high = min(low, rest[1]), min(high, rest[2])
        after = tuple(
            rest
            if rest is None or not self.masks[r] & bit
            else (rest[0] - 1, 0, 0)
            if self.counts[r]
            else (0, rest[1] - low, rest[2] - high)
            for r, rest in enumerate(left)
        )
        return (low * self.much + high) * self.many + 1, after

    def _best(self, policies: int, left: _Left) -> tuple[int, int]:
        """Take what is free, split what falls apart, branch on the policy that excludes most."""
        self.ways += 1
        if self.ways > MOST_WAYS:
            raise _TooManyWays
        worth = chosen = 0
        # whoever stands in nobody's way is taken; a cap only takes from what is there
        for n in sorted(_bits(policies), key=lambda n: (-self.lows[n], -self.highs[n])):
            if self._free(n, policies, left):
                more, left = self.taken(n, left)
                worth, chosen, policies = worth + more, chosen | 1 << n, policies & ~(1 << n)
                policies, left = self.settle(policies, left)
        parts = self.parts(policies, left)
        if len(parts) > 1:
            for part in parts:
                more, members = self.best(part, left)
                worth, chosen = worth + more, chosen | members
        elif parts:
            n = max(_bits(policies), key=lambda n: self._conflicts(n, policies, left))
            others = policies & ~(1 << n)
            without = self.best(others, left)
            more, after = self.taken(n, left)
            with_, members = self.best(others & ~self.apart[n], after)
            took = (with_ + more, members | 1 << n)
            better = took if took[0] > without[0] else without
            worth, chosen = worth + better[0], chosen | better[1]
        return worth, chosen

    def _free(self, n: int, policies: int, left: _Left) -> bool:
        counted = any(
            rest is not None and self.counts[r] and self.masks[r] >> n & 1
            for r, rest in enumerate(left)
        )
        return bool(policies >> n & 1) and not counted and not self.apart[n] & policies

    def _conflicts(self, n: int, policies: int, left: _Left) -> tuple[int, int]:
        shared = sum(rest is not None and self.masks[r] >> n & 1 for r, rest in enumerate(left))
        return (self.apart[n] & policies).bit_count(), shared

    def quick(self, policies: int) -> tuple[int, int]:
        """A good set: the heaviest policy first, those that then cannot be had left out."""
        worth = chosen = 0
        left = self.start
        for n in sorted(_bits(policies), key=lambda n: (-self.lows[n], -self.highs[n])):
            policies, left = self.settle(policies, left)
            if policies >> n & 1 and not self.apart[n] & chosen:
                more, left = self.taken(n, left)
                worth, chosen, policies = worth + more, chosen | 1 << n, policies & ~(1 << n)
        return worth, chosen


def _bits(policies: int) -> Iterable[int]:
    while policies:
        lowest = policies & -policies
        yield lowest.bit_length() - 1
        policies ^= lowest


def _fen(amount: Decimal | None) -> int:
    return max(0, int(amount / FEN)) if amount is not None else 0
