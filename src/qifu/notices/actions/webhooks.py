"""Make, change and end webhooks; send again what did not arrive."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from qifu.base import journal
from qifu.base.errors import BadInput, NotAllowed, WrongState
from qifu.notices.actions.events import emit
from qifu.notices.logic.addresses import BadAddress, checked_url
from qifu.notices.logic.retries import unknown_kinds, wants
from qifu.notices.logic.signing import fresh_secret, seal
from qifu.notices.models import Delivery, Event, Webhook
from qifu.notices.permissions import Connecting, is_own, may_keep_webhooks

MOST_WEBHOOKS = 10  # of one membership
MOST_REPLAYED = 20_000
_AT_ONCE = 500
# which of some events a webhook may see: the rooms above know
See = Callable[[Webhook, Sequence[Event]], Collection[int]]


@transaction.atomic
def make_webhook(
    *, actor: Connecting, url: str, kinds: Iterable[str], known: Collection[str], now: datetime
) -> tuple[Webhook, str]:
    """A webhook for the membership that the actor stands in; its secret is given this once.

    `known` are the kinds that there are for this side. BadInput at url, kinds.
    """
    _allowed(actor)
    assert actor.user is not None and actor.organisation_id is not None
    url, chosen = _checked(url, kinds, known)
    if Webhook.objects.filter(membership_id=actor.membership.pk).count() >= MOST_WEBHOOKS:
        raise WrongState(
            _("最多 %(most)s 个推送地址，请先删去不再用的。") % {"most": MOST_WEBHOOKS}
        )
    secret = fresh_secret()
    webhook = Webhook.objects.create(
        user=actor.user,
        membership_id=actor.membership.pk,
        organisation_id=actor.organisation_id,
        of_firm=actor.is_enterprise,
        url=url,
        secret=seal(secret, settings.SECRET_KEY),
        kinds=chosen,
        created_at=now,
        changed_at=now,
    )
    _record(webhook, "make_webhook", actor, now)
    return webhook, secret


@transaction.atomic
def change_webhook(
    webhook: Webhook,
    *,
    actor: Connecting,
    url: str,
    kinds: Iterable[str],
    known: Collection[str],
    now: datetime,
) -> None:
    """Another address or other kinds. What waits goes to the new address."""
    _own(actor, webhook)
    url, chosen = _checked(url, kinds, known)
    _write(webhook, url=url, kinds=chosen, failures=0, hold_until=None, changed_at=now)
    _record(webhook, "change_webhook", actor, now)


def _checked(url: str, kinds: Iterable[str], known: Collection[str]) -> tuple[str, list[str]]:
    wrong: dict[str, object] = {}
    chosen = sorted(set(kinds))
    try:
        url = checked_url(url, private=settings.QIFU_WEBHOOK_PRIVATE)
    except BadAddress as error:
        wrong["url"] = {
            "scheme": _("地址要以 https:// 开头。"),
            "private": _("这是内部网络的地址，外面到不了，不能使用。"),
            "long": _("地址太长，最多 500 个字符。"),
        }.get(error.why, _("请填写完整的地址，例如：https://example.com/qifu"))
    if not chosen:
        wrong["kinds"] = _("请至少选择一类事件。")
    elif unknown := unknown_kinds(chosen, known):
        wrong["kinds"] = _("没有这样的事件：%(kinds)s") % {"kinds": ", ".join(unknown)[:200]}
    if wrong:
        raise BadInput(_("有几处需要改正。"), fields=wrong)
    return url, chosen


@transaction.atomic
def pause_webhook(webhook: Webhook, *, actor: Connecting, now: datetime) -> None:
    """Nothing is sent until it goes on; what happens meanwhile waits."""
    _own(actor, webhook)
    if webhook.state != Webhook.State.ON:
        raise WrongState(_("这个推送地址没有在发送。"))
    _write(webhook, state=Webhook.State.PAUSED, changed_at=now)
    _record(webhook, "pause_webhook", actor, now)


@transaction.atomic
def resume_webhook(webhook: Webhook, *, actor: Connecting, now: datetime) -> None:
    """Send again, at once; also one that the receiver or the house had turned off."""
    _own(actor, webhook)
    if webhook.state == Webhook.State.ON:
        raise WrongState(_("这个推送地址已经在发送。"))
    _write(webhook, state=Webhook.State.ON, reason="", failures=0, hold_until=None, changed_at=now)
    _record(webhook, "resume_webhook", actor, now)


@transaction.atomic
def delete_webhook(webhook: Webhook, *, actor: Connecting, now: datetime) -> None:
    """End it with everything that was sent or waits; the journal keeps that it was there."""
    _own(actor, webhook)
    _record(webhook, "delete_webhook", actor, now)
    Event.objects.filter(object_kind="webhook", object_id=str(webhook.pk)).delete()
    webhook.delete()


@transaction.atomic
def rotate_secret(webhook: Webhook, *, actor: Connecting, now: datetime) -> str:
    """A new secret, given this once; what is sent from now on is signed with it."""
    _own(actor, webhook)
    secret = fresh_secret()
    _write(webhook, secret=seal(secret, settings.SECRET_KEY), changed_at=now)
    _record(webhook, "rotate_webhook_secret", actor, now)
    return secret


@transaction.atomic
def ping(webhook: Webhook, *, actor: Connecting, now: datetime) -> Delivery:
    """Send a test event "ping" to this webhook alone."""
    _own(actor, webhook)
    if webhook.state != Webhook.State.ON:
        raise WrongState(_("请先恢复发送，再发测试事件。"))
    event = emit(
        "ping", object_kind="webhook", object_id=webhook.pk, data={"id": webhook.pk}, now=now
    )
    Event.objects.filter(pk=event.pk).update(spread_at=now)
    return Delivery.objects.create(
        webhook=webhook,
        event=event,
        object_kind=event.object_kind,
        object_id=event.object_id,
        next_at=now,
        made_at=now,
    )


@transaction.atomic
def resend(delivery: Delivery, *, actor: Connecting, now: datetime) -> None:
    """One that was given up or has arrived goes out once more, under the same number."""
    _own(actor, delivery.webhook)
    again = Delivery.objects.filter(pk=delivery.pk).exclude(state=Delivery.State.WAITING)
    if not _wait_again(again, now):
        raise WrongState(_("这一条正在等待发送。"))
    _record(delivery.webhook, "resend_delivery", actor, now)


@transaction.atomic
def resend_dead(webhook: Webhook, *, actor: Connecting, now: datetime) -> int:
    """Everything that was given up goes out once more; gives how many."""
    _own(actor, webhook)
    count = _wait_again(webhook.deliveries.filter(state=Delivery.State.DEAD), now)
    if count:
        _record(webhook, "resend_delivery", actor, now)
    return count


@transaction.atomic
def replay(
    webhook: Webhook,
    *,
    actor: Connecting,
    see: See,
    now: datetime,
    since: datetime | None = None,
    object_kind: str = "",
    object_id: str = "",
) -> int:
    """Send again every event that the webhook wants and may see; gives how many.

    Those since a moment, those of one object, or both; numbers stay the same, so a receiver that
    keeps them drops what it has. What waits already is left. BadInput at since.
    """
    _own(actor, webhook)
    if since is None and not object_id:
        raise BadInput(_("请选择从哪一天起重发，或填写一个对象。"), field="since")
    found = Event.objects.filter(spread_at__isnull=False).exclude(kind="ping")
    if since is not None:
        found = found.filter(at__gte=since)
    if object_id:
        found = found.filter(object_kind=object_kind, object_id=object_id)
    if webhook.of_firm:
        found = found.filter(internal=False)
    done, last = 0, 0
    while batch := list(found.filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
        last = batch[-1].pk
        wanted = [event for event in batch if wants(webhook.kinds, event.kind)]
        seen = set(see(webhook, wanted)) if wanted else set()
        chosen = [event for event in wanted if event.pk in seen]
        done += len(chosen)
        if done > MOST_REPLAYED:
            raise BadInput(
                _("一次最多重发 %(most)s 条，请选晚一些的日期。") % {"most": f"{MOST_REPLAYED:,}"},
                field="since",
            )
        there = webhook.deliveries.filter(event__in=chosen)
        _wait_again(there.exclude(state=Delivery.State.WAITING), now)
        make_deliveries([(webhook, event) for event in chosen], now=now)
    if done:
        _record(webhook, "replay_events", actor, now)
    return done


def make_deliveries(pairs: Iterable[tuple[Webhook, Event]], *, now: datetime) -> None:
    """Rows for those that have none yet."""
    rows = [
        Delivery(
            webhook=webhook,
            event=event,
            object_kind=event.object_kind,
            object_id=event.object_id,
            next_at=now,
            made_at=now,
        )
        for webhook, event in pairs
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def _wait_again(deliveries: Any, now: datetime) -> int:
    count: int = deliveries.update(
        state=Delivery.State.WAITING, attempts=0, made_at=now, next_at=now, claim="",
        claimed_until=None, error="",
    )  # fmt: skip
    return count


def _write(webhook: Webhook, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(webhook, name, value)
    webhook.save(update_fields=list(changes))


def _allowed(actor: Connecting) -> None:
    if not may_keep_webhooks(actor):
        raise NotAllowed(_("您的角色不能让程序接入。请找单位的管理人员调整角色。"))


def _own(actor: Connecting, webhook: Webhook) -> None:
    _allowed(actor)
    if not is_own(actor, webhook):
        raise NotAllowed(_("这是别人的推送地址，只有本人能管理。"))


def _record(webhook: Webhook, step: str, actor: Connecting, now: datetime) -> None:
    journal.record(
        webhook, step, actor_id=actor.user_id, acting_for=actor.organisation_id, now=now,
        to_state=webhook.state, note=webhook.url,
    )  # fmt: skip
