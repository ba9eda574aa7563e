"""The entries of the search index, and with them how many hold each word."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from qifu.knowledge.models import PUBLIC, Index
from qifu.textmine.ranking import index_words

_AT_ONCE = 400
# a column of the indexes that count later
_UNCOUNTED = Q(counted=False)


@dataclass(frozen=True)
class Entry:
    """One thing to be found: the number of its row, its code, the days on which it counts.

    `more`: further columns of its index.
    """

    object_id: int
    code: str
    title: str
    body: str
    matter: str = ""
    since: date | None = None
    until: date | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def put_entries(
    kind: str, codes: Collection[str], entries: Iterable[Entry], *, index: Index = PUBLIC
) -> None:
    """The entries of things of a kind in place of all that these codes had."""
    put_kinds({kind: entries}, codes, index=index)


@transaction.atomic
def put_kinds(
    kinds: Mapping[str, Iterable[Entry]], codes: Collection[str], *, index: Index = PUBLIC
) -> None:
    """The same for several kinds of things of these codes at once.

    The words are counted last and together: who holds some of them waits for nothing but the next
    in their order, so that of several who write at once none waits for one that waits for it.
    Hence once in a transaction.
    """
    changes: Counter[str] = Counter()
    wanted = sorted(set(codes))
    for kind, entries in kinds.items():
        _replace(kind, wanted, entries, index, changes)
    _count(index, changes)


def _replace(
    kind: str, codes: list[str], entries: Iterable[Entry], index: Index, changes: Counter[str]
) -> None:
    """Write the entries of one kind; `changes` is told which words come and go."""
    held = index.entries._default_manager
    for start in range(0, len(codes), _AT_ONCE):
        old = counted = held.filter(kind=kind, code__in=codes[start : start + _AT_ONCE])
        if index.counts_later:  # held first: nobody counts one between our reading and its end
            list(old.order_by("pk").select_for_update().values_list("pk"))
            counted = old.exclude(_UNCOUNTED)
        for title, body in counted.values_list("title_words", "body_words"):
            changes.subtract(_held(title, body))
        old.only("pk").delete()  # by number: what hangs on an entry goes first
    rows = []
    for one in entries:
        title, body = (" ".join(index_words(text)) for text in (one.title, one.body))
        if not index.counts_later:
            changes.update(_held(title, body))
        rows.append(
            index.entries(
                kind=kind, object_id=one.object_id, code=one.code, matter=one.matter,
                since=one.since, until=one.until, title_words=title, body_words=body, **one.more,
            )
        )  # fmt: skip
    held.bulk_create(rows, batch_size=_AT_ONCE)


@transaction.atomic
def count_entries(index: Index, *, most: int) -> int:
    """Count the words of entries that are not counted yet, the oldest first; gives how many.

    For an index that counts later. Two who count at once count each entry once. An entry that
    somebody is making anew is left for the next time, not waited for.
    """
    waiting = index.entries._default_manager.filter(_UNCOUNTED)
    changes: Counter[str] = Counter()
    rows = list(waiting.order_by("pk").select_for_update(skip_locked=True)[:most])
    for row in rows:
        changes.update(_held(row.title_words, row.body_words))
    index.entries._default_manager.filter(pk__in=[row.pk for row in rows]).update(
        **{"counted": True}
    )
    _count(index, changes)
    return len(rows)


def _held(title: str, body: str) -> set[str]:
    return {*title.split(), *body.split()}


def _count(index: Index, words: Counter[str]) -> None:
    # in one order, so that two loads never wait for each other
    changes = sorted((word, change) for word, change in words.items() if change)
    table = index.words._meta.db_table
    for piece in _pieces(changes):
        marks = ", ".join(["(%s, %s)"] * len(piece))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (word, entries) VALUES {marks} "
                f"ON CONFLICT (word) DO UPDATE SET entries = {table}.entries + excluded.entries",
                [value for pair in piece for value in pair],
            )
    gone = [word for word, change in changes if change < 0]
    for start in range(0, len(gone), _AT_ONCE):
        said = index.words._default_manager.filter(word__in=gone[start : start + _AT_ONCE])
        said.filter(entries__lte=0).delete()


def _pieces(changes: list[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    for start in range(0, len(changes), _AT_ONCE):
        yield changes[start : start + _AT_ONCE]
