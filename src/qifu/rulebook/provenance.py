"""Whether every quoted sentence still stands in the document that it was read from."""

from collections.abc import Iterator, Mapping, Sequence

from qifu.rulebook.conditions import Node
from qifu.rulebook.findings import Finding
from qifu.rulebook.policy import Policy


def quotes_match(
    policy: Policy, documents: Mapping[str, Sequence[str]], *, file: str = ""
) -> tuple[Finding, ...]:
    """A finding for each quote that is not the text at its place.

    `documents` maps a document's hash, as the conditions name it, to its paragraphs. `para` counts
    from 0; `span` is [start, end) in the paragraph, and without one the quote must stand somewhere
    in it. A condition without a quote, as in a retold policy, has nothing to check.
    """
    return tuple(
        finding
        for group in policy.groups
        for node in _every(group)
        if (finding := _mismatch(node, documents, file)) is not None
    )


def _mismatch(node: Node, documents: Mapping[str, Sequence[str]], file: str) -> Finding | None:
    src = node.src or {}
    quote = src.get("quote")
    if quote is None:
        return None
    path = f"{node.path}.src"
    doc, para, span = src.get("doc"), src.get("para"), src.get("span")
    if doc is None or para is None:
        return Finding("quote", path, "a quote needs doc and para", quote, "doc, para", file)
    if doc not in documents:
        allowed = ", ".join(documents)
        return Finding("quote", f"{path}.doc", "no such document", doc, allowed, file)
    paragraphs = documents[doc]
    if para >= len(paragraphs):
        allowed = f"0 to {len(paragraphs) - 1}"
        return Finding("quote", f"{path}.para", "no such paragraph", para, allowed, file)
    text = paragraphs[para]
    if span is None:
        if quote in text:
            return None
        return Finding("quote", f"{path}.quote", "not in that paragraph", quote, text, file)
    there = text[span[0] : span[1]]
    if there == quote:
        return None
    return Finding("quote", f"{path}.quote", "not the text at its span", quote, repr(there), file)


def _every(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _every(child)
