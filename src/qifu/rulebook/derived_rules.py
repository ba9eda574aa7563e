"""One rule of a derived fact, as it has been read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from qifu.rulebook.catalogue import Attribute
from qifu.rulebook.conditions import Node
from qifu.rulebook.facts import Fact, Facts

LAST = "last_fiscal_year"


@dataclass(frozen=True)
class Input:
    """A fact that a rule reads: `year` is a calendar year, LAST, or None for the rule's own."""

    attribute: Attribute
    year: int | str | None = None

    def key(self, as_of: date, year: int | None = None) -> str:
        """The fact's key, for a rule that is computed for `year`."""
        if self.year == LAST:
            return f"{self.attribute.name}@{as_of.year - 1}"
        chosen = self.year if isinstance(self.year, int) else year
        if chosen is None or (self.year is None and not self.attribute.period):
            return self.attribute.name
        return f"{self.attribute.name}@{chosen}"


@dataclass(frozen=True, eq=False)
class DerivedRule:
    """One rule: the attribute that it gives, how, and from what."""

    attribute: Attribute
    how: str  # cases | ratio | growth | sum | age | function
    inputs: Mapping[str, Input]
    cases: tuple[tuple[Node, Fact], ...] = ()
    otherwise: Fact | None = None
    period: str | None = None
    function: str = ""

    @property
    def reads(self) -> tuple[str, ...]:
        """The names of the attributes that it reads."""
        names = [i.attribute.name for i in self.inputs.values()]
        names += [atom.attribute.name for when, _ in self.cases for atom in when.atoms()]
        return tuple(dict.fromkeys(names))

    def keys(self, as_of: date, year: int | None) -> dict[str, str]:
        """Input name → key of the fact, for the rule computed for `year`."""
        keys = {name: item.key(as_of, year) for name, item in self.inputs.items()}
        if self.how == "growth" and year is not None:
            keys["before"] = self.inputs["of"].key(as_of, year - 1)
        return keys

    def missing(self, facts: Facts, as_of: date, year: int | None) -> tuple[str, ...]:
        """The keys of the unknown facts that stand in the way of the result.

        A function may not need all its inputs: of those only the first that is unknown is named.
        """
        for when, _ in self.cases:
            answer = when.answer(facts, as_of)
            if answer is not False:
                return when.open_keys(facts, as_of)
        found = tuple(key for key in self.keys(as_of, year).values() if key not in facts)
        return found[:1] if self.how == "function" else found
