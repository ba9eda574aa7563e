"""After the reply: ratings, callbacks, and the gaps in policy that closed cases left."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qifu.appeals.models.appeal import Appeal
from qifu.appeals.models.handling import Reply


class Rating(models.Model):
    """What the firm said of one reply. Append-only, one a reply.

    `level` 5 非常满意, 4 满意, 3 基本满意, 2 不满意, 1 非常不满意 (国办发〔2019〕51号);
    `solved` is the firm's own word on whether the matter is solved, None where not said.
    """

    reply = models.OneToOneField(Reply, on_delete=models.PROTECT, related_name="rating")
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="ratings")
    level = models.PositiveSmallIntegerField()
    tags = models.JSONField(default=list)
    solved = models.BooleanField(null=True)
    text = models.TextField(blank=True)
    rated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    rated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="rating_has_five_levels", condition=Q(level__gte=1) & Q(level__lte=5)
            )
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id}: {self.level}"


class Callback(models.Model):
    """回访: opened by every 不满意 or 非常不满意, closed by one of its outcomes.

    The proposal of a justified closing (`clause`, `explanation`) waits for a coordinator.
    """

    class Outcome(models.TextChoices):
        WANTS_MORE = "wants_more"
        JUSTIFIED = "justified"
        UNREACHABLE = "unreachable"
        MISCLICK = "misclick"
        WITHDRAWN = "withdrawn"

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="callbacks")
    rating = models.OneToOneField(Rating, on_delete=models.PROTECT, related_name="callback")
    opened_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    note = models.TextField(blank=True)
    clause = models.CharField(max_length=300, blank=True)
    clause_law = models.CharField(max_length=64, blank=True)
    clause_article = models.CharField(max_length=24, blank=True)
    explanation = models.TextField(blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True)
    confirm_asked_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal"], condition=Q(closed_at=None), name="callback_one_open"
            ),
            models.CheckConstraint(
                name="callback_closed_has_an_outcome",
                condition=Q(closed_at=None) | ~Q(outcome=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.outcome or 'open'}"


class CallbackAttempt(models.Model):
    """One try to reach the firm; `half_day` is "2026-11-22 am" in Asia/Shanghai."""

    callback = models.ForeignKey(Callback, on_delete=models.PROTECT, related_name="attempts")
    at = models.DateTimeField()
    half_day = models.CharField(max_length=13)
    channel = models.CharField(max_length=16)
    reached = models.BooleanField()
    note = models.TextField(blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.half_day} {'reached' if self.reached else 'not reached'}"


class PolicyGap(models.Model):
    """What a firm needed and a clause does not allow: recorded by every justified closing.

    A case that was reopened may end there twice, by another clause.
    """

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="gaps")
    callback = models.OneToOneField(Callback, on_delete=models.PROTECT, related_name="gap")
    matter = models.CharField(max_length=48, blank=True)
    clause = models.CharField(max_length=300)
    clause_law = models.CharField(max_length=64, blank=True)
    clause_article = models.CharField(max_length=24, blank=True)
    explanation = models.TextField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["clause", "recorded_at"], name="gaps_by_clause")]

    def __str__(self) -> str:
        return self.clause
