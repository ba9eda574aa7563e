"""Clocks of a case: when they started, stood still, were met or missed, and every date they had."""

from django.db import models
from django.db.models import Q

from qifu.appeals.models.appeal import Appeal
from qifu.organisations.models import Unit


class Clock(models.Model):
    """One limit that runs for one case.

    `name` is a clock of the rule sets (contact, acknowledge, objection, reply, info, callback,
    unrated, reopen, contest); `limit` is the Limit it was started with as plain data, `calendar`
    the calendar version (base.calendar) its date was computed with, `extra` what an extension
    added in the limit's unit. `reminded` is how far people were told: 0 no, 1 soon, 2 overdue,
    3 escalated; it makes the reminding jobs repeatable.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        MET = "met"
        CANCELLED = "cancelled"

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="clocks")
    name = models.CharField(max_length=16)
    round = models.PositiveSmallIntegerField(default=1)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    rule_set = models.CharField(max_length=40)
    limit = models.JSONField()
    extra = models.PositiveSmallIntegerField(default=0)
    calendar = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING.value)
    ended_at = models.DateTimeField(null=True)
    missed = models.BooleanField(default=False)
    reminded = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "name"],
                condition=Q(state__in=["running", "paused"]),
                name="clock_one_live_of_a_name",
            ),
            models.CheckConstraint(
                name="clock_ended_has_a_time",
                condition=Q(state__in=["running", "paused"]) | Q(ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="clocks_by_due"),
            models.Index(fields=["name", "state"], name="clocks_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.due_at:%Y-%m-%d}"


class ClockPause(models.Model):
    """A span in which a clock stood still; without an end it still does."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="pauses")
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)
    why = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clock_pause_ends_after_it_starts",
                condition=Q(end=None) | Q(end__gte=models.F("start")),
            ),
            models.UniqueConstraint(
                fields=["clock"], condition=Q(end=None), name="clock_one_open_pause"
            ),
        ]

    def __str__(self) -> str:
        return self.why


class ClockEvent(models.Model):
    """What happened to a clock, never changed: both dates stay on record.

    `kind`: started, paused, resumed, extended, met, missed, cancelled, recomputed.
    """

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    old_due = models.DateTimeField(null=True)
    new_due = models.DateTimeField(null=True)
    calendar = models.BigIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"
