"""The entries of the search index, and with them how many hold each word."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from qifu.knowledge.models import SearchEntry, SearchWord
from qifu.textmine.ranking import index_words

_AT_ONCE = 400


@dataclass(frozen=True)
class Entry:
    """One thing to be found: the number of its row, its code, the days on which it counts."""

    object_id: int
    code: str
    title: str
    body: str
    matter: str = ""
    since: date | None = None
    until: date | None = None


@transaction.atomic
def put_entries(kind: str, codes: Collection[str], entries: Iterable[Entry]) -> None:
    """The entries of things of a kind in place of all that these codes had."""
    changes: Counter[str] = Counter()
    wanted = sorted(set(codes))
    for start in range(0, len(wanted), _AT_ONCE):
        old = SearchEntry.objects.filter(kind=kind, code__in=wanted[start : start + _AT_ONCE])
        for title, body in old.values_list("title_words", "body_words"):
            changes.subtract(_held(title, body))
        old.delete()
    rows = []
    for one in entries:
        title, body = (" ".join(index_words(text)) for text in (one.title, one.body))
        changes.update(_held(title, body))
        rows.append(
            SearchEntry(
                kind=kind, object_id=one.object_id, code=one.code, matter=one.matter,
                since=one.since, until=one.until, title_words=title, body_words=body,
            )
        )  # fmt: skip
    SearchEntry.objects.bulk_create(rows, batch_size=_AT_ONCE)
    # in one order, so that two loads never wait for each other
    _count(sorted((word, change) for word, change in changes.items() if change))


def _held(title: str, body: str) -> set[str]:
    return {*title.split(), *body.split()}


def _count(changes: list[tuple[str, int]]) -> None:
    for piece in _pieces(changes):
        marks = ", ".join(["(%s, %s)"] * len(piece))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO knowledge_searchword (word, entries) VALUES {marks} "
                "ON CONFLICT (word) DO UPDATE "
                "SET entries = knowledge_searchword.entries + excluded.entries",
                [value for pair in piece for value in pair],
            )
    if any(change < 0 for _word, change in changes):
        SearchWord.objects.filter(entries__lte=0).delete()


def _pieces(changes: list[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    for start in range(0, len(changes), _AT_ONCE):
        yield changes[start : start + _AT_ONCE]
