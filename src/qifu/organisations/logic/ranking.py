"""Of what several sources say about one fact, the one that counts."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

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


def standing(rows: Iterable[S], sources: Sequence[str]) -> list[S]:
    """The newest statement of each source that was not taken back, best source first."""
    newest: dict[str, S] = {}
    for row in rows:
        held = newest.get(row.source)
        if held is None or row.pk > held.pk:
            newest[row.source] = row
    kept = [row for row in newest.values() if row.value is not None]
    return sorted(kept, key=lambda row: (rank(row.source, sources), -row.pk))
