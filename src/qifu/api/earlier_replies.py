"""How others were answered: earlier replies of the cases that a token may see."""

from datetime import datetime
from typing import Annotated

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import Field

from qifu.adapters import embeddings
from qifu.api.appeal_out import Builder, unit_named
from qifu.api.appeals import builder
from qifu.api.core import Asked, Router, reads
from qifu.api.paging import Page, Paging
from qifu.api.schemas import Code, Line, Named, Number, Out
from qifu.appeals.permissions import may_find_replies
from qifu.appeals.selectors import EarlierReply, appeal_for, find_replies
from qifu.base.errors import BadInput, NotAllowed

router = Router(tags=["appeals"])
# as many as the page shows
MOST = 100


class RepliesAsked(Paging):
    """What to look for."""

    text: Annotated[
        Line, Field(description=_("要找的词；有 about 时可以不写"), examples=["拖欠货款"])
    ] = ""
    about: Number | None = Field(default=None, description=_("一件诉求的 id：找和它类似的"))
    matter: Code = ""
    unit: Code = Field(default="", description=_("答复的单位代码"))


class EarlierReplyOut(Out):
    """An earlier reply; names and numbers of people are masked.

    Without its score: that would tell in how many cases a word stands, those one may not see too.
    """

    id: int
    appeal: int = Field(description=_("诉求的 id"))
    number: str
    title: str
    matter: Named | None
    unit: Named | None
    replied_at: datetime
    outcome: str
    snippet: str
    text: str


class EarlierRepliesOut(Page[EarlierReplyOut]):
    """A part of what was found, the best first."""

    mended: str = Field(description=_("换成这些词找的；没有换时为空"))


@reads(
    router,
    "/replies",
    scope="appeals.read",
    answer=EarlierRepliesOut,
    refused=(404,),
    summary=_("历史答复"),
    description=_(
        "按问的和答的一起找，最贴近的在前，最多 100 条；只有这个令牌看得到的诉求。给承办、受理、"
        "协调的岗位。没有词也没有 about 时是空的。"
    ),
    example={
        "items": [
            {
                "id": 12, "appeal": 31, "number": "SQ20261111-000004",
                "title": "大型企业拖欠货款", "unit": {"code": "SZ-GXJ", "name": {
                    "zh": "市工业和信息化局", "en": "Industry Bureau"}},
                "matter": {"code": "arrears", "name": {"zh": "拖欠账款", "en": "Arrears"}},
                "replied_at": "2026-11-16T10:00:00+08:00", "outcome": "resolved",
                "snippet": "已核对合同和验收单", "text": "已核对合同和验收单，已督促付款。",
            }
        ],
        "next": None, "mended": "",
    },
)  # fmt: skip
def list_replies(request: Asked, asked: Query[RepliesAsked]) -> EarlierRepliesOut:
    """Earlier replies by words, or for a case."""
    actor = request.actor
    if not may_find_replies(actor):
        raise NotAllowed(_now("您的岗位不查历史答复。"))
    about = appeal_for(actor, asked.about) if asked.about else None
    salt = f"qifu.api.cursor:replies:{asked.about}:{asked.matter}:{asked.unit}:{asked.text}"
    start = _start(asked.cursor, salt)
    found = find_replies(
        actor, asked.text, now=timezone.now(), most=MOST, about=about, matter=asked.matter,
        unit=asked.unit, embedder=embeddings.configured() if about else None,
    )  # fmt: skip
    until, make = start + asked.limit, builder()
    return EarlierRepliesOut(
        items=[_out(one, make) for one in found.hits[start:until]],
        next=signing.dumps(until, salt=salt) if until < len(found.hits) else None,
        mended=found.mended,
    )


def _start(cursor: str, salt: str) -> int:
    """How many were shown before: what is found is ordered by fit, which no column holds."""
    try:
        return int(signing.loads(cursor, salt=salt)) if cursor else 0
    except signing.BadSignature:
        raise BadInput(
            _now("cursor 不能用：请把上一页的 next 原样传回。"), field="cursor"
        ) from None


def _out(one: EarlierReply, make: Builder) -> EarlierReplyOut:
    appeal = one.appeal
    return EarlierReplyOut(
        id=one.reply.pk,
        appeal=appeal.pk,
        number=appeal.number,
        title=one.title,
        matter=make.matter(appeal.matter),
        unit=unit_named(one.reply.unit),
        replied_at=one.reply.replied_at,
        outcome=one.reply.outcome,
        snippet="".join(said for said, _here in one.snippet),
        text=one.text,
    )
