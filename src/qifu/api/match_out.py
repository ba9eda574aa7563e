"""A match as an answer: verdicts, money, conditions, questions, in both languages."""

from datetime import date
from typing import Any, Literal

from django.utils.translation import gettext_noop as _
from pydantic import Field

from qifu.api.schemas import Named, Out, Words, words, yuan
from qifu.policies.selectors import Match
from qifu.rulebook.combine_rules import reason_words
from qifu.rulebook.questions import Question
from qifu.rulebook.report import GroupResult, PolicyResult

_Group = Literal["", "eligible", "maybe", "near_miss", "ineligible"]


class Amount(Out):
    """Money in yuan; null is not known or without an end."""

    low: str | None = Field(examples=["0"])
    high: str | None = Field(examples=["300000"])


class ConditionOut(Out):
    """One condition: what is needed, what the firm has, what is missing."""

    id: str
    verdict: Literal["met", "unmet", "unknown"]
    hard: bool = Field(description=_("企业改变不了的条件"))
    label: Words
    required: Words
    actual: Words
    gap: Words = Field(description=_("差在哪里；已满足时为空"))
    attributes: list[str] = Field(description=_("依据的资料"))
    quote: str | None = Field(description=_("原文"))
    inner: list["ConditionOut"] = Field(description=_("里面的条件；清单里为空"))


class PolicyMatchOut(Out):
    """One policy's answer for one firm."""

    id: str
    version: int
    title: Words
    verdict: Literal["eligible", "maybe", "ineligible"]
    near_miss: bool
    status: str = Field(description="not_yet open closing_soon closed always")
    opens: date | None
    closes: date | None
    amount: Amount | None = Field(description=_("金额，元；政策没有写金额时为 null"))
    counted: bool = Field(description=_("算在合计里"))
    excludes: list[str] = Field(description=_("不能同时享受的政策"))
    conditions: list[ConditionOut]
    open_facts: list[str] = Field(description=_("知道了就能确定的资料"))


class MatchQuestionOut(Out):
    """A question worth answering."""

    key: str
    attribute: str
    text: Words
    type: str
    unit: str | None
    options: list[Named]
    policies: int = Field(description=_("回答后最多几项政策可以确定"))
    money: str | None = Field(description=_("这些政策最多值多少元"))
    skipped: bool


class LeftOutOut(Out):
    """A policy that can be used and is not part of the total: by which others, and why."""

    policy: str
    by: list[str]
    why: Words


class TotalOut(Out):
    """The best set that can be claimed together, in yuan."""

    low: str
    high: str | None
    maybe_high: str | None = Field(description=_("可能可享的也都成立时"))
    policies: list[str]
    left_out: list[LeftOutOut] = Field(description=_("可享而没有计入的"))


class MatchOut(Out):
    """A firm, or some facts, against all policies in force on a day."""

    as_of: date
    engine: str
    total: TotalOut
    counts: dict[str, int]
    policies: list[PolicyMatchOut]
    next_question: MatchQuestionOut | None


def _condition(group: GroupResult, *, deep: bool) -> ConditionOut:
    return ConditionOut(
        id=group.id,
        verdict=group.verdict,  # type: ignore[arg-type]
        hard=group.hard,
        label=words((group.label_zh, group.label_en)),
        required=words((group.required_zh, group.required_en)),
        actual=words((group.actual_zh, group.actual_en)),
        gap=words((group.gap_zh, group.gap_en)),
        attributes=list(group.attributes),
        quote=group.quote,
        inner=[_condition(one, deep=True) for one in group.children] if deep else [],
    )


def policy_match_out(result: PolicyResult, match: Match, *, deep: bool = False) -> PolicyMatchOut:
    """One policy's answer; `deep` brings the conditions inside conditions."""
    policy, amount = result.policy, result.amount
    return PolicyMatchOut(
        id=policy.id,
        version=policy.version,
        title=words((policy.title, policy.title_en)),
        verdict=result.verdict,  # type: ignore[arg-type]
        near_miss=result.near_miss,
        status=result.status,
        opens=policy.opens,
        closes=policy.closes,
        amount=Amount(low=yuan(amount.low), high=yuan(amount.high)) if amount else None,
        counted=policy.id in match.total.chosen,
        excludes=sorted(match.report.prepared.apart.get(policy.id, ())),
        conditions=[_condition(group, deep=deep) for group in result.groups],
        open_facts=list(result.open_keys()),
    )


def question_out(question: Question, match: Match) -> MatchQuestionOut:
    """A question with what its answer is worth."""
    attribute = question.attribute
    return MatchQuestionOut(
        key=question.attr,
        attribute=attribute.name,
        text=words((question.text("zh"), question.text("en"))),
        type=attribute.type,
        unit=attribute.unit,
        options=[Named(code=c, name=words((zh, en))) for c, zh, en in attribute.options],
        policies=question.policies,
        money=yuan(question.money),
        skipped=question.attr in match.skipped_keys,
    )


def match_out(match: Match, wanted: str = "") -> MatchOut:
    """The four groups in the order of the page, or one of them."""
    groups = {
        "eligible": match.eligible,
        "maybe": match.maybe,
        "near_miss": match.near,
        "ineligible": match.not_for_you,
    }
    total, asked = match.total, match.next_question
    return MatchOut(
        as_of=match.report.as_of,
        engine=match.report.engine,
        total=TotalOut(
            low=yuan(total.low) or "0",
            high=yuan(total.high),
            maybe_high=yuan(total.maybe_high),
            policies=list(total.chosen),
            left_out=[
                LeftOutOut(
                    policy=left.policy,
                    by=list(left.by),
                    why=words(reason_words(left, match.title_of)),
                )
                for left in total.left_out
            ],
        ),
        counts={name: len(results) for name, results in groups.items()},
        policies=[
            policy_match_out(result, match)
            for name, results in groups.items()
            if wanted in ("", name)
            for result in results
        ],
        next_question=question_out(asked, match) if asked else None,
    )


EXAMPLE_QUESTION: dict[str, Any] = {
    "key": "employees", "attribute": "employees",
    "text": {"zh": "贵企业有多少从业人员？", "en": "How many people does the firm employ?"},
    "type": "integer", "unit": "person", "options": [], "policies": 7, "money": "1200000",
    "skipped": False,
}  # fmt: skip
EXAMPLE_POLICY: dict[str, Any] = {
    "id": "sz-hire-01", "version": 1,
    "title": {"zh": "示例吸纳就业补贴", "en": "Sample hiring subsidy"},
    "verdict": "ineligible", "near_miss": True, "status": "open",
    "opens": "2026-10-01", "closes": "2026-12-31",
    "amount": {"low": "0", "high": "300000"}, "counted": False, "excludes": [],
    "conditions": [
        {
            "id": "staff", "verdict": "unmet", "hard": False,
            "label": {"zh": "从业人员", "en": "Employees"},
            "required": {"zh": "至少 200 人", "en": "at least 200 people"},
            "actual": {"zh": "186人", "en": "186 people"},
            "gap": {"zh": "还差 14 人", "en": "14 people short"},
            "attributes": ["employees"], "quote": None, "inner": [],
        }
    ],
    "open_facts": [],
}  # fmt: skip
EXAMPLE_MATCH: dict[str, Any] = {
    "as_of": "2026-11-22", "engine": "qifu-rulebook 1.0",
    "total": {"low": "0", "high": "0", "maybe_high": "300000", "policies": [],
              "left_out": []},
    "counts": {"eligible": 0, "maybe": 0, "near_miss": 1, "ineligible": 0},
    "policies": [EXAMPLE_POLICY], "next_question": EXAMPLE_QUESTION,
}  # fmt: skip
