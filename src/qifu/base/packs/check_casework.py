"""Check what appeals stand on: matters, dispatch list, clock rules, scope, and what they name."""

from collections.abc import Mapping
from dataclasses import replace

from qifu.base.packs.check_answers import (
    check_answers,
    check_reply_templates,
    check_synonyms,
)
from qifu.base.packs.check_appeals import check_appeals
from qifu.base.packs.desk import Desk
from qifu.base.packs.files import PackFiles
from qifu.base.packs.vocabulary import APPEAL_KINDS
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.clock_rules import CLOCKS, parse_clock_rules
from qifu.rulebook.dispatch_rules import ANY
from qifu.rulebook.documents import Document
from qifu.rulebook.findings import Finding, RuleError
from qifu.rulebook.policy import Policy
from qifu.rulebook.routing import parse_dispatch
from qifu.textmine.matters import Matter, parse_matters
from qifu.textmine.scope import parse_scope

# What a city needs as soon as any of its roles may do something with appeals.
NEEDED = ("appeals", "matters", "dispatch", "clocks", "scope")
# Without these roles an appeal would stop for good where it stands.
NEEDED_PERMISSIONS = (
    "appeals.submit", "appeals.intake", "appeals.handle", "appeals.coordinate",
    "appeals.callback",
)  # fmt: skip


def check_casework(
    files: PackFiles,
    catalogue: Catalogue | None,
    units: set[str] | None,
    policies: tuple[Policy, ...] | None,
) -> None:
    """Every mistake in the documents for appeals; what the pack has not and needs is one too.

    None for what could not be read: nothing is then compared with it.
    """
    _check_needed(files)
    laws = {code: law.articles for code, law in files.laws.items()}
    matters = _check_matters(files, laws)
    rule_sets = _check_clocks(files)
    codes = None if matters is None else {matter.code for matter in matters}
    if (document := files.document("matters")) is not None and matters is not None:
        desk = Desk(document, files.findings)
        for i, matter in enumerate(matters):
            if matter.rule_set is not None and rule_sets is not None:
                desk.refer(matter.rule_set, rule_sets, f"[{i}].rule_set", "clock rule set")
    _check_dispatch(files, catalogue, units, codes)
    if (document := files.document("scope")) is not None:
        try:
            parse_scope(document.data, file=document.file, document=document)
        except RuleError as error:
            _take(files, document, error)
    _check_demo_appeals(files, codes)
    outcomes = None
    if (document := files.document("appeals")) is not None:
        outcomes = check_appeals(Desk(document, files.findings), units, rule_sets)
    if (document := files.document("answers")) is not None:
        ids = None if policies is None else {policy.id for policy in policies}
        check_answers(Desk(document, files.findings), codes, laws, ids)
    if (document := files.document("reply_templates")) is not None:
        check_reply_templates(Desk(document, files.findings), codes, outcomes)
    if (document := files.document("synonyms")) is not None:
        check_synonyms(Desk(document, files.findings))


def _check_needed(files: PackFiles) -> None:
    """A city that takes appeals needs everything; one that does not needs nothing."""
    roles = files.document("roles")
    if roles is None or not isinstance(roles.data, list):
        return
    given = {
        permission
        for row in roles.data
        if isinstance(row, Mapping) and isinstance(row.get("may"), list)
        for permission in row["may"]
        if isinstance(permission, str)
    }
    if not any(permission.startswith("appeals.") for permission in given):
        return
    for kind in NEEDED:
        where = str(files.folder / f"{kind}.yaml")
        if kind not in files.documents and not any(f.file == where for f in files.findings):
            message = "roles of this city may deal with appeals, which need this file"
            files.findings.append(Finding("missing", "", message, file=where))
    desk = Desk(roles, files.findings)
    for permission in NEEDED_PERMISSIONS:
        if permission not in given:
            message = "no role has this permission, so appeals would stop there: give it to one"
            desk.say("missing", "", message, None, permission)


def _check_matters(
    files: PackFiles, laws: Mapping[str, frozenset[str]]
) -> tuple[Matter, ...] | None:
    document = files.document("matters")
    if document is None:
        return None
    try:
        matters = parse_matters(document.data, file=document.file, document=document)
    except RuleError as error:
        _take(files, document, error)
        return None
    desk = Desk(document, files.findings)
    for i, matter in enumerate(matters):
        for j, law in enumerate(matter.law):
            desk.refer(law, laws, f"[{i}].law[{j}]", "statute", mend="add it to laws/index.yaml")
    return matters


def _check_clocks(files: PackFiles) -> set[str] | None:
    """The codes of the rule sets, or None where they could not be read."""
    document = files.document("clocks")
    if document is None:
        return None
    try:
        rules = parse_clock_rules(document.data, file=document.file, document=document)
    except RuleError as error:
        _take(files, document, error)
        return None
    desk = Desk(document, files.findings)
    cases = [(kind, several) for kind in APPEAL_KINDS for several in (False, True)]
    for i, row in enumerate(rules.rule_sets):
        for clock in CLOCKS:
            without = [c for c in cases if row.limit(clock, kind=c[0], several=c[1]) is None]
            if without:
                message = "some appeals have no such limit: add a row without conditions"
                kinds = sorted({kind for kind, _ in without})
                desk.say("missing", f"rule_sets[{i}].limits", message, kinds, clock)
    return {row.code for row in rules.rule_sets}


def _check_dispatch(
    files: PackFiles,
    catalogue: Catalogue | None,
    units: set[str] | None,
    matters: set[str] | None,
) -> None:
    document = files.document("dispatch")
    if document is None or catalogue is None:
        return
    try:
        catalog = parse_dispatch(
            document.data,
            catalogue,
            units=units,
            matters=matters,
            file=document.file,
            document=document,
        )
    except RuleError as error:
        _take(files, document, error)
        return
    desk = Desk(document, files.findings)
    everything = any(rule.matter == ANY for rule in catalog.rules)
    for matter in sorted((matters or set()) - catalog.matters if not everything else ()):
        message = "no rule names this matter, so only the fallback would get it: add a rule"
        desk.say("missing", "rules", message, matter)


def _check_demo_appeals(files: PackFiles, matters: set[str] | None) -> None:
    """Made-up cases are of matters and kinds that there are; how they are told is their own."""
    document = files.document("demo_appeals")
    if document is None:
        return
    desk = Desk(document, files.findings)
    recipe = desk.mapping(desk.data, "", "{count, paths, appeals}")
    for row, path in desk.rows(recipe.get("appeals"), "appeals") if recipe is not None else ():
        if matters is not None:
            desk.refer(row.get("matter"), sorted(matters), f"{path}.matter", "matter")
        desk.refer(row.get("kind"), APPEAL_KINDS, f"{path}.kind", "kind of appeal")


def _take(files: PackFiles, document: Document, error: RuleError) -> None:
    """Findings of a parser, with file and line where it did not know them."""
    desk = Desk(document, [])
    desk.take(replace(finding, file=finding.file or document.file) for finding in error.findings)
    files.findings.extend(desk.findings)
