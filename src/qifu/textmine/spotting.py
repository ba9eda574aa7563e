"""Find many given words in a text at once, each with its place."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from qifu.textmine.normal import Traced, normalise

# A word does not run over the end of a clause: 「能否办理贷。款项」 holds no 贷款.
CLAUSE_END = frozenset("，。！？；：,!?;:、")


class Spot(NamedTuple):
    """A word in its normal form, with its span in the normal text."""

    form: str
    start: int
    end: int

    def overlaps(self, other: "Spot") -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end

    def inside(self, other: "Spot") -> bool:
        """Whether this one is a part of a longer one."""
        same = (self.start, self.end) == (other.start, other.end)
        return other.start <= self.start and self.end <= other.end and not same


class Spotter:
    """Finds words of two characters and more; built once for a vocabulary, then only read.

    The words stand in lists by their first two characters, so that a text of 1,000 characters
    takes 1,000 look-ups however many words there are.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._by_beginning: dict[str, list[str]] = {}
        for form in sorted({normalise(word) for word in words}):
            if len(form) >= 2:
                self._by_beginning.setdefault(form[:2], []).append(form)

    def find(self, text: Traced) -> list[Spot]:
        """Every place of every word, in order of their starts; shorter words inside longer too."""
        normal = text.text
        found = []
        for start in range(len(normal) - 1):
            for form in self._by_beginning.get(normal[start : start + 2], ()):
                if normal.startswith(form, start):
                    spot = Spot(form, start, start + len(form))
                    if _stands_alone(text, spot):
                        found.append(spot)
        return found


def longest(spots: Iterable[Spot]) -> Iterator[Spot]:
    """The places without those that lie inside the place of a longer word.

    `spots` are in order of their starts, as `Spotter.find` gives them.
    """
    furthest = -1
    for spot in sorted(spots, key=lambda s: (s.start, -s.end)):
        if spot.end > furthest:
            furthest = spot.end
            yield spot


def _stands_alone(text: Traced, spot: Spot) -> bool:
    """Whether the word is not cut by the end of a clause, nor a piece of a longer Latin word."""
    start, end = text.span(spot.start, spot.end)
    original = text.original
    if end - start > spot.end - spot.start and not CLAUSE_END.isdisjoint(original[start:end]):
        return False
    if _latin(spot.form[0]) and start > 0 and _latin(original[start - 1]):
        return False
    return not (_latin(spot.form[-1]) and end < len(original) and _latin(original[end]))


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
