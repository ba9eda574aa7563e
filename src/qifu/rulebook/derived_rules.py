"""One rule of a derived fact, as it has been read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from qifu.rulebook.catalogue import Attribute
from qifu.rulebook.conditions import Node
from qifu.rulebook.facts import Fact

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
