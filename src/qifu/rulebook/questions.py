"""Which unknown fact to ask for next: the one that decides most policies, then most money."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.derived_rules import DerivedRule
from qifu.rulebook.facts import Facts, split_key


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
    maybe: Iterable[tuple[tuple[str, ...], Decimal | None]], catalogue: Catalogue
) -> tuple[Question, ...]:
    """Questions over (open fact keys, upper end of the amount) of each `maybe` policy.

    Only what the enterprise itself can answer is asked.
    """
    count: dict[str, int] = {}
    money: dict[str, Decimal] = {}
    for keys, high in maybe:
        for key in keys:
            count[key] = count.get(key, 0) + 1
            if high is not None:
                money[key] = money.get(key, Decimal(0)) + high
    found = []
    for key, policies in count.items():
        attribute = catalogue.get(split_key(key)[0])
        if attribute is not None and attribute.askable:
            found.append(Question(key, policies, money.get(key), attribute))
    return tuple(sorted(found, key=_order))


def _order(question: Question) -> tuple[int, Decimal, str]:
    return (-question.policies, -(question.money or Decimal(-1)), question.attr)
