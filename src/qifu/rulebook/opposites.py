"""A condition without its `not`, where one operator says the same: not (at least 3) is below 3."""

from dataclasses import replace
from datetime import date
from typing import Any

from qifu.rulebook.conditions import Atom, Node, Not
from qifu.rulebook.operators import Test

OPPOSITE = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
    "in": "not_in",
    "not_in": "in",
    "is": "is",
}


def straight(node: Node) -> Node:
    """The same condition said without `not` where that is possible, else the condition itself.

    For words only: it keeps the label of the outer condition and has the same answer for all facts.
    """
    label = node.label
    while isinstance(node, Not) and isinstance(node.part, Not):
        node = node.part.part
    if label is not None and node.label != label:
        node = replace(node, label=label)
    atom = node.part if isinstance(node, Not) else None
    # of several years that must each fit, the opposite is that one does not
    if not isinstance(atom, Atom) or atom.op not in OPPOSITE or atom.each_year:
        return node
    value = not atom.value if atom.op == "is" else atom.value
    return replace(
        atom, label=node.label, op=OPPOSITE[atom.op], value=value, test=_opposite(atom.test)
    )


def _opposite(test: Test) -> Test:
    def answer(known: Any, at: date) -> bool | None:
        found = test(known, at)
        return None if found is None else not found

    return answer
