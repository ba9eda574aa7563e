"""The vectors of replies: earlier replies are then found in other words, too."""

from typing import Final

import numpy as np
from django.db import transaction

from qifu.appeals.models import CaseEntry, EntryVector
from qifu.textmine.ranking import Embedder

# so many at a time: other work of the worker waits meanwhile
_A_ROUND: Final = 24


def entries_to_embed(model: str, *, most: int | None = None) -> list[int]:
    """The entries of replies without a vector of this model, by number; newest cases first."""
    replies = CaseEntry.objects.filter(kind="reply").exclude(vector__model=model)
    return list(replies.order_by("-code", "-pk").values_list("pk", flat=True)[:most])


def keep_vectors(embedder: Embedder) -> int:
    """Make some of the vectors that are missing or of another model; gives how many.

    Embedding is slow and stands outside of the transaction. Entries are locked before their
    vectors, as when they are made anew; one that somebody changes, or has changed meanwhile, is
    left for the next time.
    """
    entries = CaseEntry.objects.filter(pk__in=entries_to_embed(embedder.name, most=_A_ROUND))
    said = dict(entries.values_list("pk", "said"))
    if not said:
        return 0
    # without the title, which is what was asked
    vectors = embedder.passages([words.partition("\n")[2] for words in said.values()])
    with transaction.atomic():
        free = CaseEntry.objects.filter(pk__in=list(said))
        still = dict(free.select_for_update(skip_locked=True).values_list("pk", "said"))
        made = [
            EntryVector(
                entry_id=pk, floats=vector.astype(np.float16).tobytes(), model=embedder.name
            )
            for (pk, words), vector in zip(said.items(), vectors, strict=True)
            if still.get(pk) == words
        ]
        EntryVector.objects.bulk_create(
            made, update_conflicts=True, unique_fields=["entry"], update_fields=["floats", "model"]
        )
    return len(made)
