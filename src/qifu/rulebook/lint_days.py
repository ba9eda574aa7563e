"""The days on which a policy has to be looked at, so that nothing changes between two of them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from qifu.rulebook.conditions import Atom, Node
from qifu.rulebook.dates import add, add_months, subtract
from qifu.rulebook.operators import AGE
from qifu.rulebook.policy import Policy

# a policy without an end is looked at for so many years
_YEARS = 10
# anniversaries of month ends may be so many days off
_NEAR = 4
_FALLBACK = date(2026, 1, 1)


def span(policy: Policy, on: date | None) -> tuple[date, date]:
    """The first and the last day on which the conditions are asked; without an end ten years."""
    first = policy.effective_from or on or policy.published or policy.opens or _FALLBACK
    last = policy.effective_to or max(add_months(max(first, on or first), 12 * _YEARS), first)
    return min(first, last), last


def days(nodes: Iterable[Node], first: date, last: date) -> tuple[date, ...]:
    """Days of the span that can differ in which facts meet the conditions; the first one first.

    Conditions on fixed days and years are the same on all days. Where ages as of the day of the
    report meet fixed days, the days on which an age passes a fixed day are among them.
    """
    atoms = [atom for node in nodes for atom in node.atoms() if atom.op != "human_judged"]
    moving = [atom for atom in atoms if _moves(atom)]
    if not moving or first == last:
        return (first,)
    found = {first, last}
    names = {atom.attribute.name for atom in moving}
    fixed = [atom for atom in atoms if atom.attribute.name in names and not _moves(atom)]
    if fixed:
        for atom in moving:
            found.update(_passing(atom, fixed))
        for year in range(first.year, min(last.year, first.year + 2 * _YEARS) + 1):
            found.update((date(year, 1, 1), date(year, 12, 31)))
    return (first, *sorted(day for day in found if first < day <= last))


def _moves(atom: Atom) -> bool:
    """Whether other facts meet it on another day of the report."""
    if atom.moment is not None:
        return False
    return atom.op in AGE or (atom.years is not None and atom.years.fixed is None)


def _passing(atom: Atom, fixed: Sequence[Atom]) -> Iterator[date]:
    if atom.op not in AGE:
        return
    for other in fixed:
        if other.attribute.name != atom.attribute.name:
            continue
        for day in _cuts(other):
            for reached in (day, add(day, atom.value)):
                for step in range(-_NEAR, _NEAR + 1):
                    if date.min.toordinal() <= reached.toordinal() + step <= date.max.toordinal():
                        yield reached + timedelta(step)


def _cuts(atom: Atom) -> Iterator[date]:
    if atom.op in AGE:
        at = atom.moment or date.max
        yield from (at, subtract(at, atom.value))
    else:
        yield from atom.value if isinstance(atom.value, tuple) else (atom.value,)
