"""Derived facts: what follows from other facts, by rules in the same condition language.

    derived:
    - attr: legal_person                # the first case that is true wins
      cases:
      - {when: {attr: legal_form, op: under, value: company}, value: true}
      else: false                       # without it the fact stays unknown
    - attr: rd_ratio                    # yearly: for every year of which both are known
      ratio: {num: rd_expense, den: revenue}
    - {attr: revenue_growth, growth: revenue}      # over the year before, as a ratio
    - {attr: project_funds, sum: [funds_national, funds_city]}
    - {attr: age, age: founded}         # whole years on the day of the report
    - attr: titles_score                # a yearly attribute by cases names the year it is for
      period: last_fiscal_year
      cases: […]
    - attr: size_class                  # a pure function that the caller hands over by name
      function: size_class
      of: {industry: industry, staff: employees@last_fiscal_year, revenue: revenue@2025}

An unknown case before any true one leaves the fact unknown, because that case might have won. A
given fact is never overwritten; one that cannot be right (outside its bounds) is not derived.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Context, Decimal
from typing import Any

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.dates import apart
from qifu.rulebook.derived_reading import load_derived, parse_derived
from qifu.rulebook.derived_rules import LAST, DerivedRule
from qifu.rulebook.facts import Fact, Facts, Unfit, read_facts, read_value, split_key
from qifu.rulebook.findings import Finding, RuleError

# Fifteen digits are finer than any legal threshold and fit a fact.
_DIVIDE = Context(prec=15)

# called with as_of and the inputs by name, None for unknown; gives the value or None
Function = Callable[..., Any]

__all__ = ["derive", "load_derived", "parse_derived"]


def derive(
    facts: Mapping[str, Any],
    rules: Sequence[DerivedRule],
    catalogue: Catalogue,
    *,
    as_of: date,
    functions: Mapping[str, Function] | None = None,
) -> tuple[dict[str, Fact], dict[str, tuple[str, ...]]]:
    """The given facts with what follows from them, and for each derived key what it follows from.

    `rules` come from `parse_derived`, which has put them into order. RuleError for facts that
    cannot be and for a function that was not handed over.
    """
    known = read_facts(facts, catalogue)
    whence: dict[str, tuple[str, ...]] = {}
    given = frozenset(known)
    for rule in rules:
        for year in _years(rule, known, as_of):
            name = rule.attribute.name
            key = name if year is None else f"{name}@{year}"
            if key in given:
                continue
            value, of = _compute(rule, known, as_of, year, functions or {})
            if value is None:
                continue
            try:
                known[key] = read_value(value, rule.attribute, catalogue)
            except Unfit:
                continue
            whence[key] = of
    return known, whence


def _years(rule: DerivedRule, known: Facts, as_of: date) -> Iterator[int | None]:
    """The years that a rule is computed for; None for an attribute without years."""
    if rule.period is not None:
        yield as_of.year - 1 if rule.period == LAST else int(rule.period.removeprefix("year:"))
    elif not rule.attribute.period:
        yield None
    else:
        names = {i.attribute.name for i in rule.inputs.values() if i.year is None}
        keys = (split_key(key) for key in known)
        yield from sorted({year for name, year in keys if name in names and year is not None})


def _compute(
    rule: DerivedRule,
    known: Facts,
    as_of: date,
    year: int | None,
    functions: Mapping[str, Function],
) -> tuple[object, tuple[str, ...]]:
    """The value, None for unknown, and the keys of the facts that it comes from."""
    if rule.how == "cases":
        return _first_true(rule, known, as_of)
    keys = rule.keys(as_of, year)
    values = {name: known.get(key) for name, key in keys.items()}
    of = tuple(keys.values())
    if rule.how == "function":
        if rule.function not in functions:
            allowed = ", ".join(functions)
            message = "no such function was handed over"
            raise RuleError(Finding("function", "function", message, rule.function, allowed))
        # it may do without some of its inputs: what it follows from is what was known
        of = tuple(key for key in of if key in known)
        return functions[rule.function](as_of=as_of, **values), of
    if None in values.values():
        return None, of
    if rule.how == "age":
        return _age(values["of"], as_of), of
    figures = [value for value in values.values() if isinstance(value, Decimal)]
    if rule.how == "sum":
        return sum(figures, Decimal(0)), of
    top, below = figures
    if rule.how == "growth":
        top = top - below
    # a base of zero or below makes no meaningful share
    return (_DIVIDE.divide(top, below) if below > 0 else None), of


def _first_true(rule: DerivedRule, known: Facts, as_of: date) -> tuple[object, tuple[str, ...]]:
    of: dict[str, None] = {}
    for when, value in rule.cases:
        of.update(dict.fromkeys(key for key in when.keys(as_of) if key in known))
        answer = when.answer(known, as_of)
        if answer is None:
            return None, tuple(of)
        if answer:
            return value, tuple(of)
    return rule.otherwise, tuple(of)


def _age(since: object, as_of: date) -> Decimal | None:
    """Whole years; unknown for a day still to come."""
    if not isinstance(since, date) or since > as_of:
        return None
    return Decimal(apart(since, as_of)[0])
