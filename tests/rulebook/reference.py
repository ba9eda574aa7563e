"""A second reading of ENGINE.md §1, slow and obvious, that shares no code with the rulebook.

It takes a condition as the plain document and facts as plain values: figures in base units, region
codes without trailing zeros. Unknown is None.
"""

import calendar
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

FACTORS = {
    None: Fraction(1),
    "CNY": Fraction(1),
    "万元": Fraction(10_000),
    "亿元": Fraction(100_000_000),
    "ratio": Fraction(1),
    "%": Fraction(1, 100),
    "person": Fraction(1),
    "piece": Fraction(1),
}
# length of a code at each level
LEVELS = {"region": (2, 4, 6), "industry": (1, 3, 4, 5)}


def value_of(
    node: dict[str, Any], facts: dict[str, Any], as_of: date, days: dict[str, date]
) -> Any:
    """True, False or None."""
    if "all" in node:
        return conjunction([value_of(n, facts, as_of, days) for n in node["all"]])
    if "any" in node:
        answers = [value_of(n, facts, as_of, days) for n in node["any"]]
        return negation(conjunction([negation(a) for a in answers]))
    if "not" in node:
        return negation(value_of(node["not"], facts, as_of, days))
    if "at_least" in node:
        return at_least(node["at_least"], [value_of(n, facts, as_of, days) for n in node["of"]])
    return atom(node, facts, as_of, days)


def negation(answer: bool | None) -> bool | None:
    return {True: False, False: True, None: None}[answer]


def conjunction(answers: list[bool | None]) -> bool | None:
    if any(a is False for a in answers):
        return False
    if any(a is None for a in answers):
        return None
    return True


def at_least(k: int, answers: list[bool | None]) -> bool | None:
    """Try every way the unknown ones could turn out."""
    possible = {True, False}
    outcomes = set()

    def turn_out(rest: list[bool | None], met: int) -> None:
        if not rest:
            outcomes.add(met >= k)
            return
        for answer in possible if rest[0] is None else {rest[0]}:
            turn_out(rest[1:], met + bool(answer))

    turn_out(answers, 0)
    return outcomes.pop() if len(outcomes) == 1 else None


def atom(node: dict[str, Any], facts: dict[str, Any], as_of: date, days: dict[str, date]) -> Any:
    if node["op"] == "human_judged":
        return None
    at = node.get("at", "as_of")
    moment = as_of if at == "as_of" else days.get(at, at)
    period = node.get("period")
    if period is None:
        return compare(node, facts.get(node["attr"]), moment)
    if period.startswith("year:"):
        years = [int(period[5:])]
    elif period == "last_fiscal_year":
        years = [moment.year - 1]
    else:
        years = [moment.year - n for n in range(1, int(period.split("_")[1]) + 1)]
    values = [facts.get(f"{node['attr']}@{year}") for year in years]
    if len(years) == 1 or node["agg"] == "each":
        return conjunction([compare(node, v, moment) for v in values])
    if None in values:
        return None
    total = sum(Fraction(str(v)) for v in values)
    return compare(node, total / len(values) if node["agg"] == "mean" else total, moment)


def compare(node: dict[str, Any], fact: Any, at: date) -> Any:
    op, value = node["op"], node["value"]
    if fact is None:
        return None
    if op == "is":
        return fact == value
    if op in ("has_any", "has_all"):
        return (any if op == "has_any" else all)(v in fact for v in value)
    if op in ("age_at_least", "age_at_most", "within_last"):
        return aged(op, value, fact, at)
    if node["attr"] in LEVELS:
        return coded(op, node["attr"], value, fact)
    if isinstance(fact, int | float | Decimal | Fraction) and not isinstance(fact, bool):
        factor = FACTORS[node.get("unit")]
        fact = Fraction(str(fact))
        numbers = value if isinstance(value, list) else [value]
        numbers = [Fraction(str(n)) * factor for n in numbers]
        value = numbers if isinstance(value, list) else numbers[0]
    if op == "in":
        return fact in value
    if op == "not_in":
        return fact not in value
    if op == "between":
        return not (fact < value[0] or fact > value[1])
    if op == "==":
        return fact == value
    if op == "!=":
        return not fact == value
    if op == "<":
        return fact < value
    if op == "<=":
        return fact < value or fact == value
    if op == ">":
        return fact > value
    return fact > value or fact == value


def bare(attr: str, code: str) -> str:
    while attr == "region" and code.endswith("00"):
        code = code[:-2]
    return code


def coded(op: str, attr: str, value: Any, fact: str) -> Any:
    wanted = [bare(attr, v) for v in (value if isinstance(value, list) else [value])]
    fact = bare(attr, fact)
    if op == "under":
        met = any(fact == w or fact[: len(w)] == w for w in wanted)
    else:
        met = fact in wanted
    above = any(fact != w and fact == w[: len(fact)] for w in wanted)
    answer = True if met else None if above else False
    return negation(answer) if op in ("!=", "not_in") else answer


def shifted(day: date, period: str, sign: int) -> date:
    """One unit only: P5Y, P6M, P90D; beyond the calendar its first or last day."""
    n, unit = sign * int(period[1:-1]), period[-1]
    if unit == "D":
        try:
            return day + timedelta(days=n)
        except OverflowError:
            return date.max if n > 0 else date.min
    months = day.year * 12 + (day.month - 1) + n * (12 if unit == "Y" else 1)
    year, month = months // 12, months % 12 + 1
    if year < 1:
        return date.min
    if year > 9999:
        return date.max
    last = calendar.monthrange(year, month)[1]
    return date(year, month, last if day.day > last else day.day)


def aged(op: str, period: str, day: date, at: date) -> bool:
    if day > at:
        return False
    if op == "age_at_least":
        return shifted(day, period, 1) <= at
    if op == "age_at_most":
        return shifted(day, period, 1) >= at
    return day >= shifted(at, period, -1)
