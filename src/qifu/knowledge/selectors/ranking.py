"""The one question to the search index, asked in each database's own language.

The words come cut and hold letters and digits only (logic.words); nothing that somebody typed
becomes part of a query language.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

from qifu.knowledge.logic.words import Term

TITLE: Final = 4.0
BODY: Final = 1.0


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


def ranked(terms: Sequence[Term], within: Within, *, every: bool, most: int) -> list[Ranked]:
    """The entries with every term, or with any of its words, the best first.

    SQLite ranks by bm25; PostgreSQL by ts_rank of each word, weighed by how rare the word is,
    since ts_rank alone takes 企业 for as telling as 拖欠. Either way titles weigh four times.
    """
    if not terms or not within.kinds or most <= 0:
        return []
    find = _in_postgresql if connection.vendor == "postgresql" else _in_sqlite
    return find(terms, within, every, most)


def _flat(terms: Sequence[Term]) -> list[str]:
    return list(dict.fromkeys(word for term in terms for word in term))


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


def _in_sqlite(terms: Sequence[Term], within: Within, every: bool, most: int) -> list[Ranked]:
    where, values = _where(within)
    if every:
        asked = " AND ".join(
            f'("{word}" OR ({_all(parts)}))' if parts else f'"{word}"' for word, *parts in terms
        )
    else:
        asked = " OR ".join(f'"{word}"' for word in _flat(terms))
    sql = f"""
        SELECT e.kind, e.object_id, e.matter, -bm25(knowledge_search, {TITLE}, {BODY}) AS score
        FROM knowledge_search JOIN knowledge_searchentry e ON e.id = knowledge_search.rowid
        WHERE knowledge_search MATCH %s AND {where}
        ORDER BY score DESC, e.id LIMIT %s
    """
    return [Ranked(*row) for row in _rows(sql, [asked, *values, most])]


def _all(parts: Sequence[str]) -> str:
    return " AND ".join(f'"{part}"' for part in parts)


def _in_postgresql(terms: Sequence[Term], within: Within, every: bool, most: int) -> list[Ranked]:
    where, values = _where(within)
    words = _flat(terms)
    one = "plainto_tsquery('simple', %s)"
    counts = ", ".join(
        f"(SELECT count(*) FROM knowledge_searchentry WHERE words @@ {one})" for _word in words
    )
    total, *found = _rows(
        f"SELECT (SELECT count(*) FROM knowledge_searchentry), {counts}", [*words]
    )[0]
    rare = [math.log(1 + (total - count + 0.5) / (count + 0.5)) for count in found]
    if every:
        asked = " && ".join(
            f"({one} || ({' && '.join([one] * len(parts))}))" if parts else one
            for _word, *parts in terms
        )
        asked_words = [word for term in terms for word in term]
    else:
        asked, asked_words = " || ".join([one] * len(words)), words
    weights = f"'{{{BODY / TITLE}, 0, 0, 1}}'"
    score = " + ".join([f"%s * ts_rank({weights}, e.words, {one}, 1)"] * len(words))
    sql = f"""
        SELECT e.kind, e.object_id, e.matter, {score} AS score
        FROM knowledge_searchentry e
        WHERE e.words @@ ({asked}) AND {where}
        ORDER BY score DESC, e.id LIMIT %s
    """
    weighed = [part for pair in zip(rare, words, strict=True) for part in pair]
    return [Ranked(*row) for row in _rows(sql, [*weighed, *asked_words, *values, most])]
