"""What makes two conditions the same: a key of a condition's meaning, and of its shape."""

from collections.abc import Callable, Hashable
from datetime import date
from decimal import Decimal

from qifu.rulebook.conditions import Atom, Group, Node
from qifu.rulebook.dates import Period
from qifu.rulebook.operators import CHOICE, HUMAN
from qifu.rulebook.opposites import straight

_UNORDERED = (*CHOICE, "under", "has_any", "has_all")


def meaning(node: Node) -> Hashable:
    """Equal for conditions that say the same, in whatever order, unit or spelling of `not`."""
    return _key(node, _value)


def shape(node: Node) -> Hashable:
    """As `meaning`, but equal where only figures, days and years differ."""
    return _key(node, _blank)


def _key(node: Node, value: Callable[[Atom], Hashable]) -> Hashable:
    node = straight(node)
    if isinstance(node, Atom):
        return value(node)
    if isinstance(node, Group):
        parts = [_key(part, value) for part in node.parts]
        if len(parts) == 1:
            return parts[0]
        return node.least, tuple(sorted(parts, key=hash))
    return "not", _key(node.children[0], value)


def _value(atom: Atom) -> Hashable:
    found = atom.value
    if atom.op in _UNORDERED:
        found = frozenset(found if isinstance(found, tuple) else (found,))
    years = atom.years and (atom.years.text, atom.years.how)
    # without a day that it looks at, a condition means the same at all of them
    return atom.attribute.name, atom.op, found, atom.moment, years


def _blank(atom: Atom) -> Hashable:
    found = atom.value[0] if isinstance(atom.value, tuple) else atom.value
    if atom.op == HUMAN or not isinstance(found, Decimal | date | Period):
        return _value(atom)
    dated = atom.moment is not None
    years = atom.years and ("a year" if atom.years.fixed else atom.years.text, atom.years.how)
    return atom.attribute.name, atom.op, "a figure", dated, years
