"""Read a tree of conditions from a document, strictly; the language of ENGINE.md §1.

What the language leaves to the project, and how it is here:

- `period: last_2_fiscal_years` (to 9) goes with `agg: each | sum | mean`: for `each` all years must
  meet the condition one by one; a sum or mean is unknown while one of its years is.
- `== != in not_in` on a code mean that very code; like `under` they are unknown where the fact is
  an ancestor of a wanted code.
- `all` may stand inside any, of and not; as a group of its own it counts once.
- `label: {zh, en}` on a condition is its name on the page. The value of `human_judged` is a text or
  {zh, en}, and its attribute need not be in the catalogue.
- `src.para` counts from 0, `src.span` is [start, end) in that paragraph.
- A condition without an id gets one by its place: g3, g3.1.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.conditions import Atom, Group, Node, Not, Years
from qifu.rulebook.dates import read_day
from qifu.rulebook.facts import similar
from qifu.rulebook.findings import shorten
from qifu.rulebook.gather import Gather
from qifu.rulebook.operators import AGE, ALL_OPERATORS, HUMAN, OPERATORS, never
from qifu.rulebook.values import Shared, ValueReader

SHAPES = ("attr", "all", "any", "at_least", "not")
_COMMON = ("id", "kind", "src", "label")
_KEYS = {
    "attr": ("attr", "op", "value", "unit", "period", "agg", "at", *_COMMON),
    "all": ("all", *_COMMON),
    "any": ("any", *_COMMON),
    "at_least": ("at_least", "of", *_COMMON),
    "not": ("not", *_COMMON),
}
_SRC = {
    **dict.fromkeys(("doc", "quote", "author", "reviewer", "source", "title", "url"), "text"),
    **dict.fromkeys(("clause", "note"), "text"),
    "para": "number",
    "span": "span",
    "valid_to": "day",
}
MOMENTS = ("opens", "closes", "published", "as_of")
AGGREGATES = ("each", "sum", "mean")
DEEPEST = 12
# a condition that looks at a day before this one is a slip of the pen
FIRST_YEAR = 1900
_YEAR = re.compile(r"year:(\d{4})")
_LAST_YEARS = re.compile(r"last_([2-9])_fiscal_years")
_PERIODS = "last_fiscal_year, last_2_fiscal_years, year:2025"
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


@dataclass
class ConditionReader:
    """Reads conditions of one document; `moments` are its days that an `at` can name."""

    catalogue: Catalogue
    gather: Gather
    moments: Mapping[str, date | None]
    shared: Shared | None = None

    def __post_init__(self) -> None:
        shared = {} if self.shared is None else self.shared
        self.values = ValueReader(self.catalogue, self.gather, shared)
        self.ids: dict[str, str] = {}
        self.given: frozenset[str] = frozenset()

    def when(self, doc: Any, path: str = "when") -> tuple[Node, ...]:
        """The groups of `{all: [groups]}`."""
        self.given = frozenset(_given_ids(doc))
        block = self.gather.mapping(doc, path, "{all: [groups]}")
        if block is None:
            return ()
        self.gather.keys(block, ("all",), path)
        if "all" not in block:
            self.gather.say("missing", f"{path}.all", "is missing", None, "a list of groups")
            return ()
        return self.several(block["all"], f"{path}.all", "g", depth=1)

    def several(self, doc: Any, path: str, name: str, *, depth: int) -> tuple[Node, ...]:
        """A list of conditions; the empty list is refused."""
        if not isinstance(doc, list | tuple):
            self.gather.say("type", path, "must be a list of conditions", doc)
            return ()
        if not doc:
            self.gather.say("empty", path, "an empty list of conditions decides nothing", [])
        nodes = [
            self.node(item, f"{path}[{i}]", f"{name}{i + 1}", depth=depth)
            for i, item in enumerate(doc)
        ]
        return tuple(node for node in nodes if node is not None)

    def node(self, doc: Any, path: str, name: str, *, depth: int) -> Node | None:
        """One condition, None where it cannot be read at all; a group of a policy is at depth 1.

        `name` serves where it has no id.
        """
        doc = self.gather.mapping(doc, path, "{attr, op, value}, any, at_least … of, not")
        if doc is None:
            return None
        shapes = [shape for shape in SHAPES if shape in doc]
        if len(shapes) != 1:
            found = ", ".join(shapes) or shorten(dict(doc))
            message = "a condition is exactly one of these"
            self.gather.say("shape", path, message, found, ", ".join(SHAPES))
            return None
        if depth > DEEPEST:
            self.gather.say("depth", path, "conditions are nested too deeply", depth, str(DEEPEST))
            return None
        shape = shapes[0]
        self.gather.keys(doc, _KEYS[shape], path)
        common: dict[str, Any] = {
            "id": self.identity(doc, path, name),
            "path": path,
            "hard": self.kind(doc, path, nested=depth > 1),
            "src": self.source(doc.get("src"), f"{path}.src"),
            "label": self.label(doc.get("label"), f"{path}.label"),
        }
        if shape == "attr":
            return self.atom(doc, path, common)
        if shape == "not":
            part = self.node(doc["not"], f"{path}.not", f"{common['id']}.1", depth=depth + 1)
            return part and Not(**common, part=part)
        listed = "of" if shape == "at_least" else shape
        if listed not in doc:
            self.gather.say("missing", f"{path}.of", "at_least needs a list", None, "of: […]")
            return None
        inner = f"{common['id']}."
        parts = self.several(doc[listed], f"{path}.{listed}", inner, depth=depth + 1)
        least = {"all": len(parts), "any": 1}.get(shape)
        if least is None:
            least = self.least(doc, path)
        return Group(**common, parts=parts, shape=shape, least=least) if parts and least else None

    def least(self, doc: Mapping[str, Any], path: str) -> int:
        """k of n; 0 where it is wrong."""
        k, of = doc["at_least"], doc.get("of")
        n = len(of) if isinstance(of, list | tuple) else 0
        if isinstance(k, bool) or not isinstance(k, int):
            self.gather.say("type", f"{path}.at_least", "must be a whole number", k, f"1 to {n}")
        elif not 1 <= k <= n:
            if n:
                message = f"{k} of {n} is impossible" if k > n else "must be at least 1"
                self.gather.say("impossible", f"{path}.at_least", message, k, f"1 to {n}")
        else:
            return k
        return 0

    def identity(self, doc: Mapping[str, Any], path: str, name: str) -> str:
        """The id that the document gives, or a made one; the same id twice is refused."""
        given = self.gather.text(doc, "id", path)
        while given is None and (name in self.ids or name in self.given):
            name += "'"
        ident = given or name
        if ident in self.ids:
            self.gather.say("duplicate_id", f"{path}.id", f"also at {self.ids[ident]}", ident)
        self.ids[ident] = path
        return ident

    def kind(self, doc: Mapping[str, Any], path: str, *, nested: bool) -> bool:
        """Whether the group is hard; only groups may be."""
        value = doc.get("kind")
        if value is None:
            return False
        if value != "hard":
            self.gather.say("kind", f"{path}.kind", "unknown kind", value, "hard")
        elif nested:
            message = "hard stands on a group only, not inside any, of or not"
            self.gather.say("kind", f"{path}.kind", message, value)
        return bool(value == "hard")

    def label(self, value: Any, path: str) -> tuple[str, str] | None:
        """A name of its own for a condition, {zh, en}."""
        if value is None:
            return None
        words = self.gather.mapping(value, path, "{zh: …, en: …}")
        if words is None:
            return None
        self.gather.keys(words, ("zh", "en"), path)
        zh = self.gather.text(words, "zh", path, required=True)
        en = self.gather.text(words, "en", path, required=True)
        return (zh, en) if zh and en else None

    def source(self, value: Any, path: str) -> Mapping[str, Any] | None:
        """Where the condition comes from. `para` counts from 0 and `span` is [start, end) in it."""
        if value is None:
            return None
        src = self.gather.mapping(value, path, ", ".join(_SRC))
        if src is None:
            return None
        self.gather.keys(src, _SRC, path)
        for key, kind in _SRC.items():
            found = src.get(key)
            if kind == "text":
                self.gather.text(src, key, path)
            elif kind == "day":
                self.gather.day(src, key, path)
            elif kind == "number" and found is not None and not _position(found):
                self.gather.say("type", f"{path}.{key}", "must be a whole number from 0", found)
            elif kind == "span" and found is not None and not _span(found):
                message = "must be [start, end] with start before end"
                self.gather.say("type", f"{path}.{key}", message, found, "[102, 131]")
        return src

    def atom(self, doc: Mapping[str, Any], path: str, common: dict[str, Any]) -> Atom | None:
        """One attribute against one value."""
        op = doc.get("op")
        if op not in ALL_OPERATORS:
            known = ", ".join(ALL_OPERATORS)
            missing = "unknown operator" if "op" in doc else "is missing"
            self.gather.say("operator", f"{path}.op", missing, op, known)
            op = None
        attribute = self.attribute(doc, path, op)
        at, moment = self.moment(doc, path)
        if attribute is None or op is None:
            return None
        if op == HUMAN:
            return self.human(doc, path, common, attribute)
        if op not in OPERATORS[attribute.type]:
            allowed = ", ".join((*OPERATORS[attribute.type], HUMAN))
            message = f"not for an attribute of type {attribute.type}"
            self.gather.say("operator", f"{path}.op", message, op, allowed)
            return None
        years = self.years(doc, path, attribute, op)
        times = years.count if years and years.how == "sum" else 1
        read = self.values.read(doc, path, attribute, op, times)
        if read is None:
            return None
        value, test = read
        return Atom(
            **common, attribute=attribute, op=op, value=value, test=test, given=doc.get("value"),
            unit=doc.get("unit"), at=at, moment=moment, years=years,
        )  # fmt: skip

    def attribute(self, doc: Mapping[str, Any], path: str, op: str | None) -> Attribute | None:
        """The attribute of the catalogue; what people judge need not stand in it."""
        name = doc["attr"]
        found = self.catalogue.get(name) if isinstance(name, str) else None
        if found is None and op == HUMAN and isinstance(name, str) and _NAME.fullmatch(name):
            words = name.replace("_", " ")
            return Attribute(name, "text", label_zh=words, label_en=words, askable=False)
        if found is None:
            near = similar(str(name), self.catalogue.attributes)
            message = "no such attribute in the catalogue"
            self.gather.say("unknown_attribute", f"{path}.attr", message, name, near)
        return found

    def human(
        self, doc: Mapping[str, Any], path: str, common: dict[str, Any], attribute: Attribute
    ) -> Atom | None:
        """What people judge: `value` says what they look at, as text or {zh, en}."""
        value = doc.get("value")
        words: tuple[str, str] | None
        if isinstance(value, Mapping):
            words = self.label(value, f"{path}.value")
        else:
            text = self.gather.text(doc, "value", path, required=True)
            words = (text, text) if text else None
        for key in ("unit", "period", "agg"):
            if doc.get(key) is not None:
                self.gather.say("human", f"{path}.{key}", f"{HUMAN} has none", doc[key])
        return words and Atom(
            **common, attribute=attribute, op=HUMAN, value=words, test=never, given=value
        )

    def moment(self, doc: Mapping[str, Any], path: str) -> tuple[str, date | None]:
        """The name of `at` and its day; the day is None for as_of."""
        at = doc.get("at")
        if at is None or at == "as_of":
            return "as_of", None
        if isinstance(at, str) and at in MOMENTS:
            day = self.moments.get(at)
            if day is None:
                told = "no day of publication" if at == "published" else f"no window that {at}"
                others = ["as_of", "a day", *(name for name, d in self.moments.items() if d)]
                message = f"the policy has {told}"
                self.gather.say("at", f"{path}.at", message, at, ", ".join(others))
            return at, day
        try:
            day = read_day(at)
        except ValueError:
            day = date.min
        if day.year < FIRST_YEAR:
            allowed = ", ".join((*MOMENTS, "2026-11-22"))
            self.gather.say("at", f"{path}.at", "not a day that is known", at, allowed)
            return "as_of", None
        return "date", day

    def years(
        self, doc: Mapping[str, Any], path: str, attribute: Attribute, op: str
    ) -> Years | None:
        """The years a condition reads; None for an attribute without."""
        period, how = doc.get("period"), doc.get("agg")
        if period is None:
            if attribute.period:
                message = f"{attribute.name} has a figure for each year: say which"
                self.gather.say("period", f"{path}.period", message, None, _PERIODS)
            elif how is not None:
                self.gather.say("period", f"{path}.agg", "agg needs a period of years", how)
            return None
        if attribute.declared and not attribute.period:
            message = f"{attribute.name} has no figures by year"
            self.gather.say("period", f"{path}.period", message, period)
            return None
        text = period if isinstance(period, str) else ""
        fixed, last = _YEAR.fullmatch(text), _LAST_YEARS.fullmatch(text)
        if not (fixed or last or text == "last_fiscal_year"):
            self.gather.say("period", f"{path}.period", "unknown period", period, _PERIODS)
            return None
        if last is None:
            if how is not None:
                self.gather.say("period", f"{path}.agg", "agg is for several years", how)
            return Years(text, fixed=int(fixed[1]) if fixed else None)
        if how not in AGGREGATES:
            message = "several years need a way to count them"
            self.gather.say("period", f"{path}.agg", message, how, ", ".join(AGGREGATES))
            return None
        if how != "each" and (not attribute.numeric or op in AGE):
            message = f"only numbers have a {how}"
            self.gather.say("period", f"{path}.agg", message, how, "each")
            return None
        return Years(text, count=int(last[1]), how=how)


def _given_ids(doc: Any) -> Iterator[str]:
    """The ids that a document gives to its conditions."""
    open_ = [doc]
    while open_:
        item = open_.pop()
        if isinstance(item, list | tuple):
            open_.extend(item)
        elif isinstance(item, Mapping):
            if isinstance(item.get("id"), str):
                yield item["id"]
            open_.extend(item[key] for key in ("all", "any", "of", "not") if key in item)


def _position(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _span(value: object) -> bool:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return False
    start, end = value
    return _position(start) and _position(end) and start < end
