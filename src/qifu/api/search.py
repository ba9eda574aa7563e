"""One question over policies, answers, statutes, channels and the cases of the token's person."""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, Literal, TypeVar
from urllib.parse import quote

from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import Field

from qifu.api.appeal_schemas import CaseRow
from qifu.api.appeals import builder
from qifu.api.channels import FoundOut, found_out
from qifu.api.core import Asked, Router, reads
from qifu.api.knowledge import HitOut, hit_out
from qifu.api.policies import PolicyOut, policy_out
from qifu.api.schemas import In, Line, Out, Words, words
from qifu.base.calendar import calendar_in_force
from qifu.base.city import current_city
from qifu.insights.searching import FEW, LONGEST, Numbered, Part, search_everything

router = Router(tags=["search"])
T = TypeVar("T")


class FoundPartOut(Out, Generic[T]):
    """The first rows of one list, and how many it has."""

    items: list[T]
    count: int
    more: bool = Field(description=_("比 count 还多；不再往下数"))
    mended: str = Field(description=_("没有照原样找到时，改按这些词找；照原样找到时为空"))
    partly: bool = Field(description=_("没有一条写了所有的词，这里的只写了其中一些"))


class NumberedOut(Out):
    """A thing whose very number was asked for."""

    kind: Literal["policy", "law", "appeal"]
    code: str = Field(description=_("政策和法规的代码，诉求的编号"))
    title: Words
    address: str = Field(description=_("在接口里读它的地址"))


class EverythingOut(Out):
    """What was found, list by list."""

    numbered: list[NumberedOut] = Field(description=_("文字正好是它的编号或文号"))
    policies: FoundPartOut[PolicyOut]
    answers: FoundPartOut[HitOut]
    laws: FoundPartOut[HitOut]
    channels: FoundPartOut[FoundOut] | None = Field(
        description=_("令牌没有 channels.read 时为 null")
    )
    appeals: FoundPartOut[CaseRow] | None = Field(description=_("令牌没有 appeals.read 时为 null"))


class EverythingAsked(In):
    """What to look for."""

    text: Annotated[Line, Field(min_length=1, max_length=LONGEST, examples=["用电增容"])]
    limit: Annotated[int, Field(ge=1, le=20, description=_("每个清单给几条"))] = FEW


_NONE: dict[str, Any] = {"items": [], "count": 0, "more": False, "mended": "", "partly": False}


@reads(
    router,
    "/search",
    scope="policies.read",
    answer=EverythingOut,
    summary=_("搜索全部"),
    description=_(
        "政策、解答、法规、办事渠道和这个令牌能看到的诉求，每个清单最合适的几条和一共几条。全部的用"
        "各自的地址查：/policies、/knowledge、/channels、/appeals。文字正好是编号时，先给那一件，解答、"
        "法规和办事渠道就不找了。"
    ),
    example={
        "numbered": [], "policies": _NONE, "laws": _NONE, "channels": None, "appeals": None,
        "answers": {
            "items": [
                {
                    "kind": "answer", "score": 3.2, "address": "/answers/power-more/",
                    "title": {"zh": "怎样申请用电增容？", "en": "How to apply for more power?"},
                    "snippet": {"zh": "在网上提交申请。", "en": "Apply online."},
                }
            ],
            "count": 1, "more": False, "mended": "", "partly": False,
        },
    },
)  # fmt: skip
def search_everywhere(request: Asked, asked: Query[EverythingAsked]) -> EverythingOut:
    """What the page of the same name finds; of each list what the token may read."""
    city, now = current_city(), timezone.now()
    on, scopes = timezone.localdate(now), request.token.scopes
    sees_cases = "appeals.read" in scopes
    found = search_everything(
        request.actor, city, asked.text, now=now, few=asked.limit, with_cases=sees_cases
    )
    calendar, make = calendar_in_force(), builder()
    return EverythingOut(
        numbered=_numbered(found.numbered),
        policies=_part(found.policies, [policy_out(one, city, on) for one in found.policies.rows]),
        answers=_part(found.answers, [hit_out(one) for one in found.answers.rows]),
        laws=_part(found.laws, [hit_out(one) for one in found.laws.rows]),
        channels=_part(
            found.channels, [found_out(one, city, now, calendar) for one in found.channels.rows]
        )
        if "channels.read" in scopes
        else None,
        appeals=_part(found.cases, [make.row(one) for one in found.cases.rows])
        if sees_cases
        else None,
    )


def _part(found: Part[Any], items: Sequence[T]) -> FoundPartOut[T]:
    return FoundPartOut(
        items=list(items), count=found.count, more=found.more, mended=found.mended,
        partly=found.partly,
    )  # fmt: skip


def _numbered(found: Numbered) -> list[NumberedOut]:
    told = [
        NumberedOut(
            kind="policy", code=one.policy_id, title=words((one.title, one.title_en)),
            address=f"/api/v1/policies/{quote(one.policy_id)}",
        )
        for one in found.policies
    ]  # fmt: skip
    told += [
        NumberedOut(
            kind="law", code=one.code, title=words((one.title, one.title_en)),
            address=f"/api/v1/laws/{quote(one.code)}",
        )
        for one in found.laws
    ]  # fmt: skip
    told += [
        NumberedOut(
            kind="appeal", code=one.number, title=words(one.title),
            address=f"/api/v1/appeals/{one.pk}",
        )
        for one in found.cases
    ]  # fmt: skip
    return told
