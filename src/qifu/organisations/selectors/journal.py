"""Reading the journal."""

from django.db import models
from django.db.models import QuerySet

from qifu.base.models import JournalLine
from qifu.organisations.permissions import Actor, may_read_journal


def journal_visible_to(actor: Actor) -> QuerySet[JournalLine]:
    """The whole journal, newest first, for auditors; for others nothing."""
    if not may_read_journal(actor):
        return JournalLine.objects.none()
    return JournalLine.objects.select_related("note").order_by("-pk")


def journal_of(actor: Actor, subject: models.Model) -> QuerySet[JournalLine]:
    """The lines of one thing that the caller was already allowed to see."""
    if not actor.signed_in:
        return JournalLine.objects.none()
    return (
        JournalLine.objects.filter(
            subject_kind=subject._meta.model_name or "", subject_id=subject.pk
        )
        .select_related("note")
        .order_by("pk")
    )
