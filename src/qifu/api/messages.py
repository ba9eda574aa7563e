"""Messages to the person behind the token, as far as they are about this organisation."""

from datetime import datetime
from typing import Annotated

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import Field

from qifu.api.core import Asked, Router, changes, reads
from qifu.api.paging import Page, Paging, paged
from qifu.api.schemas import Out, PathId, Words
from qifu.base.city import City, current_city
from qifu.notices.actions import mark_read
from qifu.notices.models import Notice
from qifu.notices.selectors import notice_text, notices_of

router = Router(tags=["messages"])


class MessageOut(Out):
    """One message of the inbox."""

    id: int
    template: str = Field(description=_("哪一种消息"))
    title: Words
    body: Words
    link: str = Field(description=_("页面上的地址"))
    created_at: datetime
    read_at: datetime | None


class MessageFilters(Paging):
    """Which messages."""

    unread: Annotated[bool, Field(description=_("只看没读的"))] = False


class ReadOut(Out):
    """How many became read."""

    read: int


def _own(request: Asked) -> QuerySet[Notice]:
    """A token stands for one organisation: what another one told its people is not shown."""
    actor = request.actor
    about = Q(organisation_id=None) | Q(organisation_id=actor.organisation_id)
    return notices_of(actor.user).filter(about)


def message_out(notice: Notice, city: City) -> MessageOut:
    """A message in both languages."""
    (title, body), (title_en, body_en) = (notice_text(notice, x, city) for x in ("zh", "en"))
    return MessageOut(
        id=notice.pk,
        template=notice.template,
        title=Words(zh=title, en=title_en),
        body=Words(zh=body, en=body_en),
        link=notice.link,
        created_at=notice.created_at,
        read_at=notice.read_at,
    )


_EXAMPLE = {
    "id": 31, "template": "report_ready", "title": {"zh": "报告已生成", "en": "Report ready"},
    "body": {"zh": "报告已生成。", "en": "The report is ready."}, "link": "/my/reports/17/",
    "created_at": "2026-11-22T12:00:00+08:00", "read_at": None,
}  # fmt: skip


@reads(
    router,
    "/messages",
    scope="messages",
    answer=Page[MessageOut],
    summary=_("消息"),
    description=_("发给这个人的、与这个单位有关的消息，新的在前。读取不会标为已读。"),
    example={"items": [_EXAMPLE], "next": None},
)
def list_messages(request: Asked, filters: Query[MessageFilters]) -> Page[MessageOut]:
    """Newest first."""
    city, found = current_city(), _own(request)
    if filters.unread:
        found = found.filter(read_at=None)
    return paged(found, filters, lambda one: message_out(one, city))


@changes(
    router,
    "/messages/{pk}/read",
    scope="messages",
    answer=MessageOut,
    refused=(),
    summary=_("标为已读"),
    description=_("第一次读的时间算数。"),
    example={**_EXAMPLE, "read_at": "2026-11-22T12:30:00+08:00"},
)
def read_message(request: Asked, pk: PathId) -> MessageOut:
    """The message counts as read."""
    notice, user = _own(request).get(pk=pk), request.actor.user
    assert user is not None
    mark_read(notice, user=user, now=timezone.now())
    notice.refresh_from_db()
    return message_out(notice, current_city())


@changes(
    router,
    "/messages/read-all",
    scope="messages",
    answer=ReadOut,
    missing=False,
    refused=(),
    summary=_("全部标为已读"),
    description=_("与这个单位有关的消息都标为已读；回答有几条。"),
    example={"read": 3},
)
def read_all_messages(request: Asked) -> ReadOut:
    """Everything that this token can see is read."""
    user, now = request.actor.user, timezone.now()
    assert user is not None
    waiting = list(_own(request).filter(read_at=None))
    for notice in waiting:
        mark_read(notice, user=user, now=now)
    return ReadOut(read=len(waiting))
