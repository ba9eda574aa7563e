"""A policy as one document: who may use it, when, what it is worth; read strictly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from qifu.rulebook import amounts
from qifu.rulebook.budget import Budget, read_budget
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.codes import REGION, PrefixTree
from qifu.rulebook.combine_rules import CombineRule, read_combine
from qifu.rulebook.conditions import Node
from qifu.rulebook.documents import Document
from qifu.rulebook.findings import Finding, RuleError
from qifu.rulebook.gather import Gather
from qifu.rulebook.reading import ConditionReader
from qifu.rulebook.values import Shared

BENEFITS = ("grant", "loan_interest", "tax", "qualification", "voucher", "service")
STATUSES = ("not_yet", "open", "closing_soon", "closed", "always")
CLOSING_SOON_DAYS = 14
_KEYS = (
    "id", "version", "title", "title_en", "region", "effective", "window", "published", "when",
    "amount", "budget", "excludes", "combine", "benefit", "card", "accept",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Policy:
    """One version of a policy, never changed; `document` is the mapping it was read from."""

    id: str
    version: int
    title: str
    groups: tuple[Node, ...]
    document: Mapping[str, Any] = field(repr=False)
    title_en: str | None = None
    region: str | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    opens: date | None = None
    closes: date | None = None
    published: date | None = None
    benefit: str | None = None
    excludes: tuple[str, ...] = ()
    combine: tuple[CombineRule, ...] = ()
    amount: amounts.AmountExpr | None = None
    budget: Budget = Budget()
    # codes of findings that the author has looked at, with the reason why they are left
    accept: tuple[tuple[str, str], ...] = ()

    @property
    def card(self) -> Mapping[str, Any]:
        """What the page shows besides the rules; free, and opaque to the rulebook."""
        card = self.document.get("card")
        return card if isinstance(card, Mapping) else {}

    def name(self, language: str = "zh") -> str:
        """The title in `zh` or `en`; Chinese where there is no English."""
        return (self.title_en if language == "en" else None) or self.title

    def in_force(self, on: date) -> bool:
        """Whether it is law on that day, both ends included."""
        started = self.effective_from is None or self.effective_from <= on
        return started and (self.effective_to is None or on <= self.effective_to)

    def status(self, on: date, closing_soon_days: int = CLOSING_SOON_DAYS) -> str:
        """not_yet, open, closing_soon (so many days or fewer are left), closed, or always."""
        if self.opens is None and self.closes is None:
            return "always"
        if self.opens is not None and on < self.opens:
            return "not_yet"
        if self.closes is None:
            return "open"
        if on > self.closes:
            return "closed"
        return "closing_soon" if self.closes - on <= timedelta(closing_soon_days) else "open"


def parse_policy(
    doc: Mapping[str, Any],
    catalogue: Catalogue,
    *,
    file: str = "",
    lines: Mapping[str, int] | None = None,
    shared: Shared | None = None,
) -> Policy:
    """Read one policy. RuleError holds every mistake, with its line where `lines` knows it.

    `shared` is handed from one policy to the next where many are read with one catalogue.
    """
    gather = Gather(file, lines or {})
    doc = gather.mapping(doc, "", "a policy: id, version, title, when …") or {}
    gather.stop()
    gather.keys(doc, _KEYS, "")
    published = gather.day(doc, "published", "")
    effective = gather.days(doc, "effective", "from", "to")
    opens, closes = gather.days(doc, "window", "opens", "closes")
    moments = {"opens": opens, "closes": closes, "published": published}
    reader = ConditionReader(catalogue, gather, moments, shared)
    if "when" in doc:
        groups = reader.when(doc["when"])
    else:
        groups = ()
        gather.say("missing", "when", "is missing", None, "{all: [groups]}")
    policy = Policy(
        id=_identity(doc, gather),
        version=_version(doc, gather),
        title=gather.text(doc, "title", "", required=True) or "",
        title_en=gather.text(doc, "title_en", ""),
        region=_region(doc, catalogue, gather),
        effective_from=effective[0],
        effective_to=effective[1],
        opens=opens,
        closes=closes,
        published=published,
        groups=groups,
        amount=_amount(doc, catalogue, gather),
        budget=read_budget(doc.get("budget"), gather),
        excludes=_excludes(doc, gather),
        combine=read_combine(doc.get("combine"), str(doc.get("id")), gather),
        benefit=_benefit(doc, gather),
        accept=_accept(doc, gather),
        document=doc,
    )
    if doc.get("card") is not None:
        gather.mapping(doc["card"], "card")
    gather.stop()
    return policy


def parse_policies(documents: Iterable[Document], catalogue: Catalogue) -> tuple[Policy, ...]:
    """Read many policies; RuleError holds every mistake in all of them."""
    policies, findings = read_policies(documents, catalogue)
    if findings:
        raise RuleError(findings)
    return policies


def read_policies(
    documents: Iterable[Document], catalogue: Catalogue
) -> tuple[tuple[Policy, ...], tuple[Finding, ...]]:
    """The policies that can be read, and every mistake in the others.

    The same id and version twice is a mistake too: versions never change.
    """
    policies = []
    findings: list[Finding] = []
    seen: dict[tuple[str, int], str] = {}
    shared: Shared = {}
    for document in documents:
        try:
            policy = parse_policy(
                document.data, catalogue, file=document.file, lines=document.lines, shared=shared
            )
        except RuleError as error:
            findings.extend(error.findings)
            continue
        key = (policy.id, policy.version)
        if key in seen:
            message = f"the same id and version stand in {seen[key]}"
            line = document.lines.get("version") or document.lines.get("")
            name = f"{policy.id} version {policy.version}"
            findings.append(
                Finding("duplicate_version", "version", message, name, "", document.file, line)
            )
        seen[key] = document.file or "another document"
        policies.append(policy)
    return tuple(policies), tuple(findings)


def in_force(policies: Sequence[Policy], on: date) -> tuple[tuple[Policy, ...], int]:
    """Of each policy the version in force that day (the highest of several), in the given order.

    With it the number of policies of which no version is in force.
    """
    chosen: dict[str, Policy] = {}
    for policy in policies:
        held = chosen.get(policy.id)
        if policy.in_force(on) and (held is None or policy.version > held.version):
            chosen[policy.id] = policy
    skipped = len({policy.id for policy in policies}) - len(chosen)
    kept = tuple(policy for policy in policies if chosen.get(policy.id) is policy)
    return kept, skipped


def _identity(doc: Mapping[str, Any], gather: Gather) -> str:
    text = gather.text(doc, "id", "", required=True) or ""
    if text and (any(c.isspace() for c in text) or len(text) > 100):
        message = "an id has no spaces and at most 100 characters"
        gather.say("id", "id", message, text, "SZ-2026-0017")
    return text


def _version(doc: Mapping[str, Any], gather: Gather) -> int:
    version = doc.get("version")
    if isinstance(version, int) and not isinstance(version, bool) and version >= 1:
        return version
    message = "is missing" if version is None else "must be a whole number from 1"
    gather.say("missing" if version is None else "type", "version", message, version, "1, 2, 3 …")
    return 0


def _region(doc: Mapping[str, Any], catalogue: Catalogue, gather: Gather) -> str | None:
    region = doc.get("region")
    if region is None:
        return None
    tree = catalogue.trees.get(REGION) or PrefixTree(REGION)
    if not isinstance(region, str):
        gather.say("type", "region", "codes are text: put it in quotes", region, tree.describe())
        return None
    if not tree.has(region):
        gather.say("code", "region", "no such region", region, tree.describe())
    return tree.normalise(region)


def _amount(
    doc: Mapping[str, Any], catalogue: Catalogue, gather: Gather
) -> amounts.AmountExpr | None:
    if doc.get("amount") is None:
        return None
    block = gather.mapping(doc["amount"], "amount", "{expr: …, unit: CNY}")
    if block is None:
        return None
    gather.keys(block, ("expr", "unit"), "amount")
    if block.get("unit") != "CNY":
        gather.say("unit", "amount.unit", "an amount is in yuan", block.get("unit"), "CNY")
    expr = gather.text(block, "expr", "amount", required=True)
    if expr is None:
        return None
    try:
        return amounts.parse_amount(expr, catalogue, path="amount.expr")
    except RuleError as error:
        gather.take(error.findings)
        return None


def _excludes(doc: Mapping[str, Any], gather: Gather) -> tuple[str, ...]:
    value = doc.get("excludes")
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        gather.say("type", "excludes", "must be a list of policy ids", value, "[SZ-2025-0101]")
        return ()
    for i, item in enumerate(value):
        if not isinstance(item, str) or not item.strip():
            gather.say("type", f"excludes[{i}]", "must be a policy's id", item)
        elif item == doc.get("id"):
            gather.say("excludes", f"excludes[{i}]", "a policy cannot exclude itself", item)
    return tuple(dict.fromkeys(item for item in value if isinstance(item, str)))


def _benefit(doc: Mapping[str, Any], gather: Gather) -> str | None:
    value = doc.get("benefit")
    if value is None or value in BENEFITS:
        return value
    gather.say("benefit", "benefit", "unknown kind of benefit", value, ", ".join(BENEFITS))
    return None


def _accept(doc: Mapping[str, Any], gather: Gather) -> tuple[tuple[str, str], ...]:
    value = doc.get("accept")
    if value is None:
        return ()
    allowed = "[{code: other_figures, why: …}]"
    if not isinstance(value, list | tuple):
        gather.say("type", "accept", "must be a list of findings and reasons", value, allowed)
        return ()
    found = []
    for i, item in enumerate(value):
        where = f"accept[{i}]"
        row = gather.mapping(item, where, allowed)
        if row is not None:
            gather.keys(row, ("code", "why"), where)
            code = gather.text(row, "code", where, required=True)
            why = gather.text(row, "why", where, required=True)
            found.append((code or "", why or ""))
    return tuple(found)
