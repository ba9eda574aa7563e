"""Search over answers and statutes: the hits with the words that were found marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final
from urllib.parse import quote

from qifu.base.city import current_city
from qifu.knowledge.logic.marking import Part, marked, snippet
from qifu.knowledge.logic.words import query_words
from qifu.knowledge.models import Answer, LawArticle
from qifu.knowledge.selectors.answers import answers_in_force
from qifu.knowledge.selectors.finding import find
from qifu.knowledge.selectors.ranking import Ranked, Within, ranked
from qifu.textmine.ranking import words_of

KINDS: Final = ("answer", "law")
# so many entries are looked at to choose the few answers that are shown beside a question
_LOOKED_AT: Final = 30
_SAME_MATTER: Final = 2.0
# words that every firm writes of itself: to share one of them says nothing
_OF_EVERYBODY: Final = frozenset({"公司", "企业", "单位", "我司", "本公司", "company", "firm"})


@dataclass(frozen=True)
class Hit:
    """One thing that was found. `title` and `text` are {zh, en}; `score` orders one search."""

    kind: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    score: float
    address: str
    words: Sequence[str] = field(repr=False)
    answer: Answer | None = None
    article: LawArticle | None = None

    @cached_property
    def snippet(self) -> list[Part]:
        """The piece of the Chinese text that shows why, as (words, whether asked for)."""
        return self.snippet_in("zh")

    def snippet_in(self, language: str) -> list[Part]:
        """The same in a language, in Chinese where the text has no other."""
        return snippet(self.text.get(language) or self.text["zh"], self.words)

    def title_in(self, language: str) -> list[Part]:
        """The whole title in a language, in parts as the snippet is."""
        return marked(self.title.get(language) or self.title["zh"], self.words)


@dataclass(frozen=True)
class Hits:
    """What was found; `mended`: the words looked for instead of those typed, else empty; `partly`:
    nothing holds every word, and these hold some."""

    hits: list[Hit]
    mended: str = ""
    partly: bool = False


@dataclass(frozen=True)
class Best:
    """The numbers of things of one kind, the best first; the words to mark; `mended` as above."""

    numbers: list[int]
    words: list[str]
    mended: str = ""


def best_things(kind: str, text: str, *, on: date, most: int) -> Best:
    """The things of a kind that fit a text best, with every word of it or with any.

    For a room that keeps things of its own here, as `every_thing`: who may see them is that
    room's to say.
    """
    found = find(text, Within((kind,), on), most=most)
    return Best([row.object_id for row in found.rows], _telling(found.words), found.mended)


def search_knowledge(
    text: str,
    *,
    kinds: Sequence[str] = KINDS,
    matter: str = "",
    most: int = 10,
    on: date,
) -> list[Hit]:
    """The answers and articles that hold every word of a question, the best first; where there
    are none, those that hold any. What `find_knowledge` finds.
    """
    return find_knowledge(text, kinds=kinds, matter=matter, most=most, on=on).hits


def find_knowledge(
    text: str,
    *,
    kinds: Sequence[str] = KINDS,
    matter: str = "",
    most: int = 10,
    on: date,
) -> Hits:
    """The same, and the words that were looked for instead, where those typed are in no entry.

    `matter`: answers of that matter and articles of the statutes that the pack names for it.
    `on`: only what counts on that day. Any text may be asked; nothing in it is taken as a query.
    """
    within = Within(
        [kind for kind in KINDS if kind in kinds], on, matter, _laws_of(matter) if matter else ()
    )
    found = find(text, within, most=most)
    return Hits(_hits(found.rows, found.words), found.mended, found.partly)


def answers_for(text: str, matter: str = "", *, on: date, most: int = 3) -> list[Hit]:
    """The answers that fit what somebody is writing, those of the same matter before others.

    An answer that shares only one word with a longer text is not shown, unless it belongs to
    the matter. With a matter and no fitting word: its newest answers.
    """
    words = query_words(text, parts=True)
    within = Within(("answer",), on)
    terms = [((word,),) for word in words]
    looked_at = ranked(text, terms, within, every=False, most=_LOOKED_AT)
    weighed = sorted(
        looked_at,
        key=lambda row: -row.score * (_SAME_MATTER if matter and row.matter == matter else 1),
    )
    hits = _hits(weighed, words)
    telling = [word for word in words if len(word) > 1 and not word.isdecimal()]
    telling = [word for word in telling if word not in _OF_EVERYBODY] or telling
    fitting = [
        hit
        for hit in hits
        if hit.answer and ((matter and hit.answer.matter == matter) or _shares(hit, telling))
    ][:most]
    if matter and len(fitting) < most:
        shown = [hit.answer.pk for hit in fitting if hit.answer]
        others = answers_in_force(on, matter=matter).exclude(pk__in=shown)
        for answer in others.order_by("-written_at", "code")[: most - len(fitting)]:
            fitting.append(_of_answer(answer, 0.0, words))
    return fitting


def _shares(hit: Hit, words: Sequence[str]) -> bool:
    """Whether an answer holds at least two different words of a text that has more than one."""
    assert hit.answer is not None
    own = words_of(
        " ".join(
            [*hit.title.values(), *hit.text.values(), *(str(word) for word in hit.answer.keywords)]
        )
    )
    return len(set(words) & set(own)) >= min(2, len(set(words)))


def _laws_of(matter: str) -> list[str]:
    """The statutes that the pack names for a matter."""
    rows = current_city().documents.get("matters") or []
    return [str(law) for row in rows if row["code"] == matter for law in row.get("law") or []]


def _telling(words: Sequence[str]) -> list[str]:
    """The words to mark: one ideograph marked here and there only distracts."""
    return [word for word in words if len(word) > 1 or word.isascii()] or list(words)


def _hits(found: Sequence[Ranked], words: Sequence[str]) -> list[Hit]:
    """What was found as it is shown: two queries whatever the number."""
    words = _telling(words)
    answers = Answer.objects.in_bulk([row.object_id for row in found if row.kind == "answer"])
    articles = {
        article.pk: article
        for article in LawArticle.objects.filter(
            pk__in=[row.object_id for row in found if row.kind == "law"]
        ).select_related("law")
    }
    hits = []
    for row in found:
        if row.kind == "answer" and row.object_id in answers:
            hits.append(_of_answer(answers[row.object_id], row.score, words))
        elif row.kind == "law" and row.object_id in articles:
            hits.append(_of_article(articles[row.object_id], row.score, words))
    return hits


def _of_answer(answer: Answer, score: float, words: Sequence[str]) -> Hit:
    return Hit(
        kind="answer",
        title={"zh": answer.question_zh, "en": answer.question_en},
        text={"zh": answer.answer_zh, "en": answer.answer_en},
        score=score,
        address=f"/answers/{quote(answer.code)}/",
        words=words,
        answer=answer,
    )


def _of_article(article: LawArticle, score: float, words: Sequence[str]) -> Hit:
    law = article.law
    figure = article.anchor.removeprefix("a")
    english = f"{law.title_en}, Article {figure}" if law.title_en and article.number else ""
    return Hit(
        kind="law",
        title={"zh": f"{law.title} {article.number}".strip(), "en": english or law.title_en},
        text={"zh": article.text},
        score=score,
        address=f"/laws/{quote(law.code)}/#{article.anchor}",
        words=words,
        article=article,
    )
