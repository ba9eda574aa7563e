"""What an amount's parts measure: money, persons, pieces, shares; sums and products are checked."""

from qifu.rulebook.units import UNITS, family

MONEY, RATIO = "CNY", "ratio"
COMPOUND = "several units multiplied"

# The units that a part may be read in. None stands for a bare figure, which can be any of them;
# an empty set for parts that do not fit together.
Unit = frozenset[str] | None
NO_UNIT: frozenset[str] = frozenset()


def of_attribute(unit: str | None) -> Unit:
    """The unit of an attribute after its one conversion: money is CNY, shares are ratios."""
    if unit is None:
        return None
    if family(unit) == "money":
        return frozenset((MONEY,))
    if family(unit) == "ratio":
        return frozenset((RATIO,))
    same = (known for known in UNITS if UNITS[known] == UNITS.get(unit))
    return frozenset((next(same, unit),))


def together(one: Unit, other: Unit) -> Unit:
    """The unit of a sum, a smallest or a choice: both sides must be readable in the same unit."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


def times(one: Unit, other: Unit) -> Unit:
    """The unit of a product; a bare figure may be yuan: 1_000 * employees, 10% * 5_000_000."""
    if one is None and other is None:
        return None
    if one is None or other is None:
        known = one or other or NO_UNIT
        return known | {MONEY} if known else NO_UNIT
    return frozenset(u for a in one for b in other if (u := _product(a, b)) is not None)


def divided(one: Unit, other: Unit) -> Unit:
    """The unit of a quotient; a bare figure by a count may be yuan for each."""
    if other is None:
        return one
    if one is None:
        if RATIO in other:
            return None
        return frozenset((MONEY,)) if any(_is_count(unit) for unit in other) else NO_UNIT
    return frozenset(u for a in one for b in other if (u := _quotient(a, b)) is not None)


def name(unit: Unit) -> str:
    """How a unit is called in a finding."""
    if unit is None:
        return "a bare figure"
    return " or ".join(sorted(unit)) or "no unit"


def _is_count(unit: str) -> bool:
    return unit not in (MONEY, RATIO)


def _product(one: str, other: str) -> str | None:
    if RATIO in (one, other):
        return other if one == RATIO else one
    if MONEY in (one, other):
        return None if one == other else MONEY
    return COMPOUND


def _quotient(one: str, other: str) -> str | None:
    if other == RATIO:
        return one
    if one == other:
        return RATIO
    if RATIO in (one, other) or other == MONEY:
        return None
    return MONEY if one == MONEY else COMPOUND
