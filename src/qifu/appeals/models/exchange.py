"""Exchange with an outside hotline: its orders, where they contradict ours, what it is told."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qifu.appeals.models.appeal import Appeal


class ExchangeOrder(models.Model):
    """A work order of a partner: one external id, one case, however often it comes.

    `content` is what the partner said last, field by field; `ours` what the case said when both
    were last in line: what differs from it was changed here. `supplements` are digests of what
    was added, so that nothing is added twice. `updated` is the partner's own time of the change.
    """

    partner = models.CharField(max_length=24)
    external_id = models.CharField(max_length=64)
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="exchange_orders")
    content = models.JSONField(default=dict)
    ours = models.JSONField(default=dict)
    supplements = models.JSONField(default=list)
    updated = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "external_id"], name="order_id_once")
        ]
        indexes = [models.Index(fields=["partner", "-changed_at"], name="orders_by_change")]

    def __str__(self) -> str:
        return f"{self.partner} {self.external_id}"


class ExchangeConflict(models.Model):
    """One field in which what came differs from what is here; a person decides which holds."""

    class State(models.TextChoices):
        OPEN = "open"
        TAKEN = "taken"  # theirs holds
        KEPT = "kept"  # ours stays
        GONE = "gone"  # the partner came round by itself

    order = models.ForeignKey(ExchangeOrder, on_delete=models.CASCADE, related_name="conflicts")
    field = models.CharField(max_length=16)
    theirs = models.TextField(blank=True)
    ours = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN.value)
    found_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "field"],
                condition=Q(state="open"),
                name="conflict_one_open_a_field",
            ),
            models.CheckConstraint(
                name="conflict_settled_says_why",
                condition=~Q(state__in=["taken", "kept"]) | ~Q(reason=""),
            ),
        ]
        indexes = [models.Index(fields=["state", "found_at"], name="conflicts_by_state")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.field} {self.state}"


class ExchangeStatus(models.Model):
    """A step of a case that its partner is told of.

    Written with the step, numbered later, a partner's numbers without a gap: one that commits late
    gets a later number and is never passed over. From its number on `data` does not change.
    """

    partner = models.CharField(max_length=24)
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="exchange_statuses")
    line = models.BigIntegerField(unique=True)  # the journal line of the step
    step = models.CharField(max_length=40)
    to_state = models.CharField(max_length=20)
    at = models.DateTimeField()
    number = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    file = models.CharField(max_length=80, blank=True)
    sent_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "number"], name="status_number_once")
        ]
        indexes = [
            models.Index(fields=["partner", "file", "number"], name="statuses_by_file"),
            models.Index(
                fields=["partner", "line"], condition=Q(number=None), name="statuses_unnumbered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} {self.number or '?'} {self.step}"


class ExchangeFile(models.Model):
    """A file of a partner that was taken in; the same bytes again are not read again."""

    partner = models.CharField(max_length=24)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    taken_at = models.DateTimeField()
    counts = models.JSONField(default=dict)  # outcome → rows
    problem = models.CharField(max_length=500, blank=True)  # why the whole file could not be read

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "digest"], name="file_once")]

    def __str__(self) -> str:
        return f"{self.partner} {self.name}"
