"""Handling: dispatches, objections, contacts, extensions, replies, supervision, absences."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qifu.appeals.models.appeal import Appeal, AppealPoint
from qifu.organisations.models import Unit


class Dispatch(models.Model):
    """A case given to a unit. `ended_at` is empty while the unit has it.

    `rule` is the rule of the responsibility list that fired ("" = chosen by hand), `suggested` the
    unit that it named; `ended` says how it ended: returned, transferred, replied, withdrawn, …
    """

    class Role(models.TextChoices):
        LEAD = "lead"
        CO = "co"

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="dispatches")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="dispatches")
    role = models.CharField(max_length=4, choices=Role, default=Role.LEAD.value)
    hop = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="onward")
    rule = models.CharField(max_length=64, blank=True)
    suggested = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    city_load = models.BigIntegerField(null=True)
    why = models.TextField(blank=True)
    dispatched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    dispatched_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dispatch_hop_is_one_or_two", condition=Q(hop__gte=1) & Q(hop__lte=2)
            ),
            models.UniqueConstraint(
                fields=["appeal"],
                condition=Q(role="lead", ended_at=None),
                name="dispatch_one_lead_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["unit", "ended", "appeal"], name="dispatches_of_a_unit")]

    def __str__(self) -> str:
        return f"{self.appeal_id} → {self.unit_id}"


class Objection(models.Model):
    """A unit says: not ours, for this reason, on this basis, but theirs. Decided by a person."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld"
        DISMISSED = "dismissed"

    dispatch = models.ForeignKey(Dispatch, on_delete=models.CASCADE, related_name="objections")
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="objection_rows")
    number = models.PositiveSmallIntegerField()
    reason = models.TextField()
    basis = models.TextField()
    suggested = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    raised_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    final = models.BooleanField(default=False)
    decision = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "number"], name="objection_number_once"),
            models.CheckConstraint(
                name="objection_two_at_most", condition=Q(number__gte=1) & Q(number__lte=2)
            ),
            models.UniqueConstraint(
                fields=["appeal"], condition=Q(decided_at=None), name="objection_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} #{self.number} {self.outcome or 'open'}"


class Contact(models.Model):
    """The unit spoke with the firm: with whom, how, with what result."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="contacts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    person = models.CharField(max_length=60)
    channel = models.CharField(max_length=16)
    reached = models.BooleanField(default=True)
    result = models.TextField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person} {self.made_at:%Y-%m-%d}"


class Extension(models.Model):
    """The unit asks for more days, once a round, before the due date; a coordinator decides.

    One that fell away, because the case was answered or withdrawn, has a day and no answer.
    """

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="extensions")
    round = models.PositiveSmallIntegerField(default=1)
    days = models.PositiveSmallIntegerField()
    reason = models.TextField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    granted = models.BooleanField(null=True)
    granted_days = models.PositiveSmallIntegerField(null=True)
    decision = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "round"], name="extension_once_a_round")
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} +{self.days}"


class Reply(models.Model):
    """One answer to an appeal: a version a round; what was said before stays readable.

    `basis` is a list of citations as knowledge.citation reads them.
    """

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="replies")
    round = models.PositiveSmallIntegerField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    outcome = models.CharField(max_length=24)
    basis = models.JSONField(default=list)
    at_once = models.BooleanField(default=False)
    copied_from = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="copies"
    )
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    replied_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "round"], name="reply_one_a_round")
        ]
        ordering = ["round"]

    def __str__(self) -> str:
        return f"{self.appeal_id} round {self.round}"


class PointReply(models.Model):
    """What is answered to one point."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="points")
    point = models.ForeignKey(AppealPoint, on_delete=models.CASCADE, related_name="replies")
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reply", "point"], name="point_answered_once")
        ]
        ordering = ["point__number"]

    def __str__(self) -> str:
        return self.text[:40]


class SupervisionNotice(models.Model):
    """督办书: numbered by year, to the unit that has the case."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="supervisions")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    until = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="supervision_number_once")
        ]

    def __str__(self) -> str:
        return f"督办〔{self.year}〕{self.serial}号"


class Absence(models.Model):
    """A colleague is away; cases are not given to them meanwhile, and the load shows it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()
    note = models.CharField(max_length=100, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="absence_ends_after_it_starts",
                condition=Q(last_day__gte=models.F("first_day")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.first_day}"
