"""Earlier replies that fit a text or a case, among the cases that somebody may see."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Final

import numpy as np
from django.utils import timezone

from qifu.appeals.models import CASES, Appeal, CaseEntry, EntryVector, Reply
from qifu.appeals.selectors.visible import appeals_visible_to, sees_everything
from qifu.knowledge.logic.marking import Part, marked, snippet
from qifu.knowledge.selectors.finding import find
from qifu.knowledge.selectors.ranking import Closeness, Within
from qifu.organisations.permissions import Actor
from qifu.textmine.ranking import PRECEDENTS, TITLE, Embedder, bag

# replies of which many say the same count as one: so many are looked at for each that is shown
_LOOKED_AT: Final = 4
# so many like cases are looked at for some that have been answered
_NEAR: Final = 20


@dataclass(frozen=True)
class EarlierReply:
    """One earlier reply. `title` of its case and `text`, the whole reply with what it says to each
    point: both with what names a person masked. `score` orders one search."""

    reply: Reply
    title: str
    text: str
    score: float
    words: Sequence[str] = field(repr=False)

    @property
    def appeal(self) -> Appeal:
        """The case that was answered, with number, matter and firm; its long text is not loaded."""
        return self.reply.appeal

    @cached_property
    def snippet(self) -> list[Part]:
        """The piece of the reply that shows why, as (words, whether asked for)."""
        return snippet(self.text, self.words)

    @cached_property
    def title_parts(self) -> list[Part]:
        """The whole title, in parts as the snippet is."""
        return marked(self.title, self.words)


@dataclass(frozen=True)
class EarlierReplies:
    """What was found; `mended`: the words looked for instead of those typed, else empty."""

    hits: list[EarlierReply]
    mended: str = ""


def find_replies(
    actor: Actor,
    text: str = "",
    *,
    now: datetime,
    most: int = 10,
    about: Appeal | None = None,
    matter: str = "",
    unit: str = "",
    embedder: Embedder | None = None,
) -> EarlierReplies:
    """The replies that hold every word of a text, the best first; else of what was meant; else
    any. What was asked counts as well as what was answered.

    With `about` a case: those that fit its title and text (and `text` beside them), never its own;
    of cases that follow it only what they were answered before. Of replies in the same words the
    best only. `matter`: of cases with it; `unit`: by the unit of that code. Only of cases that the
    actor may see: a firm's own, a unit's, all for those who see all; nobody else's words become a
    candidate. Four or five queries, and one for the replies. With an `embedder`, for a case: what
    means the same counts too, for one more query and the vector of the question, so outside of
    any transaction.
    """
    closeness = None
    if about is not None:
        if embedder is not None:
            question = (text, about.title, about.text)
            closeness = _closeness("\n".join(part for part in question if part), embedder)
        parts = (text, *[about.title] * TITLE, about.text)
        text = "\n".join(part for part in parts if part)
    if not text.strip() or most <= 0:
        return EarlierReplies([])
    among = None
    if about is not None or matter or unit or not sees_everything(actor):
        visible = appeals_visible_to(actor)
        if about is not None:
            visible = visible.exclude(pk=about.pk)
        if matter:
            visible = visible.filter(matter=matter)
        if unit:
            by_unit = Reply.objects.filter(unit__organisation__code=unit)
            visible = visible.filter(pk__in=by_unit.values("appeal_id"))
        among = visible.values("pk")
    within = Within(("reply",), timezone.localdate(now), index=CASES, among=among)
    like = _replied_to_like(text, within) if about is not None else []
    looked_at = most * _LOOKED_AT
    found = find(text, within, most=looked_at, precedents=like, closeness=closeness)
    words = [word for word in found.words if len(word) > 1 or word.isascii()] or found.words
    numbers = [row.object_id for row in found.rows]
    rows = Reply.objects.select_related(
        "appeal__enterprise__organisation", "unit__organisation"
    ).defer("appeal__text")
    # a case may have been answered by another unit in another round
    replies = (rows.filter(unit__organisation__code=unit) if unit else rows).in_bulk(numbers)
    entries = CaseEntry.objects.filter(kind="reply", object_id__in=numbers)
    said = dict(entries.values_list("object_id", "said"))
    hits: list[EarlierReply] = []
    seen: set[str] = set()
    for row in found.rows:
        if row.object_id not in replies or row.object_id not in said:
            continue
        title, _line, words_said = said[row.object_id].partition("\n")
        if words_said not in seen:
            seen.add(words_said)
            hits.append(EarlierReply(replies[row.object_id], title, words_said, row.score, words))
    return EarlierReplies(hits[:most], found.mended)


def _replied_to_like(text: str, within: Within) -> list[tuple[float, Counter[str]]]:
    """What was replied to the cases most like a text, each with how like it they are (1: the most).

    Among the same cases; how it is chosen what counts, `textmine.ranking.fits_of` says.
    """
    near = find(text, replace(within, kinds=("case",)), most=_NEAR).rows
    numbers = [row.object_id for row in near]
    entries = CaseEntry.objects.filter(kind="reply", appeal_id__in=numbers).order_by("object_id")
    rows = entries.values_list("appeal_id", "title_words", "body_words")
    said = {case: bag(title.split(), body.split()) for case, title, body in rows}
    return [
        (row.score / near[0].score, said[row.object_id]) for row in near if row.object_id in said
    ][:PRECEDENTS]


def _closeness(text: str, embedder: Embedder) -> Closeness:
    """How close replies lie to a text; it is embedded when there are any to compare."""

    def close(numbers: Collection[int]) -> Mapping[int, float]:
        made = EntryVector.objects.filter(entry__in=list(numbers), model=embedder.name)
        vectors = dict(made.values_list("entry_id", "floats"))
        if not vectors:
            return {}
        of_text = embedder.query([text])[0]
        floats = np.array([np.frombuffer(one, np.float16) for one in vectors.values()])
        return dict(zip(vectors, (floats.astype(np.float32) @ of_text).tolist(), strict=True))

    return close


def reply_said(actor: Actor, pk: int) -> str:
    """The words of one earlier reply, masked as those that are found are; Reply.DoesNotExist for
    one of a case that the actor may not see."""
    entries = CaseEntry.objects.filter(
        kind="reply", object_id=pk, appeal__in=appeals_visible_to(actor).values("pk")
    )
    said = entries.values_list("said", flat=True).first()
    if said is None:
        raise Reply.DoesNotExist
    return said.partition("\n")[2]
