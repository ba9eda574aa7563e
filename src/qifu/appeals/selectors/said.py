"""Cases that say a piece of text, by the index where it narrows, else by reading in order."""

from typing import Final

from django.db import connection
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from qifu.appeals.logic.pieces import pairs_asked
from qifu.appeals.models import CASES, CaseEntry
from qifu.textmine.ranking import plain

MOST_WORDS: Final = 5
# Of fewer cases the numbers are read at once. A piece that more of them say is soon met again,
# and a list goes through them in its own order until it has enough.
FEW: Final = 5_000
# Of up to so many entries SQLite's index alone tells which cases they are of.
SOME: Final = 60_000
_ROWS: Final = f"SELECT rowid FROM {CASES.table} WHERE {CASES.table} MATCH %s LIMIT %s"


def says(text: str) -> Q:
    """The submitted cases that say every word of a text, each a piece of it as it stands.

    A word of title, text, points, requester or the firm's name, in any width and case; the case's
    number; the beginning of the firm's code. An index finds pieces of two or more characters.
    """
    words = words_asked(text)
    held = CaseEntry.objects.filter(kind="case")
    for word in words:
        held = held.filter(_one(word))
    asked = [pairs_asked(word) for word in words]
    chinese = [pair for pairs, _ in asked for pair in pairs]
    letters = [pair for _, pairs in asked for pair in pairs]
    if not words:
        return Q()
    read = Exists(held.filter(object_id=OuterRef("pk")))
    if not chinese and not letters:
        return Q(read)
    if connection.vendor == "sqlite":
        match = _match(chinese, letters)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({_ROWS})", [match, SOME + 1])
            (entries,) = cursor.fetchone()
        if entries > SOME:
            return Q(read)
        if entries > FEW:
            some = RawSQL(f"SELECT rowid / 2 FROM ({_ROWS}) WHERE rowid %% 2 = 0", [match, SOME])
            # a case without the pairs is put aside before its text is read
            found = When(pk__in=some, then=read)
            return Q(Case(found, default=Value(False), output_field=BooleanField()))
    narrowed = _narrowed(held, chinese, letters)
    numbers = list(narrowed.values_list("object_id", flat=True)[: FEW + 1])
    return Q(pk__in=numbers) if len(numbers) <= FEW else Q(read)


def words_asked(text: str) -> list[str]:
    """The words that a list is narrowed by, as a database can take them."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode().split()[:MOST_WORDS]


def _one(word: str) -> Q:
    code = word.upper()
    found = Q(said__contains=plain(word)) | Q(code=code)
    if len(code) >= 4 and code.isascii() and code.isalnum():
        found |= Q(firm_code__startswith=code)
    return found


def _narrowed(
    held: QuerySet[CaseEntry], chinese: list[str], letters: list[str]
) -> QuerySet[CaseEntry]:
    """Only entries with all these pairs, as each database's index finds them."""
    table = CaseEntry._meta.db_table
    if connection.vendor == "postgresql":
        where, values = [], []
        for column, pairs in (("words", chinese), ("pairs", letters)):
            if pairs:
                every = " && ".join(["plainto_tsquery('simple', %s)"] * len(pairs))
                where.append(f"{table}.{column} @@ ({every})")
                values += pairs
        return held.extra(where=where, params=values)
    return held.extra(
        tables=[CASES.table],
        where=[f"{CASES.table}.rowid = {table}.id", f"{CASES.table} MATCH %s"],
        params=[_match(chinese, letters)],
    )


def _match(chinese: list[str], letters: list[str]) -> str:
    """The same in the language of FTS5."""
    return " AND ".join(
        "{{{}}} : ({})".format(columns, " AND ".join(f'"{pair}"' for pair in pairs))
        for columns, pairs in (("title_words body_words", chinese), ("letters", letters))
        if pairs
    )
