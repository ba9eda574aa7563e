"""What a policy is worth to each of many enterprises: the amount's tree over whole columns.

The official figure is the Decimal one of `amounts`; this is the same range in floats, not rounded,
for adding up. Both agree to a fen or to a billionth, whichever is more: figures that differ by less
than `NEAR` of their size are taken as equal, so that 0.1 + 0.2 meets a limit of 0.3.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from qifu.rulebook.amount_tests import Comparison, Every, Flag, Has, Not, Same, Some, Under
from qifu.rulebook.amount_tree import (
    Extreme,
    Figure,
    If,
    Node,
    Number,
    Product,
    RoundDown,
    Sum,
    Test,
    Tier,
    base_value,
    fact_key,
)
from qifu.rulebook.amounts import MOST_DIGITS, AmountExpr
from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.engine.coding import Array
from qifu.rulebook.engine.columns import Columns, Three

# floats of one reckoning are off by less than this share of their size
NEAR = 1e-12
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_ENDLESS = 10.0 ** (MOST_DIGITS + 1)


class Ends(NamedTuple):
    """The two ends of each enterprise's amount in CNY, float64; an infinite one has no bound."""

    low: Any
    high: Any


def estimate(expr: AmountExpr, columns: Columns, catalogue: Catalogue, *, as_of: date) -> Ends:
    """The range of the amount for every row, as if all conditions held.

    An unknown input takes the bounds of the catalogue. A fact outside them is taken as it stands.
    """
    with np.errstate(all="ignore"):
        low, high = _Estimate(columns, catalogue, as_of).range(expr.root)
        low = np.where(np.abs(low) >= _ENDLESS, -np.inf, low)
        high = np.where(np.abs(high) >= _ENDLESS, np.inf, high)
    return Ends(*(np.broadcast_to(end, (columns.size,)) for end in (low, high)))


def keys_read(expr: AmountExpr, catalogue: Catalogue, *, as_of: date) -> tuple[str, ...]:
    """The columns that an estimate reads: those of the facts, and where it looks instead."""
    bare = (
        f"{name}@{as_of.year - 1}"
        for name, year in expr.reads
        if year is None and not catalogue.attributes[name].declared
    )
    return tuple(dict.fromkeys((*expr.keys(catalogue, as_of=as_of), *bare)))


@dataclass
class _Estimate:
    columns: Columns
    catalogue: Catalogue
    as_of: date

    def range(self, node: Node) -> Ends:
        """The ends of a part; a figure of the text stays a single number."""
        match node:
            case Number(value):
                return Ends(float(value), float(value))
            case Figure(name, year):
                return self.figure(self.catalogue.attributes[name], year)
            case Sum(parts):
                return self.sum(parts)
            case Product(first, rest):
                so_far = self.range(first)
                for divide, part in rest:
                    other = self.range(part)
                    so_far = _quotient(so_far, other) if divide else _product(so_far, other)
                return so_far
            case Extreme(largest, parts):
                pick = np.maximum if largest else np.minimum
                ends = [self.range(part) for part in parts]
                low, high = ends[0]
                for other in ends[1:]:
                    low, high = pick(low, other.low), pick(high, other.high)
                return Ends(low, high)
            case RoundDown(part, step):
                low, high = self.range(part)
                return Ends(_floor(low, float(step)), _floor(high, float(step)))
            case If(test, then, other):
                holds = self.holds(test)
                return _either(holds, self.range(then), self.range(other))
            case Tier(part, steps, other):
                return self.tier(self.range(part), steps, other)
        raise TypeError(f"not a part of an amount: {node}")

    def figure(self, attribute: Attribute, year: int | None) -> Ends:
        """An attribute in CNY or as a ratio; its bounds where it is unknown."""
        values = self.columns.numbers(fact_key(attribute, year, self.as_of))
        if year is None and not attribute.declared:
            # a catalogue of bare types does not say which attributes are yearly
            before = f"{attribute.name}@{self.as_of.year - 1}"
            if before in self.columns.names:
                values = np.where(np.isnan(values), self.columns.numbers(before), values)
        factor = float(base_value(Decimal(1), attribute.unit))
        low = -np.inf if attribute.low is None else float(attribute.low) * factor
        high = np.inf if attribute.high is None else float(attribute.high) * factor
        missing = np.isnan(values)
        return Ends(
            np.where(missing, low, values * factor), np.where(missing, high, values * factor)
        )

    def sum(self, parts: tuple[tuple[int, Node], ...]) -> Ends:
        """Parts added or taken away."""
        low: Any = 0.0
        high: Any = 0.0
        for sign, node in parts:
            part = self.range(node)
            low = _added(low, part.low if sign > 0 else -part.high)
            high = _added(high, part.high if sign > 0 else -part.low)
        return Ends(low, high)

    def tier(self, part: Ends, steps: tuple[tuple[str, Decimal, Node], ...], other: Node) -> Ends:
        """The hull of the steps that the part may fit."""
        most, least = part if steps[0][0].startswith("<") else (part.high, part.low)
        low, high = np.full(self.columns.size, np.inf), np.full(self.columns.size, -np.inf)
        going = np.ones(self.columns.size, bool)
        for sign, limit, node in steps:
            value = self.range(node)
            here = going & _compare(sign, most, float(limit))
            low = np.where(here, np.minimum(low, value.low), low)
            high = np.where(here, np.maximum(high, value.high), high)
            going = going & ~_compare(sign, least, float(limit))
        value = self.range(other)
        return Ends(
            np.where(going, np.minimum(low, value.low), low),
            np.where(going, np.maximum(high, value.high), high),
        )

    def holds(self, test: Test) -> Three:
        """A condition of an `if`."""
        match test:
            case Comparison(left, sign, right):
                return self.compared(self.range(left), sign, self.range(right))
            case Flag(name, year):
                return self.columns.flags(self.key(name, year))
            case Has(name, year, member):
                return self.columns.members(self.key(name, year), (member,))
            case Same(name, year, equal, value):
                holds = self.coded(name, year, value, below=False)
                return holds if equal else holds.turned()
            case Under(name, year, value):
                return self.coded(name, year, value, below=True)
            case Not(part):
                return self.holds(part).turned()
            case Every(parts):
                found = [self.holds(part) for part in parts]
                sure, may = zip(*found, strict=True)
                return Three(np.logical_and.reduce(sure), np.logical_and.reduce(may))
            case Some(parts):
                found = [self.holds(part) for part in parts]
                sure, may = zip(*found, strict=True)
                return Three(np.logical_or.reduce(sure), np.logical_or.reduce(may))
        raise TypeError(f"not a condition of an amount: {test}")

    def key(self, name: str, year: int | None) -> str:
        return fact_key(self.catalogue.attributes[name], year, self.as_of)

    def coded(self, name: str, year: int | None, wanted: str, *, below: bool) -> Three:
        """A code that is the wanted one, or below it; above it, or of no tree, it is unknown."""
        attribute = self.catalogue.attributes[name]
        if attribute.type != "code":
            return self.columns.answers(self.key(name, year), lambda found: found == wanted)
        tree = self.catalogue.tree(attribute)

        def answer(found: str) -> bool | None:
            if not tree.has(found):
                return None
            found = tree.normalise(found)
            if found == wanted or (below and tree.is_under(found, wanted)):
                return True
            return None if tree.is_under(wanted, found) else False

        return self.columns.answers(self.key(name, year), answer)

    def compared(self, left: Ends, sign: str, right: Ends) -> Three:
        """Two numbers compared; unknown while their ranges leave both answers open."""
        if sign in ("==", "!="):
            apart = _compare("<", left.high, right.low) | _compare("<", right.high, left.low)
            same = (
                _compare("==", left.low, left.high)
                & _compare("==", right.low, right.high)
                & _compare("==", left.low, right.low)
                & np.isfinite(left.low)
            )
            equal = Three(self.each(same), self.each(~apart))
            return equal if sign == "==" else equal.turned()
        sure, never = _surely(left, sign, right), _surely(left, _OPPOSITE[sign], right)
        return Three(self.each(sure), self.each(~never))

    def each(self, found: Any) -> Array:
        """An answer for every row, also where it is the same for all."""
        return np.broadcast_to(np.asarray(found, bool), (self.columns.size,))


def _surely(left: Ends, sign: str, right: Ends) -> Any:
    near, far = (left.high, right.low) if sign.startswith("<") else (left.low, right.high)
    # two ends without bound say nothing about each other
    return _compare(sign, near, far) & ~(np.isinf(near) & np.isinf(far))


def _compare(sign: str, one: Any, other: Any) -> Any:
    """A comparison in which figures that differ only by how floats are written are equal."""
    same = (one == other) | (np.abs(one - other) <= NEAR * np.maximum(np.abs(one), np.abs(other)))
    same = same & ((one == other) | (np.isfinite(one) & np.isfinite(other)))
    if sign == "==":
        return same
    if sign.startswith("<"):
        return same | (one < other) if sign == "<=" else ~same & (one < other)
    return same | (one > other) if sign == ">=" else ~same & (one > other)


def _either(holds: Three, then: Ends, other: Ends) -> Ends:
    low = np.minimum(then.low, other.low)
    high = np.maximum(then.high, other.high)
    return Ends(
        np.where(holds.sure, then.low, np.where(holds.may, low, other.low)),
        np.where(holds.sure, then.high, np.where(holds.may, high, other.high)),
    )


def _added(one: Any, other: Any) -> Any:
    total = one + other
    # what is left where two figures cancel is how floats are written
    nothing = np.abs(total) <= NEAR * np.maximum(np.abs(one), np.abs(other))
    return np.where(nothing & np.isfinite(total), 0.0, total)


def _floor(value: Any, step: float) -> Any:
    steps = value / step
    near = np.rint(steps)
    close = np.abs(steps - near) <= NEAR * np.maximum(1.0, np.abs(steps))
    floored = np.where(close, near, np.floor(steps)) * step
    return np.where(np.isinf(value), value, floored)


def _product(one: Ends, other: Ends) -> Ends:
    """Zero times no bound is zero."""
    ends = [np.where((a == 0) | (b == 0), 0.0, a * b) for a in one for b in other]
    return _hull(ends)


def _quotient(one: Ends, other: Ends) -> Ends:
    """Everything where the divisor is zero or may have either sign."""
    low, high = other
    open_ = ((low == 0) & (high == 0)) | ((low < 0) & (high > 0))
    beside_zero = np.where(np.asarray(high) > 0, np.inf, -np.inf)
    found = _hull([_divided(a, b, beside_zero) for a in one for b in other])
    return Ends(np.where(open_, -np.inf, found.low), np.where(open_, np.inf, found.high))


def _divided(number: Any, divisor: Any, beside_zero: Any) -> Any:
    result = np.where(divisor == 0, np.sign(number) * beside_zero, number / divisor)
    return np.where((number == 0) | np.isinf(divisor), 0.0, result)


def _hull(ends: list[Any]) -> Ends:
    return Ends(np.minimum.reduce(ends), np.maximum.reduce(ends))
