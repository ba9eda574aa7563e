"""Prepared answers, statutes, search over both; matters, exclusions, due dates: public data."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import AwareDatetime, Field

from qifu.api.appeal_schemas import DayOut
from qifu.api.core import Asked, Router, reads
from qifu.api.paging import Page, Paging, paged
from qifu.api.schemas import Code, In, Line, Named, Out, PathCode, Words, words
from qifu.base.calendar import calendar_in_force
from qifu.base.city import current_city
from qifu.base.errors import BadInput
from qifu.knowledge.models import Answer, Law
from qifu.knowledge.selectors import (
    answer_for,
    answers_in_force,
    citations,
    law_by_code,
    laws_carried,
    search_knowledge,
)
from qifu.organisations.permissions import NOBODY
from qifu.rulebook.calendar_words import ClockError
from qifu.rulebook.clock_due import due_of
from qifu.rulebook.clock_limits import Limit

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


def _matter(code: str) -> Named | None:
    if not code:
        return None
    name = next((one.name for one in current_city().matters if one.code == code), code)
    return Named(code=code, name=words(tuple(name) if not isinstance(name, str) else name))


def answer_out(one: Answer) -> AnswerOut:
    """An answer with its basis in words."""
    return AnswerOut(
        code=one.code,
        version=one.version,
        matter=_matter(one.matter),
        question=words((one.question_zh, one.question_en)),
        answer=words((one.answer_zh, one.answer_en)),
        basis=[
            CitedOut(words=words(row), address=row.get("address") or "")
            for row in (citations(one.basis) if one.basis else ())
        ],
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
    return paged(found, asked, answer_out, key=("code", "pk"))


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
    return answer_out(answer_for(NOBODY, code, on=timezone.localdate(timezone.now())))


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
    return HitsOut(
        items=[
            HitOut(
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
            for hit in found
        ]
    )


class MatterOut(Out):
    """What an appeal can be about."""

    code: str
    name: Words
    domain: str
    asks: list[Words] = Field(description=_("通常要补充的"))
    rule_set: str | None
    laws: list[str]


class MattersOut(Out):
    """Every matter, in the order of the pack."""

    items: list[MatterOut]


class ExclusionOut(Out):
    """What is not taken in, why, and where to go."""

    code: str
    name: Words
    reason: Words
    channel: Words
    link: str
    channels: list[str]


class ExclusionsOut(Out):
    """Every exclusion, in the order of the pack."""

    items: list[ExclusionOut]


class DueOut(Out):
    """When something is due, and why that day."""

    due: datetime
    due_date: date
    provisional: bool = Field(description=_("放假安排还没公布，可能变"))
    explanation: Words
    days: list[DayOut]


class DueAsked(In):
    """From when, and how many days; one of the two."""

    start: Annotated[
        AwareDatetime, Field(description=_("收到的时刻，带时区"), examples=["2026-09-29T08:00:00Z"])
    ]
    working_days: Annotated[int, Field(ge=0, le=3_660)] | None = None
    calendar_days: Annotated[int, Field(ge=0, le=3_660)] | None = None
    roll: bool = Field(default=False, description=_("自然日到期遇休息日的顺延"))


@reads(
    router,
    "/matters",
    scope="appeals.read",
    answer=MattersOut,
    summary=_("诉求的事项"),
    description=_("提交时 matter 填这里的 code；不知道的可以留空。"),
    example={
        "items": [
            {
                "code": "power", "name": {"zh": "用电", "en": "Electricity"}, "domain": "service",
                "asks": [{"zh": "用电户号", "en": "Account number"}], "rule_set": None, "laws": [],
            }
        ]
    },
)  # fmt: skip
def list_matters(request: Asked) -> MattersOut:
    """The matters of the pack."""
    return MattersOut(
        items=[
            MatterOut(
                code=one.code,
                name=words(tuple(one.name)),
                domain=one.domain,
                asks=[words(tuple(ask)) for ask in one.asks],
                rule_set=one.rule_set,
                laws=list(one.law),
            )
            for one in current_city().matters
        ]
    )


@reads(
    router,
    "/exclusions",
    scope="appeals.read",
    answer=ExclusionsOut,
    summary=_("不受理的情形"),
    description=_("每一种的理由，和应当去的渠道。"),
    example={
        "items": [
            {
                "code": "litigation", "name": {"zh": "诉讼、仲裁", "en": "Litigation"},
                "reason": {"zh": "已进入诉讼", "en": "In court"},
                "channel": {"zh": "受理法院", "en": "The court"}, "link": "", "channels": [],
            }
        ]
    },
)  # fmt: skip
def list_exclusions(request: Asked) -> ExclusionsOut:
    """What is not taken in."""
    scope = current_city().scope
    return ExclusionsOut(
        items=[
            ExclusionOut(
                code=one.code,
                name=words(tuple(one.name)),
                reason=words(tuple(one.reason)),
                channel=words((one.channel.zh, one.channel.en)),
                link=one.channel.link or "",
                channels=list(one.channels),
            )
            for one in (scope.exclusions if scope else ())
        ]
    )


@reads(
    router,
    "/due",
    scope="appeals.read",
    answer=DueOut,
    summary=_("算到期日"),
    description=_("收到当日不计；逐日说明为什么。working_days 和 calendar_days 填一个。"),
    example={
        "due": "2026-10-19T23:59:59+08:00", "due_date": "2026-10-19", "provisional": False,
        "explanation": {"zh": "自2026年9月29日起 10 个工作日", "en": "10 working days"},
        "days": [{"date": "2026-09-30", "counts": True, "why": {"zh": "①", "en": "1"}}],
    },
)  # fmt: skip
def read_due(request: Asked, asked: Query[DueAsked]) -> DueOut:
    """A due date that explains itself, under the calendar in force."""
    if (asked.working_days is None) == (asked.calendar_days is None):
        raise BadInput(_now("working_days 和 calendar_days 填一个。"), field="working_days")
    working = asked.working_days is not None
    number = asked.working_days if working else asked.calendar_days
    assert number is not None
    limit = Limit(
        "reply", number, "working_day" if working else "calendar_day", roll=asked.roll
    )  # fmt: skip
    try:
        due = due_of(limit, asked.start, calendar=calendar_in_force())
        explanation, trace = due.explanation, due.trace
    except (ClockError, OverflowError) as error:
        zh, en = getattr(error, "zh", ""), getattr(error, "en", "")
        english = (get_language() or "").startswith("en")
        raise BadInput((en if english else zh) or _now("日期算不出来。"), field="start") from None
    return DueOut(
        due=due.due,
        due_date=due.due_date,
        provisional=due.provisional,
        explanation=words(tuple(explanation)),
        days=[
            DayOut(date=one.date, counts=one.counts, why=Words(zh=one.why_zh, en=one.why_en))
            for one in trace
        ],
    )
