"""The catalogue of attributes: what can be known about an enterprise, its type, unit and words."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from qifu.rulebook.codes import CodeTree, PrefixTree
from qifu.rulebook.dates import read_day
from qifu.rulebook.findings import Finding, RuleError

TYPES = ("number", "integer", "date", "flag", "code", "set", "text")
VISIBILITIES = ("public", "government", "consent")
_TOP_KEYS = ("as_of", "groups", "sources", "attributes")
_KEYS = (
    "type", "unit", "period", "bounds", "group", "zh", "en", "question", "help", "sources", "ask",
    "visibility", "options", "words", "value_words",
)  # fmt: skip

# what says how a value is written, and nothing about its meaning
_WRITTEN = {"type", "unit", "bounds"}


@dataclass(frozen=True)
class Attribute:
    """One thing that can be known. `low` and `high` are in `unit`; `sources` stand best first.

    `declared` is false where the catalogue gives a type and nothing else, or only unit and bounds
    besides and no attribute at all has a period: it then says nothing about years, and a condition
    may name a year and need not; without a unit of its own a condition may name one (counted in
    CNY, ratio, person …) and need not.
    """

    name: str
    type: str
    tree: str | None = None
    unit: str | None = None
    period: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    label_zh: str = ""
    label_en: str = ""
    question_zh: str = ""
    question_en: str = ""
    help_zh: str = ""
    help_en: str = ""
    group: str = ""
    sources: tuple[str, ...] = ()
    askable: bool = True
    visibility: str = "public"
    options: tuple[tuple[str, str, str], ...] = ()
    declared: bool = True
    # what notices call it, and (code, words) for its values: for reading texts, not for conditions
    words: tuple[str, ...] = ()
    value_words: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def numeric(self) -> bool:
        """Whether values are numbers."""
        return self.type in ("number", "integer")

    def label(self, language: str = "zh") -> str:
        """The name in `zh` or `en`."""
        return self.label_en if language == "en" else self.label_zh

    def option(self, code: str, language: str = "zh") -> str:
        """The name of a member of the set in `zh` or `en`; the member itself where it has none."""
        for known, zh, en in self.options:
            if known == code:
                return en if language == "en" else zh
        return code

    @property
    def option_codes(self) -> tuple[str, ...]:
        """The members that a set (or a text) may have; empty where any is allowed."""
        return tuple(code for code, _, _ in self.options)


@dataclass(frozen=True)
class Catalogue:
    """All attributes by name, with the code trees that their values come from."""

    attributes: Mapping[str, Attribute]
    trees: Mapping[str, CodeTree]
    as_of: date | None = None
    groups: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    content_hash: str = ""

    @cached_property
    def opened(self) -> "Catalogue":
        """The same without the upper bounds of counts and money.

        Those bounds catch typing errors. An amount that only they would cap is open, and whoever
        promised it would promise what nobody has said; shares of a whole keep theirs.
        """
        bounded = [one for one in self if one.unit != "ratio" and one.high is not None]
        if not bounded:
            return self
        open_ = {one.name: replace(one, high=None) for one in bounded}
        return replace(self, attributes={**self.attributes, **open_})

    @classmethod
    def from_document(
        cls,
        doc: Mapping[str, Any],
        *,
        trees: Mapping[str, CodeTree] | None = None,
        file: str = "",
    ) -> "Catalogue":
        """Read the full form (a pack's attributes.yaml) or the smallest one (types and as_of).

        A tree that is named and not given gets prefix semantics. RuleError holds every mistake.
        """
        reading = _Reading(file)
        known = dict(trees or {})
        if not isinstance(doc, Mapping):
            reading.say("type", "", "the catalogue must be a mapping", doc, ", ".join(_TOP_KEYS))
            raise RuleError(reading.findings)
        reading.keys(doc, _TOP_KEYS, "")
        groups = reading.names(doc.get("groups"), "groups")
        sources = reading.names(doc.get("sources"), "sources")
        rows = doc.get("attributes")
        if not isinstance(rows, Mapping) or not rows:
            message, allowed = "must be a mapping of name to {type: …}", "{revenue: {type: number}}"
            reading.say("type", "attributes", message, rows, allowed)
            rows = {}
        attributes = {}
        reading.without_years = not any(
            isinstance(row, Mapping) and "period" in row for row in rows.values()
        )
        for name, row in rows.items():
            attribute = reading.attribute(name, row, groups, sources)
            if attribute is not None:
                attributes[attribute.name] = attribute
                if attribute.tree and attribute.tree not in known:
                    known[attribute.tree] = PrefixTree(attribute.tree)
        as_of = reading.day(doc.get("as_of"), "as_of")
        if reading.findings:
            raise RuleError(reading.findings)
        return cls(attributes, known, as_of, groups, sources, _digest(doc, known))

    def get(self, name: str) -> Attribute | None:
        """The attribute of that name, or None."""
        return self.attributes.get(name)

    def tree(self, attribute: Attribute) -> CodeTree:
        """The code tree that an attribute of type code takes its values from."""
        return self.trees[attribute.tree or ""]

    def __iter__(self) -> Iterator[Attribute]:
        return iter(self.attributes.values())

    def __len__(self) -> int:
        return len(self.attributes)

    def __contains__(self, name: object) -> bool:
        return name in self.attributes


class _Reading:
    """One reading of a catalogue document that gathers every mistake."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.without_years = False

    def say(
        self, code: str, path: str, message: str, found: object = None, allowed: str = ""
    ) -> None:
        self.findings.append(Finding(code, path, message, found, allowed, self.file))

    def keys(self, doc: Mapping[str, Any], allowed: tuple[str, ...], path: str) -> None:
        for key in doc:
            if key not in allowed:
                where = f"{path}.{key}" if path else str(key)
                self.say("unknown_key", where, "unknown key", key, ", ".join(allowed))

    def names(self, value: Any, path: str) -> dict[str, tuple[str, str]]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.say("type", path, "must be a mapping of code to {zh, en}", value)
            return {}
        return {str(code): self.words(words, f"{path}.{code}") for code, words in value.items()}

    def words(self, value: Any, path: str) -> tuple[str, str]:
        if value is None:
            return "", ""
        if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
            self.say("type", path, "must be {zh: text, en: text}", value)
            return "", ""
        self.keys(value, ("zh", "en"), path)
        return value.get("zh", ""), value.get("en", "")

    def day(self, value: Any, path: str) -> date | None:
        if value is None:
            return None
        try:
            return read_day(value)
        except ValueError:
            self.say("type", path, "must be a date", value, "2026-11-22")
            return None

    def text(self, row: Mapping[str, Any], key: str, path: str, default: str) -> str:
        value = row.get(key)
        if value is None:
            return default
        if not isinstance(value, str):
            self.say("type", f"{path}.{key}", "must be text", value)
            return default
        return value

    def attribute(
        self,
        name: Any,
        row: Any,
        groups: Mapping[str, tuple[str, str]],
        sources: Mapping[str, tuple[str, str]],
    ) -> Attribute | None:
        path = f"attributes.{name}"
        if not isinstance(name, str) or not name.isidentifier():
            self.say(
                "name", path, "an attribute's name is letters, digits and _", name, "rd_expense"
            )
            return None
        if not isinstance(row, Mapping):
            self.say("type", path, "an attribute is a mapping with at least a type", row)
            return None
        self.keys(row, _KEYS, path)
        kind, _, tree = str(row.get("type")).partition(":")
        if kind not in TYPES or (kind == "code") != bool(tree):
            allowed = ", ".join("code:TREE" if t == "code" else t for t in TYPES)
            self.say("type", f"{path}.type", "unknown type", row.get("type"), allowed)
            return None
        low, high = self.bounds(row.get("bounds"), f"{path}.bounds", kind)
        if row.get("period") not in (None, "year"):
            self.say("period", f"{path}.period", "unknown period", row["period"], "year, null")
        if not isinstance(row.get("ask", True), bool):
            self.say("type", f"{path}.ask", "must be true or false", row["ask"], "true, false")
        group = self.text(row, "group", path, "")
        if group and groups and group not in groups:
            self.say("group", f"{path}.group", "no such group", group, ", ".join(groups))
        visibility = self.text(row, "visibility", path, "public")
        if visibility not in VISIBILITIES:
            allowed = ", ".join(VISIBILITIES)
            self.say("visibility", f"{path}.visibility", "unknown visibility", visibility, allowed)
        unit = self.text(row, "unit", path, "")
        if unit and kind not in ("number", "integer"):
            self.say("unit", f"{path}.unit", "only numbers have a unit", unit)
        question = self.words(row.get("question"), f"{path}.question")
        help_ = self.words(row.get("help"), f"{path}.help")
        return Attribute(
            name=name,
            type=kind,
            tree=tree or None,
            unit=unit or None,
            period=row.get("period") == "year",
            low=low,
            high=high,
            label_zh=self.text(row, "zh", path, name),
            label_en=self.text(row, "en", path, name.replace("_", " ")),
            question_zh=question[0],
            question_en=question[1],
            help_zh=help_[0],
            help_en=help_[1],
            group=group,
            sources=self.ranked(row.get("sources"), f"{path}.sources", sources),
            askable=row.get("ask", True) is True,
            visibility=visibility,
            options=self.options(row.get("options"), f"{path}.options", kind),
            words=self.said(row.get("words"), f"{path}.words"),
            value_words=self.said_of_values(row.get("value_words"), f"{path}.value_words", kind),
            declared=not set(row) <= (_WRITTEN if self.without_years else {"type"}),
        )

    def bounds(self, value: Any, path: str, kind: str) -> tuple[Decimal | None, Decimal | None]:
        if value is None:
            return None, None
        if kind not in ("number", "integer"):
            self.say("bounds", path, "only numbers have bounds", value)
            return None, None
        if not isinstance(value, list | tuple) or len(value) != 2:
            self.say("bounds", path, "must be [low, high]; null is no bound", value, "[0, null]")
            return None, None
        low, high = (self.number(v, path) for v in value)
        if low is not None and high is not None and low > high:
            self.say("bounds", path, "the low bound is above the high one", list(value))
        return low, high

    def number(self, value: Any, path: str) -> Decimal | None:
        if value is None:
            return None
        if not isinstance(value, bool) and isinstance(value, int | float | str | Decimal):
            try:
                number = Decimal(str(value))
            except InvalidOperation:
                number = Decimal("NaN")
            if number.is_finite():
                return number
        self.say("bounds", path, "a bound is a number or null", value)
        return None

    def ranked(
        self, value: Any, path: str, sources: Mapping[str, tuple[str, str]]
    ) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
            self.say("type", path, "must be a list of sources, the best first", value)
            return ()
        for source in value:
            if sources and source not in sources:
                self.say("source", path, "no such source", source, ", ".join(sources))
        if len(set(value)) != len(value):
            self.say("source", path, "a source stands twice", list(value))
        return tuple(value)

    def said(self, value: Any, path: str) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list | tuple) or not all(
            isinstance(word, str) and len(word.strip()) >= 2 for word in value
        ):
            self.say("words", path, "must be a list of words of two characters and more", value)
            return ()
        return tuple(dict.fromkeys(value))

    def said_of_values(
        self, value: Any, path: str, kind: str
    ) -> tuple[tuple[str, tuple[str, ...]], ...]:
        if value is None:
            return ()
        if kind not in ("set", "code") or not isinstance(value, Mapping):
            message = "only sets and codes have them: a mapping of code to a list of words"
            self.say("words", path, message, value, "{C: [制造业企业]}")
            return ()
        return tuple((str(code), self.said(row, f"{path}.{code}")) for code, row in value.items())

    def options(self, value: Any, path: str, kind: str) -> tuple[tuple[str, str, str], ...]:
        if value is None:
            return ()
        if kind not in ("set", "text"):
            self.say("options", path, "only sets and texts have options", kind, "set, text")
            return ()
        names = self.names(value, path)
        return tuple((code, zh or code, en or zh or code) for code, (zh, en) in names.items())


def _digest(doc: Mapping[str, Any], trees: Mapping[str, CodeTree]) -> str:
    text = json.dumps(doc, sort_keys=True, ensure_ascii=False, default=str)
    parts = [text, *(f"{name} {trees[name].content_hash}" for name in sorted(trees))]
    return hashlib.sha256("\n".join(parts).encode(errors="surrogatepass")).hexdigest()
