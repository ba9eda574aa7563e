"""Conditions as a tree, and their value over facts in Kleene's three-valued logic."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from qifu.rulebook.catalogue import Attribute
from qifu.rulebook.facts import Fact, Facts
from qifu.rulebook.operators import HUMAN, Test, combine_years

Answer = bool | None  # met, unmet, unknown


@dataclass(frozen=True)
class Years:
    """Which years' figures a condition reads: a fixed one, or the last so many before its `at`."""

    text: str
    fixed: int | None = None
    count: int = 1
    how: str = "each"  # each | sum | mean, where count > 1

    def of(self, at: date) -> tuple[int, ...]:
        """The years, earliest first; the last fiscal year is the calendar year before `at`."""
        if self.fixed is not None:
            return (self.fixed,)
        return tuple(range(max(at.year - self.count, 0), at.year))


@dataclass(frozen=True, eq=False)
class Node:
    """What every condition has. `label` is a name in (zh, en) from the document, or None."""

    id: str
    path: str
    hard: bool = False
    src: Mapping[str, Any] | None = None
    label: tuple[str, str] | None = None

    def answer(self, facts: Facts, as_of: date) -> Answer:
        """True, false or None for unknown."""
        raise NotImplementedError

    @property
    def children(self) -> tuple["Node", ...]:
        """The conditions right inside this one."""
        return ()

    def atoms(self) -> Iterator["Atom"]:
        """All atomic conditions, in order."""
        for child in self.children:
            yield from child.atoms()

    def keys(self, as_of: date) -> tuple[str, ...]:
        """The keys of the facts that the condition reads, in order, each once."""
        return tuple(dict.fromkeys(key for atom in self.atoms() for key in atom.keys(as_of)))

    def open_keys(self, facts: Facts, as_of: date) -> tuple[str, ...]:
        """The keys whose answer could still decide the condition; none where it is decided."""
        if self.answer(facts, as_of) is not None:
            return ()
        found = (key for child in self.children for key in child.open_keys(facts, as_of))
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, eq=False)
class Atom(Node):
    """One attribute against one value.

    `value` is in the attribute's own unit and form, `given` and `unit` as the document has them;
    `at` names the day (`moment` is that day, None for as_of).
    """

    attribute: Attribute = field(kw_only=True)
    op: str = field(kw_only=True)
    value: Any = field(kw_only=True)
    test: Test = field(kw_only=True)
    given: Any = None
    unit: str | None = None
    at: str = "as_of"
    moment: date | None = None
    years: Years | None = None

    def atoms(self) -> Iterator["Atom"]:
        yield self

    def day(self, as_of: date) -> date:
        """The day that the condition looks at."""
        return self.moment or as_of

    def keys(self, as_of: date) -> tuple[str, ...]:
        name = self.attribute.name
        if self.years is None:
            return (name,)
        return tuple(f"{name}@{year:04d}" for year in self.years.of(self.day(as_of)))

    def known(self, facts: Facts, as_of: date) -> dict[str, Fact]:
        """The facts that the condition reads and that are known, by key."""
        return {key: facts[key] for key in self.keys(as_of) if key in facts}

    def figure(self, facts: Facts, as_of: date) -> Fact | None:
        """The one value that is compared: the fact, or the years' sum or mean; None if unknown."""
        keys = self.keys(as_of)
        if len(keys) == 1:
            return facts.get(keys[0])
        known = [facts.get(key) for key in keys]
        figures = [value for value in known if isinstance(value, Decimal)]
        if self.years is None or len(figures) < len(keys):
            return None
        return combine_years(self.years.how, figures)

    @property
    def each_year(self) -> bool:
        """Whether several years must each meet the condition by themselves."""
        return self.years is not None and self.years.count > 1 and self.years.how == "each"

    def answer(self, facts: Facts, as_of: date) -> Answer:
        if self.op == HUMAN:
            return None
        at = self.moment or as_of
        if self.years is None:
            fact = facts.get(self.attribute.name)
            return None if fact is None else self.test(fact, at)
        if self.each_year:
            found = [facts.get(key) for key in self.keys(as_of)]
            return every([None if fact is None else self.test(fact, at) for fact in found])
        fact = self.figure(facts, as_of)
        return None if fact is None else self.test(fact, at)

    def open_keys(self, facts: Facts, as_of: date) -> tuple[str, ...]:
        if self.op == HUMAN or self.answer(facts, as_of) is not None:
            return ()
        keys = self.keys(as_of)
        missing = tuple(key for key in keys if key not in facts)
        # nothing is missing, yet it is unknown: the code is too coarse and must be told exactly
        return missing or keys


@dataclass(frozen=True, eq=False)
class Group(Node):
    """Several conditions of which at least `least` must be met."""

    parts: tuple[Node, ...] = field(kw_only=True)
    shape: str = field(kw_only=True)  # all | any | at_least
    least: int = field(kw_only=True)

    @property
    def children(self) -> tuple[Node, ...]:
        return self.parts

    def answer(self, facts: Facts, as_of: date) -> Answer:
        sure = hope = 0
        for part in self.parts:
            answer = part.answer(facts, as_of)
            sure += answer is True
            hope += answer is not False
        if sure >= self.least:
            return True
        return None if hope >= self.least else False


@dataclass(frozen=True, eq=False)
class Not(Node):
    """The opposite of a condition; unknown stays unknown."""

    part: Node = field(kw_only=True)

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.part,)

    def answer(self, facts: Facts, as_of: date) -> Answer:
        answer = self.part.answer(facts, as_of)
        return None if answer is None else not answer


def every_node(node: Node) -> Iterator[Node]:
    """The condition and all inside it."""
    yield node
    for child in node.children:
        yield from every_node(child)


def every(answers: list[Answer]) -> Answer:
    """Kleene's AND: one false decides, else one unknown leaves it open."""
    if False in answers:
        return False
    return None if None in answers else True
