"""What a policy has to give in all: so much money, so many firms."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qifu.rulebook.facts import Unfit, read_number
from qifu.rulebook.gather import Gather
from qifu.rulebook.units import convert, convertible, same_family

_FORM = "{total: 5000, unit: 万元, firms: 100}"


@dataclass(frozen=True)
class Budget:
    """At most `total` yuan for at most so many `firms`; None is no limit."""

    total: Decimal | None = None
    firms: int | None = None


def read_budget(value: Any, gather: Gather) -> Budget:
    """`budget: {total, unit, firms}` of a policy; no limits where it is absent or wrong."""
    if value is None:
        return Budget()
    doc = gather.mapping(value, "budget", _FORM)
    if doc is None:
        return Budget()
    gather.keys(doc, ("total", "unit", "firms"), "budget")
    total, firms, unit = doc.get("total"), doc.get("firms"), doc.get("unit")
    if total is None and firms is None:
        gather.say("missing", "budget", "says neither total nor firms", dict(doc), _FORM)
    if firms is not None and (isinstance(firms, bool) or not isinstance(firms, int) or firms < 1):
        gather.say("type", "budget.firms", "must be a whole number from 1", firms, "100")
        firms = None
    return Budget(None if total is None else _total(total, unit, gather), firms)


def _total(total: Any, unit: Any, gather: Gather) -> Decimal | None:
    try:
        number = read_number(total)
    except Unfit as error:
        gather.unfit(error, "budget.total", total)
        return None
    if not isinstance(unit, str) or not convertible(unit, "CNY"):
        gather.say("unit", "budget.unit", "the figure needs its unit", unit, same_family("CNY"))
        return None
    if number <= 0:
        gather.say("bounds", "budget.total", "a budget is above zero", total)
        return None
    return convert(number, unit, "CNY")
