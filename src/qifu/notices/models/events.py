"""What happened, for other programs: events, who wants them, and each one's way to them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """Something that happened to one object; written in the transaction that did it.

    `sequence` counts the events of an object for those who see all of them, `open_sequence`
    those that are not internal to the government side: a firm's count has no holes that would
    tell it of steps that are not its business. `firm_id` is the enterprise whose object it is,
    None for what is public or the government's own. `spread_at`: when deliveries were made of it.
    """

    kind = models.CharField(max_length=64)
    object_kind = models.CharField(max_length=16)
    object_id = models.CharField(max_length=64)
    sequence = models.PositiveIntegerField()
    open_sequence = models.PositiveIntegerField()
    internal = models.BooleanField(default=False)
    firm_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    spread_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object_kind", "object_id", "sequence"], name="event_sequence_once"
            )
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(spread_at=None), name="events_to_spread"),
            models.Index(fields=["at", "id"], name="events_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_kind} {self.object_id} #{self.sequence}"


class Webhook(models.Model):
    """An address that wants events, with the eyes of one membership.

    `membership_id` and `organisation_id` are plain references upwards. `secret` is sealed with a
    key that follows from SECRET_KEY: it has to be read again to sign. `of_firm`: the membership is
    in an enterprise, which is told of its own objects only. `hold_until`: the receiver
    could not be reached or asked for a pause, and is left alone until then.
    """

    class State(models.TextChoices):
        ON = "on", _("发送中")
        PAUSED = "paused", _("已暂停")
        OFF = "off", _("已停用")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks"
    )
    membership_id = models.BigIntegerField(db_index=True)
    organisation_id = models.BigIntegerField(db_index=True)
    of_firm = models.BooleanField()
    url = models.CharField(max_length=500)
    secret = models.TextField()
    kinds = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State, default=State.ON.value)
    reason = models.CharField(max_length=24, blank=True)
    failures = models.PositiveIntegerField(default=0)
    hold_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="webhook_state_is_known", condition=Q(state__in=["on", "paused", "off"])
            )
        ]

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One event on its way to one webhook. The row is the truth; whoever sends only serves it.

    `object_kind` and `object_id` are the event's: a later event of the same object waits for an
    earlier one. `claim` is the random mark of the sender that has it until `claimed_until`.
    `made_at`: since when it stands in the queue. `next_at` of a dead one: when it was given up.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待送达")
        SENT = "sent", _("已送达")
        DEAD = "dead", _("已放弃")

    webhook = models.ForeignKey(
        Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    object_kind = models.CharField(max_length=16)
    object_id = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING.value)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    claim = models.CharField(max_length=32, blank=True)
    claimed_until = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="delivery_once"),
            models.CheckConstraint(
                name="delivery_state_is_known", condition=Q(state__in=["waiting", "sent", "dead"])
            ),
        ]
        indexes = [
            models.Index(
                fields=["webhook", "event"],
                condition=Q(state="waiting"),
                name="deliveries_waiting",
            ),
            models.Index(
                fields=["webhook", "object_kind", "object_id", "event"],
                condition=Q(state="waiting"),
                name="deliveries_in_order",
            ),
            models.Index(fields=["claim"], condition=~Q(claim=""), name="deliveries_claimed"),
            models.Index(fields=["webhook", "state", "-id"], name="deliveries_of_a_webhook"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.webhook_id} {self.state}"


class FeedAddress(models.Model):
    """A secret address of a calendar, with the eyes of one membership. Only a digest is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feed_addresses"
    )
    membership_id = models.BigIntegerField(db_index=True)
    organisation_id = models.BigIntegerField()
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership_id"],
                condition=Q(revoked_at=None),
                name="feed_address_one_live",
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.created_at:%Y-%m-%d}"
