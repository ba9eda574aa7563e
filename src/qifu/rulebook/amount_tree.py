"""The typed tree of an amount: every part answers with the range of values that it can have."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Context, Decimal
from typing import NamedTuple, Protocol

from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.facts import Fact, Unfit, read_value
from qifu.rulebook.findings import Finding, RuleError
from qifu.rulebook.units import convert, family

INFINITE = Decimal("Infinity")
ZERO = Decimal(0)
# digits of a figure that count; those beyond are what is left of a division
SETTLED = Context(prec=50)


class Range(NamedTuple):
    """All values from `low` to `high`, both inside; an infinite end has no bound."""

    low: Decimal
    high: Decimal


EVERYTHING = Range(-INFINITE, INFINITE)


class Reader:
    """One evaluation: reads facts, and notes which of those that mattered are unknown."""

    def __init__(self, facts: Mapping[str, object], catalogue: Catalogue, as_of: date) -> None:
        self.facts = facts
        self.catalogue = catalogue
        self.as_of = as_of
        self.unknown: dict[str, None] = {}

    def read(self, name: str, year: int | None) -> Fact | None:
        """The fact, brought into one form, or None; RuleError where it cannot be one."""
        attribute = self.attribute(name)
        key = fact_key(attribute, year, self.as_of)
        value = self.facts.get(key)
        if value is None and year is None and not attribute.declared:
            # a catalogue of bare types does not say which attributes are yearly
            value = self.facts.get(f"{name}@{self.as_of.year - 1}")
        if value is None:
            self.unknown[key] = None
            return None
        try:
            return read_value(value, attribute, self.catalogue)
        except Unfit as error:
            finding = Finding(error.code, key, str(error), value, error.allowed)
            raise RuleError(finding) from None

    def is_above(self, name: str, year: int | None, code: str, wanted: str) -> bool:
        """Whether the fact only says something coarser than what is wanted, and is noted so."""
        attribute = self.attribute(name)
        if attribute.type != "code" or code == wanted:
            return False
        above = self.catalogue.tree(attribute).is_under(wanted, code)
        if above:
            self.unknown[fact_key(attribute, year, self.as_of)] = None
        return above

    def attribute(self, name: str) -> Attribute:
        """The attribute; parsing has made sure that there is one."""
        return self.catalogue.attributes[name]


def fact_key(attribute: Attribute, year: int | None, as_of: date) -> str:
    """The key of the fact that is meant: `year` is a calendar year, or −1 for the last fiscal year.

    A bare name of a yearly attribute means the calendar year before `as_of`.
    """
    if year is None and attribute.period:
        year = -1
    if year is None:
        return attribute.name
    return f"{attribute.name}@{as_of.year + year if year < 0 else year}"


def base_value(number: Decimal, unit: str | None) -> Decimal:
    """Money in CNY and shares as ratios, each converted once; other units stay as they are."""
    if unit is None or family(unit) not in ("money", "ratio"):
        return number
    return convert(number, unit, "CNY" if family(unit) == "money" else "ratio")


class Node(Protocol):
    """A part of an amount that is a number."""

    def range(self, reader: Reader) -> Range:
        """Every value that this part can have, given what is known."""


class Test(Protocol):
    """A condition inside `if`."""

    def holds(self, reader: Reader) -> bool | None:
        """Kleene's three values; None is unknown."""


@dataclass(frozen=True)
class Number:
    """A figure written in the text."""

    value: Decimal

    def range(self, reader: Reader) -> Range:
        return Range(self.value, self.value)


@dataclass(frozen=True)
class Figure:
    """A numeric attribute: its fact, or its catalogue bounds while that is unknown."""

    name: str
    year: int | None

    def range(self, reader: Reader) -> Range:
        value = reader.read(self.name, self.year)
        attribute = reader.attribute(self.name)
        if value is not None:
            assert isinstance(value, Decimal)
            exact = base_value(value, attribute.unit)
            return Range(exact, exact)
        low = -INFINITE if attribute.low is None else base_value(attribute.low, attribute.unit)
        high = INFINITE if attribute.high is None else base_value(attribute.high, attribute.unit)
        return Range(low, high)


@dataclass(frozen=True)
class Sum:
    """Parts added, or taken away where the sign is −1."""

    parts: tuple[tuple[int, Node], ...]

    def range(self, reader: Reader) -> Range:
        low = high = ZERO
        for sign, node in self.parts:
            part = node.range(reader)
            low = _added(low, part.low if sign > 0 else -part.high)
            high = _added(high, part.high if sign > 0 else -part.low)
        return Range(low, high)


def _added(one: Decimal, other: Decimal) -> Decimal:
    total = one + other
    if total and total.is_finite() and total.adjusted() < one.adjusted() - SETTLED.prec:
        return ZERO  # a third three times, less one
    return total


def settled(value: Decimal) -> Decimal:
    """Without the last digits, where a division leaves what it could not divide."""
    return SETTLED.plus(value)


@dataclass(frozen=True)
class Product:
    """Factors, and divisors where `divide` is true, from left to right."""

    first: Node
    rest: tuple[tuple[bool, Node], ...]

    def range(self, reader: Reader) -> Range:
        so_far = self.first.range(reader)
        for divide, node in self.rest:
            other = node.range(reader)
            so_far = quotient(so_far, other) if divide else product(so_far, other)
        return so_far


def product(one: Range, other: Range) -> Range:
    """The range of the product; zero times no bound is zero."""
    ends = [ZERO if ZERO in (a, b) else a * b for a in one for b in other]
    return Range(min(ends), max(ends))


def quotient(one: Range, other: Range) -> Range:
    """The range of the quotient; everything where the divisor is zero or may have either sign.

    A divisor that only touches zero (a number of staff from 0 up) leaves the result its sign.
    """
    low, high = other
    if low == high == 0 or low < 0 < high:
        return EVERYTHING
    beside_zero = INFINITE if high > 0 else -INFINITE
    ends = [_divide(a, b, beside_zero) for a in one for b in other]
    return Range(min(ends), max(ends))


def _divide(number: Decimal, divisor: Decimal, beside_zero: Decimal) -> Decimal:
    if number == 0 or divisor.is_infinite():
        return ZERO
    return number / divisor if divisor else beside_zero.copy_sign(number * beside_zero)


@dataclass(frozen=True)
class Extreme:
    """The smallest or the largest of several parts."""

    largest: bool
    parts: tuple[Node, ...]

    def range(self, reader: Reader) -> Range:
        ranges = [part.range(reader) for part in self.parts]
        pick = max if self.largest else min
        return Range(pick(r.low for r in ranges), pick(r.high for r in ranges))


@dataclass(frozen=True)
class RoundDown:
    """The next multiple of `step` (above zero) at or below the part."""

    part: Node
    step: Decimal

    def range(self, reader: Reader) -> Range:
        low, high = self.part.range(reader)
        return Range(self.floor(low), self.floor(high))

    def floor(self, value: Decimal) -> Decimal:
        if value.is_infinite():
            return value
        return settled(value / self.step).to_integral_value(ROUND_FLOOR) * self.step


@dataclass(frozen=True)
class If:
    """One of two parts; both, taken together, while the condition is unknown."""

    test: Test
    then: Node
    other: Node

    def range(self, reader: Reader) -> Range:
        before = dict(reader.unknown)
        holds = self.test.holds(reader)
        if holds is not None:
            reader.unknown = before  # what is unknown in a settled condition decides nothing
            return (self.then if holds else self.other).range(reader)
        return hull([self.then.range(reader), self.other.range(reader)])


@dataclass(frozen=True)
class Tier:
    """The value of the first step whose limit the part meets, else the last value.

    All limits look the same way: upwards (`<`, `<=`, growing) or downwards (`>`, `>=`, falling).
    """

    part: Node
    steps: tuple[tuple[str, Decimal, Node], ...]
    other: Node

    def range(self, reader: Reader) -> Range:
        before = dict(reader.unknown)
        low, high = self.part.range(reader)
        # of an upward limit the low end meets most, of a downward limit the high end
        most, least = (low, high) if self.steps[0][0].startswith("<") else (high, low)
        possible = []
        for sign, limit, node in self.steps:
            if COMPARE[sign](most, limit):
                possible.append(node)
            if COMPARE[sign](least, limit):
                break
        else:
            possible.append(self.other)
        if len(possible) == 1:
            reader.unknown = before
        return hull([node.range(reader) for node in possible])


def hull(ranges: list[Range]) -> Range:
    """The smallest range that holds them all."""
    return Range(min(r.low for r in ranges), max(r.high for r in ranges))


class _Compare(Protocol):
    def __call__(self, one: Decimal, other: Decimal, /) -> bool: ...


COMPARE: dict[str, _Compare] = {
    "<": lambda a, b: settled(a) < settled(b),
    "<=": lambda a, b: settled(a) <= settled(b),
    ">": lambda a, b: settled(a) > settled(b),
    ">=": lambda a, b: settled(a) >= settled(b),
}
