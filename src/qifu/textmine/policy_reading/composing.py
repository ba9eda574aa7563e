"""Put the elements of a draft together: the tree of conditions, the card, the head."""

from collections.abc import Mapping
from typing import Any

from qifu.textmine.policy_reading.drafts import DROPPED, Draft, Element
from qifu.textmine.policy_reading.marks import (
    AMOUNT,
    BODY,
    CONDITION,
    CONTACT,
    DATE,
    EXCLUSION,
    NUMBER,
    PAPER,
    REGION,
    STEP,
    TITLE,
    WINDOW,
)
from qifu.textmine.policy_reading.sums import expression

_ORDER = (
    "id", "version", "title", "title_en", "region", "published", "effective", "window", "benefit",
    "when", "amount", "excludes", "card",
)  # fmt: skip


def compose(draft: Draft) -> dict[str, Any]:
    """The document of a draft in the order in which people write one; dropped elements are out."""
    kept = [element for element in draft.elements if element.state != DROPPED]
    document: dict[str, Any] = {}
    card: dict[str, Any] = {}
    for element in kept:
        _head(element, document, card)
    nodes = _conditions(draft, [element for element in kept if element.kind == CONDITION], kept)
    if nodes:
        document["when"] = {"all": nodes}
    expr, _ = expression(
        [element for element in kept if element.kind == AMOUNT],
        {element.id: element for element in kept},
    )
    if expr:
        document["amount"] = {"expr": expr, "unit": "CNY"}
    if card:
        document["card"] = card
    document |= draft.filled
    return {key: document[key] for key in (*_ORDER, *document) if key in document}


def _head(element: Element, document: dict[str, Any], card: dict[str, Any]) -> None:
    """The first title, area and window of the text; every paper, step and contact."""
    kind, clause = element.kind, element.clause
    if kind in (TITLE, REGION) and clause is not None:
        document.setdefault(kind, clause)
    elif kind == WINDOW and clause:
        for key, value in clause.items():
            document.setdefault(key, value)
    elif kind == DATE and isinstance(clause, Mapping):
        document |= {key: value for key, value in clause.items() if key not in document}
    elif kind in (BODY, NUMBER) and clause is not None:
        card.setdefault("source", {}).setdefault(kind, clause)
    elif kind in (PAPER, STEP, CONTACT, EXCLUSION) and clause is not None:
        names = {PAPER: "papers", STEP: "steps", CONTACT: "contacts", EXCLUSION: "open_points"}
        card.setdefault(names[kind], []).append(clause)
        if kind == CONTACT and "contact_kind" in clause:
            card.setdefault("contact_kind", clause["contact_kind"])


def _conditions(
    draft: Draft, conditions: list[Element], kept: list[Element]
) -> list[dict[str, Any]]:
    """The groups under `when.all`.

    Conditions on which only some sums hang are a choice: whoever meets those of one sum is in.
    """
    ways = list(dict.fromkeys(e.when for e in kept if e.kind == AMOUNT and e.when))
    known = {element.id for element in conditions}
    ways = [way for way in ways if set(way) & known]
    apart = {ident for way in ways for ident in way} if len(ways) > 1 else set()
    nodes = _tree(draft, [element for element in conditions if element.id not in apart])
    if len(ways) > 1:
        branches = []
        for way in ways:
            inner = _tree(draft, [e for e in conditions if e.id in way], nested=True)
            if inner:
                branches.append(inner[0] if len(inner) == 1 else {"all": inner})
        branches = [b for i, b in enumerate(branches) if b not in branches[:i]]
        if len(branches) > 1:
            nodes.append({"any": _unnamed_twice(branches)})
        else:
            nodes += branches
    return nodes


def _unnamed_twice(branches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The branches with every id once: a condition of two branches keeps it in the first."""
    seen: set[str] = set()

    def walk(node: dict[str, Any]) -> dict[str, Any]:
        made = dict(node)
        if made.get("id") in seen:
            del made["id"]
        elif "id" in made:
            seen.add(made["id"])
        for key in ("all", "any", "of"):
            if key in made:
                made[key] = [walk(child) for child in made[key]]
        if isinstance(made.get("not"), dict):
            made["not"] = walk(made["not"])
        return made

    return [walk(branch) for branch in branches]


def _tree(draft: Draft, members: list[Element], *, nested: bool = False) -> list[dict[str, Any]]:
    """Elements and their groups as nodes, in the order of the text."""
    children: dict[str | None, list[Any]] = {None: []}
    placed: set[str] = set()

    def place(name: str) -> None:
        if name in placed:
            return
        placed.add(name)
        outer = draft.groups[name].get("in")
        if outer is not None:
            place(outer)
        children.setdefault(outer, []).append(name)
        children.setdefault(name, [])

    for element in members:
        if element.group is not None:
            place(element.group)
        children.setdefault(element.group, []).append(element)

    def build(child: Any, top: bool) -> dict[str, Any] | None:
        if isinstance(child, Element):
            clause = {"id": child.id, **(child.clause or {})}
            if not top:
                clause.pop("kind", None)
            return clause
        inner = [node for one in children[child] if (node := build(one, False)) is not None]
        if not inner:
            return None
        group = draft.groups[child]
        shape, whole = group["shape"], inner[0] if len(inner) == 1 else None
        if shape == "not":
            return {"not": whole or {"any": inner}}
        if shape == "at_least" and len(inner) >= group["k"] > 1:
            return {"at_least": group["k"], "of": inner}
        return whole or {("all" if shape == "all" else "any"): inner}

    found = [build(child, not nested) for child in children[None]]
    return [node for node in found if node is not None]
