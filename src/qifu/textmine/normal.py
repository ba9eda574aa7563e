"""One form of a text for comparing, and the way back from it to the places of the text itself."""

import hashlib
import unicodedata
from dataclasses import dataclass

from qifu.textmine.simplified import by_character, is_traditional, settled

# A character with more marks than this is noise, and ordering its marks takes quadratic time.
MOST_MARKS = 8


@dataclass(frozen=True)
class Traced:
    """A text in its normal form; character `i` of it comes from `original[starts[i]:ends[i]]`."""

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that a span of the normal text, not empty, comes from."""
        return self.starts[start], self.ends[end - 1]


class _Forms(dict[str, str]):
    """The normal form of a character with its marks, worked out once; empty for what is dropped."""

    def __missing__(self, cluster: str) -> str:
        form = unicodedata.normalize("NFKC", cluster)
        form = by_character(unicodedata.normalize("NFKC", form.lower()))
        kept = ""
        for char in form:
            kind = unicodedata.category(char)[0]
            # a mark stays with its letter and goes with its sign
            if kind in "LN" or (kind == "M" and kept and unicodedata.combining(char)):
                kept += char
        if not kept and form == ".":
            kept = "."
        if len(cluster) == 1:
            self[cluster] = kept
        return kept


_FORMS = _Forms()


def traced(text: str) -> Traced:
    """The normal form of a text with the place of each of its characters.

    Unicode NFKC (full width becomes half width, ㈱ becomes 株), lower case, simplified characters;
    only letters and digits stay. A point between two digits stays too: 1.5 万 is not 15 万.
    """
    kept: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    point = False  # the last character kept is a point that waits for a digit
    start, size = 0, len(text)
    while start < size:
        end = start + 1
        while end < size and end - start < MOST_MARKS and unicodedata.combining(text[end]):
            end += 1
        form = _FORMS[text[start:end]]
        if point and not (form and "0" <= form[0] <= "9"):
            for pile in (kept, starts, ends):
                pile.pop()
        point = False
        if form == ".":
            # right behind a digit, nothing in between
            point = bool(kept) and "0" <= kept[-1] <= "9" and ends[-1] == start
            form = form if point else ""
        for char in form:
            kept.append(char)
            starts.append(start)
            ends.append(end)
        start = end
    if point:
        for pile in (kept, starts, ends):
            pile.pop()
    form = settled("".join(kept), traditional=is_traditional(text))
    return Traced(text, form, tuple(starts), tuple(ends))


def normalise(text: str) -> str:
    """The text in its normal form, as `traced` makes it; doing it twice changes nothing."""
    return traced(text).text


def digest(text: str) -> str:
    """SHA-256 of the normal form as 64 hex digits: the same for texts that read the same.

    All texts without a letter or a digit have the same one.
    """
    return hashlib.sha256(normalise(text).encode()).hexdigest()
