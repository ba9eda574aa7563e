"""Check what a pack can know about a firm: code trees, attributes, derived facts, size rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from qifu.base.packs.desk import Desk
from qifu.base.packs.files import CodeList, PackFiles
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.codes import INDUSTRY, CodeTree
from qifu.rulebook.derive import parse_derived
from qifu.rulebook.derived_rules import DerivedRule
from qifu.rulebook.findings import Finding, RuleError
from qifu.rulebook.size_rules import SizeRules, parse_sizes

_NEEDED = ("group", "sources", "visibility", "zh", "en")


def tree_of(codes: CodeList) -> CodeTree:
    """The tree of a code list; codes nest by their beginnings where there is no parent column."""
    rows = [(row.code, row.name_zh, row.name_en) for row in codes.rows]
    parents = {row.code: row.parent for row in codes.rows}
    return CodeTree.from_rows(codes.name, rows, parent=parents.get if codes.has_parents else None)


def read_trees(files: PackFiles) -> dict[str, CodeTree]:
    """All trees of the pack by name; those that cannot be built are findings."""
    trees = {}
    for name, codes in files.codes.items():
        try:
            trees[name] = tree_of(codes)
        except RuleError as error:
            files.findings.extend(error.findings)
    return trees


def check_attributes(files: PackFiles, trees: Mapping[str, CodeTree]) -> Catalogue | None:
    """The catalogue, or None and findings; each attribute can be shown, asked and sourced."""
    document = files.document("attributes")
    if document is None:
        return None
    desk = Desk(document, files.findings)
    rows = document.data.get("attributes") if isinstance(document.data, Mapping) else None
    if isinstance(rows, Mapping):
        for block in ("groups", "sources"):
            named = document.data.get(block)
            if not isinstance(named, Mapping) or not named:
                desk.say("missing", block, "is missing: declare at least one {code: {zh, en}}")
                continue
            for code in named:
                desk.words(named, code, block)
        for name, row in rows.items():
            if isinstance(row, Mapping):
                _check_attribute(desk, name, row, trees)
    try:
        return Catalogue.from_document(document.data, trees=trees, file=document.file)
    except RuleError as error:
        desk.take(error.findings)
    # go on with what is left, so that a mistake here hides none in the policies
    try:
        rest = _without(document.data, desk.findings)
        return Catalogue.from_document(rest, trees=trees, file=document.file)
    except RuleError:
        return None


def _without(doc: Any, findings: Sequence[Finding]) -> Any:
    """The attributes without what is wrong in them; one whose type is wrong becomes a text."""
    if not isinstance(doc, Mapping) or not isinstance(doc.get("attributes"), Mapping):
        return doc
    rows = {name: row for name, row in doc["attributes"].items() if isinstance(row, Mapping)}
    for finding in findings:
        block, _, rest = finding.path.partition(".")
        name, _, inner = rest.partition(".")
        key = inner.partition(".")[0].partition("[")[0]
        if block == "attributes" and name in rows:
            kept = {k: v for k, v in rows[name].items() if k != key}
            rows[name] = {"type": "text"} if key in ("type", "") else kept
    kept_blocks = {k: v for k, v in doc.items() if k in ("as_of", "groups", "sources")}
    return {**kept_blocks, "attributes": rows}


def _check_attribute(
    desk: Desk, name: str, row: Mapping[str, Any], trees: Mapping[str, CodeTree]
) -> None:
    path = f"attributes.{name}"
    desk.need(row, _NEEDED, path)
    for key in ("question", "help"):
        desk.words(row, key, path)
    for language in ("zh", "en"):
        if language in row:
            desk.text(row, language, path, required=True)
    kind, _, tree = str(row.get("type")).partition(":")
    if kind == "code" and tree and tree not in trees:
        mend = f"correct the name or add codes/{tree}.csv"
        desk.refer(tree, trees, f"{path}.type", "code tree", mend=mend)
    said = row.get("value_words")
    if isinstance(said, Mapping) and (kind == "set" or tree in trees):
        known = trees[tree] if kind == "code" else row.get("options") or {}
        for code in said:
            if code not in known:
                where = f"{path}.value_words.{code}"
                desk.refer(code, known, where, "code", mend="use a code of it")
    options = row.get("options")
    if kind == "set" and not isinstance(options, Mapping):
        desk.say("missing", f"{path}.options", "a set needs options: {code: {zh, en}}", options)
    if isinstance(options, Mapping):
        for code in options:
            desk.words(options, code, f"{path}.options")


def check_derived(files: PackFiles, catalogue: Catalogue) -> tuple[DerivedRule, ...] | None:
    """The rules in the order in which they are computed, or None and findings."""
    document = files.document("derived")
    if document is None:
        return ()
    try:
        return parse_derived(document.data, catalogue, file=document.file, lines=document.lines)
    except RuleError as error:
        files.findings.extend(error.findings)
        return None


def check_sizes(files: PackFiles, trees: Mapping[str, CodeTree]) -> SizeRules | None:
    """The size rules, or None and findings where they cannot be read or name no industry."""
    document = files.document("sizes")
    if document is None or INDUSTRY not in trees:
        return None
    try:
        return parse_sizes(document)
    except RuleError as error:
        files.findings.extend(error.findings)
        return None
