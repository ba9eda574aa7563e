"""Events out: the webhooks of the token's membership, what they were sent, what to send again."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import Field

from qifu.api.core import Asked, Router, changes, creates, reads
from qifu.api.paging import Page, Paging, paged
from qifu.api.schemas import Code, In, Moment, Out, PathId
from qifu.base.errors import BadInput
from qifu.jobs.events import known_kinds, replay_events
from qifu.notices.actions import webhooks as actions
from qifu.notices.models import Delivery, Webhook
from qifu.notices.selectors import webhooks as selectors

router = Router(tags=["webhooks"])
State = Literal["on", "paused", "off"]
Kinds = Annotated[list[Code], Field(min_length=1, max_length=80)]
Url = Annotated[str, Field(max_length=500, pattern=r"^[!-~]+$")]


class WebhookOut(Out):
    """An address that events go to."""

    id: int
    url: str
    kinds: list[str]
    state: State
    reason: str = Field(description=_("系统停用的原因：gone、membership、secret；没有时为空"))
    waiting: int = Field(description=_("等待发送几条"))
    dead: int = Field(description=_("放弃了几条"))
    created_at: datetime


class MadeOut(WebhookOut):
    """The same with its secret, told this once."""

    secret: str | None = Field(description=_("签名密钥，只给这一次；重复的请求得到空值"))


class WebhookIn(In):
    """A new webhook."""

    url: Url
    kinds: Kinds


class WebhookChange(In):
    """What is to be another; what is left out stays."""

    url: Url | None = None
    kinds: Kinds | None = None
    state: Literal["on", "paused"] | None = None


class DeliveryOut(Out):
    """One event on its way to one webhook."""

    id: int
    event: str = Field(description=_("webhook-id 请求头的值，每次重试都一样"))
    kind: str
    object_kind: str
    object_id: str
    state: Literal["waiting", "sent", "dead"]
    attempts: int
    status: int | None = Field(description=_("对方最近一次的 HTTP 状态；没有连上时为 null"))
    error: str
    next_at: datetime | None
    tried_at: datetime | None
    sent_at: datetime | None


class DeliveryFilters(Paging):
    """Which deliveries."""

    state: Literal["", "waiting", "sent", "dead"] = ""


class ReplayIn(In):
    """From when on, or of which object; one of the two at least."""

    since: Moment | None = None
    object_kind: Literal["", "appeal", "policy", "firm", "dispute", "claim"] = ""
    object_id: Code = ""


class QueuedOut(Out):
    """How many will be sent."""

    queued: int


_EXAMPLE = {
    "id": 5, "url": "https://example.com/qifu", "kinds": ["appeal.*", "policy.published"],
    "state": "on", "reason": "", "waiting": 0, "dead": 0,
    "created_at": "2026-11-22T12:00:00+08:00",
}  # fmt: skip
_MADE = {**_EXAMPLE, "secret": "whsec_c2VjcmV0IG9mIHRoZSBleGFtcGxlIG9ubHkhISE="}
_DELIVERY = {
    "id": 77, "event": "evt_1024_5", "kind": "appeal.reply", "object_kind": "appeal",
    "object_id": "122", "state": "sent", "attempts": 1, "status": 204, "error": "",
    "next_at": None, "tried_at": "2026-11-22T12:00:01+08:00",
    "sent_at": "2026-11-22T12:00:01+08:00",
}  # fmt: skip


def _out(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.pk,
        "url": webhook.url,
        "kinds": webhook.kinds,
        "state": webhook.state,
        "reason": webhook.reason,
        "waiting": getattr(webhook, "waiting", 0),
        "dead": getattr(webhook, "dead", 0),
        "created_at": webhook.created_at,
    }


def _delivery(row: Delivery) -> DeliveryOut:
    return DeliveryOut.model_validate(
        {
            "id": row.pk,
            "event": f"evt_{row.event_id}_{row.webhook_id}",
            "kind": row.event.kind,
            "object_kind": row.object_kind,
            "object_id": row.object_id,
            "state": row.state,
            "attempts": row.attempts,
            "status": row.status,
            "error": row.error,
            "next_at": row.next_at if row.state == Delivery.State.WAITING else None,
            "tried_at": row.tried_at,
            "sent_at": row.sent_at,
        }
    )


def _found(request: Asked, pk: int) -> Webhook:
    return selectors.webhook_for(request.actor, pk)


def _known(request: Asked) -> list[str]:
    return known_kinds(of_firm=request.actor.is_enterprise)


class KindsOut(Out):
    """The kinds of events that this side can be told of."""

    kinds: list[str]


@reads(
    router,
    "/event-kinds",
    scope="webhooks",
    answer=KindsOut,
    summary=_("有哪些事件"),
    description=_("这个身份可以订阅的事件。appeal.* 表示诉求的每一步，其余同理。"),
    example={"kinds": ["appeal.submit", "appeal.reply", "policy.published", "match.changed"]},
)
def list_event_kinds(request: Asked) -> KindsOut:
    """For firms without what only offices are told."""
    return KindsOut(kinds=_known(request))


@reads(
    router,
    "/webhooks",
    scope="webhooks",
    answer=Page[WebhookOut],
    summary=_("推送地址"),
    description=_("这个身份的推送地址，新的在前。"),
    example={"items": [_EXAMPLE], "next": None},
)
def list_webhooks(request: Asked, filters: Query[Paging]) -> Page[WebhookOut]:
    """Those of the token's membership."""
    found = selectors.webhooks_of(request.actor)
    return paged(found, filters, lambda one: WebhookOut.model_validate(_out(one)))


@creates(
    router,
    "/webhooks",
    scope="webhooks",
    answer=MadeOut,
    summary=_("新建推送地址"),
    description=_("签名密钥只在这一次的回答里。事件按 Standard Webhooks 签名。"),
    body={"url": "https://example.com/qifu", "kinds": ["appeal.*", "policy.published"]},
    example=_MADE,
    hide=("secret",),
)
def make_webhook(request: Asked, body: WebhookIn) -> MadeOut:
    """Signed with a secret that is told this once."""
    webhook, secret = actions.make_webhook(
        actor=request.actor, url=body.url, kinds=body.kinds, known=_known(request),
        now=timezone.now(),
    )  # fmt: skip
    return MadeOut.model_validate({**_out(webhook), "secret": secret})


@reads(
    router,
    "/webhooks/{pk}",
    scope="webhooks",
    answer=WebhookOut,
    missing=True,
    summary=_("一个推送地址"),
    description=_("现在的情况：等待几条，放弃了几条，是否被停用。"),
    example=_EXAMPLE,
)
def read_webhook(request: Asked, pk: PathId) -> WebhookOut:
    """One of the token's membership."""
    return WebhookOut.model_validate(_out(_found(request, pk)))


@changes(
    router,
    "/webhooks/{pk}",
    scope="webhooks",
    method="PATCH",
    answer=WebhookOut,
    summary=_("修改推送地址"),
    description=_("换地址、换事件、暂停（paused）或恢复（on）。没有给的不变。"),
    body={"state": "paused"},
    example={**_EXAMPLE, "state": "paused"},
)
def change_webhook(request: Asked, pk: PathId, body: WebhookChange) -> WebhookOut:
    """Address and kinds first, then the state."""
    webhook, now = _found(request, pk), timezone.now()
    if body.url is None and body.kinds is None and body.state is None:
        raise BadInput(gettext("请至少给出一项要修改的。"), field="url")
    with transaction.atomic():  # all of it or, where the state refuses, nothing
        if body.url is not None or body.kinds is not None:
            actions.change_webhook(
                webhook, actor=request.actor, url=body.url or webhook.url,
                kinds=body.kinds or webhook.kinds, known=_known(request), now=now,
            )  # fmt: skip
        if body.state == "paused":
            actions.pause_webhook(webhook, actor=request.actor, now=now)
        elif body.state == "on":
            actions.resume_webhook(webhook, actor=request.actor, now=now)
    return WebhookOut.model_validate(_out(_found(request, pk)))


@changes(
    router,
    "/webhooks/{pk}",
    scope="webhooks",
    method="DELETE",
    answer=None,
    refused=(),
    status=204,
    summary=_("删除推送地址"),
    description=_("推送记录一起删除，不能恢复。"),
)
def delete_webhook(request: Asked, pk: PathId) -> None:
    """With everything that waits."""
    actions.delete_webhook(_found(request, pk), actor=request.actor, now=timezone.now())


@changes(
    router,
    "/webhooks/{pk}/secret",
    scope="webhooks",
    answer=MadeOut,
    refused=(),
    summary=_("更换签名密钥"),
    description=_("新密钥只在这一次的回答里，立即生效。"),
    example=_MADE,
    hide=("secret",),
)
def rotate_webhook_secret(request: Asked, pk: PathId) -> MadeOut:
    """What is sent from now on is signed with it."""
    webhook = _found(request, pk)
    secret = actions.rotate_secret(webhook, actor=request.actor, now=timezone.now())
    return MadeOut.model_validate({**_out(webhook), "secret": secret})


@changes(
    router,
    "/webhooks/{pk}/ping",
    scope="webhooks",
    answer=DeliveryOut,
    summary=_("发测试事件"),
    description=_("只给这一个地址发 ping 事件。"),
    example={**_DELIVERY, "kind": "ping", "object_kind": "webhook", "object_id": "5"},
)
def ping_webhook(request: Asked, pk: PathId) -> DeliveryOut:
    """It stands in the queue; its delivery tells what became of it."""
    return _delivery(actions.ping(_found(request, pk), actor=request.actor, now=timezone.now()))


@reads(
    router,
    "/webhooks/{pk}/deliveries",
    scope="webhooks",
    answer=Page[DeliveryOut],
    missing=True,
    summary=_("推送记录"),
    description=_("每一条事件的送达情况，新的在前。dead 是放弃了的，可以重发。"),
    example={"items": [_DELIVERY], "next": None},
)
def list_deliveries(
    request: Asked, pk: PathId, filters: Query[DeliveryFilters]
) -> Page[DeliveryOut]:
    """Newest first."""
    webhook = _found(request, pk)
    found = selectors.deliveries_of(request.actor, webhook, state=filters.state)
    return paged(found, filters, _delivery)


@changes(
    router,
    "/webhooks/{pk}/deliveries/{delivery}/resend",
    scope="webhooks",
    answer=DeliveryOut,
    summary=_("重发一条"),
    description=_("编号不变。正在等待的不能重发。"),
    example={**_DELIVERY, "state": "waiting", "attempts": 0},
)
def resend_delivery(request: Asked, pk: PathId, delivery: PathId) -> DeliveryOut:
    """One that was given up or has arrived."""
    webhook = _found(request, pk)
    row = selectors.delivery_for(request.actor, webhook, delivery)
    actions.resend(row, actor=request.actor, now=timezone.now())
    return _delivery(selectors.delivery_for(request.actor, webhook, delivery))


@changes(
    router,
    "/webhooks/{pk}/resend-dead",
    scope="webhooks",
    answer=QueuedOut,
    refused=(),
    summary=_("重发全部已放弃的"),
    description=_("回答有几条重新排队。"),
    example={"queued": 3},
)
def resend_dead_deliveries(request: Asked, pk: PathId) -> QueuedOut:
    """Everything that was given up."""
    webhook = _found(request, pk)
    return QueuedOut(queued=actions.resend_dead(webhook, actor=request.actor, now=timezone.now()))


@changes(
    router,
    "/webhooks/{pk}/replay",
    scope="webhooks",
    answer=QueuedOut,
    refused=(),
    summary=_("重发以前的事件"),
    description=_("某一时刻以后的，或者某一个对象的全部事件。编号不变，已经处理过的可以跳过。"),
    body={"since": "2026-11-20T00:00:00+08:00"},
    example={"queued": 12},
)
def replay_webhook(request: Asked, pk: PathId, body: ReplayIn) -> QueuedOut:
    """What the membership may see now."""
    if bool(body.object_id) != bool(body.object_kind):
        raise BadInput(gettext("object_kind 和 object_id 要一起给。"), field="object_id")
    count = replay_events(
        _found(request, pk), actor=request.actor, now=timezone.now(), since=body.since,
        object_kind=body.object_kind, object_id=body.object_id,
    )  # fmt: skip
    return QueuedOut(queued=count)
