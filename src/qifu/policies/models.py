"""Policies in immutable versions, and the reports that were made from them."""

from django.db import models
from django.db.models import Q

from qifu.organisations.models import Enterprise
from qifu.policies.states import PolicyState


class PolicyVersion(models.Model):
    """One version of one policy. `document` never changes; columns are read out of it for lists."""

    policy_id = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    document = models.JSONField()
    state = models.CharField(
        max_length=12, choices=PolicyState, default=PolicyState.PUBLISHED.value
    )
    title = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    region = models.CharField(max_length=12, blank=True)
    benefit = models.CharField(max_length=24, blank=True)
    kind = models.CharField(max_length=32, blank=True)
    level = models.CharField(max_length=12, blank=True)
    unit_code = models.CharField(max_length=64, blank=True)
    effective_from = models.DateField(null=True)
    effective_to = models.DateField(null=True)
    opens = models.DateField(null=True)
    closes = models.DateField(null=True)
    amount_cap = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    search_text = models.TextField(blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy_id", "version"], name="policy_version_once"),
            models.CheckConstraint(
                name="policy_state_is_known", condition=Q(state__in=["published", "withdrawn"])
            ),
        ]
        indexes = [models.Index(fields=["state", "effective_from"], name="policies_in_force")]

    def __str__(self) -> str:
        return f"{self.policy_id} v{self.version}"


class StoredReport(models.Model):
    """What one enterprise was told on one day, with everything needed to say it again."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="reports")
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(null=True)
    as_of = models.DateField()
    engine = models.CharField(max_length=24)
    city_load = models.BigIntegerField()
    policies = models.JSONField()
    facts = models.JSONField()
    facts_hash = models.CharField(max_length=64)
    result = models.JSONField()
    summary = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["enterprise", "-id"], name="reports_of_a_firm")]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.as_of}"


class SkippedQuestion(models.Model):
    """A question that a firm put aside; asked again after the others."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    fact_key = models.CharField(max_length=64)
    skipped_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "fact_key"], name="question_skipped_once")
        ]

    def __str__(self) -> str:
        return self.fact_key


class MatchMemory(models.Model):
    """Which policies a firm could use when it was last looked at: what is new can be told."""

    enterprise = models.OneToOneField(
        Enterprise, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    eligible = models.JSONField(default=list)
    looked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.enterprise_id}: {len(self.eligible)}"
