"""Read the rules of derived facts strictly and put them into the order of what needs what."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.conditions import Node
from qifu.rulebook.derived_rules import LAST, DerivedRule, Input
from qifu.rulebook.documents import load_one, pack_file
from qifu.rulebook.facts import Fact, Unfit, read_value, similar
from qifu.rulebook.findings import Finding
from qifu.rulebook.gather import Gather
from qifu.rulebook.reading import ConditionReader

HOWS = ("cases", "ratio", "growth", "sum", "age", "function")
_KEYS = {
    "cases": ("cases", "else", "period"),
    "ratio": ("ratio",),
    "growth": ("growth",),
    "sum": ("sum",),
    "age": ("age",),
    "function": ("function", "of", "period"),
}


def load_derived(folder: Path, catalogue: Catalogue) -> tuple[DerivedRule, ...]:
    """The derived facts of a city pack (its derived.yaml or the nearest one it extends)."""
    file = pack_file(folder, "derived.yaml")
    if file is None:
        return ()
    document = load_one(file)
    return parse_derived(document.data, catalogue, file=document.file, lines=document.lines)


def parse_derived(
    doc: Any,
    catalogue: Catalogue,
    *,
    file: str = "",
    lines: Mapping[str, int] | None = None,
) -> tuple[DerivedRule, ...]:
    """Rules in the order in which they must be computed; RuleError holds every mistake.

    A circle is refused with its path. The form is told in `qifu.rulebook.derive`.
    """
    reader = _Reader(catalogue, Gather(file, lines or {}))
    doc = {} if doc is None else reader.gather.mapping(doc, "", "{derived: […]}") or {}
    reader.gather.keys(doc, ("derived",), "")
    rows = doc.get("derived", [])
    if not isinstance(rows, list):
        reader.gather.say("type", "derived", "must be a list of rules", rows)
        rows = []
    rules: dict[str, tuple[DerivedRule, str]] = {}
    for i, row in enumerate(rows):
        path = f"derived[{i}]"
        rule = reader.rule(row, path)
        if rule is None:
            continue
        name = rule.attribute.name
        if name in rules:
            reader.gather.say("twice", f"{path}.attr", f"also derived at {rules[name][1]}", name)
        rules[name] = (rule, path)
    reader.gather.stop()
    return _ordered(rules, reader.gather)


class _Reader:
    def __init__(self, catalogue: Catalogue, gather: Gather) -> None:
        self.catalogue = catalogue
        self.gather = gather

    def rule(self, doc: Any, path: str) -> DerivedRule | None:
        doc = self.gather.mapping(
            doc, path, "{attr, cases | ratio | growth | sum | age | function}"
        )
        if doc is None:
            return None
        attribute = self.attribute(doc.get("attr"), f"{path}.attr")
        hows = [how for how in HOWS if how in doc]
        if len(hows) != 1:
            found = ", ".join(hows)
            self.gather.say("shape", path, "a rule is exactly one of these", found, ", ".join(HOWS))
            return None
        how = hows[0]
        self.gather.keys(doc, ("attr", *_KEYS[how]), path)
        if attribute is None:
            return None
        before = len(self.gather.findings)
        cases = self.cases(doc, path, attribute) if how == "cases" else ()
        rule = DerivedRule(
            attribute=attribute,
            how=how,
            inputs=self.inputs(doc, how, path, attribute),
            cases=cases,
            otherwise=self.value(doc.get("else"), f"{path}.else", attribute),
            period=self.period(doc, path, attribute, how),
            function=(self.gather.text(doc, "function", path, required=True) or "")
            if how == "function"
            else "",
        )
        return rule if len(self.gather.findings) == before else None

    def attribute(self, name: object, path: str) -> Attribute | None:
        found = self.catalogue.get(name) if isinstance(name, str) else None
        if found is None:
            near = similar(str(name), self.catalogue.attributes)
            message = "no such attribute in the catalogue"
            self.gather.say("unknown_attribute", path, message, name, near)
        return found

    def value(self, value: object, path: str, attribute: Attribute) -> Fact | None:
        if value is None:
            return None
        try:
            return read_value(value, attribute, self.catalogue)
        except Unfit as error:
            self.gather.unfit(error, path, value)
            return None

    def cases(
        self, doc: Mapping[str, Any], path: str, attribute: Attribute
    ) -> tuple[tuple[Node, Fact], ...]:
        rows = doc["cases"]
        if not isinstance(rows, list) or not rows:
            self.gather.say("type", f"{path}.cases", "must be a list that is not empty", rows)
            return ()
        found = []
        for i, item in enumerate(rows):
            where = f"{path}.cases[{i}]"
            row = self.gather.mapping(item, where, "{when, value}")
            if row is None:
                continue
            self.gather.keys(row, ("when", "value"), where)
            for key in ("when", "value"):
                if row.get(key) is None:
                    self.gather.say("missing", f"{where}.{key}", "is missing")
            # a case is no group of a policy: nothing in it may be hard
            conditions = ConditionReader(self.catalogue, self.gather, {})
            when = None
            if row.get("when") is not None:
                when = conditions.node(row["when"], f"{where}.when", "g", depth=2)
            value = self.value(row.get("value"), f"{where}.value", attribute)
            if when is not None and value is not None:
                found.append((when, value))
        return tuple(found)

    def inputs(
        self, doc: Mapping[str, Any], how: str, path: str, attribute: Attribute
    ) -> dict[str, Input]:
        """The facts that a rule reads, by the name under which it reads them."""
        named: Mapping[str, object] = {}
        if how == "ratio":
            named = self.gather.mapping(doc["ratio"], f"{path}.ratio", "{num, den}") or {}
            self.gather.keys(named, ("num", "den"), f"{path}.ratio")
            for key in ("num", "den"):
                if key not in named:
                    self.gather.say("missing", f"{path}.ratio.{key}", "is missing")
            named = {key: named[key] for key in ("num", "den") if key in named}
        elif how in ("growth", "age"):
            named = {"of": doc[how]}
        elif how == "sum":
            items = doc["sum"]
            if not isinstance(items, list) or not items:
                self.gather.say("type", f"{path}.sum", "must be a list that is not empty", items)
                items = []
            named = {str(i): item for i, item in enumerate(items)}
        elif how == "function":
            named = self.gather.mapping(doc.get("of"), f"{path}.of", "{name: attribute}") or {}
        found = {}
        for name, spec in named.items():
            item = self.input(spec, f"{path}.{how}", how, attribute, fixed="period" in doc)
            if item is not None:
                found[name] = item
        return found

    def input(
        self, spec: object, path: str, how: str, target: Attribute, *, fixed: bool
    ) -> Input | None:
        """One input: `region`, `revenue@2025`, `revenue@last_fiscal_year`."""
        name, _, year = str(spec).partition("@")
        attribute = self.attribute(name if isinstance(spec, str) else spec, path)
        if attribute is None:
            return None
        wanted = {"age": ("date",), "function": ()}.get(how, ("number", "integer"))
        if wanted and attribute.type not in wanted:
            self.gather.say("type", path, f"{how} reads {' or '.join(wanted)}", spec)
        if year and year != LAST and not (year.isdigit() and len(year) == 4):
            self.gather.say("period", path, "unknown year", spec, f"{name}@{LAST}, {name}@2025")
            return None
        if year and attribute.declared and not attribute.period:
            self.gather.say("period", path, f"{name} has no figures by year", spec, name)
        # only a rule that is computed year by year knows which year is meant
        if attribute.period and not year and (fixed or not target.period):
            message = f"{name} has a figure for each year: say which"
            self.gather.say("period", path, message, spec, f"{name}@{LAST}, {name}@2025")
        if how == "growth" and (year or not attribute.period):
            self.gather.say("period", path, "growth is from year to year", spec)
        return Input(attribute, int(year) if year.isdigit() else year or None)

    def period(
        self, doc: Mapping[str, Any], path: str, attribute: Attribute, how: str
    ) -> str | None:
        period = doc.get("period")
        where = f"{path}.period"
        if period is None:
            if attribute.period and how in ("cases", "function", "age"):
                message = f"{attribute.name} has a value for each year: say for which"
                self.gather.say("period", where, message, None, f"{LAST}, year:2025")
            return None
        year = period[5:] if isinstance(period, str) and period.startswith("year:") else ""
        if not attribute.period:
            self.gather.say("period", where, f"{attribute.name} has no values by year", period)
        elif period != LAST and not (len(year) == 4 and year.isdigit()):
            self.gather.say("period", where, "unknown period", period, f"{LAST}, year:2025")
        return str(period)


def _ordered(
    rules: Mapping[str, tuple[DerivedRule, str]], gather: Gather
) -> tuple[DerivedRule, ...]:
    """What is needed comes first; RuleError names the path of a circle."""
    done: dict[str, DerivedRule] = {}

    def visit(name: str, way: Sequence[str]) -> None:
        if name in done or name not in rules:
            return
        rule, path = rules[name]
        if name in way:
            circle = " → ".join((*way[list(way).index(name) :], name))
            finding = Finding("cycle", path, "derived facts need each other", circle)
            gather.take([finding])
            gather.stop()
        for needed in rule.reads:
            visit(needed, (*way, name))
        done[name] = rule

    for name in rules:
        visit(name, ())
    return tuple(done.values())
