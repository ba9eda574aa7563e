"""Answers, articles and what they cite, as pages show them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from qifu.base.city import City
from qifu.knowledge.logic.marking import Part
from qifu.knowledge.models import Answer, Law, LawArticle
from qifu.knowledge.selectors import Hit, citations
from qifu.knowledge.selectors.laws import Chapter
from qifu.policies.selectors import published_versions
from qifu.web.knowledge.names import KINDS, level_name, matter_names
from qifu.web.words import language, spoken


@dataclass(frozen=True)
class Row:
    """One line of the knowledge base. `…_zh`: the words are Chinese, whatever the page."""

    kind: str
    title: Sequence[Part]
    text: Sequence[Part]
    address: str
    tags: Sequence[str]
    title_zh: bool
    text_zh: bool
    place: str = ""
    made_up: bool = False

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind])


@dataclass(frozen=True)
class Cited:
    """A cited basis in words, and where it can be read."""

    words: str
    address: str


def _shortened(text: str, most: int = 90) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[:most] + "…"


def hit_rows(hits: Iterable[Hit], city: City) -> list[Row]:
    """What a search found, with the words that were asked for apart."""
    names, spoken_in = matter_names(city), language()
    rows = []
    for hit in hits:
        tags, place = [], ""
        if hit.answer and hit.answer.matter:
            tags = [names.get(hit.answer.matter, hit.answer.matter)]
        if hit.article:
            tags = [level_name(hit.article.law.level)] if hit.article.law.level else []
            place = " · ".join(hit.article.heading.split("\n"))
        rows.append(
            Row(
                kind=hit.kind,
                title=hit.title_in(spoken_in),
                text=hit.snippet_in(spoken_in),
                address=hit.address,
                tags=tags,
                title_zh=not hit.title.get(spoken_in),
                text_zh=not hit.text.get(spoken_in),
                place=place,
                made_up=bool(hit.answer and hit.answer.made_up),
            )
        )
    return rows


def answer_rows(answers: Iterable[Answer], city: City) -> list[Row]:
    """Answers as they are listed without a search."""
    names, english = matter_names(city), language() == "en"
    return [
        Row(
            kind="answer",
            title=[(_in(answer.question_zh, answer.question_en), False)],
            text=[(_shortened(_in(answer.answer_zh, answer.answer_en)), False)],
            address=reverse("answer", args=[answer.code]),
            tags=[names.get(answer.matter, answer.matter)] if answer.matter else [],
            title_zh=english and not answer.question_en,
            text_zh=english and not answer.answer_en,
            made_up=answer.made_up,
        )
        for answer in answers
    ]


def _in(chinese: str, english: str) -> str:
    return spoken({"zh": chinese, "en": english})


def cited_rows(basis: Sequence[Mapping[str, object]], *, on: date) -> list[Cited]:
    """What an answer or a reply rests on; policies by their title."""
    ids = {str(entry["policy"]) for entry in basis if entry.get("policy")}
    titles = {}
    if ids:
        for version in published_versions(on).filter(policy_id__in=ids).defer("document"):
            titles[version.policy_id] = _in(version.title, version.title_en)
    rows = []
    for entry, told in zip(basis, citations(basis), strict=True):
        row = Cited(spoken(told), told["address"])
        title = titles.get(str(entry.get("policy") or ""))
        rows.append(replace(row, words=title) if title else row)
    return rows


def law_title(law: Law) -> str:
    """The title of a statute in the language of the page, Chinese where there is no other."""
    return _in(law.title, law.title_en)


@dataclass(frozen=True)
class Block:
    """A heading of a statute, or an article of it, in the order of the text."""

    anchor: str
    depth: int = 0
    heading: str = ""
    articles: str = ""
    article: LawArticle | None = None
    paragraphs: Sequence[str] = ()


def blocks_of(root: Chapter) -> list[Block]:
    """A statute from top to bottom; headings are numbered so that they can be linked."""
    blocks: list[Block] = []

    def add(chapter: Chapter, depth: int) -> None:
        if chapter.heading:
            number = 1 + sum(1 for block in blocks if block.heading)
            first, last = chapter.first, chapter.last
            blocks.append(
                Block(
                    f"c{number}",
                    depth,
                    chapter.heading,
                    first if first == last else f"{first}—{last}",
                )
            )
        for article in chapter.articles:
            blocks.append(
                Block(article.anchor, depth, article=article, paragraphs=article.text.split("\n"))
            )
        for part in chapter.parts:
            add(part, depth + 1)

    add(root, 0)
    return blocks
