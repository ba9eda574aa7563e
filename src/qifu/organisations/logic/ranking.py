"""Of what several sources say about one fact, the one that counts."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from qifu.rulebook.catalogue import Attribute, Catalogue

OFFICER = "officer"


class Statement(Protocol):
    """What ranking needs of a fact row."""

    @property
    def pk(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def value(self) -> object: ...


S = TypeVar("S", bound=Statement)


def rank(source: str, sources: Sequence[str]) -> int:
    """The place of a source: an officer's finding, then the catalogue's order, then others."""
    if source == OFFICER:
        return -1
    return sources.index(source) if source in sources else len(sources)


def standing(rows: Iterable[S], attribute: Attribute | None, catalogue: Catalogue) -> list[S]:
    """The newest statement of each source that was not taken back, the one that counts first.

    That is the best source's; but where another one says the same more finely (the register knows
    only the city, the firm its district), the finer word counts. An officer's finding is final.
    """
    newest: dict[str, S] = {}
    for row in rows:
        held = newest.get(row.source)
        if held is None or row.pk > held.pk:
            newest[row.source] = row
    kept = [row for row in newest.values() if row.value is not None]
    sources = attribute.sources if attribute else ()
    kept.sort(key=lambda row: (rank(row.source, sources), -row.pk))
    while (finer := _finer(kept, attribute, catalogue)) is not None:
        kept.remove(finer)
        kept.insert(0, finer)
    return kept


def _finer(kept: Sequence[S], attribute: Attribute | None, catalogue: Catalogue) -> S | None:
    """The best statement that is truly below the first one in the attribute's tree of codes."""
    if attribute is None or attribute.tree is None or len(kept) < 2 or kept[0].source == OFFICER:
        return None
    tree, top = catalogue.tree(attribute), str(kept[0].value)
    for row in kept[1:]:
        value = str(row.value)
        if tree.is_under(value, top) and not tree.is_under(top, value):
            return row
    return None
