"""Prepared answers, statutes, and search over both: public data."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import Field

from qifu.api.core import Asked, Router, reads
from qifu.api.paging import Page, Paging, page_of, paged
from qifu.api.schemas import Code, In, Line, Named, Out, PathCode, Words, words
from qifu.base.city import City, current_city
from qifu.knowledge.models import Answer, Law
from qifu.knowledge.selectors import (
    Hit,
    answer_for,
    answers_in_force,
    citations,
    law_by_code,
    laws_carried,
    search_knowledge,
)
from qifu.organisations.permissions import NOBODY

router = Router(tags=["knowledge"])


class CitedOut(Out):
    """What an answer rests on, in words, and where it is read."""

    words: Words
    address: str


class AnswerOut(Out):
    """A prepared answer."""

    code: str
    version: int
    matter: Named | None
    question: Words
    answer: Words
    basis: list[CitedOut]
    valid_from: date | None
    valid_to: date | None


class LawOut(Out):
    """A statute."""

    code: str
    title: Words
    level: str
    in_force_from: date | None
    in_force_to: date | None


class ArticleOut(Out):
    """An article."""

    number: str
    heading: str
    text: str


class LawWholeOut(LawOut):
    """A statute with its articles."""

    articles: list[ArticleOut]


class HitOut(Out):
    """Something that was found."""

    kind: Literal["answer", "law"]
    title: Words
    snippet: Words
    score: float
    address: str


class HitsOut(Out):
    """What was found, the best first."""

    items: list[HitOut]


class AnswersAsked(Paging):
    """Which answers."""

    matter: Code = ""


class SearchAsked(In):
    """What to look for."""

    text: Annotated[Line, Field(min_length=1, examples=["用电增容"])]
    matter: Code = ""
    kinds: Literal["all", "answer", "law"] = "all"
    limit: Annotated[int, Field(ge=1, le=50)] = 10


_ANSWER: dict[str, Any] = {
    "code": "power-more", "version": 1,
    "matter": {"code": "power", "name": {"zh": "用电", "en": "Electricity"}},
    "question": {"zh": "怎样申请用电增容？", "en": "How to apply for more power?"},
    "answer": {"zh": "在网上提交申请。", "en": "Apply online."},
    "basis": [{"words": {"zh": "办事指南", "en": "Guide"}, "address": ""}],
    "valid_from": None, "valid_to": None,
}  # fmt: skip
_LAW: dict[str, Any] = {
    "code": "payment-2025", "title": {"zh": "保障中小企业款项支付条例", "en": "Payment regulation"},
    "level": "national", "in_force_from": "2025-06-01", "in_force_to": None,
}  # fmt: skip


def _matter(city: City, code: str) -> Named | None:
    if not code:
        return None
    name = next((one.name for one in city.matters if one.code == code), code)
    return Named(code=code, name=words(tuple(name) if not isinstance(name, str) else name))


def answers_out(rows: Sequence[Answer]) -> list[AnswerOut]:
    """Answers with their bases in words, asked for together."""
    city = current_city()
    cited = iter(citations([entry for one in rows for entry in one.basis]))
    return [_answer(city, one, [next(cited) for _entry in one.basis]) for one in rows]


def _answer(city: City, one: Answer, cited: list[dict[str, str]]) -> AnswerOut:
    return AnswerOut(
        code=one.code,
        version=one.version,
        matter=_matter(city, one.matter),
        question=words((one.question_zh, one.question_en)),
        answer=words((one.answer_zh, one.answer_en)),
        basis=[CitedOut(words=words(row), address=row.get("address") or "") for row in cited],
        valid_from=one.valid_from,
        valid_to=one.valid_to,
    )


def _law(one: Law) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": words((one.title, one.title_en)),
        "level": one.level,
        "in_force_from": one.in_force_from,
        "in_force_to": one.in_force_to,
    }


@reads(
    router,
    "/answers",
    scope="policies.read",
    answer=Page[AnswerOut],
    summary=_("解答"),
    description=_("现在有效的解答，按代码排。"),
    example={"items": [_ANSWER], "next": None},
)
def list_answers(request: Asked, asked: Query[AnswersAsked]) -> Page[AnswerOut]:
    """The answers in force."""
    found = answers_in_force(timezone.localdate(timezone.now()), matter=asked.matter)
    rows, onward = page_of(found, cursor=asked.cursor, limit=asked.limit, key=("code", "pk"))
    return Page(items=answers_out(rows), next=onward)


@reads(
    router,
    "/answers/{code}",
    scope="policies.read",
    answer=AnswerOut,
    missing=True,
    summary=_("查看一条解答"),
    description=_("现在有效的一版。"),
    example=_ANSWER,
)
def read_answer(request: Asked, code: PathCode) -> AnswerOut:
    """One answer, as everybody reads it."""
    one = answer_for(NOBODY, code, on=timezone.localdate(timezone.now()))
    return answers_out([one])[0]


@reads(
    router,
    "/laws",
    scope="policies.read",
    answer=Page[LawOut],
    summary=_("法规"),
    description=_("按代码排。"),
    example={"items": [_LAW], "next": None},
)
def list_laws(request: Asked, asked: Query[Paging]) -> Page[LawOut]:
    """The statutes that the pack carries."""
    return paged(laws_carried(), asked, lambda one: LawOut(**_law(one)), key=("code", "pk"))


@reads(
    router,
    "/laws/{code}",
    scope="policies.read",
    answer=LawWholeOut,
    missing=True,
    summary=_("查看一部法规"),
    description=_("全部条文。"),
    example={
        **_LAW,
        "articles": [{"number": "第一条", "heading": "第一章 总则", "text": "为了……"}],
    },
)
def read_law(request: Asked, code: PathCode) -> LawWholeOut:
    """One statute, whole."""
    law = law_by_code(code)
    return LawWholeOut(
        **_law(law),
        articles=[
            ArticleOut(number=one.number, heading=one.heading, text=one.text)
            for one in law.articles.order_by("order")
        ],
    )


@reads(
    router,
    "/knowledge",
    scope="policies.read",
    answer=HitsOut,
    summary=_("在解答和法规里搜索"),
    description=_("每个词都有的在前；没有这样的，给有其中几个词的。"),
    example={
        "items": [
            {
                "kind": "answer", "score": 3.2, "address": "/answers/power-more/",
                "title": {"zh": "怎样申请用电增容？", "en": "How to apply for more power?"},
                "snippet": {"zh": "在网上提交申请。", "en": "Apply online."},
            }
        ]
    },
)  # fmt: skip
def search_all(request: Asked, asked: Query[SearchAsked]) -> HitsOut:
    """Search over answers and statutes."""
    kinds = ("answer", "law") if asked.kinds == "all" else (asked.kinds,)
    found = search_knowledge(
        asked.text, kinds=kinds, matter=asked.matter, most=asked.limit,
        on=timezone.localdate(timezone.now()),
    )  # fmt: skip
    return HitsOut(items=[hit_out(hit) for hit in found])


def hit_out(hit: Hit) -> HitOut:
    """Something that was found, with the piece of its text that shows why."""
    return HitOut(
        kind=hit.kind,  # type: ignore[arg-type]  # one of the two
        title=words(hit.title),
        snippet=Words(
            **{
                name: "".join(str(part[0]) for part in hit.snippet_in(name))
                for name in ("zh", "en")
            }
        ),
        score=round(hit.score, 4),
        address=hit.address,
    )
