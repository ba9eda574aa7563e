"""The size rule as data: dated limits by industry group, and which industry belongs where."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol, TypeVar

from qifu.rulebook.codes import CodeTree
from qifu.rulebook.dates import read_day
from qifu.rulebook.documents import Document, load_one
from qifu.rulebook.facts import Unfit, read_number
from qifu.rulebook.findings import Finding, RuleError

_INDUSTRY = re.compile(r"[A-T](\d{2,4})?", re.ASCII)
LOWER = ("large", "medium", "small")
_TOP = ("version", "sources", "indicators", "categories", "mappings")
_FINER_ZH = "请给出更细的行业代码：{code} 之下的行业分属不同的划型类别（{groups}）。"
_FINER_EN = "Give a finer industry code: below {code} the industries belong to different groups."
_NOWHERE_ZH = "行业代码 {code} 不在划型办法的行业表里。"
_NOWHERE_EN = "The industry code {code} is not in the table of the size rule."


class NoValueOn(LookupError):
    """A dated figure was asked for a day without one; the text says from when there is one."""


class _Dated(Protocol):
    @property
    def start(self) -> date: ...
    @property
    def end(self) -> date | None: ...


_D = TypeVar("_D", bound=_Dated)


def on_day(values: tuple[_D, ...], day: date, what: str) -> _D:
    """The value in force on a day; NoValueOn names the days that are known.

    >>> on_day((), date(2010, 1, 1), "size thresholds")
    Traceback (most recent call last):
    qifu.rulebook.size_rules.NoValueOn: size thresholds have no value on 2010-01-01
    """
    for value in values:
        if value.start <= day and (value.end is None or day <= value.end):
            return value
    known = f"{what} have no value on {day}"
    if values and day < (first := min(value.start for value in values)):
        known += f": they start on {first}"
    elif values:
        known += f": they end on {max(v.end or date.min for v in values if v.start <= day)}"
    raise NoValueOn(known)


@dataclass(frozen=True)
class IndicatorName:
    """What is measured, its unit (person or CNY) and its names."""

    code: str
    unit: str
    zh: str
    en: str


@dataclass(frozen=True)
class Limits:
    """The lower limits of one group in one span of days, persons or yuan."""

    start: date
    end: date | None
    source: str
    clause: str
    lower: Mapping[str, Mapping[str, Decimal]]

    @property
    def used(self) -> frozenset[str]:
        """The indicators that occur in it."""
        return frozenset(name for limits in self.lower.values() for name in limits)


@dataclass(frozen=True)
class Category:
    """A group of industries with limits of its own."""

    code: str
    name_zh: str
    name_en: str
    limits: tuple[Limits, ...]

    def on(self, day: date) -> Limits:
        """The limits in force on a day; NoValueOn where there are none."""
        return on_day(self.limits, day, "size thresholds")


@dataclass(frozen=True)
class Place:
    """Where an industry belongs: a group, or the reason why to none."""

    category: str | None
    reason_zh: str = ""
    reason_en: str = ""


@dataclass(frozen=True)
class IndustryMap:
    """Beginnings of industry codes and where they belong, in one span of days."""

    start: date
    end: date | None
    source: str
    places: Mapping[str, Place]
    names: Mapping[str, str]

    def place(self, code: str) -> Place:
        """Where a code belongs: its longest known beginning decides, unless the code is too coarse.

        A code below which the industries belong to different groups (G, K70, G59) has no place.
        """
        beginnings = (code[:n] for n in range(len(code), 0, -1))
        own = next((self.places[b] for b in beginnings if b in self.places), None)
        below = [p for known, p in self.places.items() if known.startswith(code) and known != code]
        groups = {p.category for p in below} | ({own.category} if own else set())
        if below and len(groups) > 1:
            names = [name for group, name in self.names.items() if group in groups]
            shown = "、".join(names + ["不适用"] * (None in groups))
            return Place(
                None, _FINER_ZH.format(code=code, groups=shown), _FINER_EN.format(code=code)
            )
        if own is None and below:
            own = below[0]
        return own or Place(None, _NOWHERE_ZH.format(code=code), _NOWHERE_EN.format(code=code))


@dataclass(frozen=True)
class SizeRules:
    """All of it: sources (code → name zh, en), indicators, groups and the maps of industries."""

    sources: Mapping[str, tuple[str, str]]
    indicators: Mapping[str, IndicatorName]
    categories: Mapping[str, Category]
    mappings: tuple[IndustryMap, ...]

    def mapping(self, day: date) -> IndustryMap:
        """The map in force on a day; NoValueOn where there is none."""
        return on_day(self.mappings, day, "size thresholds")


def load_sizes(path: Path, industries: CodeTree | None = None) -> SizeRules:
    """The rules of a pack's sizes.yaml; RuleError with every finding, with file and line."""
    return parse_sizes(load_one(path), industries)


def parse_sizes(
    document: Document | Mapping[str, Any], industries: CodeTree | None = None
) -> SizeRules:
    """The rules in a document or in its data; days may be ISO text, as JSON keeps them.

    With the tree of industries every code of the map must be in it and every class of it must
    have a place. RuleError with every finding.
    """
    held = document if isinstance(document, Document) else Document(document)
    return _Reading(held, industries).rules()


class _Reading:
    """One reading of a size document that gathers every mistake."""

    def __init__(self, document: Document, industries: CodeTree | None) -> None:
        self.document = document
        self.industries = industries
        self.findings: list[Finding] = []

    def say(
        self, code: str, path: str, message: str, found: object = None, allowed: str = ""
    ) -> None:
        line = self.document.lines.get(path)
        file = self.document.file
        self.findings.append(Finding(code, path, message, found, allowed, file, line))

    def rules(self) -> SizeRules:
        doc = self.table(self.document.data, "", _TOP)
        sources = {
            code: self.names(self.table(row, where, ("name", "issued")), "name", where)
            for code, row, where in self.rows(doc, "sources")
        }
        indicators = {}
        for code, row, where in self.rows(doc, "indicators"):
            values = self.table(row, where, ("unit", "name"))
            unit = self.one_of(values.get("unit"), f"{where}.unit", ("person", "CNY"))
            indicators[code] = IndicatorName(code, unit, *self.names(values, "name", where))
        categories: dict[str, Category] = {}
        for n, row in enumerate(self.list(doc.get("categories"), "categories")):
            category = self.category(row, f"categories[{n}]", sources, indicators)
            if category.code in categories:
                path = f"categories[{n}].code"
                self.say("duplicate", path, "this group stands twice", category.code)
            categories[category.code] = category
        mappings = tuple(
            self.mapping(row, f"mappings[{n}]", sources, categories)
            for n, row in enumerate(self.list(doc.get("mappings"), "mappings"))
        )
        self.apart(mappings, "mappings")
        if self.findings:
            raise RuleError(self.findings)
        return SizeRules(sources, indicators, categories, mappings)

    def category(
        self,
        row: Any,
        path: str,
        sources: Mapping[str, object],
        indicators: Mapping[str, IndicatorName],
    ) -> Category:
        values = self.table(row, path, ("code", "name", "thresholds"))
        code = values.get("code")
        if not isinstance(code, str) or not code:
            self.say("type", f"{path}.code", "must be a code", code, "industry")
            code = path
        limits = []
        for n, span in enumerate(self.list(values.get("thresholds"), f"{path}.thresholds")):
            where = f"{path}.thresholds[{n}]"
            known = self.table(span, where, ("from", "to", "source", "clause", *LOWER))
            start, end = self.days(known, where)
            source = self.one_of(known.get("source"), f"{where}.source", tuple(sources))
            clause = known.get("clause") or ""
            lower = {
                size: self.lower(known.get(size), f"{where}.{size}", indicators) for size in LOWER
            }
            self.falling(lower, where)
            limits.append(Limits(start, end, source, str(clause), lower))
        self.apart(tuple(limits), f"{path}.thresholds")
        return Category(code, *self.names(values, "name", path), tuple(limits))

    def lower(
        self, value: Any, path: str, indicators: Mapping[str, IndicatorName]
    ) -> Mapping[str, Decimal]:
        limits = {}
        values = self.table(value, path, tuple(indicators))
        if not values:
            self.say("empty", path, "a size needs at least one limit", value, ", ".join(indicators))
        for name, limit in values.items():
            try:
                number = read_number(limit)
            except Unfit as error:
                self.say("type", f"{path}.{name}", str(error), limit, error.allowed)
                continue
            if number <= 0:
                self.say("bounds", f"{path}.{name}", "a limit is above zero", limit, "300")
            limits[name] = number
        return limits

    def falling(self, lower: Mapping[str, Mapping[str, Decimal]], path: str) -> None:
        """The sizes use the same indicators, and a smaller size never asks for more."""
        for size, below in zip(LOWER, LOWER[1:], strict=False):
            if set(lower[size]) != set(lower[below]):
                message = f"must have the same indicators as {size}"
                found = ", ".join(lower[below])
                self.say("limits", f"{path}.{below}", message, found, ", ".join(lower[size]))
            for name, limit in lower[below].items():
                if limit >= lower[size].get(name, limit + 1):
                    where = f"{path}.{below}.{name}"
                    allowed = f"less than {lower[size][name]}"
                    self.say("limits", where, f"not below that of {size}", limit, allowed)

    def mapping(
        self,
        row: Any,
        path: str,
        sources: Mapping[str, object],
        categories: Mapping[str, Category],
    ) -> IndustryMap:
        values = self.table(row, path, ("from", "to", "source", "covers", "not_covered"))
        start, end = self.days(values, path)
        source = self.one_of(values.get("source"), f"{path}.source", tuple(sources))
        places: dict[str, Place] = {}
        for code, codes, where in self.rows(values, "covers", path):
            self.one_of(code, where, tuple(categories))
            self.places(codes, where, Place(code), places)
        for n, entry in enumerate(self.list(values.get("not_covered"), f"{path}.not_covered")):
            where = f"{path}.not_covered[{n}]"
            known = self.table(entry, where, ("codes", "reason"))
            reason = self.names(known, "reason", where)
            self.places(known.get("codes"), f"{where}.codes", Place(None, *reason), places)
        names = {code: category.name_zh for code, category in categories.items()}
        found = IndustryMap(start, end, source, places, names)
        for code in self.industries or ():
            leaf = self.industries is not None and not self.industries.children(code)
            if leaf and not any(code.startswith(known) for known in places):
                self.say("gap", path, "this industry has no place", code, "covers, not_covered")
        return found

    def places(self, codes: Any, path: str, place: Place, into: dict[str, Place]) -> None:
        for code in self.list(codes, path):
            if not isinstance(code, str) or not _INDUSTRY.fullmatch(code):
                self.say("code", path, "no industry code", code, "A, F51, G591, K7010")
            elif code in into:
                self.say("duplicate", path, "this code stands twice", code)
            elif self.industries is not None and not self.industries.has(code):
                self.say("code", path, "not in the tree", code, self.industries.describe())
            else:
                into[code] = place

    # the small parts

    def table(self, value: Any, path: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self.say("type", path, "must be a mapping", value, ", ".join(keys))
            return {}
        for key in value:
            if key not in keys:
                where = f"{path}.{key}" if path else key
                self.say("unknown_key", where, "unknown key", key, ", ".join(keys))
        return value

    def rows(
        self, values: Mapping[str, Any], key: str, path: str = ""
    ) -> list[tuple[str, Any, str]]:
        """The entries of a mapping under `key` as (code, value, path)."""
        where = f"{path}.{key}" if path else key
        entries = values.get(key)
        if not isinstance(entries, Mapping) or not entries:
            self.say("type", where, "must be a mapping that is not empty", entries)
            return []
        return [(str(code), row, f"{where}.{code}") for code, row in entries.items()]

    def list(self, value: Any, path: str) -> Sequence[Any]:
        if not isinstance(value, list) or not value:
            self.say("type", path, "must be a list that is not empty", value)
            return ()
        return value

    def names(self, values: Mapping[str, Any], key: str, path: str) -> tuple[str, str]:
        words = self.table(values.get(key), f"{path}.{key}", ("zh", "en"))
        for language in ("zh", "en"):
            if not isinstance(words.get(language), str):
                where = f"{path}.{key}.{language}"
                self.say("type", where, "must be a text", words.get(language))
        return str(words.get("zh", "")), str(words.get("en", ""))

    def one_of(self, value: Any, path: str, allowed: tuple[str, ...]) -> str:
        if value not in allowed:
            self.say("reference", path, "not known here", value, ", ".join(allowed))
        return str(value)

    def days(self, values: Mapping[str, Any], path: str) -> tuple[date, date | None]:
        try:
            start = read_day(values.get("from"))
        except ValueError:
            self.say("type", f"{path}.from", "must be a day", values.get("from"), "2011-06-18")
            return date.min, None
        try:
            end = None if values.get("to") is None else read_day(values["to"])
        except ValueError:
            self.say("type", f"{path}.to", "must be a day or null", values["to"], "2026-12-31")
            return start, None
        if end is not None and end < start:
            self.say("bounds", f"{path}.to", "must not be before `from`", end, f"from {start}")
        return start, end

    def apart(self, spans: tuple[_Dated, ...], path: str) -> None:
        """Spans of days do not overlap, so that every day has one value at most."""
        ordered = sorted(spans, key=lambda span: span.start)
        for before, after in zip(ordered, ordered[1:], strict=False):
            if before.end is None or before.end >= after.start:
                message = "two spans of days overlap"
                self.say("overlap", path, message, f"{before.start} … and {after.start} …")
