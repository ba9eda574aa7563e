"""Every read of webhooks, deliveries and calendar addresses that a door needs."""

from django.db.models import Count, Q, QuerySet

from qifu.accounts.logic import digest
from qifu.accounts.permissions import Acting
from qifu.notices.models import Delivery, FeedAddress, Webhook
from qifu.notices.permissions import may_keep_webhooks


def webhooks_of(actor: Acting) -> QuerySet[Webhook]:
    """The webhooks of the membership that is asking, newest first; for others none.

    Each with `waiting` and `dead`: how many deliveries wait and how many were given up.
    """
    if not may_keep_webhooks(actor):
        return Webhook.objects.none()
    return (
        Webhook.objects.filter(membership_id=actor.membership.pk)
        .annotate(
            waiting=Count("deliveries", filter=Q(deliveries__state="waiting")),
            dead=Count("deliveries", filter=Q(deliveries__state="dead")),
        )
        .order_by("-pk")
    )


def webhook_for(actor: Acting, pk: int) -> Webhook:
    """One of them; Webhook.DoesNotExist for what is not theirs."""
    return webhooks_of(actor).get(pk=pk)


def deliveries_of(
    actor: Acting, webhook: Webhook, *, state: str = "", kind: str = ""
) -> QuerySet[Delivery]:
    """What was sent to a webhook and what waits, newest first, of one state or kind if asked."""
    if not may_keep_webhooks(actor) or webhook.membership_id != actor.membership.pk:
        return Delivery.objects.none()
    found = Delivery.objects.filter(webhook=webhook).select_related("event", "webhook")
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(event__kind=kind)
    return found.order_by("-pk")


def delivery_for(actor: Acting, webhook: Webhook, pk: int) -> Delivery:
    """One delivery of a webhook; Delivery.DoesNotExist for what is not theirs."""
    return deliveries_of(actor, webhook).get(pk=pk)


def feed_address_of(actor: Acting) -> FeedAddress | None:
    """The live calendar address of the membership that is asking."""
    if not may_keep_webhooks(actor):
        return None
    return FeedAddress.objects.filter(membership_id=actor.membership.pk, revoked_at=None).first()


def feed_address_by_secret(secret: str) -> FeedAddress | None:
    """The live calendar address that a secret opens, whose person may still sign in."""
    if not 20 <= len(secret) <= 100:
        return None
    live = FeedAddress.objects.filter(digest=digest(secret), revoked_at=None, user__is_active=True)
    return live.select_related("user").first()
