"""What a firm can use and why, the next question, the answer to it: as the pages of a firm."""

from collections.abc import Iterable
from typing import Annotated, Literal

from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import BaseModel, Field

from qifu.api.core import Asked, Router, changes, creates, reads
from qifu.api.match_out import (
    EXAMPLE_MATCH,
    EXAMPLE_POLICY,
    EXAMPLE_QUESTION,
    MatchOut,
    MatchQuestionOut,
    PolicyMatchOut,
    match_out,
    policy_match_out,
    question_out,
)
from qifu.api.paging import Page
from qifu.api.schemas import Code, In, Out, PathCode
from qifu.api.values import Value, as_typed, firm_of
from qifu.organisations.models import Enterprise
from qifu.policies.actions import answer_question, skip_question, undo_answer
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors import Match, match_for

router = Router(tags=["matching"])


class MatchFilters(BaseModel):
    """Which results, in which order."""

    verdict: Annotated[
        Literal["", "eligible", "maybe", "near_miss", "ineligible"],
        Field(description=_("eligible 可享，maybe 可能可享，near_miss 差一点，ineligible 不符合")),
    ] = ""
    order: Annotated[
        Literal["money", "closes"], Field(description=_("先看金额，或先看截止日期"))
    ] = "money"


class AnswerIn(In):
    """The answer to a question."""

    key: Code = Field(description=_("问题的 key，例如 employees 或 revenue@2025"))
    value: Value = Field(description=_("和填报资料的 value 一样"))


class QuestionAnsweredOut(Out):
    """What the answer did."""

    did: Literal["answered", "already", "outranked"] = Field(
        description=_("answered 已记下；already 已经不用问了；outranked 有更可靠的来源，不再问")
    )
    gained: list[str] = Field(description=_("因此变为可享的政策"))
    lost: list[str] = Field(description=_("因此不再可能的政策"))
    next: MatchQuestionOut | None = Field(description=_("下一个问题"))


def match_of(request: Asked, firm: Enterprise, order: str = "money") -> Match:
    """The firm's match today; Enterprise.DoesNotExist for whom it is not."""
    found = match_for(request.actor, firm, on=timezone.localdate(), order=order)
    if found is None:
        raise Enterprise.DoesNotExist
    return found


def _questions(match: Match) -> Iterable[MatchQuestionOut]:
    return (question_out(one, match) for one in match.questions)


@reads(
    router,
    "/firms/{code}/match",
    scope="policies.read",
    answer=MatchOut,
    missing=True,
    summary=_("政策匹配结果"),
    description=_(
        "每项现行政策对这家企业的结论、金额、每个条件的要求、现状和差距，以及下一个问题。"
        "工作人员只按自己看得到的资料匹配。一次给全。"
    ),
    example=EXAMPLE_MATCH,
)
def read_match(request: Asked, code: PathCode, filters: Query[MatchFilters]) -> MatchOut:
    """All four groups, or one of them."""
    match = match_of(request, firm_of(request.actor, code), filters.order)
    return match_out(match, filters.verdict)


@reads(
    router,
    "/firms/{code}/match/{policy}",
    scope="policies.read",
    answer=PolicyMatchOut,
    missing=True,
    summary=_("一项政策的匹配结果"),
    description=_("一项现行政策对这家企业的结论，包括条件里面的条件和原文。"),
    example=EXAMPLE_POLICY,
)
def read_policy_match(request: Asked, code: PathCode, policy: PathCode) -> PolicyMatchOut:
    """One policy, with the conditions inside conditions."""
    match = match_of(request, firm_of(request.actor, code))
    result = match.result(policy)
    if result is None:
        raise PolicyVersion.DoesNotExist
    return policy_match_out(result, match, deep=True)


@reads(
    router,
    "/firms/{code}/questions",
    scope="policies.read",
    answer=Page[MatchQuestionOut],
    missing=True,
    summary=_("待回答的问题"),
    description=_("最值得先回答的在前，搁置的在后。一次给全。"),
    example={"items": [EXAMPLE_QUESTION], "next": None},
)
def list_questions(request: Asked, code: PathCode) -> Page[MatchQuestionOut]:
    """The open questions; the first is the next one."""
    match = match_of(request, firm_of(request.actor, code))
    return Page(items=list(_questions(match)))


@creates(
    router,
    "/firms/{code}/answers",
    scope="facts.write",
    answer=QuestionAnsweredOut,
    missing=True,
    summary=_("回答一个问题"),
    description=_(
        "回答成为企业填报的资料，匹配随之更新。已经不用问的问题，回答 already，不做任何事。"
    ),
    body={"key": "employees", "value": 186},
    example={"did": "answered", "gained": ["sz-hire-01"], "lost": [], "next": EXAMPLE_QUESTION},
)
def answer(request: Asked, code: PathCode, given: AnswerIn) -> QuestionAnsweredOut:
    """The answer becomes a fact of the firm; as on the page, a better source is not asked again."""
    firm = firm_of(request.actor, code)
    before = match_of(request, firm)
    question = next((one for one in before.questions if one.attr == given.key), None)
    if question is None:
        return QuestionAnsweredOut(did="already", gained=[], lost=[], next=_next(before))
    now = timezone.now()
    text = as_typed(question.attribute, given.value)
    answer_question(firm, actor=request.actor, key=given.key, text=text, now=now)
    firm.refresh_from_db()
    after = match_of(request, firm)
    did: Literal["answered", "outranked"] = "answered"
    if any(one.attr == given.key for one in after.questions):
        skip_question(firm, actor=request.actor, key=given.key, now=now)
        after, did = match_of(request, firm), "outranked"
    then, told = before.report.verdicts(), after.report.verdicts()
    return QuestionAnsweredOut(
        did=did,
        gained=[k for k, v in told.items() if v == "eligible" and then.get(k) != v],
        lost=[k for k, v in told.items() if v == "ineligible" and then.get(k) == "maybe"],
        next=_next(after),
    )


def _next(match: Match) -> MatchQuestionOut | None:
    asked = match.next_question
    return question_out(asked, match) if asked else None


@changes(
    router,
    "/firms/{code}/questions/{key}/skip",
    scope="facts.write",
    answer=Page[MatchQuestionOut],
    summary=_("搁置一个问题"),
    description=_("这个问题以后再问；回答现在的问题清单。"),
    example={"items": [EXAMPLE_QUESTION], "next": None},
)
def skip(request: Asked, code: PathCode, key: PathCode) -> Page[MatchQuestionOut]:
    """Put the question aside."""
    firm = firm_of(request.actor, code)
    if any(one.attr == key for one in match_of(request, firm).questions):
        skip_question(firm, actor=request.actor, key=key, now=timezone.now())
    return Page(items=list(_questions(match_of(request, firm))))


@changes(
    router,
    "/firms/{code}/questions/{key}/undo",
    scope="facts.write",
    answer=Page[MatchQuestionOut],
    summary=_("收回回答"),
    description=_("收回对这个问题的回答，或把搁置的问题找回来；回答现在的问题清单。"),
    example={"items": [EXAMPLE_QUESTION], "next": None},
)
def undo(request: Asked, code: PathCode, key: PathCode) -> Page[MatchQuestionOut]:
    """Take the answer back, or bring the question back."""
    firm = firm_of(request.actor, code)
    undo_answer(firm, actor=request.actor, key=key, now=timezone.now())
    firm.refresh_from_db()
    return Page(items=list(_questions(match_of(request, firm))))
