"""One rule of the responsibility list, and which rules earlier ones leave nothing to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.codes import REGION, PrefixTree
from qifu.rulebook.conditions import Atom, Group, Node
from qifu.rulebook.labels import neutral
from qifu.rulebook.words import Words

ANY = "*"
# seen from here no year that somebody writes is mistaken for the last fiscal one
_LONG_AGO = date(100, 1, 1)


@dataclass(frozen=True, eq=False)
class DispatchRule:
    """One row of the list; no `regions` is anywhere, no `when` is any firm."""

    code: str
    matter: str
    unit: str
    regions: tuple[str, ...] = ()
    when: Node | None = None
    deputy: str | None = None
    note: Words | None = None
    path: str = field(default="", repr=False)


def covered(
    rules: Sequence[DispatchRule], catalogue: Catalogue
) -> Iterator[tuple[str, tuple[str, str]]]:
    """The path of every rule that earlier ones leave nothing to; its code, and theirs."""
    tree = catalogue.trees.get(REGION) or PrefixTree(REGION)
    for i, rule in enumerate(rules):
        over = [
            one
            for one in rules[:i]
            if one.matter in (ANY, rule.matter) and _implies(rule.when, one.when, catalogue)
        ]
        everywhere = [one.code for one in over if not one.regions]
        if everywhere:
            yield rule.path, (rule.code, everywhere[0])
            continue
        by = [
            next(
                (one.code for one in over if any(tree.is_under(part, r) for r in one.regions)), None
            )
            for part in rule.regions
        ]
        if by and None not in by:
            yield rule.path, (rule.code, ", ".join(dict.fromkeys(filter(None, by))))


def _implies(later: Node | None, earlier: Node | None, catalogue: Catalogue) -> bool:
    """Whether the earlier condition surely holds where the later one does.

    Told for sure where every part of the earlier stands among the parts of the later, the same or
    as a wider branch of the same tree; figures are not compared.
    """
    if earlier is None:
        return True
    if later is None:
        return False
    have = _parts(later)
    return all(any(_wider(want, one, catalogue) for one in have) for want in _parts(earlier))


def _parts(node: Node) -> tuple[Node, ...]:
    """The conditions that must all hold."""
    if isinstance(node, Group) and node.shape == "all":
        return tuple(part for child in node.parts for part in _parts(child))
    return (node,)


def _wider(earlier: Node, later: Node, catalogue: Catalogue) -> bool:
    if neutral(earlier, _LONG_AGO) == neutral(later, _LONG_AGO):
        return True
    if not (isinstance(earlier, Atom) and isinstance(later, Atom)):
        return False
    if earlier.keys(_LONG_AGO) != later.keys(_LONG_AGO) or (earlier.op, later.op) != ("under",) * 2:
        return False
    tree = catalogue.tree(earlier.attribute)
    return all(any(tree.is_under(low, top) for top in earlier.value) for low in later.value)
