"""Deliveries on their way: made from events, taken by a sender, settled, swept."""

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from qifu.base.ports import WebhookAnswer
from qifu.notices.actions.webhooks import make_deliveries
from qifu.notices.logic.retries import MOST_ATTEMPTS, hold_after, pause_after, wants
from qifu.notices.logic.signing import Unreadable, body_of, headers_of, unseal
from qifu.notices.models import Delivery, Event, Webhook

CLAIM = timedelta(minutes=1)
GONE = 410
# answers of a place that wants to be left alone with everything, not only with this event
BUSY = (429, 503)


@dataclass(frozen=True)
class Parcel:
    """One delivery ready to be sent: where to, what, under which claim."""

    delivery: int
    claim: str
    url: str
    headers: dict[str, str]
    body: bytes


def spread(
    see: Callable[[Webhook, Sequence[Event]], Collection[int]], *, now: datetime, most: int = 500
) -> int:
    """Make deliveries of new events for the webhooks that want and may see them; gives how many
    events. Two at once, or one killed half-way: each event is spread once.
    """
    with transaction.atomic():
        events = list(Event.objects.filter(spread_at=None).order_by("pk")[:most])
        if not events:
            return 0
        # off: nothing is collected for it; what it missed can be replayed
        hooks = Webhook.objects.exclude(state=Webhook.State.OFF).order_by("pk")
        pairs: list[tuple[Webhook, Event]] = []
        for webhook in hooks.select_related("user"):
            wanted = [event for event in events if _concerns(webhook, event)]
            seen = set(see(webhook, wanted)) if wanted else set()
            pairs += [(webhook, event) for event in wanted if event.pk in seen]
        # in the order of the events: of one object the earlier is there before the later
        make_deliveries(sorted(pairs, key=lambda pair: pair[1].pk), now=now)
        Event.objects.filter(pk__in=[event.pk for event in events]).update(spread_at=now)
    return len(events)


def _concerns(webhook: Webhook, event: Event) -> bool:
    """Cheap questions first: the kind, and whose object it is."""
    if not wants(webhook.kinds, event.kind):
        return False
    if not webhook.of_firm:
        return True
    return not event.internal and event.firm_id in (None, webhook.organisation_id)


def _free(now: datetime) -> Q:
    return Q(claimed_until=None) | Q(claimed_until__lt=now)


def ready_webhooks(*, now: datetime) -> list[Webhook]:
    """The webhooks that have something due and are not left alone now."""
    due = Delivery.objects.filter(
        _free(now), webhook=OuterRef("pk"), state="waiting", next_at__lte=now
    )
    open_ = Q(hold_until=None) | Q(hold_until__lte=now)
    return list(Webhook.objects.filter(open_, Exists(due), state="on").order_by("pk"))


def claim_parcels(webhook: Webhook, *, most: int, now: datetime) -> list[Parcel]:
    """Take what is due for a webhook, at most `most`, each object's first; signed and ready.

    A later event of an object waits for an earlier one that is waiting or under way.
    """
    try:
        secret = unseal(webhook.secret, settings.SECRET_KEY)
    except Unreadable:
        turn_off(webhook, "secret", now=now)
        return []
    earlier = Delivery.objects.filter(
        webhook=OuterRef("webhook"),
        object_kind=OuterRef("object_kind"),
        object_id=OuterRef("object_id"),
        state="waiting",
        event_id__lt=OuterRef("event_id"),
    )
    due = Delivery.objects.filter(_free(now), webhook=webhook, state="waiting", next_at__lte=now)
    chosen = due.filter(~Exists(earlier)).order_by("event_id").values_list("pk", flat=True)[:most]
    mark = secrets.token_hex(16)
    # the UPDATE repeats the condition: of two senders one gets the row
    taken = Delivery.objects.filter(_free(now), pk__in=list(chosen), state="waiting").update(
        claim=mark, claimed_until=now + CLAIM, attempts=F("attempts") + 1, tried_at=now
    )
    if not taken:
        return []
    rows = Delivery.objects.filter(claim=mark).select_related("event").order_by("event_id")
    return [_parcel(webhook, row, mark, secret, now) for row in rows]


def _parcel(webhook: Webhook, row: Delivery, mark: str, secret: str, now: datetime) -> Parcel:
    event = row.event
    body = body_of(
        kind=event.kind,
        at=event.at,
        sequence=event.open_sequence if webhook.of_firm else event.sequence,
        data=event.data,
        for_firm=webhook.of_firm,
    )
    # the same at each attempt and at a replay: what the receiver tells repetitions by
    number = f"evt_{event.pk}_{webhook.pk}"
    return Parcel(
        delivery=row.pk,
        claim=mark,
        url=webhook.url,
        headers={
            "content-type": "application/json; charset=utf-8",
            **headers_of(number=number, at=now, body=body, secret=secret),
        },
        body=body,
    )


def settle(
    results: Iterable[tuple[Parcel, WebhookAnswer]],
    *,
    now: datetime,
    chance: Callable[[], float],
) -> None:
    """Write down what receivers answered. `chance` gives numbers in [0, 1) for the pauses."""
    with transaction.atomic():
        sent: dict[int, list[int]] = {}
        for parcel, answer in results:
            if answer.arrived:
                sent.setdefault(answer.status or 0, []).append(parcel.delivery)
            else:
                _failed(parcel, answer, now, chance)
        for status, numbers in sent.items():
            arrived = Delivery.objects.filter(pk__in=numbers)
            # whoever has claimed it meanwhile: it has arrived
            arrived.update(
                state="sent", sent_at=now, status=status, error="", claim="", claimed_until=None
            )
            Webhook.objects.filter(deliveries__in=numbers, failures__gt=0).update(
                failures=0, hold_until=None
            )


def _failed(
    parcel: Parcel, answer: WebhookAnswer, now: datetime, chance: Callable[[], float]
) -> None:
    ours = Delivery.objects.filter(pk=parcel.delivery, claim=parcel.claim, state="waiting")
    row = ours.select_related("webhook").first()
    if row is None:
        return  # too late: another sender has it
    gone = answer.status == GONE
    pause = pause_after(row.attempts, chance=chance(), asked=answer.retry_after)
    ours.update(
        state="dead" if gone or row.attempts >= MOST_ATTEMPTS else "waiting",
        next_at=now + pause,
        status=answer.status,
        error=answer.error.replace("\x00", "")[:300],
        claim="",
        claimed_until=None,
    )
    if gone:
        turn_off(row.webhook, "gone", now=now)
    elif answer.status is None or answer.status in BUSY:
        # nobody is at home there, or has no time: not each of those that wait has to find out
        count = row.webhook.failures + 1
        hold = hold_after(count, chance=chance())
        if answer.status in BUSY and answer.retry_after is not None:
            hold = max(hold, timedelta(seconds=min(answer.retry_after, 3600.0)))
        # those that were under way together found out the same thing: it counts once
        left = Q(hold_until=None) | Q(hold_until__lte=now)
        Webhook.objects.filter(left, pk=row.webhook_id).update(
            failures=F("failures") + 1, hold_until=now + hold
        )


@transaction.atomic
def turn_off(webhook: Webhook, reason: str, *, now: datetime) -> None:
    """The house stops sending: the receiver is gone, the membership has ended, the secret cannot
    be read. What waits is given up, visibly; it can be sent again once the webhook goes on.
    """
    Webhook.objects.filter(pk=webhook.pk).update(
        state=Webhook.State.OFF, reason=reason, changed_at=now
    )
    # next_at of what was given up: since when; from then on it is kept its days
    Delivery.objects.filter(webhook=webhook, state="waiting").update(
        state="dead", error=reason, next_at=now, claim="", claimed_until=None
    )


def sweep_events(*, now: datetime) -> int:
    """Delete deliveries that are finished, and events, older than QIFU_EVENT_DAYS; gives how many.

    What has waited so long (a webhook that is paused, a place that is never there) is given up,
    and kept as long again. What still waits stays, with its event.
    """
    days = settings.QIFU_EVENT_DAYS
    old = now - timedelta(days=days)
    finished = Q(state="sent", sent_at__lt=old) | Q(state="dead", next_at__lt=old)
    gone, _models = Delivery.objects.filter(finished, event__at__lt=old).delete()
    Delivery.objects.filter(_free(now), state="waiting", made_at__lt=old).update(
        state="dead", error=f"not delivered in {days} days", next_at=now, claim="",
        claimed_until=None,
    )  # fmt: skip
    waiting = Delivery.objects.filter(event=OuterRef("pk"))
    # the last event of an object stays: the next one counts on from it
    later = Event.objects.filter(
        object_kind=OuterRef("object_kind"),
        object_id=OuterRef("object_id"),
        sequence__gt=OuterRef("sequence"),
    )
    events = Event.objects.filter(~Exists(waiting), Exists(later), at__lt=old)
    return gone + events.exclude(spread_at=None).delete()[0]
