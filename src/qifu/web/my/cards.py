"""A policy's result as the pages of a firm show it: what it is worth, what is left, what lacks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from qifu.base.city import City
from qifu.organisations.selectors import ProfileRow
from qifu.policies.selectors import Match
from qifu.rulebook.conditions import Not
from qifu.rulebook.report import GroupResult, PolicyResult
from qifu.web.words import language

OPEN = ("open", "closing_soon", "always")


@dataclass(frozen=True)
class Card:
    """One line of "my policies". `counted`: it is part of the total. `others` are policies that
    cannot be claimed together with it."""

    result: PolicyResult
    counted: bool
    others: tuple[PolicyResult, ...]
    changed: bool = False

    @property
    def id(self) -> str:
        return self.result.policy.id

    @property
    def title(self) -> str:
        return self.result.policy.name(language())

    @property
    def open_now(self) -> bool:
        return self.result.status in OPEN

    @property
    def first_gap(self) -> GroupResult | None:
        """The condition that stands in the way: a false one first, else one that is not known."""
        wanted = {"maybe": "unknown", "ineligible": "unmet"}.get(self.result.verdict)
        groups = [group for group in self.result.groups if group.verdict == wanted]
        return next((g for g in groups if g.hard), groups[0] if groups else None)


@dataclass(frozen=True)
class FactLine:
    """A fact that a condition reads: its words, where it is kept, and what is known of it."""

    words: str
    address: str
    row: ProfileRow | None


@dataclass(frozen=True)
class Condition:
    """A condition with its facts, and the conditions inside it."""

    result: GroupResult
    facts: tuple[FactLine, ...]
    inner: tuple["Condition", ...]


def cards(
    match: Match, results: Iterable[PolicyResult], changed: frozenset[str] = frozenset()
) -> list[Card]:
    """Results as cards, in the order given."""
    apart, chosen = match.report.prepared.apart, frozenset(match.total.chosen)
    found = []
    for result in results:
        number = result.policy.id
        others = (match.result(other) for other in apart.get(number, ()))
        together = tuple(other for other in others if other is not None)
        found.append(Card(result, number in chosen, together, number in changed))
    return found


def fact_address(key: str) -> str:
    """Where a fact is kept: /my/profile/revenue/?period=2025."""
    name, _at, period = key.partition("@")
    return reverse("my-fact", args=[name]) + (f"?period={period}" if period else "")


def fact_words(city: City, key: str) -> str:
    """The name of a fact with its year, in the language of the page."""
    name, _at, year = key.partition("@")
    attribute = city.catalogue.get(name)
    label = attribute.label(language()) if attribute else name
    if not year:
        return label
    return f"{label} ({year})" if language() == "en" else f"{year} 年{label}"


def fact_lines(
    city: City, keys: Iterable[str], rows: Mapping[str, ProfileRow]
) -> tuple[FactLine, ...]:
    """Facts by key, as they are named and kept."""
    return tuple(FactLine(fact_words(city, key), fact_address(key), rows.get(key)) for key in keys)


def conditions(
    groups: Iterable[GroupResult], city: City, rows: Mapping[str, ProfileRow]
) -> tuple[Condition, ...]:
    """The conditions of a policy with their facts; facts stand at the innermost ones only.

    What must not be is told as a whole: its parts, read alone, would say the opposite.
    """
    found = []
    for group in groups:
        inside = () if isinstance(group.node, Not) else group.children
        facts = () if inside else fact_lines(city, group.attributes, rows)
        found.append(Condition(group, facts, conditions(inside, city, rows)))
    return tuple(found)
