"""Read the value that a condition compares with: type, unit, bounds, and the test made of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.dates import Period, read_day
from qifu.rulebook.facts import Unfit, in_bounds, read_code, read_member, read_number
from qifu.rulebook.gather import Gather
from qifu.rulebook.operators import (
    AGE,
    CHOICE,
    Test,
    aged,
    chosen,
    coded,
    flagged,
    membership,
    ordered,
)
from qifu.rulebook.units import BASE, convert, convertible, family, same_family

One = Callable[[Any], Any]
# (attribute, operator, value, unit, times) → value and test
Shared = dict[tuple[Any, ...], tuple[Any, Test]]


@dataclass
class ValueReader:
    """Reads values of conditions and says what is wrong with them."""

    catalogue: Catalogue
    gather: Gather
    # thousands of policies use the same few conditions: what was read once is read again from here
    shared: Shared = field(default_factory=dict)

    def read(
        self, doc: Mapping[str, Any], path: str, attribute: Attribute, op: str, times: int = 1
    ) -> tuple[Any, Test] | None:
        """The value in the attribute's own unit and form, and its test; None where it is wrong.

        `times` widens the bounds for a sum over so many years.
        """
        key = (attribute.name, op, repr(doc.get("value")), repr(doc.get("unit")), times)
        found = self.shared.get(key)
        if found is None:
            found = self.read_anew(doc, path, attribute, op, times)
            if found is not None:
                self.shared[key] = found
        return found

    def read_anew(
        self, doc: Mapping[str, Any], path: str, attribute: Attribute, op: str, times: int
    ) -> tuple[Any, Test] | None:
        """As `read`, without looking whether the same has been read before."""
        before = len(self.gather.findings)
        unit = self.unit(doc, path, attribute)
        if "value" not in doc:
            self.gather.say("missing", f"{path}.value", "is missing", None, _expected(op))
            return None
        value, where = doc["value"], f"{path}.value"
        if op in AGE:
            return self.period(value, where, op)
        if op == "is":
            if not isinstance(value, bool):
                self.gather.say("type", where, "must be true or false", value, "true, false")
                return None
            return value, flagged(value)
        one = self.reader_of_one(attribute, unit, times)
        if op == "between":
            pair = self.each(value, where, one, "a list of two: [low, high]", exactly=2)
            if pair and len(pair) == 2 and pair[0] > pair[1]:
                self.gather.say("reversed", where, "the low end is above the high end", value)
            read = pair
        elif op in (*CHOICE, "has_any", "has_all") or (op == "under" and _is_list(value)):
            read = self.each(value, where, one, "a list that is not empty: [a, b]")
        else:
            found = self.one(value, where, one)
            read = None if found is None else (found,)
        if read is None or len(self.gather.findings) > before:
            return None
        single = op not in ("between", *CHOICE, "under", "has_any", "has_all")
        return (read[0] if single else read), self.test(attribute, op, read)

    def test(self, attribute: Attribute, op: str, read: tuple[Any, ...]) -> Test:
        """The test of a value that has been read."""
        if attribute.type == "code":
            return coded(op, read, self.catalogue.tree(attribute))
        if attribute.type == "set":
            return membership(op, read)
        if op in CHOICE:
            return chosen(op, read)
        return ordered(op, read if op == "between" else read[0])

    def unit(self, doc: Mapping[str, Any], path: str, attribute: Attribute) -> str | None:
        """The unit to convert from; None where nothing is to be converted."""
        unit, where, own = doc.get("unit"), f"{path}.unit", attribute.unit
        if unit is None:
            if own is not None:
                allowed = same_family(own)
                self.gather.say("unit", where, "the figure needs its unit", None, allowed)
            return None
        if not isinstance(unit, str):
            self.gather.say("unit", where, "must be text", unit, own or "")
            return None
        if own is None and not attribute.declared and attribute.numeric:
            own = BASE.get(family(unit))
        if own is None:
            self.gather.say("unit", where, f"{attribute.name} has no unit", unit)
            return None
        if not convertible(unit, own):
            message = f"{attribute.name} is counted in {own}"
            self.gather.say("unit", where, message, unit, same_family(own))
            return None
        return unit

    def reader_of_one(self, attribute: Attribute, unit: str | None, times: int) -> One:
        """What reads a single value of this attribute."""
        if attribute.numeric:
            own = attribute.unit or BASE.get(family(unit or ""), "")
            return lambda value: _figure(value, attribute, unit, own, times)
        if attribute.type == "date":
            return _day
        if attribute.type == "code":
            return lambda value: read_code(value, attribute, self.catalogue)
        return lambda value: read_member(value, attribute)

    def one(self, value: Any, path: str, one: One) -> Any:
        """A single value, or None and a finding."""
        if value is None or _is_list(value) or isinstance(value, Mapping):
            self.gather.say("type", path, "must be a single value", value)
            return None
        try:
            return one(value)
        except Unfit as error:
            self.gather.unfit(error, path, value)
            return None

    def each(
        self, value: Any, path: str, one: One, allowed: str, exactly: int | None = None
    ) -> tuple[Any, ...] | None:
        """A list of values, or None and findings."""
        if not _is_list(value):
            self.gather.say("type", path, "must be a list", value, allowed)
            return None
        if not value:
            self.gather.say("empty", path, "an empty list decides nothing", [], allowed)
            return None
        if exactly is not None and len(value) != exactly:
            self.gather.say("type", path, f"must have {exactly} ends", list(value), allowed)
            return None
        read = tuple(self.one(item, f"{path}[{i}]", one) for i, item in enumerate(value))
        return None if None in read else read

    def period(self, value: Any, path: str, op: str) -> tuple[Period, Test] | None:
        """An ISO period and its test."""
        try:
            period = Period.parse(value)
        except ValueError:
            message = "must be an ISO period"
            self.gather.say("type", path, message, value, "P6M, P5Y, P1Y6M, P90D")
            return None
        return period, aged(op, period)


def _figure(value: object, attribute: Attribute, unit: str | None, own: str, times: int) -> Decimal:
    number = read_number(value)
    if unit is not None:
        number = convert(number, unit, own)
    whole = number == number.to_integral_value()
    if attribute.type == "integer" and not whole:
        raise Unfit("must be a whole number", "3", "type")
    in_bounds(number, attribute, times)
    return number


def _day(value: object) -> Any:
    try:
        return read_day(value)
    except ValueError:
        raise Unfit("must be a day", "2026-11-22", "type") from None


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _expected(op: str) -> str:
    if op in AGE:
        return "an ISO period: P5Y"
    if op in ("between", *CHOICE, "has_any", "has_all"):
        return "a list"
    return "true, false" if op == "is" else "a value"
