"""Whether every quoted sentence still stands in the document that it was read from."""

from collections.abc import Mapping, Sequence

from qifu.rulebook.conditions import Node, every_node
from qifu.rulebook.findings import ERROR, WARNING, Finding
from qifu.rulebook.policy import Policy


def quotes_match(
    policy: Policy, documents: Mapping[str, Sequence[str]] | None, *, file: str = ""
) -> tuple[Finding, ...]:
    """A finding for each quote that is not the text at its place.

    `documents` maps a document's hash, as the conditions name it, to its paragraphs; without them
    only that each quote says where it stands. `para` counts from 0; `span` is [start, end) in the
    paragraph, and without one the quote must stand somewhere in it. A condition without a quote, as
    in a retold policy, has nothing to check. A source that several share counts once.
    """
    seen: set[int] = set()
    found = []
    for group in policy.groups:
        for node in every_node(group):
            if node.src is None or id(node.src) in seen:
                continue
            seen.add(id(node.src))
            finding = _mismatch(node, documents, file)
            if finding is not None:
                found.append(finding)
    return tuple(found)


def _mismatch(
    node: Node, documents: Mapping[str, Sequence[str]] | None, file: str
) -> Finding | None:
    src = node.src or {}
    quote = src.get("quote")
    if quote is None:
        return None
    path = f"{node.path}.src"
    doc, para, span = src.get("doc"), src.get("para"), src.get("span")

    def say(code: str, at: str, en: str, zh: str, found: object, allowed: str = "") -> Finding:
        severity = ERROR if code == "quote_text" else WARNING
        return Finding(code, path + at, en, found, allowed, file, severity=severity, zh=zh)

    if doc is None or para is None:
        zh = "引文要写明 doc 和 para"
        return say("quote_place", "", "a quote needs doc and para", zh, quote, "doc, para")
    if documents is None:
        return None
    if doc not in documents:
        allowed = ", ".join(documents)
        return say("quote_document", ".doc", "no such document", "没有这份原文", doc, allowed)
    paragraphs = documents[doc]
    if para >= len(paragraphs):
        allowed = f"0 to {len(paragraphs) - 1}"
        return say("quote_text", ".para", "no such paragraph", "原文没有这一段", para, allowed)
    text = paragraphs[para]
    if span is None:
        if quote in text:
            return None
        return say("quote_text", ".quote", "not in that paragraph", "这一段里没有", quote, text)
    there = text[span[0] : span[1]]
    if there == quote:
        return None
    en, zh = "not the text at its span", "与原文这一处不符"
    return say("quote_text", ".quote", en, zh, quote, repr(there))
