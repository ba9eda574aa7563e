"""Whether conditions can be met together, can fail, or follow from each other: for all facts."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import product

from qifu.rulebook.conditions import Answer, Atom, Group, Node, every
from qifu.rulebook.lint_states import Variable, World, readers, values, variables
from qifu.rulebook.operators import HUMAN

# so many combinations are looked at; beyond that nothing is said
MOST_TRIES = 2_000
# which of the values each fact has, by position; what is not there is unknown
Known = Mapping[Variable, int]
Ask = Callable[[Known], Answer]
_UNKNOWN = -1


def can_be_met(nodes: Sequence[Node], on: date, world: World) -> bool:
    """Whether some facts meet all of them on that day; true where there is too much to try."""
    made = _ask(nodes, on, world)
    if made is None:
        return True
    asks, sizes = made
    several = []
    left: dict[Variable, list[int]] = {v: list(range(size)) for v, size in sizes.items()}
    for node, ask in zip(nodes, asks, strict=True):
        read = list(readers([node], on))
        if len(read) > 1:
            several.append((ask, read))
            continue
        # a condition on one fact leaves some of its values
        (fact,) = read
        left[fact] = [i for i in left[fact] if ask({fact: i})]
        if not left[fact]:
            return False
    open_ = {fact: left[fact] for _, read in several for fact in read}
    return _reach(lambda known: every([ask(known) for ask, _ in several]), open_)


def can_fail(node: Node, on: date, world: World) -> bool:
    """Whether some facts leave it unmet on that day; true where there is too much to try."""
    made = _ask([node], on, world)
    if made is None:
        return True
    (ask,), sizes = made
    return _reach(_opposite(ask), {fact: list(range(size)) for fact, size in sizes.items()})


def adds_nothing(node: Node, other: Node, on: date, world: World, *, to_any: bool) -> bool:
    """Whether `other and node` is always the same as `other`, unknown facts included.

    With `to_any` that is `other or node`. False where there is too much to try.
    """
    made = _ask([other, node], on, world)
    if made is None or not readers([node], on).keys() <= readers([other], on).keys():
        # it reads what the other one does not: where that alone is unknown they differ
        return False
    (held_by, added_by), sizes = made
    tries = 1
    for size in sizes.values():
        tries *= size + 1
    if tries > MOST_TRIES:
        return False
    for facts in product(*(range(_UNKNOWN, size) for size in sizes.values())):
        known = dict(zip(sizes, facts, strict=True))
        held = held_by(known)
        if held is to_any:
            # in an any, what is met decides; in an all, what is unmet
            continue
        added = added_by(known)
        if added is to_any or (held is not None and added is not held):
            return False
    return True


def _reach(goal: Ask, values_of: Mapping[Variable, Sequence[int]]) -> bool:
    """Whether some facts reach the goal: one fact after another, given up as soon as it fails."""
    order = sorted(values_of, key=lambda fact: len(values_of[fact]))
    left = MOST_TRIES

    def reach(known: dict[Variable, int], at: int) -> bool:
        nonlocal left
        left -= 1
        if left < 0:
            return True
        found = goal(known)
        if found is not None or at == len(order):
            return found is True
        return any(reach({**known, order[at]: value}, at + 1) for value in values_of[order[at]])

    return reach({}, 0)


def _ask(
    nodes: Sequence[Node], on: date, world: World
) -> tuple[list[Ask], dict[Variable, int]] | None:
    """What gives each condition's answer, and how many values each fact has; None for too many."""
    answers: dict[int, dict[Variable, list[Answer]]] = {}
    sizes = {}
    for fact, atoms in readers(nodes, on).items():
        found = values(fact, atoms, on, world)
        if found is None:
            return None
        sizes[fact] = len(found)
        for atom in atoms:
            # what people judge may turn out either way
            told = list(found) if atom.op == HUMAN else world.answers(atom, found, on)
            answers.setdefault(id(atom), {})[fact] = [*told, None]
    return [_of(node, on, answers) for node in nodes], sizes


def _of(node: Node, on: date, answers: Mapping[int, Mapping[Variable, Sequence[Answer]]]) -> Ask:
    """Kleene's answer of a condition, as in `Node.answer`, from the answers of its atoms."""
    if isinstance(node, Atom):
        rows = [(fact, answers[id(node)][fact]) for fact in variables(node, on)]
        if len(rows) == 1:
            ((fact, row),) = rows
            return lambda known: row[known.get(fact, _UNKNOWN)]
        return lambda known: every([row[known.get(fact, _UNKNOWN)] for fact, row in rows])
    if not isinstance(node, Group):
        return _opposite(_of(node.children[0], on, answers))
    parts = [_of(part, on, answers) for part in node.parts]
    least = node.least

    def several(known: Known) -> Answer:
        sure = hope = 0
        for part in parts:
            found = part(known)
            sure += found is True
            hope += found is not False
        return True if sure >= least else None if hope >= least else False

    return several


def _opposite(ask: Ask) -> Ask:
    def answer(known: Known) -> Answer:
        found = ask(known)
        return None if found is None else not found

    return answer
