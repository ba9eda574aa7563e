"""What the intake desk saw and decided: scope, suggestions of the rules, links between cases."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qifu.appeals.models.appeal import Appeal


class ScopeDecision(models.Model):
    """Taken in or not, by a person. `exclusion` is a code of the pack's scope rules."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="scope_decisions")
    accepted = models.BooleanField()
    exclusion = models.CharField(max_length=48, blank=True)
    reason = models.TextField(blank=True)
    channel = models.TextField(blank=True)
    suggested = models.JSONField(default=list)  # what the rules had suggested: exclusion codes
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField()
    city_load = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="scope_exclusion_says_why_and_where_to",
                condition=Q(accepted=True) | (~Q(exclusion="") & ~Q(reason="") & ~Q(channel="")),
            )
        ]

    def __str__(self) -> str:
        return "accepted" if self.accepted else self.exclusion


# what the names of trained models begin with, in `Suggestion.model`
BY_MODEL = "text "


class Suggestion(models.Model):
    """What rules or a model suggested for a case, and what a person made of it.

    `about` is matter, scope, unit or repeat; `top` up to three [{"code", "score", "why"}];
    `chosen` is what the person chose: equal to the first one = accepted, else corrected.
    """

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="suggestions")
    about = models.CharField(max_length=12)
    model = models.CharField(max_length=80)
    top = models.JSONField(default=list)
    chosen = models.CharField(max_length=64, blank=True)
    suggested_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "about", "model"], name="suggestion_once_a_model"
            )
        ]

    def __str__(self) -> str:
        return f"{self.about}: {self.chosen or '?'}"


class Link(models.Model):
    """Two cases that belong together."""

    class Kind(models.TextChoices):
        REPEAT = "repeat"
        DUPLICATE = "duplicate"
        CHILD = "child"
        MERGED = "merged"
        RELATED = "related"

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=12, choices=Kind)
    note = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "other", "kind"], name="link_once"),
            models.CheckConstraint(
                name="link_not_to_itself", condition=~Q(appeal=models.F("other"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.kind} {self.other_id}"


class TextBand(models.Model):
    """One band of the MinHash signature of a case's text: cases that share one may be alike."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="bands")
    band = models.PositiveSmallIntegerField()
    value = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["value", "band"], name="bands_by_value")]
        constraints = [models.UniqueConstraint(fields=["appeal", "band"], name="band_once_a_case")]

    def __str__(self) -> str:
        return f"{self.band}: {self.value}"
