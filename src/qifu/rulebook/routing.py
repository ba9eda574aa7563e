"""The responsibility list: which unit answers for a matter, in which region, for which firms.

    version: 3
    source: {zh: …, en: …}
    rules:                                # the first one that matches wins
    - code: premises-tech
      matter: premises                    # a matter's code, or "*" for any
      regions: ["440305"]                 # the firm is in one of them or below; absent: anywhere
      when: {attr: industry, op: under, value: I65}      # a condition of ENGINE.md §1; absent: any
      unit: SZ-KCJ
      deputy: SZ-ZFJS                     # who has it when the unit is gone
      note: {zh: …, en: …}
    fallback: SZ-QYFW                     # who has what no rule names

A rule that looks at something unknown does not fire, and the route says what is not known.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.codes import REGION, CodeTree, PrefixTree
from qifu.rulebook.conditions import Node
from qifu.rulebook.dispatch_rules import ANY, DispatchRule, covered
from qifu.rulebook.documents import Document
from qifu.rulebook.facts import Facts, read_facts, similar, split_key
from qifu.rulebook.gather import Gather, join
from qifu.rulebook.labels import Teller
from qifu.rulebook.operators import HUMAN
from qifu.rulebook.reading import ConditionReader
from qifu.rulebook.words import Words, listing

_TOP = ("version", "source", "rules", "fallback")
_KEYS = ("code", "matter", "regions", "when", "unit", "deputy", "note")


class Tried(NamedTuple):
    """A rule for the matter that did not fire, and why."""

    rule: str
    why_zh: str
    why_en: str


@dataclass(frozen=True)
class Route:
    """Where a case goes and why; `rule` is None where none fired.

    `fallback` is true where the list's last resort has it: no rule fired, or the rule's units are
    all gone. `deputy` is who would be next; `tried` are the rules for the matter before the one
    that fired, in their order. The words name conditions and no figures of the firm.
    """

    rule: str | None
    unit: str
    deputy: str | None
    fallback: bool
    why_zh: str
    why_en: str
    tried: tuple[Tried, ...] = ()


@dataclass(frozen=True, eq=False)
class DispatchCatalog:
    """One version of the list, in the order in which it is tried."""

    version: int
    source: Words
    rules: tuple[DispatchRule, ...]
    fallback: str
    catalogue: Catalogue = field(repr=False)

    @property
    def matters(self) -> frozenset[str]:
        """The matters that have a rule of their own."""
        return frozenset(rule.matter for rule in self.rules) - {ANY}

    def route(
        self,
        matter: str | None,
        region: str | None,
        facts: Mapping[str, Any],
        *,
        as_of: date,
        gone: Collection[str] = (),
    ) -> Route:
        """The unit for a case of a firm in `region` with these facts, as seen on `as_of`.

        Matter and region may be unknown. A unit in `gone` (dissolved) is replaced by the deputy,
        and that one by the fallback. RuleError for facts that cannot be.
        """
        known: Facts | None = None
        tried: list[Tried] = []
        for rule in self.rules:
            if rule.matter not in (ANY, matter):
                continue
            why_not = self._where(rule, region)
            if why_not is None and rule.when is not None:
                if known is None:
                    known = read_facts(facts, self.catalogue)
                why_not = self._whether(rule.when, known, as_of)
            if why_not is None:
                return self._to(rule, tuple(tried), as_of, gone)
            tried.append(Tried(rule.code, *why_not))
        zh = "没有规则符合，由兜底单位接" if tried else "目录里没有这类事项的规则，由兜底单位接"
        en = "No rule matches: the fallback owner has it"
        if not tried:
            en = "The list has no rule for this matter: the fallback owner has it"
        return Route(None, self.fallback, None, True, *self._alive(zh, en, gone), tuple(tried))

    def _to(
        self, rule: DispatchRule, tried: tuple[Tried, ...], as_of: date, gone: Collection[str]
    ) -> Route:
        """The route of a rule that fired: its unit, else the deputy, else the fallback."""
        parts = [Words(f"规则 {rule.code} 符合", f"Rule {rule.code} matches")]
        if rule.regions:
            names = self._names(rule.regions)
            parts.append(Words(f"区域在{names.zh}", f"region within {names.en}"))
        if rule.when is not None:
            parts.append(Teller(self.catalogue, as_of).sentence(rule.when))
        why = listing(parts, zh="；", en="; ")
        deputy = rule.deputy if rule.deputy not in gone else None
        if rule.unit not in gone:
            return Route(rule.code, rule.unit, deputy, False, *why, tried)
        if deputy is not None:
            zh = f"{why.zh}；承办单位 {rule.unit} 已撤销，由 {deputy} 接"
            en = f"{why.en}; {rule.unit} is dissolved, its deputy {deputy} has it"
            return Route(rule.code, deputy, None, False, zh, en, tried)
        zh = f"{why.zh}；承办单位 {rule.unit} 已撤销，没有可接的后备单位，由兜底单位接"
        en = f"{why.en}; {rule.unit} is dissolved without a deputy, the fallback owner has it"
        return Route(rule.code, self.fallback, None, True, *self._alive(zh, en, gone), tried)

    def _alive(self, zh: str, en: str, gone: Collection[str]) -> Words:
        """The same, and a warning where even the fallback is gone: the list must be mended."""
        if self.fallback not in gone:
            return Words(zh, en)
        more = Words(f"；兜底单位 {self.fallback} 也已撤销，请更新派单目录", "")
        return Words(zh + more.zh, f"{en}; {self.fallback} is dissolved too: mend the list")

    def _where(self, rule: DispatchRule, region: str | None) -> Words | None:
        """Why the region keeps a rule from firing; None where it does not."""
        if not rule.regions:
            return None
        names = self._names(rule.regions)
        if not region:
            zh = f"不知道企业在哪个区域，规则只管{names.zh}"
            return Words(zh, f"the firm's region is not known; the rule is for {names.en} only")
        tree = _tree_for(self.catalogue, region)
        if any(tree.is_under(region, one) for one in rule.regions):
            return None
        here = self._names((region,))
        if any(tree.is_under(one, region) for one in rule.regions):
            zh = f"只知道企业在{here.zh}，规则只管{names.zh}"
            en = f"the firm is only known to be in {here.en}; the rule is for {names.en} only"
            return Words(zh, en)
        return Words(f"{here.zh}不在{names.zh}", f"{here.en} is not within {names.en}")

    def _whether(self, when: Node, facts: Facts, as_of: date) -> Words | None:
        """Why the condition keeps a rule from firing; None where it is met."""
        answer = when.answer(facts, as_of)
        if answer:
            return None
        needed = Teller(self.catalogue, as_of).sentence(when)
        if answer is False:
            return Words(f"不符合：{needed.zh}", f"not met: {needed.en}")
        missing = listing(self._fact(key) for key in when.open_keys(facts, as_of))
        zh = f"不能确定：{needed.zh}；还不知道{missing.zh}"
        return Words(zh, f"not certain: {needed.en}; not known: {missing.en}")

    def _fact(self, key: str) -> Words:
        """The name of a fact, with its year."""
        name, year = split_key(key)
        attribute = self.catalogue.attributes[name]
        if year is None:
            return Words(attribute.label_zh, attribute.label_en)
        return Words(f"{year} 年{attribute.label_zh}", f"{attribute.label_en} in {year}")

    def _names(self, regions: Sequence[str]) -> Words:
        tree = self.catalogue.trees.get(REGION) or PrefixTree(REGION)
        return listing(Words(tree.label(one), tree.label(one, "en")) for one in regions)


def parse_dispatch(
    doc: Any,
    catalogue: Catalogue,
    *,
    units: Collection[str] | None,
    matters: Collection[str] | None,
    file: str = "",
    document: Document | None = None,
) -> DispatchCatalog:
    """Read dispatch.yaml; RuleError holds every mistake, with its line where `document` has it.

    `units` and `matters` are the codes that exist; None where they are not known, nothing is then
    compared with them. A rule that can never fire because earlier ones cover it is a mistake, and
    without a fallback so is every matter without a rule.
    """
    lines = document.lines if document else {}
    gather = Gather(file or (document.file if document else ""), lines)
    top = gather.mapping(doc, "", ", ".join(_TOP)) or {}
    gather.stop()
    gather.keys(top, _TOP, "")
    version = top.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        message = "is missing" if version is None else "must be a whole number from 1"
        gather.say("missing" if version is None else "type", "version", message, version, "1, 2 …")
    reader = _RuleReader(catalogue, gather, units, matters)
    rules = tuple(reader.rules(top.get("rules")))
    fallback = reader.unit(top.get("fallback"), "fallback")
    source = reader.words(top, "source", "", required=True)
    for path, pair in covered(rules, catalogue):
        message = "can never fire: an earlier rule takes all of it"
        gather.say("covered", path, message, pair[0], f"put it before {pair[1]}")
    served = {rule.matter for rule in rules}
    if top.get("fallback") is None and matters is not None and ANY not in served:
        for matter in sorted(set(matters) - served):
            gather.say("no_rule", "rules", "no rule and no fallback for this matter", matter)
    gather.stop()
    return DispatchCatalog(version or 0, source or Words("", ""), rules, fallback, catalogue)


class _RuleReader:
    def __init__(
        self,
        catalogue: Catalogue,
        gather: Gather,
        units: Collection[str] | None,
        matters: Collection[str] | None,
    ) -> None:
        self.catalogue = catalogue
        self.gather = gather
        self.units = units
        self.matters = matters
        self.codes: dict[str, str] = {}

    def rules(self, doc: Any) -> Iterator[DispatchRule]:
        if not isinstance(doc, list | tuple) or not doc:
            message = "must be a list of rules that is not empty"
            self.gather.say("type", "rules", message, doc, "[{code, matter, unit, …}]")
            return
        for i, item in enumerate(doc):
            path = f"rules[{i}]"
            row = self.gather.mapping(item, path, ", ".join(_KEYS))
            if row is not None:
                before = len(self.gather.findings)
                rule = self.rule(row, path)
                if len(self.gather.findings) == before:
                    yield rule

    def rule(self, row: Mapping[str, Any], path: str) -> DispatchRule:
        self.gather.keys(row, _KEYS, path)
        code = self.gather.text(row, "code", path, required=True) or ""
        if code in self.codes:
            message = f"the same code twice, first at {self.codes[code]}"
            self.gather.say("duplicate_code", f"{path}.code", message, code)
        elif code:
            self.codes[code] = path
        matter = self.gather.text(row, "matter", path, required=True) or ""
        if matter and matter != ANY:
            self.refer(matter, self.matters, f"{path}.matter", "matter")
        unit = self.unit(row.get("unit"), f"{path}.unit")
        deputy = row.get("deputy")
        if deputy is not None:
            deputy = self.unit(deputy, f"{path}.deputy")
            if deputy and deputy == unit:
                self.gather.say("deputy", f"{path}.deputy", "is the unit itself", deputy)
        return DispatchRule(
            code, matter, unit, self.regions(row.get("regions"), f"{path}.regions"),
            self.when(row.get("when"), f"{path}.when"), deputy, self.words(row, "note", path), path,
        )  # fmt: skip

    def regions(self, value: Any, path: str) -> tuple[str, ...]:
        if value is None:
            return ()
        tree = self.catalogue.trees.get(REGION) or PrefixTree(REGION)
        if not isinstance(value, list | tuple) or not value:
            message = "must be a list that is not empty; leave it out for anywhere"
            self.gather.say("type", path, message, value, '["440305"]')
            return ()
        found: list[str] = []
        for i, item in enumerate(value):
            here = f"{path}[{i}]"
            if not isinstance(item, str):
                message = "codes are text: put it in quotes"
                self.gather.say("type", here, message, item, tree.describe())
            elif not tree.has(item):
                self.gather.say("code", here, "no such region", item, tree.describe())
            elif tree.normalise(item) in found:
                self.gather.say("duplicate", here, "the same region twice", item)
            else:
                found.append(tree.normalise(item))
        return tuple(found)

    def when(self, value: Any, path: str) -> Node | None:
        """One condition; nothing in it may be hard or judged by people, who are not asked here."""
        if value is None:
            return None
        node = ConditionReader(self.catalogue, self.gather, {}).node(value, path, "g", depth=2)
        for atom in node.atoms() if node is not None else ():
            if atom.op == HUMAN:
                message = "nobody judges while a case is routed: the rule could never fire"
                self.gather.say("human", atom.path, message, atom.attribute.name)
        return node

    def unit(self, value: Any, path: str) -> str:
        if value is None:
            self.gather.say("missing", path, "is missing", None, "the code of a unit")
            return ""
        if not isinstance(value, str) or not value.strip():
            self.gather.say("type", path, "must be the code of a unit", value)
            return ""
        self.refer(value, self.units, path, "unit")
        return value

    def refer(self, code: str, known: Collection[str] | None, path: str, what: str) -> None:
        if known is not None and code not in known:
            message = f"no such {what}: correct the code or add the {what}"
            self.gather.say("reference", path, message, code, similar(code, known))

    def words(
        self, row: Mapping[str, Any], key: str, path: str, *, required: bool = False
    ) -> Words | None:
        if row.get(key) is None and required:
            self.gather.say("missing", join(path, key), "is missing", None, "{zh: …, en: …}")
        found = ConditionReader(self.catalogue, self.gather, {}).label(
            row.get(key), join(path, key)
        )
        return None if found is None else Words(*found)


def _tree_for(catalogue: Catalogue, region: str) -> CodeTree:
    """The region tree; for a code below what it knows (a street) the way codes are built."""
    tree = catalogue.trees.get(REGION)
    return tree if tree is not None and tree.has(region) else PrefixTree(REGION)
