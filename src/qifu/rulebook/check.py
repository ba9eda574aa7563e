"""Lint policies: what is wrong, and what is allowed but looks like a mistake."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.derived_rules import DerivedRule
from qifu.rulebook.documents import Document
from qifu.rulebook.findings import ERROR, WARNING, Finding
from qifu.rulebook.gather import line_of
from qifu.rulebook.lint_amounts import wrong_amounts
from qifu.rulebook.lint_logic import Logic
from qifu.rulebook.lint_overlap import overlaps
from qifu.rulebook.lint_sources import references, unknowable
from qifu.rulebook.lint_states import World
from qifu.rulebook.lint_units import wrong_units
from qifu.rulebook.policy import Policy, read_policies
from qifu.rulebook.provenance import quotes_match
from qifu.rulebook.remarks import Remark
from qifu.rulebook.sizes import SIZES

# what nobody would publish knowingly; all other remarks are warnings
_ERRORS = frozenset(("contradiction", "unit_quote"))
Texts = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Checked:
    """What a check found. With an error nothing may be published; a warning is worth a look."""

    policies: tuple[Policy, ...]
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]


def check_documents(
    documents: Sequence[Document],
    catalogue: Catalogue,
    *,
    on: date | None = None,
    derived: Sequence[DerivedRule] | None = None,
    texts: Texts | None = None,
) -> Checked:
    """Read every document and look at them together.

    `on` is the day for what has expired, `derived` says what follows from other facts (None: not
    known, so nothing is called unanswerable), `texts` are the documents that conditions quote:
    hash → paragraphs.
    """
    policies, errors = read_policies(documents, catalogue)
    found = lint(policies, documents, catalogue, on=on, derived=derived, texts=texts)
    return Checked(
        policies,
        (*errors, *(f for f in found if f.severity == ERROR)),
        tuple(f for f in found if f.severity == WARNING),
    )


def lint(
    policies: Sequence[Policy],
    documents: Sequence[Document],
    catalogue: Catalogue,
    *,
    on: date | None = None,
    derived: Sequence[DerivedRule] | None = None,
    texts: Texts | None = None,
) -> list[Finding]:
    """What looks wrong in policies that could be read, in their order, without what they accept.

    `documents` are all of them, also those that could not be read: others may exclude these.
    """
    ids = {d.data.get("id") for d in documents if isinstance(d.data, dict)}
    places = {id(document.data): document for document in documents}
    order = {id(policy): i for i, policy in enumerate(policies)}
    findings: dict[int, list[Finding]] = {i: [] for i in range(len(policies))}
    for remark in _remarks(policies, ids, catalogue, on, derived):
        document = places[id(remark.policy.document)]
        severity = ERROR if remark.code in _ERRORS else WARNING
        findings[order[id(remark.policy)]].append(
            Finding(
                remark.code,
                remark.path,
                remark.en,
                remark.found,
                "",
                document.file,
                _line(remark.path, document),
                severity,
                remark.zh,
            )  # fmt: skip
        )
    for i, policy in enumerate(policies):
        document = places[id(policy.document)]
        findings[i] += (
            replace(finding, line=_line(finding.path, document))
            for finding in quotes_match(policy, texts, file=document.file)
        )
        if policy.accept:
            findings[i] = _without_accepted(policy, findings[i], document)
    return [finding for several in findings.values() for finding in several]


def _remarks(
    policies: Sequence[Policy],
    ids: Collection[Any],
    catalogue: Catalogue,
    on: date | None,
    derived: Sequence[DerivedRule] | None,
) -> Iterator[Remark]:
    names = {rule.attribute.name for rule in derived or ()}
    logic = Logic(World(catalogue, _outcomes(derived or ())), on)
    for policy in policies:
        yield from references(policy, ids, on)
        yield from logic.remarks(policy)
        if derived is not None:
            yield from unknowable(policy, catalogue, names)
        yield from wrong_amounts(policy)
    yield from wrong_units(policies)
    yield from overlaps(policies)


def _outcomes(derived: Sequence[DerivedRule]) -> dict[str, frozenset[Any]]:
    """The only values of what nobody states and rules give: an attribute may have several rules."""
    found: dict[str, frozenset[Any]] = {}
    open_ = {rule.attribute.name for rule in derived if rule.how != "cases" and not rule.function}
    for rule in derived:
        name = rule.attribute.name
        stated = rule.attribute.askable or not set(rule.attribute.sources) <= {"derived"}
        if stated or name in open_:
            continue
        values = frozenset(value for _, value in rule.cases)
        if rule.function == "size_class":
            values = frozenset(SIZES)
        elif rule.otherwise is not None:
            values |= {rule.otherwise}
        found[name] = found.get(name, frozenset()) | values
    return {name: values for name, values in found.items() if values}


def _line(path: str, document: Document) -> int | None:
    return line_of(path, document.lines) or document.lines.get("")


def _without_accepted(
    policy: Policy, findings: Sequence[Finding], document: Document
) -> list[Finding]:
    """Without the warnings that the author accepts; an error cannot be accepted."""
    left = list(findings)
    for i, (code, _) in enumerate(policy.accept):
        kept = [f for f in left if f.code != code or f.severity == ERROR]
        if len(kept) == len(left):
            path = f"accept[{i}].code"
            en, zh = "there is no such warning here: remove it", "这里没有这种提醒：请删去"
            line = _line(path, document)
            kept.append(Finding("accept", path, en, code, "", document.file, line, WARNING, zh))
        left = kept
    return left
