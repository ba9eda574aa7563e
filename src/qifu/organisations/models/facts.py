"""Facts of an enterprise, append-only, and disputes about them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qifu.organisations.models.organisation import Enterprise
from qifu.organisations.states import DisputeState


class Fact(models.Model):
    """What a source says of one attribute for one period. Never changed, never deleted.

    `value` is in the catalogue's unit; null means that the source takes back what it said.
    `period` is a year ("2025") or empty. `as_of` is the day the value is true for, `recorded_at`
    when it came here.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="fact_rows")
    attribute = models.CharField(max_length=48)
    period = models.CharField(max_length=4, blank=True)
    source = models.CharField(max_length=32)
    value = models.JSONField(null=True)
    as_of = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["enterprise", "attribute", "period", "id"], name="facts_of_an_enterprise"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} = {self.value} ({self.source})"

    @property
    def key(self) -> str:
        return f"{self.attribute}@{self.period}" if self.period else self.attribute


class Dispute(models.Model):
    """An enterprise says that a fact is wrong; an officer settles it."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="disputes")
    fact = models.ForeignKey(Fact, on_delete=models.PROTECT, related_name="disputes")
    attribute = models.CharField(max_length=48)
    period = models.CharField(max_length=4, blank=True)
    claimed = models.JSONField()
    reason = models.TextField()
    state = models.CharField(max_length=12, choices=DisputeState, default=DisputeState.OPEN.value)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "attribute", "period"],
                condition=Q(state="open"),
                name="dispute_one_open_for_a_fact",
            ),
            models.CheckConstraint(
                name="dispute_settled_has_officer_and_time",
                condition=~Q(state__in=["corrected", "kept"])
                | (Q(settled_by__isnull=False) & Q(settled_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["state", "opened_at"], name="disputes_waiting")]

    def __str__(self) -> str:
        return f"{self.attribute} {self.state}"

    @property
    def key(self) -> str:
        return f"{self.attribute}@{self.period}" if self.period else self.attribute
