"""Which of several unmet conditions is the nearest to being met."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from qifu.rulebook.conditions import Atom, Group, Node
from qifu.rulebook.dates import add
from qifu.rulebook.facts import Facts

# (kind, how far): figures before titles, titles before what can hardly change
Effort = tuple[int, Decimal]
FIGURE, WAIT, TITLE, OTHER, FIXED = range(5)
_NONE = (-1, Decimal(0))


def closest(nodes: Sequence[Node], facts: Facts, as_of: date) -> Node:
    """The unmet condition that takes the least; the first of equals."""
    return min(nodes, key=lambda node: effort(node, facts, as_of))


def effort(node: Node, facts: Facts, as_of: date) -> Effort:
    """How much an unmet condition takes: its kind, then the relative distance."""
    if isinstance(node, Group):
        return _of_group(node, facts, as_of)
    if not isinstance(node, Atom):
        return (FIXED, Decimal(0))
    fact = node.figure(facts, as_of) if not node.each_year else None
    if isinstance(fact, Decimal):
        return _of_number(node, fact)
    if isinstance(fact, frozenset):
        missing = 1 if node.op == "has_any" else len(frozenset(node.value) - fact)
        return (TITLE, Decimal(missing))
    if isinstance(fact, date):
        at = node.day(as_of)
        if node.op == "age_at_least" and fact <= at:
            return (WAIT, Decimal((add(fact, node.value) - at).days))
        return (FIXED, Decimal(0))
    if node.attribute.type == "code":
        return (FIXED, Decimal(0))
    return (OTHER, Decimal(0))


def _of_number(atom: Atom, fact: Decimal) -> Effort:
    if atom.op in ("not_in", "!="):
        return (FIGURE, Decimal(0))
    wanted = atom.value if isinstance(atom.value, tuple) else (atom.value,)
    nearest = min(wanted, key=lambda value: abs(value - fact))
    return (FIGURE, abs(nearest - fact) / max(abs(nearest), Decimal(1)))


def _of_group(group: Group, facts: Facts, as_of: date) -> Effort:
    answers = [part.answer(facts, as_of) for part in group.parts]
    failed = [p for p, a in zip(group.parts, answers, strict=True) if a is False]
    efforts = sorted(effort(part, facts, as_of) for part in failed)
    # as many as are missing must be met, the easiest ones; the hardest of these tells the kind
    needed = efforts[: max(group.least - answers.count(True), 0)]
    if not needed:
        return _NONE
    return (needed[-1][0], sum((far for _, far in needed), Decimal(0)))
