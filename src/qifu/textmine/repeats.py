"""Whether one text repeats another: shingles, MinHash bands for looking up, and what kind it is.

datasketch does the MinHash part too; it needs NumPy and SciPy, 60 MB for the twenty lines below,
and its bands do not stay in a table of the database. The hashes here are CRC-32, products
modulo a prime and BLAKE2b, so that a band is the same number in every process, on every machine
and in every release: bands are stored.
"""

import re
import unicodedata
import zlib
from functools import lru_cache
from hashlib import blake2b
from typing import Final, Literal

from qifu.textmine.normal import normalise

# Characters of a shingle, on the normal form. With 3, texts that only share the phrases of all
# petitions come out alike twice as often (1,053 pairs of the same writer from 0.1 up, with 4 598).
SIZE: Final = 4
# 12 bands of 3 rows: a pair of similarity 0.4 meets in some band with probability 0.55, of 0.5
# with 0.80, of 0.6 with 0.95, of 0.8 with 0.9998 (1 - (1 - s³)¹²).
BANDS: Final = 12
ROWS: Final = 3

# A shorter text of so few shingles is asked how much of it stands in the longer one; with fewer
# than TINY that would say nothing.
SHORT: Final = 50
TINY: Final = 8

# The five thresholds were read off 7,127 public messages to a city's leaders (`kind_of`).
SAME_FIRM: Final = 0.3
OTHER_FIRM: Final = 0.5
NEW_SHARE: Final = 0.3
# characters of a sentence that can be a new fact: shorter ones are thanks and headings
NEW_SENTENCE: Final = 12
# of the character pairs of a sentence so many stand in the old text where it only rewords it
NEW_WORDING: Final = 0.4

# The largest prime below 2³⁰: Python multiplies numbers of that size fastest.
_PRIME: Final = 1_073_741_789
_SENTENCE = re.compile(r"[。！？!?；;\n]+")
_NUMBER = re.compile(r"(?<![A-Za-z0-9.])\d+(?:[.,]\d+)*[%‰万千百亿元年月日号天人家户台吨米次]?")


def _factors() -> tuple[int, ...]:
    """A factor for every row, drawn once from BLAKE2b and the row's number."""
    seeds = (blake2b(f"qifu repeats {row}".encode(), digest_size=8) for row in range(BANDS * ROWS))
    return tuple(int.from_bytes(seed.digest(), "big") % (_PRIME - 1) + 1 for seed in seeds)


_FACTORS: Final = _factors()

Kind = Literal["same_case", "after_closure", "new_facts", "other_firm"]


@lru_cache(maxsize=64)
def shingles(text: str) -> frozenset[str]:
    """The pieces of SIZE characters of the normal form; a shorter text is one piece, none is ∅."""
    normal = normalise(text)
    if len(normal) < SIZE:
        return frozenset((normal,)) if normal else frozenset()
    return frozenset(normal[i : i + SIZE] for i in range(len(normal) - SIZE + 1))


def similarity(first: str, second: str) -> float:
    """How much two texts share, 0 to 1, the same both ways.

    Jaccard: the shingles in both by the shingles in either. Where the shorter has fewer than SHORT
    shingles (and TINY at least), the part of it that stands in the longer. A text without letters
    and digits is like nothing, itself included.
    """
    a, b = shingles(first), shingles(second)
    if not a or not b:
        return 0.0
    both, shorter = len(a & b), min(len(a), len(b))
    if TINY <= shorter < SHORT:
        return both / shorter
    return both / (len(a) + len(b) - both)


def signature(text: str) -> tuple[int, ...]:
    """The MinHash of a text: BANDS × ROWS whole numbers below 2³⁰; empty for a text without any.

    The part of places at which two signatures agree estimates Jaccard's similarity.
    """
    hashes = [zlib.crc32(piece.encode()) % _PRIME for piece in shingles(text)]
    if not hashes:
        return ()
    # lists, not generators: this line runs a million times for a few thousand texts
    return tuple([min([factor * one % _PRIME for one in hashes]) for factor in _FACTORS])


def bands(text: str) -> tuple[int, ...]:
    """BANDS whole numbers from 0 to 2⁶³ - 1 to look a text up by; empty for a text without any.

    Texts that share the number of one band are candidates: ask `similarity`.
    """
    minima = signature(text)
    found = []
    for first in range(0, len(minima), ROWS):
        rows = minima[first : first + ROWS]
        data = b"".join(value.to_bytes(4, "big") for value in rows)
        # a signed column of eight bytes holds 63 bits
        found.append(int.from_bytes(blake2b(data, digest_size=8).digest(), "big") >> 1)
    return tuple(found)


def kind_of(
    *, same_firm: bool, score: float, new_text: str, old_text: str, old_closed: bool
) -> Kind | None:
    """What a text is to an older one that it resembles by `score`; None for nothing.

    Of another firm: `other_firm` from OTHER_FIRM up. Of the same firm from SAME_FIRM up:
    `new_facts` where it says enough that the older one does not (`has_new_facts`), else
    `after_closure` where the older case is closed and `same_case` where it is open.

    Where the thresholds come from: two sets of 4,326 and 2,801 messages, all pairs compared, 14
    read by hand in each band of 0.1. Of pairs by the same writer 11 of 14 were the same demand
    between 0.2 and 0.3, all 28 between 0.3 and 0.5. Of pairs by different writers 9 of 14 were the
    same demand between 0.4 and 0.5 (the others share a template and differ in the place), 12 of 14
    between 0.5 and 0.6. Of the 284 pairs by the same writer from 0.3 up 62 came out as new facts
    (19 of 22 rightly; the other 3 had only added an appeal to the leaders) and 20 as the same case
    in spite of new shingles (17 rightly): their newest sentence shared half its character pairs
    with the old text or more, that of the former a quarter or less.
    """
    if not same_firm:
        return "other_firm" if score >= OTHER_FIRM else None
    if score < SAME_FIRM:
        return None
    if has_new_facts(new_text, old_text):
        return "new_facts"
    return "after_closure" if old_closed else "same_case"


def has_new_facts(new_text: str, old_text: str) -> bool:
    """Whether a text tells something that the older one does not.

    NEW_SHARE of its shingles are new, and so is at least one figure (an amount, a date, a number
    of two digits or with a unit) or one whole sentence that is no other wording of the old ones.
    """
    new, old = shingles(new_text), shingles(old_text)
    if not new or len(new - old) < NEW_SHARE * len(new):
        return False
    if _figures(new_text) - _figures(old_text):
        return True
    known = _pairs(normalise(old_text))
    return any(_is_new(normalise(part), known) for part in _SENTENCE.split(new_text))


def _is_new(sentence: str, known: frozenset[str]) -> bool:
    if len(sentence) < NEW_SENTENCE:
        return False
    pairs = _pairs(sentence)
    return len(pairs & known) < NEW_WORDING * len(pairs)


def _pairs(normal: str) -> frozenset[str]:
    """Pairs of neighbouring characters: other words for the same thing keep many of them."""
    return frozenset(normal[i : i + 2] for i in range(len(normal) - 1))


def _figures(text: str) -> set[str]:
    """The figures of a text in one form; single digits without a unit only number its points."""
    found = (one.replace(",", "") for one in _NUMBER.findall(unicodedata.normalize("NFKC", text)))
    return {figure for figure in found if len(figure) > 1}
