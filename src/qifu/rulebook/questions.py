"""Which unknown fact to ask for next: the one with most money × chance to decide.

    worth of a question = sum over the `maybe` policies that it bears on of
                          upper amount × chance to decide
    chance to decide    = (chance that all open groups turn out met) / (facts that it lacks)²

An answer is worth something where it makes money certain. For that all that is open in a policy
must turn out well: each open group with its chance (one half; or, where `Prepared.learn` has seen
a sample of enterprises, the share of them that meet it). In one of k orders of asking this answer
is the one that decides, and k have to be asked for it: that is the square. So a large sum one
answer away comes before a larger one that hangs on twelve.

A fact that follows from others is asked for through those; what people judge stays open. A policy
that states no amount, or one without upper end, counts as `UNPRICED`: it is asked about, after
what is known to be worth more. Ties go to what bears on more policies, then by name.

`benchmarks/questions.py` shows how many questions this takes, beside other orders.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.derived_rules import DerivedRule
from qifu.rulebook.engine.compiling import Array
from qifu.rulebook.engine.runs import ranges, starts_of
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
    open_: tuple[Array, Array],
    likely: Array,
    keys: Sequence[str],
    catalogue: Catalogue,
    *,
    asked: Callable[[str], tuple[str, ...]],
    worth: Callable[[int], Decimal | None],
) -> tuple[Question, ...]:
    """Questions over the facts that `maybe` policies lack, the best first.

    `open_` are numbers of policies and of `keys` side by side, `likely` is the chance of each
    policy to be met. `asked` gives for a key the keys to ask for, `worth` for a policy the upper
    end of its amount in CNY. Only what the enterprise itself can answer is asked.
    """
    policy, key = open_
    chosen: dict[str, int] = {}
    rows: list[list[int]] = [[] for _ in keys]
    for used in np.unique(key).tolist():
        for name in dict.fromkeys(asked(keys[used])):
            attribute = catalogue.get(split_key(name)[0])
            if attribute is not None and attribute.askable:
                rows[used].append(chosen.setdefault(name, len(chosen)))
    if not chosen:
        return ()
    starts = starts_of([len(row) for row in rows])
    at, whose = ranges(starts[key], starts[key + 1])
    question = np.array([q for row in rows for q in row], np.int64)[at]
    # each policy once a question, however many of its conditions ask it
    pairs = np.unique(policy[whose] * len(chosen) + question)
    policy, question = pairs // len(chosen), pairs % len(chosen)

    distinct, place, lacks = np.unique(policy, return_inverse=True, return_counts=True)
    amounts = [worth(number) for number in distinct.tolist()]
    money = np.array([float(amount or UNPRICED) for amount in amounts])
    value = money * likely[distinct] / lacks**2
    score = np.bincount(question, value[place], minlength=len(chosen))
    policies = np.bincount(question, minlength=len(chosen)).tolist()
    sums: dict[int, Decimal] = {}
    priced = np.array([amount is not None for amount in amounts], np.bool_)[place]
    for q, p in zip(question[priced].tolist(), place[priced].tolist(), strict=True):
        sums[q] = sums.get(q, Decimal(0)) + (amounts[p] or 0)
    # as many digits as sums of floats in another order leave alike
    order = {name: (-float(f"{score[q]:.9g}"), -policies[q], name) for name, q in chosen.items()}
    return tuple(
        Question(name, policies[q], sums.get(q), catalogue.attributes[split_key(name)[0]])
        for name, q in sorted(chosen.items(), key=lambda item: order[item[0]])
    )
