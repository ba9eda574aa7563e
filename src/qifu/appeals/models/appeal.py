"""One demand of one enterprise, its points, its attachments, and what was asked back."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from qifu.appeals.states import FORGOTTEN, OPEN, WITH_LEAD, Kind, State
from qifu.organisations.models import Enterprise, Unit

_STATES = [str(state) for state in State.values]
# in order: the migration must not differ from one run to the next
_WITH_LEAD = sorted(str(state.value) for state in WITH_LEAD)
_OPEN = sorted(str(state.value) for state in OPEN)


class Appeal(models.Model):
    """One demand. Changed only by steps of the table in `states`, through actions.

    `holder` is the unit that has to act now, `lead` the unit that answers. `due_at` is the reply
    clock's due moment; `next_due_at` and `next_clock` the earliest running clock: both are kept
    here for lists and follow from the clocks. `region` is a division code; `matter` a code of the
    pack. `submitted_at` is the first submission and never moves.
    """

    number = models.CharField(max_length=24, blank=True)  # empty while it is a draft
    channel = models.CharField(max_length=24, default="web")
    external_id = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.INQUIRY.value)
    matter = models.CharField(max_length=48, blank=True)
    region = models.CharField(max_length=12, blank=True)
    title = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    text_digest = models.CharField(max_length=64, blank=True)
    enterprise = models.ForeignKey(
        Enterprise, null=True, on_delete=models.PROTECT, related_name="appeals"
    )
    requester = models.CharField(max_length=200, blank=True)  # where no firm is known
    contact_name = models.CharField(max_length=60, blank=True)
    contact_phone = models.CharField(max_length=24, blank=True)

    state = models.CharField(max_length=20, choices=State, default=State.DRAFT.value)
    round = models.PositiveSmallIntegerField(default=1)
    hop = models.PositiveSmallIntegerField(default=0)
    objections = models.PositiveSmallIntegerField(default=0)
    locked = models.BooleanField(default=False)  # the last objection was decided finally
    several = models.BooleanField(default=False)  # needs several departments: longer limit
    at_once = models.BooleanField(default=False)  # answered by the intake desk itself
    contested = models.BooleanField(default=False)
    escalated_at = models.DateTimeField(null=True)
    intake_unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="intake_of"
    )
    holder = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="appeals_held"
    )
    # its index is `appeals_led` below: what a unit may see, and the newest of it, come from there
    lead = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="appeals_led", db_index=False
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    rule_set = models.CharField(max_length=40, blank=True)
    city_load = models.BigIntegerField(null=True)  # the pack whose clock rules hold for this case

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    contacted_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    due_provisional = models.BooleanField(default=False)
    next_due_at = models.DateTimeField(null=True)
    next_clock = models.CharField(max_length=16, blank=True)

    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="followers"
    )
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    made_up = models.BooleanField(default=False)

    # the event of the last step taken on this object, and the dates that it tells
    last_event: tuple[int, dict[str, Any]] | None = None

    class Meta:
        constraints = [
            models.CheckConstraint(name="appeal_state_is_known", condition=Q(state__in=_STATES)),
            models.CheckConstraint(
                name="appeal_kind_is_known", condition=Q(kind__in=[str(k) for k in Kind.values])
            ),
            models.CheckConstraint(
                name="appeal_follows_another_case", condition=~Q(merged_into=models.F("id"))
            ),
            models.CheckConstraint(
                name="appeal_is_of_another_case", condition=~Q(parent=models.F("id"))
            ),
            models.CheckConstraint(name="appeal_two_hops_at_most", condition=Q(hop__lte=2)),
            models.CheckConstraint(
                name="appeal_two_objections_at_most", condition=Q(objections__lte=2)
            ),
            models.CheckConstraint(
                name="appeal_submitted_has_number_time_and_desk",
                condition=Q(state="draft")
                | (~Q(number="") & Q(submitted_at__isnull=False) & Q(intake_unit__isnull=False)),
            ),
            models.CheckConstraint(
                name="appeal_has_a_lead_while_it_is_handled",
                condition=~Q(state__in=_WITH_LEAD) | Q(lead__isnull=False),
            ),
            models.CheckConstraint(
                name="appeal_open_has_a_holder",
                condition=~Q(state__in=_OPEN) | Q(holder__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="appeal_number_once"
            ),
            models.UniqueConstraint(
                fields=["channel", "external_id"],
                condition=~Q(external_id=""),
                name="appeal_external_id_once_a_channel",
            ),
            models.UniqueConstraint(
                fields=["created_by", "key"],
                condition=~Q(key=""),
                name="appeal_idempotency_key_once",
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "-submitted_at"], name="appeals_of_a_firm"),
            models.Index(fields=["holder", "state", "next_due_at"], name="appeals_held_by_due"),
            models.Index(fields=["lead", "state", "next_due_at", "id"], name="appeals_led_by_due"),
            models.Index(fields=["lead", "submitted_at", "id"], name="appeals_led"),
            models.Index(fields=["state", "next_due_at"], name="appeals_by_state_and_due"),
            models.Index(fields=["text_digest"], name="appeals_by_text"),
            # whatever narrows a list of all cases, it stands in this index
            models.Index(
                fields=["submitted_at", "id", "state", "kind", "matter", "region", "lead"],
                name="appeals_by_submission",
            ),
            models.Index(fields=["state", "submitted_at", "id"], name="appeals_by_state"),
            models.Index(
                fields=["next_due_at", "id"],
                name="appeals_by_due",
                condition=Q(next_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"draft {self.pk}"

    @property
    def people(self) -> list[str]:
        """The names that the case holds: masked wherever its words are masked."""
        return [self.contact_name, self.requester.removesuffix(FORGOTTEN)]


class AppealPoint(models.Model):
    """One question of an appeal; each gets its own answer."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="points")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "number"], name="point_number_once")
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}. {self.text[:30]}"


class InfoRequest(models.Model):
    """The intake desk asked for facts; the reply clock stands still until they come."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="info_requests")
    question = models.TextField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal"],
                condition=Q(answered_at=None),
                name="info_request_one_open",
            )
        ]

    def __str__(self) -> str:
        return self.question[:40]


class Attachment(models.Model):
    """A file of a case: in quarantine until it was looked at, and only ever downloaded."""

    class Check(models.TextChoices):
        QUARANTINED = "quarantined"
        CLEAN = "clean"
        REJECTED = "rejected"

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    file = models.FileField(upload_to="appeals/%Y/%m/")
    state = models.CharField(max_length=12, choices=Check, default=Check.QUARANTINED.value)
    finding = models.CharField(max_length=200, blank=True)
    internal = models.BooleanField(default=False)  # for the government side only
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
