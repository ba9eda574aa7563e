"""What each operator asks of one known value; the answers are true, false or None for unknown."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, TypeVar

from qifu.rulebook.codes import CodeTree
from qifu.rulebook.dates import Period, add, subtract

# (known value, the day the condition looks at) → true, false, None
Test = Callable[[Any, date], bool | None]
Figure = TypeVar("Figure", Decimal, Fraction)

ORDER = ("==", "!=", "<", "<=", ">", ">=", "between")
CHOICE = ("in", "not_in")
AGE = ("age_at_least", "age_at_most", "within_last")
HUMAN = "human_judged"
OPERATORS: dict[str, tuple[str, ...]] = {
    "number": (*ORDER, *CHOICE),
    "integer": (*ORDER, *CHOICE),
    "date": (*ORDER, *CHOICE, *AGE),
    "flag": ("is",),
    "code": ("==", "!=", *CHOICE, "under"),
    "set": ("has_any", "has_all"),
    "text": ("==", "!=", *CHOICE),
}
ALL_OPERATORS = (*ORDER, *CHOICE, "under", "has_any", "has_all", "is", *AGE, HUMAN)


def ordered(op: str, value: Any) -> Test:
    """A comparison of numbers or of days; `between` includes both ends."""
    if op == "between":
        low, high = value
        return lambda known, at: bool(low <= known <= high)
    tests: dict[str, Test] = {
        "==": lambda known, at: bool(known == value),
        "!=": lambda known, at: bool(known != value),
        "<": lambda known, at: bool(known < value),
        "<=": lambda known, at: bool(known <= value),
        ">": lambda known, at: bool(known > value),
        ">=": lambda known, at: bool(known >= value),
    }
    return tests[op]


def chosen(op: str, values: tuple[Any, ...]) -> Test:
    """`in` and `not_in` for everything but codes."""
    among = frozenset(values)
    if op == "in":
        return lambda known, at: known in among
    return lambda known, at: known not in among


def coded(op: str, values: tuple[str, ...], tree: CodeTree) -> Test:
    """Operators on codes. A fact above a wanted code is unknown: it may yet be that one.

    `under` is met by a wanted code and everything below it, the others by the very code only.
    """
    wanted = frozenset(values)
    above = frozenset(code for value in values for code in tree.ancestors(value)) - wanted
    downwards = op == "under"

    def inside(known: str, at: date) -> bool | None:
        if known in wanted or (downwards and not wanted.isdisjoint(tree.ancestors(known))):
            return True
        return None if known in above else False

    def outside(known: str, at: date) -> bool | None:
        answer = inside(known, at)
        return None if answer is None else not answer

    return outside if op in ("!=", "not_in") else inside


def membership(op: str, values: tuple[str, ...]) -> Test:
    """`has_any` and `has_all`; the empty set is known and has none."""
    wanted = frozenset(values)
    if op == "has_any":
        return lambda known, at: not wanted.isdisjoint(known)
    return lambda known, at: wanted <= known


def flagged(value: bool) -> Test:
    """`is`."""
    return lambda known, at: known is value


def aged(op: str, period: Period) -> Test:
    """Ages at a day. On the anniversary both ages hold; a day after `at` fails all three."""
    if op == "age_at_least":
        return lambda known, at: known <= at and add(known, period) <= at
    if op == "age_at_most":
        return lambda known, at: known <= at <= add(known, period)
    return lambda known, at: subtract(at, period) <= known <= at


def never(known: object, at: date) -> bool | None:
    """`human_judged`: people decide it, so it is unknown whatever the facts say."""
    return None


def combine_years(how: str, values: list[Figure]) -> Figure:
    """One figure for several years (at least one): their `sum` or their `mean`."""
    # figures have 20 digits: large ones of both signs leave small ones whole
    with localcontext(prec=60):
        total = sum(values[1:], values[0])
        return total if how == "sum" else total / len(values)
