"""The one question to the search index: candidates in each database's language, weighed here.

The words come cut and hold letters and digits only (logic.words); nothing that somebody typed
becomes part of a query language. What the database finds is weighed again by `textmine.ranking`,
so that both databases give the same order, and it is the order that benchmarks measure.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import nan
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from qifu.knowledge.logic.words import LONGEST, Term
from qifu.knowledge.models import PUBLIC, Index
from qifu.textmine.ranking import Counts, Question, bag, fits_of, index_words, with_closeness

TITLE: Final = 4.0
BODY: Final = 1.0
# so many of what the database finds are weighed again
CANDIDATES: Final = 200
_AT_ONCE: Final = 400
# of entries by number, as far as it is known: how close each lies to what is asked, as a cosine
Closeness = Callable[[Collection[int]], Mapping[int, float]]


@dataclass(frozen=True)
class Ranked:
    """An entry that was found; a higher score fits better, within one search."""

    kind: str
    object_id: int
    matter: str
    score: float


@dataclass(frozen=True)
class Within:
    """What to look at: kinds, the day, a matter with the statutes that belong to it, an index.

    `among`: only entries whose owner is one of these numbers (a query of one column); it narrows
    what the database looks at, before any candidate is chosen.
    """

    kinds: Sequence[str]
    on: date
    matter: str = ""
    laws: Sequence[str] = ()
    index: Index = PUBLIC
    among: QuerySet[Any, Any] | None = None


def ranked(
    text: str,
    terms: Sequence[Term],
    within: Within,
    *,
    every: bool,
    most: int,
    precedents: Sequence[tuple[float, Mapping[str, int]]] = (),
    closeness: Closeness | None = None,
) -> list[Ranked]:
    """The entries with every term, or with any of its words; those that fit the text best first.

    `precedents`: what was replied to earlier questions, each with how like this one they are (to
    1); entries that say the same come before others (`textmine.ranking.fits_of`). `closeness`
    counts beside all words, among the candidates (`textmine.ranking.with_closeness`).

    The candidates: SQLite takes them by bm25; PostgreSQL by ts_rank of each word, weighed by how
    rare it is, since ts_rank alone takes 企业 for as telling as 拖欠.
    """
    if not terms or not within.kinds or most <= 0:
        return []
    index = within.index
    if not every and index.most_read is not None:
        terms = _rarest(terms, index, index.most_read)
    found = {row[0]: row for row in _find(terms, within, every, max(most, CANDIDATES))}
    asked = Counter(index_words(f"{text[:LONGEST]} {' '.join(_flat(terms))}"))
    bags = {
        pk: bag(title.split(), body.split())
        for pk, title, body in index.entries._default_manager.filter(pk__in=found)
        .values_list("pk", "title_words", "body_words")
        .iterator()
    }
    counts = _counts(index, {*asked, *(word for _, said in precedents for word in said)})
    earlier = [(how, Question(said, counts)) for how, said in precedents]
    fits = dict(zip(bags, fits_of(Question(asked, counts), list(bags.values()), earlier),
                    strict=True))  # fmt: skip
    fits = {pk: fit for pk, fit in fits.items() if fit > 0}
    if closeness is not None and fits:
        close = closeness(fits.keys())
        both = with_closeness(list(fits.values()), [close.get(pk, nan) for pk in fits])
        fits = dict(zip(fits, both.tolist(), strict=True))
    best = sorted(fits, key=lambda pk: (-fits[pk], pk))
    best_rows = ((found[pk], fits[pk]) for pk in best[:most])
    return [Ranked(kind, number, matter, fit) for (_pk, kind, number, matter), fit in best_rows]


def matching(terms: Sequence[Term], within: Within, *, most: int) -> list[int]:
    """The numbers of the things that hold every term, in no order."""
    if not terms or not within.kinds:
        return []
    return [row[2] for row in _find(terms, within, True, most)]


def _find(terms: Sequence[Term], within: Within, every: bool, most: int) -> list[Any]:
    find = _in_postgresql if connection.vendor == "postgresql" else _in_sqlite
    try:
        return find(terms, within, every, most)
    except EmptyResultSet:  # nobody may see anything of it
        return []


def _counts(index: Index, words: Iterable[str]) -> Counts:
    """How rare these words are in the whole index."""
    wanted = list(words)
    holding: dict[str, int] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        said = index.words._default_manager.filter(word__in=wanted[start : start + _AT_ONCE])
        holding.update(said.values_list("word", "entries"))
    return Counts(index.entries._default_manager.count(), holding)


def _rarest(terms: Sequence[Term], index: Index, most: int) -> Sequence[Term]:
    """The rarest words that together stand in about so many entries; one at least."""
    words = _flat(terms)
    holding = _counts(index, words).holding
    kept: list[Term] = []
    for word in sorted(words, key=lambda one: holding.get(one, 0)):
        most -= holding.get(word, 0)
        if kept and most < 0:
            break
        kept.append(((word,),))
    return kept


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
    if within.among is not None:
        among, numbers = within.among.order_by().query.sql_with_params()
        sql += f" AND e.{within.index.owner} IN ({among})"
        values += numbers
    return sql, values


def _rows(sql: str, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[Any] = cursor.fetchall()
        return found


def _in_sqlite(terms: Sequence[Term], within: Within, every: bool, most: int) -> list[Any]:
    where, values = _where(within)
    table, entries = within.index.table, within.index.entries._meta.db_table
    if every:
        asked = " AND ".join(f"({' OR '.join(map(_all, term))})" for term in terms)
    else:
        asked = " OR ".join(f'"{word}"' for word in _flat(terms))
    sql = f"""
        SELECT e.id, e.kind, e.object_id, e.matter
        FROM {table} JOIN {entries} e ON e.id = {table}.rowid
        WHERE {table} MATCH %s AND {where}
        ORDER BY bm25({table}, {TITLE}, {BODY}), e.id LIMIT %s
    """
    return _rows(sql, [f"{{title_words body_words}} : ({asked})", *values, most])


def _all(words: Sequence[str]) -> str:
    return "({})".format(" AND ".join(f'"{word}"' for word in words))


def _in_postgresql(terms: Sequence[Term], within: Within, every: bool, most: int) -> list[Any]:
    where, values = _where(within)
    words = _flat(terms)
    one = "plainto_tsquery('simple', %s)"
    counts = _counts(within.index, words)
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
        FROM {within.index.entries._meta.db_table} e
        WHERE e.words @@ ({asked}) AND {where}
        ORDER BY {score} DESC, e.id LIMIT %s
    """
    weighed = [part for pair in zip(rare, words, strict=True) for part in pair]
    return _rows(sql, [*asked_words, *values, *weighed, most])
