"""What is known about one enterprise: flat facts, read strictly and brought into one form."""

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.dates import read_day
from qifu.rulebook.findings import Finding, RuleError

Fact = Decimal | date | bool | str | frozenset[str]
Facts = Mapping[str, Fact]

# The column that says whose facts these are; it is no fact and no condition can read it.
IDENTITY = "enterprise_id"
# Decimal keeps 28 digits: a figure near that is a mistake, and a huge exponent eats all memory.
MOST_DIGITS = 20
_KEY = re.compile(r"([A-Za-z_]\w*)(?:@(\d{4}))?", re.ASCII)


class Unfit(ValueError):
    """A value that an attribute cannot have; `allowed` says what it can."""

    def __init__(self, message: str, allowed: str = "", code: str = "value") -> None:
        super().__init__(message)
        self.allowed = allowed
        self.code = code


def read_number(value: object) -> Decimal:
    """A finite number, exactly as written; Unfit for text, true and false, NaN and infinity."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Unfit("must be a number", "12, 0.05", "type")
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:  # pragma: no cover - str() of a float is always a number
        raise Unfit("must be a number", "12, 0.05", "type") from None
    if not number.is_finite():
        raise Unfit("must be a finite number", "12, 0.05", "type")
    if number.adjusted() > MOST_DIGITS or len(number.as_tuple().digits) > MOST_DIGITS:
        raise Unfit("too many digits", f"at most {MOST_DIGITS} digits", "bounds")
    return number


def in_bounds(number: Decimal, attribute: Attribute, times: int = 1) -> None:
    """Unfit where a number lies outside the bounds (`times` as wide for a sum over years)."""
    low, high = attribute.low, attribute.high
    too_low = low is not None and number < low * times
    too_high = high is not None and number > high * times
    if too_low or too_high:
        ends = " to ".join("…" if end is None else f"{end * times:f}" for end in (low, high))
        unit = f" {attribute.unit}" if attribute.unit else ""
        raise Unfit("outside the catalogue's bounds", ends + unit, "bounds")


def read_code(value: object, attribute: Attribute, catalogue: Catalogue) -> str:
    """A node of the attribute's tree, as the tree writes it."""
    tree = catalogue.tree(attribute)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        raise Unfit("codes are text: put it in quotes", tree.describe(), "type")
    if not isinstance(value, str):
        raise Unfit("must be a code", tree.describe(), "type")
    if not tree.has(value):
        raise Unfit(f"no such code in the tree '{tree.name}'", tree.describe(), "code")
    return tree.normalise(value)


def read_member(value: object, attribute: Attribute) -> str:
    """One member of a set, or a text: one of the options where the catalogue has some."""
    if not isinstance(value, str) or not value.strip():
        raise Unfit("must be text that is not empty", ", ".join(attribute.option_codes), "type")
    if attribute.options and value not in attribute.option_codes:
        raise Unfit("not among the options", ", ".join(attribute.option_codes), "option")
    return value


def read_value(value: object, attribute: Attribute, catalogue: Catalogue) -> Fact:
    """A known value in the attribute's one form; Unfit where it cannot be one."""
    if attribute.numeric:
        number = read_number(value)
        if attribute.type == "integer" and number != number.to_integral_value():
            raise Unfit("must be a whole number", "3", "type")
        in_bounds(number, attribute)
        return number
    if attribute.type == "date":
        try:
            return read_day(value)
        except ValueError:
            raise Unfit("must be a day", "2026-11-22", "type") from None
    if attribute.type == "flag":
        if not isinstance(value, bool):
            raise Unfit("must be true or false", "true, false", "type")
        return value
    if attribute.type == "code":
        return read_code(value, attribute, catalogue)
    if attribute.type == "set":
        if not isinstance(value, list | tuple | set | frozenset):
            raise Unfit("must be a list of texts; an empty list is known", "[a, b], []", "type")
        if any(member is None for member in value):
            raise Unfit("null inside a set says nothing: leave it out", "[a, b], []", "null")
        return frozenset(read_member(member, attribute) for member in value)
    return read_member(value, attribute)


@lru_cache(maxsize=4096)
def split_key(key: str) -> tuple[str, int | None]:
    """`revenue@2025` → (revenue, 2025), `region` → (region, None); ValueError for other text."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise ValueError(f"not a fact's key: {key!r}")
    return found[1], int(found[2]) if found[2] else None


def read_facts(
    facts: Mapping[str, Any], catalogue: Catalogue, *, file: str = ""
) -> dict[str, Fact]:
    """Facts in one form: numbers exact, days, codes as the tree writes them, sets frozen.

    Null means unknown and is left out. RuleError holds every bad key and value.
    """
    if not isinstance(facts, Mapping):
        message = "facts are a mapping of attribute to value"
        raise RuleError(Finding("type", "", message, facts, '{"revenue@2025": 1}', file))
    known: dict[str, Fact] = {}
    findings = []
    for key, value in facts.items():
        if key == IDENTITY:
            continue
        try:
            attribute = _attribute(key, catalogue)
            if value is not None:
                known[key] = read_value(value, attribute, catalogue)
        except Unfit as error:
            findings.append(Finding(error.code, str(key), str(error), value, error.allowed, file))
    if findings:
        raise RuleError(findings)
    return known


def _attribute(key: object, catalogue: Catalogue) -> Attribute:
    try:
        name, year = split_key(str(key))
    except ValueError:
        raise Unfit("not a fact's key", "region, revenue@2025", "key") from None
    attribute = catalogue.get(name)
    if attribute is None:
        allowed = similar(name, catalogue.attributes)
        raise Unfit("no such attribute in the catalogue", allowed, "unknown_attribute")
    if attribute.declared and attribute.period and year is None:
        raise Unfit("a yearly attribute needs its year", f"{name}@2025", "period")
    if attribute.declared and not attribute.period and year is not None:
        raise Unfit("this attribute has no years", name, "period")
    return attribute


def similar(name: str, names: Iterable[str]) -> str:
    """The names that look most like this one, or a few of them, for a finding."""
    known = sorted(names)
    close = difflib.get_close_matches(name, known, n=3)
    return ", ".join(close or known[:5]) + ("" if len(known) <= len(close or known[:5]) else " …")


def plain(value: object) -> Any:
    """A fact as JSON writes it: whole numbers as integers, days as text, sets sorted."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(value)
    return value
