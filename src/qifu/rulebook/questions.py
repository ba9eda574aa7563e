"""Which unknown fact to ask for next: the one with most money × chance to decide.

Of every policy that is still `maybe` one answer will be the one that decides it. Which, nobody
knows before; so the chance is spread evenly over the policy's open groups, that of a group over its
open parts, that of a condition over the facts that it lacks. A fact that follows from others hands
its chance on to those in equal parts; what people judge keeps its own, for no answer gives it.

    worth of a question = sum over policies of  upper amount × chance that its answer decides

So a fact that alone stands between the firm and a large sum comes first, and one that is a single
item of a long list in a policy comes late. A policy that states no amount, or one without upper
end, counts as `UNPRICED`: it is asked about, after what is known to be worth more.

`benchmarks/questions.py` shows how many questions that takes, against other orders.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.derived_rules import DerivedRule
from qifu.rulebook.engine.single import Deciding, ranges, starts_of
from qifu.rulebook.facts import Facts, split_key

# What a policy counts whose upper amount nobody states, in CNY: little beside most grants.
UNPRICED = Decimal(10_000)


@dataclass(frozen=True)
class Question:
    """One fact worth asking for, by its key (`revenue@2025`).

    `policies` is how many `maybe` policies its answer may decide, `money` the most that those are
    worth together in CNY, as far as it is known, None where none of them has an upper end.
    """

    attr: str
    policies: int
    money: Decimal | None
    attribute: Attribute

    @property
    def year(self) -> int | None:
        """The year asked about, None where the attribute has no years."""
        return split_key(self.attr)[1]

    def text(self, language: str = "zh") -> str:
        """The question in `zh` or `en`, with the year where there is one."""
        a, year = self.attribute, self.year
        if language == "en":
            asked = a.question_en or f"What is the firm's {a.label_en}?"
            return asked if year is None else f"{asked} ({year})"
        asked = a.question_zh or f"贵企业的{a.label_zh}是多少？"
        if not a.question_zh and not a.numeric:
            asked = f"贵企业的{a.label_zh}是什么情况？"
        return asked if year is None else f"{asked}（{year} 年）"


def ask_for(
    key: str, facts: Facts, catalogue: Catalogue, rules: Mapping[str, DerivedRule], as_of: date
) -> tuple[str, ...]:
    """The keys to ask for in order to know this one.

    The enterprise itself cannot be asked for what is derived (its size class); it is asked for what
    that is derived from, as far as that is unknown.
    """
    name, year = split_key(key)
    attribute, rule = catalogue.get(name), rules.get(name)
    if attribute is None or attribute.askable or rule is None or key in facts:
        return (key,)
    # the rules are known to need each other in no circle
    return tuple(
        asked
        for missing in rule.missing(facts, as_of, year)
        for asked in ask_for(missing, facts, catalogue, rules, as_of)
    )


def rank(
    open_: Deciding,
    keys: Sequence[str],
    catalogue: Catalogue,
    *,
    asked: Callable[[str], tuple[str, ...]],
    worth: Callable[[int], Decimal | None],
) -> tuple[Question, ...]:
    """Questions over the facts that `maybe` policies lack, the best first.

    `asked` gives for a key the keys to ask for, `worth` for a policy the upper end of its amount in
    CNY. Only what the enterprise itself can answer is asked.
    """
    chosen: dict[str, int] = {}
    rows: list[list[int]] = [[] for _ in keys]
    share = np.ones(len(keys))
    for key in np.unique(open_.key).tolist():
        names = tuple(dict.fromkeys(asked(keys[key])))
        share[key] = 1 / max(len(names), 1)
        for name in names:
            attribute = catalogue.get(split_key(name)[0])
            if attribute is not None and attribute.askable:
                rows[key].append(chosen.setdefault(name, len(chosen)))
    starts = starts_of(map(len, rows))
    at, whose = ranges(starts[open_.key], starts[open_.key + 1])
    question = np.array([q for row in rows for q in row], np.int64)[at]
    policy, chance = open_.policy[whose], (open_.chance * share[open_.key])[whose]

    distinct, place = np.unique(policy, return_inverse=True)
    amounts = [worth(p) for p in distinct.tolist()]
    weight = np.array([float(amount or UNPRICED) for amount in amounts])
    score = np.bincount(question, chance * weight[place], minlength=len(chosen)).round(2).tolist()
    # each policy once a question, however many of its conditions ask it
    pairs = np.unique(question * len(distinct) + place)
    policies = np.bincount(pairs // max(len(distinct), 1), minlength=len(chosen)).tolist()
    priced = np.array([amount is not None for amount in amounts], np.bool_)
    money: dict[int, Decimal] = {}
    for pair in pairs[priced[pairs % max(len(distinct), 1)]].tolist():
        q, p = divmod(pair, len(distinct))
        money[q] = money.get(q, Decimal(0)) + (amounts[p] or 0)
    order = sorted(chosen.items(), key=lambda item: (-score[item[1]], -policies[item[1]], item[0]))
    return tuple(
        Question(name, policies[q], money.get(q), catalogue.attributes[split_key(name)[0]])
        for name, q in order
    )
