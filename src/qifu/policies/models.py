"""Policies in immutable versions, the reports made from them, and drafts read from notices."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qifu.organisations.models import Enterprise, Unit
from qifu.policies.states import DraftState, PolicyState


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


class PolicyDraft(models.Model):
    """What was read from one notice, and what officers of one unit did to each clause of it.

    `reading` is `textmine…drafts.Draft.to_json` without its text, which stands in `text`.
    `steps` are the last changes, newest at the end, each with the clauses as they were before:
    what the button "undo" takes back. `revision` goes up by one with every change.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="policy_drafts")
    name = models.CharField(max_length=200)
    area = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=12, choices=DraftState, default=DraftState.READING.value)
    text = models.TextField(blank=True)
    reading = models.JSONField(default=dict)
    steps = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=0)
    made_up = models.BooleanField(default=False)
    # a file waits here until the worker has taken its text out; it is never given to anybody
    upload = models.BinaryField(default=bytes)
    upload_size = models.PositiveIntegerField(default=0)
    assisted = models.BooleanField(default=False)
    why_not = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()
    published = models.OneToOneField(
        PolicyVersion, null=True, on_delete=models.PROTECT, related_name="draft"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="draft_state_is_known", condition=Q(state__in=DraftState.values)
            ),
            models.CheckConstraint(
                name="draft_is_published_with_its_version",
                condition=Q(state="published", published__isnull=False)
                | (~Q(state="published") & Q(published=None)),
            ),
        ]
        indexes = [models.Index(fields=["unit", "-changed_at"], name="drafts_of_a_unit")]

    def __str__(self) -> str:
        return self.name
