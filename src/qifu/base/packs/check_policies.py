"""Check the policies of a pack, the cards of their pages, and run the cases beside them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from qifu.base.packs.desk import Desk
from qifu.base.packs.vocabulary import CONTACT_KINDS, LEVELS
from qifu.rulebook.cases import CaseFile, Prepare, parse_cases, run_cases
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.documents import Document
from qifu.rulebook.findings import Finding, RuleError
from qifu.rulebook.policy import Policy, read_policies

_TEXTS = ("marker", "summary", "who", "how_much", "where")
_CARD = (
    *_TEXTS, "level", "kind", "unit", "contact_kind", "papers", "steps", "source", "open_points",
)  # fmt: skip


def check_policies(
    documents: Sequence[Document],
    catalogue: Catalogue,
    units: set[str] | None,
    findings: list[Finding],
) -> tuple[Policy, ...]:
    """Read all policies; each has an English title and a card that a page can show."""
    policies, mistakes = read_policies(documents, catalogue)
    findings.extend(mistakes)
    ids = {str(d.data.get("id")) for d in documents if isinstance(d.data, Mapping)}
    for document in documents:
        desk = Desk(document, findings)
        if not isinstance(desk.data, Mapping):
            continue
        desk.need(desk.data, ("title_en", "benefit", "card", "effective"), "")
        desk.code(desk.data.get("id"), "id")
        for title in ("title", "title_en"):
            desk.short(desk.data.get(title), title, 300)
        excluded = desk.data.get("excludes")
        for i, other in enumerate(excluded if isinstance(excluded, list) else []):
            desk.refer(other, ids, f"excludes[{i}]", "policy", mend="correct the id or remove it")
        combined = desk.data.get("combine")
        for i, rule in enumerate(combined if isinstance(combined, list) else []):
            others = rule.get("with") if isinstance(rule, Mapping) else None
            for j, other in enumerate(others if isinstance(others, list) else []):
                where = f"combine[{i}].with[{j}]"
                desk.refer(other, ids, where, "policy", mend="correct the id or remove it")
        card = desk.data.get("card")
        if isinstance(card, Mapping):
            _check_card(desk, card, units)
    return policies


def _check_card(desk: Desk, card: Mapping[str, Any], units: set[str] | None) -> None:
    desk.keys(card, _CARD, "card")
    for key in _TEXTS:
        desk.words(card, key, "card")
    for key, allowed in (("level", LEVELS), ("contact_kind", CONTACT_KINDS)):
        if card.get(key) not in allowed:
            message = "not one of the words a page knows: choose one"
            desk.say("choice", f"card.{key}", message, card.get(key), ", ".join(allowed))
    desk.short(desk.text(card, "kind", "card", required=True), "card.kind", 32)
    if units is not None:
        desk.refer(card.get("unit"), sorted(units), "card.unit", "unit")
    for key in ("papers", "open_points"):
        for i, item in enumerate(_listed(desk, card, key)):
            desk.both(item, f"card.{key}[{i}]")
    for i, step in enumerate(_listed(desk, card, "steps")):
        where = f"card.steps[{i}]"
        row = desk.mapping(step, where, "{title: {zh, en}, text: {zh, en}}")
        if row is not None:
            desk.keys(row, ("title", "text"), where)
            desk.words(row, "title", where)
            desk.words(row, "text", where)
    source = desk.mapping(card.get("source"), "card.source", "{name, date, url, note}")
    if source is not None:
        desk.keys(source, ("name", "date", "url", "note"), "card.source")
        desk.text(source, "name", "card.source", required=True)
        desk.day(source, "date", "card.source")
        desk.text(source, "url", "card.source")
        desk.words(source, "note", "card.source")


def _listed(desk: Desk, card: Mapping[str, Any], key: str) -> list[Any]:
    value = card.get(key)
    if isinstance(value, list):
        return value
    desk.say("type", f"card.{key}", "must be a list, [] for none", value)
    return []


def check_cases(
    documents: Sequence[Document],
    policies: Sequence[Policy],
    places: Mapping[str, Document],
    catalogue: Catalogue,
    findings: list[Finding],
    *,
    run: bool = True,
    prepare: Prepare | None = None,
) -> list[CaseFile]:
    """Read all cases; `run` them against the version of their policy in force on their day.

    `places` maps a policy's id to the document it stands in.
    """
    read = []
    for document in documents:
        try:
            cases = parse_cases(document.data, file=document.file, lines=document.lines)
        except RuleError as error:
            findings.extend(error.findings)
            continue
        read.append(cases)
        desk = Desk(document, findings)
        if not desk.refer(cases.policy, places, "policy", "policy"):
            continue
        for i, case in enumerate(cases.cases if run else ()):
            policy = _version(policies, cases.policy, case.as_of)
            if policy is None:
                continue  # the policy itself has a finding
            for words in run_cases(policy, [case], catalogue, prepare=prepare):
                message = f"the case fails: {words}; correct the policy or the case"
                desk.say("case", f"cases[{i}]", message, case.name)
    covered = {cases.policy for cases in read}
    for policy in policies:
        if policy.id not in covered:
            message = f"no case beside it: add policies/cases/{policy.id}.yaml"
            Desk(places[policy.id], findings).say("no_case", "id", message, policy.id)
    return read


def _version(policies: Sequence[Policy], policy_id: str, on: date) -> Policy | None:
    same = [policy for policy in policies if policy.id == policy_id]
    in_force = [policy for policy in same if policy.in_force(on)]
    return max(in_force or same, key=lambda policy: policy.version, default=None)
