"""All the facts that a few conditions can tell apart, one of each kind, and the answers to them.

Numbers and days are cut where a condition compares, codes where a tree branches, sets by members
that the same conditions ask for. Between two cuts every condition has one answer, so looking at one
value of each kind is looking at all. The answers are those of the operators themselves.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.codes import INDUSTRY, REGION, CodeTree, PrefixTree
from qifu.rulebook.conditions import Answer, Atom, Node
from qifu.rulebook.dates import subtract
from qifu.rulebook.lint_keys import meaning
from qifu.rulebook.operators import AGE, HUMAN

# a fact that conditions read: (attribute, year), (attribute, how, years) or (attribute, words)
Variable = tuple[Hashable, ...]
# above so many kinds of values of one fact nothing is said
MOST_VALUES = 400
# anniversaries of month ends: the day that decides lies so near
_NEAR = 4
# a text that nobody writes stands for all others
_NOWHERE = "\x01"
_LEVELS = {REGION: (2, 4, 6, 9, 12), INDUSTRY: (1, 3, 4, 5)}


@dataclass(frozen=True)
class World:
    """What limits facts: the catalogue, and the values that a derived fact can have at all."""

    catalogue: Catalogue
    outcomes: Mapping[str, frozenset[Any]]
    # codes right below a code, once looked up
    below: dict[tuple[str, str | None], tuple[str, ...]] = field(default_factory=dict)
    # the kinds of codes that the same few wanted codes tell apart
    kinds: dict[tuple[str, frozenset[str]], list[str]] = field(default_factory=dict)
    # the same condition stands in many policies, beside many others
    answered: dict[Hashable, dict[Any, Answer]] = field(default_factory=dict)

    def answers(self, atom: Atom, values: Sequence[Any], on: date) -> list[Answer]:
        """The atom's answer for each of these values of its fact."""
        at = atom.day(on)
        # only of a day it matters when it is looked at
        key = meaning(atom), at if atom.attribute.type == "date" else None
        known = self.answered.setdefault(key, {})
        for value in values:
            if value not in known:
                known[value] = atom.test(value, at)
        return [known[value] for value in values]


def variables(atom: Atom, on: date) -> tuple[Variable, ...]:
    """The facts that an atom reads on that day.

    A sum or mean of years is a fact of its own here: that allows more than there can be, so what
    never holds with it never holds.
    """
    name = atom.attribute.name
    if atom.op == HUMAN:
        return ((name, HUMAN, atom.value),)
    if atom.years is None:
        return ((name, None),)
    years = atom.years.of(atom.day(on))
    if len(years) > 1 and not atom.each_year:
        return ((name, atom.years.how, years),)
    return tuple((name, year) for year in years)


def readers(nodes: Iterable[Node], on: date) -> dict[Variable, list[Atom]]:
    """Every fact that the conditions read, with the atoms that read it."""
    found: dict[Variable, list[Atom]] = {}
    for node in nodes:
        for atom in node.atoms():
            for variable in variables(atom, on):
                found.setdefault(variable, []).append(atom)
    return found


def values(variable: Variable, atoms: Sequence[Atom], on: date, world: World) -> list[Any] | None:
    """One value of each kind that these atoms can tell apart; None where they are too many."""
    attribute = atoms[0].attribute
    if atoms[0].op == HUMAN:
        return [True, False]
    if attribute.name in world.outcomes and len(variable) == 2:
        return sorted(world.outcomes[attribute.name])
    if attribute.type == "flag":
        return [True, False]
    found: list[Any]
    if attribute.numeric:
        found = _numbers(variable, attribute, [v for a in atoms for v in _listed(a.value)])
    elif attribute.type == "date":
        found = _days(atoms, on)
    elif attribute.type == "code":
        wanted = frozenset(v for a in atoms for v in _listed(a.value))
        tree = world.catalogue.tree(attribute)
        key = (tree.name, wanted)
        if key not in world.kinds:
            world.kinds[key] = _codes(tree, wanted, world)
        found = world.kinds[key]
    elif attribute.type == "set":
        return _sets(atoms)
    else:
        found = _texts(attribute, {v for a in atoms for v in _listed(a.value)})
    return found if len(found) <= MOST_VALUES else None


def _listed(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _numbers(variable: Variable, attribute: Attribute, cuts: list[Decimal]) -> list[Decimal]:
    times = len(variable[2]) if variable[1] == "sum" else 1  # type: ignore[arg-type]
    low, high = (None if end is None else end * times for end in (attribute.low, attribute.high))
    ends = [end for end in (low, high) if end is not None]
    points = sorted({*cuts, *ends})
    if attribute.type == "integer" and variable[1] != "mean":
        near = {p.to_integral_value() + step for p in points for step in (-1, 0, 1)}
        found = sorted(near)
    else:
        between = [(a + b) / 2 for a, b in zip(points, points[1:], strict=False)]
        found = sorted({*points, *between, points[0] - 1, points[-1] + 1})
    return [v for v in found if (low is None or v >= low) and (high is None or v <= high)]


def _days(atoms: Sequence[Atom], on: date) -> list[date]:
    found = {date.min, date.max}
    for atom in atoms:
        if atom.op in AGE:
            at = atom.day(on)
            found.update(_around(at, 1))
            found.update(_around(subtract(at, atom.value), _NEAR))
        else:
            for value in _listed(atom.value):
                found.update(_around(value, 1))
    return sorted(found)


def _around(day: date, steps: int) -> Iterator[date]:
    for step in range(-steps, steps + 1):
        if date.min.toordinal() <= day.toordinal() + step <= date.max.toordinal():
            yield day + timedelta(step)


def _codes(tree: CodeTree, wanted: frozenset[str], world: World) -> list[str]:
    """The wanted codes, all above them, and below or beside each of these one that is neither."""
    spoken = set(wanted)
    for code in wanted:
        spoken.update(tree.ancestors(code))
    found = sorted(spoken)
    for above in (None, *found[:]):
        key = (tree.name, above)
        if key not in world.below:
            world.below[key] = tuple(_below(tree, above))
        other = next((code for code in world.below[key] if code not in spoken), None)
        if other is not None:
            found.append(other)
    return found


def _below(tree: CodeTree, above: str | None) -> Iterable[str]:
    """Codes right below one, or roots; where only the way of building is known they are made."""
    if not isinstance(tree, PrefixTree):
        return tree.children(above)
    levels = _LEVELS.get(tree.name)
    if levels is None:
        return ((above or "") + _NOWHERE,)
    longer = next((n for n in levels if n > len(above or "")), None)
    if longer is None:
        return ()
    if above is None and tree.name == INDUSTRY:
        return "ABCDEFGHIJKLMNOPQRST"
    width = longer - len(above or "")
    made = (f"{above or ''}{n:0{width}d}" for n in range(1, 10**width))
    return (code for code in made if tree.has(code) and tree.normalise(code) == code)


def _sets(atoms: Sequence[Atom]) -> list[frozenset[str]] | None:
    """None, one and all of the members that the same atoms ask for, in every combination."""
    asked: dict[str, set[int]] = {}
    for i, atom in enumerate(atoms):
        for member in atom.value:
            asked.setdefault(member, set()).add(i)
    alike: dict[frozenset[int], list[str]] = {}
    for member, by in asked.items():
        alike.setdefault(frozenset(by), []).append(member)
    choices = []
    size = 1
    for members in alike.values():
        some = [frozenset(members[:1])] if len(members) > 1 else []
        choices.append([frozenset(members), *some, frozenset()])
        size *= len(choices[-1])
    if size > MOST_VALUES:
        return None
    return [frozenset().union(*parts) for parts in product(*choices)]


def _texts(attribute: Attribute, wanted: set[str]) -> list[str]:
    others = [code for code in attribute.option_codes if code not in wanted]
    if not attribute.options:
        others = [_NOWHERE]
    return sorted(wanted) + others[:1]
