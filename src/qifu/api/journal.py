"""The journal for auditors: who did which step to what, when; without the words of notes."""

from datetime import datetime
from typing import Annotated

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import Field

from qifu.api.core import Asked, Router, reads
from qifu.api.paging import Page, Paging, paged
from qifu.api.schemas import MOST_ID, Code, Moment, Out
from qifu.base.errors import NotAllowed
from qifu.base.models import JournalLine
from qifu.organisations.permissions import may_read_journal
from qifu.organisations.selectors import seal_state, search_journal

router = Router(tags=["journal"])


class LineOut(Out):
    """One line; people and organisations by their numbers."""

    id: int
    at: datetime
    step: str
    subject_kind: str
    subject_id: int
    from_state: str
    to_state: str
    actor: int | None
    acting_for: int | None
    number: int | None = Field(description=_("封存的序号；还没封存时为 null"))
    chain: str


class SealOut(Out):
    """How far the journal is sealed."""

    sealed: int
    waiting: int = Field(description=_("等待封存的条数，最多数到 1001"))


class JournalFilters(Paging):
    """Which lines."""

    step: Code = ""
    subject_kind: Code = ""
    subject_id: Annotated[int | None, Field(ge=1, le=MOST_ID)] = None
    since: Moment | None = None
    until: Annotated[Moment | None, Field(description=_("不含这一刻"))] = None


def line_out(line: JournalLine) -> LineOut:
    """A line of the journal."""
    return LineOut(
        id=line.pk,
        at=line.at,
        step=line.step,
        subject_kind=line.subject_kind,
        subject_id=line.subject_id,
        from_state=line.from_state,
        to_state=line.to_state,
        actor=line.actor_id,
        acting_for=line.acting_for,
        number=line.number,
        chain=line.chain,
    )


@reads(
    router,
    "/journal",
    scope="journal.read",
    answer=Page[LineOut],
    summary=_("操作日志"),
    description=_("给审计岗：谁在什么时候对什么做了哪一步，新的在前；不含备注的文字。"),
    example={
        "items": [
            {
                "id": 90, "at": "2026-11-22T12:00:00+08:00", "step": "make_report",
                "subject_kind": "storedreport", "subject_id": 17, "from_state": "",
                "to_state": "", "actor": 12, "acting_for": 31, "number": 88, "chain": "5f…",
            }
        ],
        "next": None,
    },
)  # fmt: skip
def list_journal(request: Asked, filters: Query[JournalFilters]) -> Page[LineOut]:
    """Newest first."""
    if not may_read_journal(request.actor):
        raise NotAllowed(_now("操作日志只给审计岗看。"))
    asked = filters.model_dump(exclude={"cursor", "limit"})
    return paged(search_journal(request.actor, **asked), filters, line_out)


@reads(
    router,
    "/journal/seal",
    scope="journal.read",
    answer=SealOut,
    summary=_("日志封存情况"),
    description=_("封存到第几条，还有几条等待封存。"),
    example={"sealed": 88, "waiting": 2},
)
def read_seal(request: Asked) -> SealOut:
    """How far the chain is sealed."""
    found = seal_state(request.actor)
    return SealOut(sealed=found.number, waiting=found.waiting)
