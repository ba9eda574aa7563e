"""Whether conditions can be met together, can fail, or follow from each other: for all facts."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import product
from typing import Any

from qifu.rulebook.conditions import Answer, Node, every
from qifu.rulebook.lint_states import Known, Variable, World, answer, readers, values

# so many combinations are looked at; beyond that nothing is said
MOST_TRIES = 4_000
Goal = Callable[[Known], Answer]


def can_be_met(nodes: Sequence[Node], on: date, world: World) -> bool:
    """Whether some facts meet all of them on that day; true where there is too much to try."""
    return _search(nodes, lambda known: every([answer(n, known, on) for n in nodes]), on, world)


def can_fail(node: Node, on: date, world: World) -> bool:
    """Whether some facts leave it unmet on that day; true where there is too much to try."""

    def unmet(known: Known) -> Answer:
        found = answer(node, known, on)
        return None if found is None else not found

    return _search([node], unmet, on, world)


def adds_nothing(node: Node, other: Node, on: date, world: World, *, to_any: bool) -> bool:
    """Whether `other and node` is always the same as `other`, unknown facts included.

    With `to_any` that is `other or node`. False where there is too much to try.
    """
    read = readers([other], on)
    mine = readers([node], on)
    if not mine.keys() <= read.keys():
        # it reads what the other one does not: where that alone is unknown they differ
        return False
    states: list[list[Any]] = []
    size = 1
    for variable, atoms in read.items():
        found = values(variable, [*atoms, *mine.get(variable, ())], on, world)
        if found is None:
            return False
        states.append([*found, None])
        size *= len(found) + 1
    if size > MOST_TRIES:
        return False
    for facts in product(*states):
        known = dict(zip(read, facts, strict=True))
        held = answer(other, known, on)
        if held is to_any:
            # in an any, what is met decides; in an all, what is unmet
            continue
        added = answer(node, known, on)
        if added is to_any or (held is not None and added is not held):
            return False
    return True


def _search(nodes: Sequence[Node], goal: Goal, on: date, world: World) -> bool:
    """Whether some facts reach the goal; one fact after the other, given up as soon as it fails."""
    chosen: dict[Variable, list[Any]] = {}
    for variable, atoms in readers(nodes, on).items():
        found = values(variable, atoms, on, world)
        if found is None:
            return True
        chosen[variable] = found
    order = sorted(chosen, key=lambda variable: len(chosen[variable]))
    left = MOST_TRIES

    def reach(known: dict[Variable, Any], at: int) -> bool:
        nonlocal left
        left -= 1
        if left < 0:
            return True
        found = goal(known)
        if found is not None or at == len(order):
            return found is True
        return any(reach({**known, order[at]: value}, at + 1) for value in chosen[order[at]])

    return reach({}, 0)
