"""One enterprise against all policies: prepared once, then answered with a few array operations.

    policy   all of     its groups, the places of the first level
    place    a question of `answers.py`, or at least so many of some places of the next level;
             either way possibly the other way round

Policies are laid out level by level: the places of one level stand in one array, and whatever a
place consists of stands together in the next. An enterprise's answers to all questions are put
into the deepest level first; each level above then only counts. Nothing in here knows words,
amounts or JSON: `report.py` makes them of the conditions themselves when somebody reads them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.conditions import Atom, Group, Node, Not
from qifu.rulebook.engine.answers import (
    FALSE,
    JUDGED,
    OPEN,
    TRUE,
    Answers,
    Questions,
)
from qifu.rulebook.engine.compiling import Array, Column, columns_of
from qifu.rulebook.engine.runs import ranges, starts_of
from qifu.rulebook.facts import Facts
from qifu.rulebook.operators import HUMAN

# the chance of an open group to be met while nobody has looked how many enterprises meet it
EVEN = 0.5

# (question number, 0, (), negated) or (-1, least, parts, negated)
Place = tuple[int, int, tuple[Any, ...], bool]
# what a condition says the other way round: below is not at least
_POSITIVE = {"<": ">=", "<=": ">", "!=": "==", "not_in": "in"}


@dataclass(frozen=True)
class Level:
    """Places side by side. `composite` are those with parts: of the c-th at least `least[c]` of the
    places `starts[c]` to `starts[c + 1]` of the next level must hold."""

    question: Array
    negated: Array
    composite: Array
    least: Array
    starts: Array


@dataclass(frozen=True)
class Verdicts:
    """One enterprise's answers: an entry a policy, in the order of `Rules`.

    `verdict` is FALSE (ineligible), OPEN (maybe) or TRUE (eligible); `met`, `unmet` and `unknown`
    count groups. `states[level]` are the answers of the places.
    """

    verdict: Array
    met: Array
    unmet: Array
    unknown: Array
    hard_failed: Array
    near_miss: Array
    states: tuple[Array, ...]


class Rules:
    """Policies as arrays for one day; `judge` may be called by several threads at once.

    `chance` is for every group, policy by policy, how likely it is to be met where it is open.
    """

    def __init__(
        self, policies: Sequence[Sequence[Node]], catalogue: Catalogue, as_of: date
    ) -> None:
        """`policies` are the groups of each policy."""
        builder = _Builder(catalogue, as_of)
        places = [builder.place(node) for groups in policies for node in groups]
        self.starts = starts_of([len(groups) for groups in policies])
        self._policy = np.repeat(np.arange(len(policies), dtype=np.int32), np.diff(self.starts))
        self.hard = np.array([node.hard for groups in policies for node in groups], np.bool_)
        self.chance = np.full(len(self.hard), EVEN)
        self.answers: Answers = builder.questions.ready()
        self.levels = _levels(places)
        self.keys: tuple[str, ...] = tuple(
            dict.fromkeys(k for column in self.answers.columns if column for k in column.keys)
        )
        number = {key: i for i, key in enumerate(self.keys)}
        read = [[number[k] for k in c.keys] if c else [] for c in self.answers.columns]
        self._key_starts = starts_of([len(one) for one in read])
        self._keys = np.array([key for keys in read for key in keys], np.int32)

    def judge(self, facts: Facts) -> Verdicts:
        """Every policy for one enterprise."""
        states = self._states(self.answers.of(facts))
        groups = states[0]
        false = groups == FALSE
        unmet, unknown = _counts(false, self.starts), _counts(groups == OPEN, self.starts)
        hard_failed = _counts(false & self.hard, self.starts) > 0
        verdict = np.where(unmet > 0, FALSE, np.where(unknown > 0, OPEN, TRUE))
        met = np.diff(self.starts) - unmet - unknown
        near = (unmet == 1) & ~hard_failed
        return Verdicts(verdict, met, unmet, unknown, hard_failed, near, states)

    def learn(self, sample: Iterable[Facts]) -> None:
        """Take the chance of each group to be met from enterprises of whom much is known.

        The share of those for whom it is met among those for whom it is known, with one more of
        each kind, so that nothing counts as certain.
        """
        met, known = np.ones(len(self.hard)), np.full(len(self.hard), 2.0)
        for facts in sample:
            groups = self._states(self.answers.of(facts))[0]
            met += groups == TRUE
            known += groups != OPEN
        self.chance = met / known

    def likely(self, made: Verdicts) -> Array:
        """For every policy the chance that all its open groups turn out met, one by one."""
        place = np.flatnonzero(made.states[0] == OPEN)
        total = np.bincount(
            self._policy[place], np.log(self.chance[place]), minlength=len(made.verdict)
        )
        chances: Array = np.exp(total)
        return chances

    def open_facts(self, made: Verdicts, facts: Facts) -> tuple[Array, Array]:
        """The facts that stand between each `maybe` policy and its verdict: numbers of policies,
        and beside them numbers of `keys`; the same pair may stand there more than once."""
        place = np.flatnonzero(made.states[0] == OPEN)
        policy = self._policy[place]
        maybe = made.verdict[policy] == OPEN
        place, policy = place[maybe], policy[maybe]
        found = []
        for level, below in zip(self.levels, (*made.states[1:], None), strict=True):
            question = level.question[place]
            leaf = question >= 0
            found.append((policy[leaf], question[leaf]))
            if below is None:
                break
            inner = np.searchsorted(level.composite, place[~leaf])
            place, parent = ranges(level.starts[inner], level.starts[inner + 1])
            policy = policy[~leaf][parent]
            still = below[place] == OPEN
            place, policy = place[still], policy[still]
        policy, question = (np.concatenate(parts) for parts in zip(*found, strict=True))
        at, parent = ranges(self._key_starts[question], self._key_starts[question + 1])
        key = self._keys[at]
        missing = np.array([k not in facts for k in self.keys], np.bool_)
        # open, and yet known: a code that is known too coarsely and must be told exactly
        several = np.diff(self._key_starts)[question] > 1
        asked = missing[key] | ~several[parent]
        return policy[parent[asked]], key[asked]

    def _states(self, answers: Array) -> tuple[Array, ...]:
        states: list[Array] = []
        for level in reversed(self.levels):
            state = answers[level.question]
            if len(level.composite):
                below = states[-1]
                sure = _counts(below == TRUE, level.starts) >= level.least
                hope = _counts(below != FALSE, level.starts) >= level.least
                state[level.composite] = np.add(sure, hope, dtype=np.int8)
            state[level.negated] = TRUE - state[level.negated]
            states.append(state)
        return tuple(reversed(states))


class _Builder:
    """Turns conditions into places; the same question is asked once."""

    def __init__(self, catalogue: Catalogue, as_of: date) -> None:
        self.as_of = as_of
        self.questions = Questions(catalogue)
        self.columns: dict[Column, Column] = {}
        self.atoms: dict[tuple[Any, ...], Place] = {}

    def place(self, node: Node, negated: bool = False) -> Place:
        """A condition as a place with its parts."""
        if isinstance(node, Not):
            return self.place(node.part, not negated)
        if isinstance(node, Group):
            return (-1, node.least, tuple(map(self.place, node.parts)), negated)
        assert isinstance(node, Atom)
        if node.op == HUMAN:
            return (JUDGED, 0, (), False)
        key = (node.attribute.name, node.op, node.value, node.years, node.moment)
        made = self.atoms.get(key)
        if made is None:
            made = self.atoms[key] = self.atom(node)
        return (*made[:3], not made[3]) if negated else made

    def atom(self, atom: Atom) -> Place:
        """A condition on one attribute."""
        each = [self.asked(atom, column) for column in columns_of(atom, self.as_of)]
        return each[0] if len(each) == 1 else (-1, len(each), tuple(each), False)

    def asked(self, atom: Atom, column: Column) -> Place:
        """A condition on one column: a question, or the opposite of one."""
        column = self.columns.setdefault(column, column)
        negated = atom.op in _POSITIVE
        op, value, kind = _POSITIVE.get(atom.op, atom.op), atom.value, atom.attribute.type
        if kind == "flag":
            op, value, negated = "==", True, value is not True
        elif kind in ("code", "text", "set"):
            # one code is the same question as a list of one
            value = tuple(sorted(value)) if isinstance(value, tuple) else (value,)
            op = op if op in ("under", "has_any", "has_all") else "in"
        elif op == "in":
            each = tuple((self.number(atom, column, "==", one), 0, (), False) for one in value)
            return (-1, 1, each, negated)
        return (self.number(atom, column, op, value), 0, (), negated)

    def number(self, atom: Atom, column: Column, op: str, value: Any) -> int:
        return self.questions.number(atom, column, op, value, atom.day(self.as_of))


def _levels(places: list[Place]) -> tuple[Level, ...]:
    levels: list[Level] = []
    while places or not levels:
        composite = [i for i, place in enumerate(places) if place[0] < 0]
        inside = [places[i] for i in composite]
        levels.append(
            Level(
                question=np.array([place[0] for place in places], np.int32),
                negated=np.flatnonzero(np.array([place[3] for place in places], np.bool_)),
                composite=np.array(composite, np.int32),
                least=np.array([place[1] for place in inside], np.int32),
                starts=starts_of([len(place[2]) for place in inside]),
            )
        )
        places = [part for place in inside for part in place[2]]
    return tuple(levels)


def _counts(true: Array, starts: Array) -> Array:
    """How many are true in each list."""
    total = np.zeros(len(true) + 1, np.int32)
    np.cumsum(true, out=total[1:])
    counted: Array = total[starts[1:]] - total[starts[:-1]]
    return counted
