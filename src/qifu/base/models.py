"""What every room writes: journal lines, outbox rows, the schedule, loads of the city pack."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q


class JournalLine(models.Model):
    """Who did which step to what, when. Written with every step, never changed.

    Plain ids instead of foreign keys: the journal outlives what it speaks of.
    """

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    acting_for = models.BigIntegerField(null=True)
    subject_kind = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    step = models.CharField(max_length=48)
    from_state = models.CharField(max_length=32, blank=True)
    to_state = models.CharField(max_length=32, blank=True)
    note_digest = models.CharField(max_length=64, blank=True)
    number = models.BigIntegerField(null=True, unique=True)
    chain = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="journal_by_subject"),
            models.Index(fields=["actor_id", "id"], name="journal_by_actor"),
            models.Index(fields=["id"], condition=Q(number=None), name="journal_not_sealed"),
        ]
        constraints = [
            models.CheckConstraint(
                name="journal_sealed_lines_have_a_hash",
                condition=(Q(number=None) & Q(chain="")) | (Q(number__gt=0) & ~Q(chain="")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.step} {self.subject_kind} {self.subject_id}"


class JournalNote(models.Model):
    """The words of a line and the salt of their digest; may be deleted, the chain stays whole."""

    line = models.OneToOneField(
        JournalLine, on_delete=models.CASCADE, primary_key=True, related_name="note"
    )
    salt = models.CharField(max_length=32)
    text = models.TextField()

    def __str__(self) -> str:
        return self.text[:40]


class JournalHead(models.Model):
    """How far the journal is sealed; one row. Two sealers at once: one wins."""

    number = models.BigIntegerField(default=0)
    chain = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"sealed to {self.number}"


class OutboxRow(models.Model):
    """What must leave the house or run later. The row is the truth; workers only serve it."""

    class State(models.TextChoices):
        WAITING = "waiting", "等待"
        DONE = "done", "完成"
        DEAD = "dead", "已放弃"

    name = models.CharField(max_length=64)
    key = models.CharField(max_length=128)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "key"], name="outbox_once_for_a_key"),
            models.CheckConstraint(
                name="outbox_state_is_known", condition=Q(state__in=["waiting", "done", "dead"])
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="outbox_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key} {self.state}"


class ScheduleEntry(models.Model):
    """A job that comes round. Selected by being due, never by a window of time."""

    name = models.CharField(max_length=64, unique=True)
    every_minutes = models.PositiveIntegerField()
    next_at = models.DateTimeField()
    last_ran_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class CityLoad(models.Model):
    """One load of a city pack, whole: the newest is in force, the others are its history.

    The documents are kept as text: their order is the order of the pages, and a database's own
    kind of JSON need not keep it (PostgreSQL's does not).
    """

    pack = models.CharField(max_length=64)
    version = models.CharField(max_length=32)
    content_hash = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()
    loaded_by = models.BigIntegerField(null=True)
    content = models.TextField(db_column="documents")
    changes = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.pack} {self.version} {self.loaded_at:%Y-%m-%d}"

    @property
    def documents(self) -> dict[str, Any]:
        """What the pack said, read anew each time."""
        read: dict[str, Any] = json.loads(self.content)
        return read

    @documents.setter
    def documents(self, documents: Mapping[str, Any]) -> None:
        self.content = json.dumps(documents, ensure_ascii=False)


class CalendarUpload(models.Model):
    """The official calendar of one year as an official uploaded it; never changed.

    The newest of a year is in force. `replaces` makes the uploads of a year one chain: of two
    people uploading at once the database lets one win.
    """

    year = models.PositiveSmallIntegerField()
    document = models.JSONField()
    source = models.TextField()
    content_hash = models.CharField(max_length=64)
    uploaded_by = models.BigIntegerField(null=True)
    uploaded_at = models.DateTimeField()
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["year"], condition=Q(replaces=None), name="calendar_year_begins_once"
            ),
            models.CheckConstraint(
                name="calendar_year_is_a_year", condition=Q(year__gte=2004, year__lte=2100)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.uploaded_at:%Y-%m-%d}"
