"""The one question to the search index: candidates in each database's language, weighed here.

The words come cut and hold letters and digits only (logic.words); nothing that somebody typed
becomes part of a query language. What the database finds is weighed again by `textmine.ranking`,
so that both databases give the same order, and it is the order that benchmarks measure.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

from qifu.knowledge.logic.words import LONGEST, Term
from qifu.knowledge.models import SearchEntry, SearchWord
from qifu.textmine.ranking import Counts, Question, bag, index_words

TITLE: Final = 4.0
BODY: Final = 1.0
# so many of what the database finds are weighed again
CANDIDATES: Final = 200
_AT_ONCE: Final = 400


@dataclass(frozen=True)
class Ranked:
    """An entry that was found; a higher score fits better, within one search."""

    kind: str
    object_id: int
    matter: str
    score: float


@dataclass(frozen=True)
class Within:
    """What to look at: kinds, the day, and a matter with the statutes that belong to it."""

    kinds: Sequence[str]
    on: date
    matter: str = ""
    laws: Sequence[str] = ()


def ranked(
    text: str, terms: Sequence[Term], within: Within, *, every: bool, most: int
) -> list[Ranked]:
    """The entries with every term, or with any of its words; those that fit the text best first.

    The candidates: SQLite takes them by bm25; PostgreSQL by ts_rank of each word, weighed by how
    rare it is, since ts_rank alone takes 企业 for as telling as 拖欠.
    """
    if not terms or not within.kinds or most <= 0:
        return []
    find = _in_postgresql if connection.vendor == "postgresql" else _in_sqlite
    found = {row[0]: row for row in find(terms, within, every, max(most, CANDIDATES))}
    asked = Counter(index_words(f"{text[:LONGEST]} {' '.join(_flat(terms))}"))
    question = Question(asked, _counts(asked))
    held = SearchEntry.objects.filter(pk__in=found).values_list("pk", "title_words", "body_words")
    fits = {
        pk: question.fit(bag(title.split(), body.split())) for pk, title, body in held.iterator()
    }
    best = sorted((pk for pk in fits if fits[pk] > 0), key=lambda pk: (-fits[pk], pk))
    rows = ((found[pk], fits[pk]) for pk in best[:most])
    return [Ranked(kind, number, matter, fit) for (_pk, kind, number, matter), fit in rows]


def matching(terms: Sequence[Term], within: Within, *, most: int) -> list[int]:
    """The numbers of the things that hold every term, in no order."""
    if not terms or not within.kinds:
        return []
    find = _in_postgresql if connection.vendor == "postgresql" else _in_sqlite
    return [row[2] for row in find(terms, within, True, most)]


def _counts(words: Iterable[str]) -> Counts:
    """How rare these words are in the whole index."""
    wanted = list(words)
    holding: dict[str, int] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        said = SearchWord.objects.filter(word__in=wanted[start : start + _AT_ONCE])
        holding.update(said.values_list("word", "entries"))
    return Counts(SearchEntry.objects.count(), holding)


def _flat(terms: Sequence[Term]) -> list[str]:
    return list(dict.fromkeys(word for term in terms for way in term for word in way))


def _where(within: Within) -> tuple[str, list[Any]]:
    """The part that is the same in both languages."""
    kinds = ", ".join(["%s"] * len(within.kinds))
    sql = f"e.kind IN ({kinds}) AND (e.since IS NULL OR e.since <= %s)"
    sql += " AND (e.until IS NULL OR e.until >= %s)"
    values: list[Any] = [*within.kinds, within.on, within.on]
    if within.matter:
        laws = ", ".join(["%s"] * len(within.laws))
        of_law = f"OR (e.kind = 'law' AND e.code IN ({laws}))" if within.laws else ""
        sql += f" AND ((e.kind = 'answer' AND e.matter = %s) {of_law})"
        values += [within.matter, *within.laws]
    return sql, values


def _rows(sql: str, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[Any] = cursor.fetchall()
        return found


def _in_sqlite(terms: Sequence[Term], within: Within, every: bool, most: int) -> list[Any]:
    where, values = _where(within)
    if every:
        asked = " AND ".join(f"({' OR '.join(map(_all, term))})" for term in terms)
    else:
        asked = " OR ".join(f'"{word}"' for word in _flat(terms))
    sql = f"""
        SELECT e.id, e.kind, e.object_id, e.matter
        FROM knowledge_search JOIN knowledge_searchentry e ON e.id = knowledge_search.rowid
        WHERE knowledge_search MATCH %s AND {where}
        ORDER BY bm25(knowledge_search, {TITLE}, {BODY}), e.id LIMIT %s
    """
    return _rows(sql, [asked, *values, most])


def _all(words: Sequence[str]) -> str:
    return "({})".format(" AND ".join(f'"{word}"' for word in words))


def _in_postgresql(terms: Sequence[Term], within: Within, every: bool, most: int) -> list[Any]:
    where, values = _where(within)
    words = _flat(terms)
    one = "plainto_tsquery('simple', %s)"
    counts = _counts(words)
    rare = [counts.rarity(word) for word in words]
    if every:
        asked = " && ".join(
            "({})".format(" || ".join(f"({' && '.join([one] * len(way))})" for way in term))
            for term in terms
        )
        asked_words = [word for term in terms for way in term for word in way]
    else:
        asked, asked_words = " || ".join([one] * len(words)), words
    weights = f"'{{{BODY / TITLE}, 0, 0, 1}}'"
    score = " + ".join([f"%s * ts_rank({weights}, e.words, {one}, 1)"] * len(words))
    sql = f"""
        SELECT e.id, e.kind, e.object_id, e.matter
        FROM knowledge_searchentry e
        WHERE e.words @@ ({asked}) AND {where}
        ORDER BY {score} DESC, e.id LIMIT %s
    """
    weighed = [part for pair in zip(rare, words, strict=True) for part in pair]
    return _rows(sql, [*asked_words, *values, *weighed, most])
