"""One way to find things of every kind: words, synonyms, and what was meant by what was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import rjieba

from qifu.base.city import City, NoCity, current_city
from qifu.knowledge.logic.words import NOISE, query_terms, query_words
from qifu.knowledge.models import SearchEntry, SearchWord
from qifu.knowledge.selectors.ranking import Closeness, Ranked, Within, matching, ranked
from qifu.textmine.mending import Vocabulary

# the words that somebody can have meant: those that most entries hold
_KNOWN: Final = 8_000
_MOST: Final = 5_000
# what the pack names goes before any other word that sounds the same
_NAMED: Final = 1_000_000_000


@dataclass(frozen=True)
class Found:
    """Rows, the best first; the words to mark in them; what was looked for instead, or empty.

    `partly`: nothing holds every word, and these hold some.
    """

    rows: list[Ranked]
    words: list[str]
    mended: str = ""
    partly: bool = False


@dataclass(frozen=True)
class Things:
    """The numbers of things of one kind, in no order; `mended` as above."""

    numbers: list[int]
    mended: str = ""


def find(
    text: str,
    within: Within,
    *,
    most: int,
    precedents: Sequence[tuple[float, Mapping[str, int]]] = (),
    closeness: Closeness | None = None,
) -> Found:
    """What holds every word of a question or a synonym of it; else of what was meant; else any.

    `precedents` and `closeness` order what holds any word, as `ranked` says.
    """
    synonyms = _synonyms()
    terms = query_terms(text, synonyms)
    words = [word for term in terms for way in term for word in way]
    if rows := ranked(text, terms, within, every=True, most=most):
        return Found(rows, words)
    mended = _vocabulary().mend(text) or ""
    meant = query_terms(mended, synonyms) if mended else []
    meant_words = [word for term in meant for way in term for word in way]
    if rows := ranked(mended, meant, within, every=True, most=most):
        return Found(rows, meant_words, mended)
    any_words = list(dict.fromkeys([*query_words(text, parts=True), *words]))
    if rows := _any(text, any_words, within, most, precedents, closeness):
        return Found(rows, any_words, partly=len(any_words) > 1)
    rows = _any(mended, meant_words, within, most)
    several = len(meant_words) > 1
    return Found(rows, meant_words, mended, several) if rows else Found([], any_words)


def _any(
    text: str,
    words: Sequence[str],
    within: Within,
    most: int,
    precedents: Sequence[tuple[float, Mapping[str, int]]] = (),
    closeness: Closeness | None = None,
) -> list[Ranked]:
    terms = [((word,),) for word in words]
    return ranked(
        text, terms, within, every=False, most=most, precedents=precedents, closeness=closeness
    )


def every_thing(kind: str, text: str, *, on: date) -> Things:
    """All that hold every word; where none does, all that hold what was meant.

    For a room that keeps things of its own here: who may see them is that room's to say.
    """
    within, synonyms = Within((kind,), on), _synonyms()
    terms = query_terms(text, synonyms)
    if numbers := matching(terms, within, most=_MOST):
        return Things(numbers)
    mended = _vocabulary().mend(text) or ""
    meant = query_terms(mended, synonyms) if mended else []
    numbers = matching(meant, within, most=_MOST)
    return Things(numbers, mended if numbers else "")


def numbers_held(kind: str) -> dict[str, set[int]]:
    """The numbers of all entries of a kind, by the code of what they belong to."""
    held: dict[str, set[int]] = {}
    rows = SearchEntry.objects.filter(kind=kind).values_list("code", "object_id")
    for code, number in rows.iterator():
        held.setdefault(code, set()).add(number)
    return held


def _city() -> City | None:
    try:
        return current_city()
    except NoCity:
        return None


def _synonyms() -> list[list[str]]:
    """The groups of words that say the same, as the pack has them."""
    city = _city()
    return [list(row["words"]) for row in city.synonyms] if city else []


def _vocabulary() -> Vocabulary:
    """The words of the index and of the pack's synonyms; made anew where there are others."""
    city = _city()
    return _read(city.load_id if city else 0, SearchWord.objects.count())


@lru_cache(maxsize=2)
def _read(load_id: int, words: int) -> Vocabulary:
    said = SearchWord.objects.order_by("-entries", "word").values_list("word", "entries")
    known = {
        word: entries for word, entries in said[: _KNOWN * 2]
        if word not in NOISE and (len(word) > 2 or rjieba.cut(word, False) == [word])
    }  # fmt: skip
    named = {word: _NAMED for group in _synonyms() for word in group}
    return Vocabulary({**dict(list(known.items())[:_KNOWN]), **named})
