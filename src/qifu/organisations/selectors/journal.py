"""Reading the journal."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from qifu.base import journal
from qifu.base.errors import NotAllowed
from qifu.base.models import JournalHead, JournalLine
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


def search_journal(
    actor: Actor,
    *,
    step: str = "",
    people: set[int] | None = None,
    subject_kind: str = "",
    subject_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
) -> QuerySet[JournalLine]:
    """Lines newest first, for auditors. `until` is not included; `before` is the cursor, a line."""
    lines = journal_visible_to(actor)
    if step:
        lines = lines.filter(step=step)
    if people is not None:
        lines = lines.filter(actor_id__in=people)
    if subject_kind:
        lines = lines.filter(subject_kind=subject_kind)
    if subject_id is not None:
        lines = lines.filter(subject_id=subject_id)
    if since is not None:
        lines = lines.filter(at__gte=since)
    if until is not None:
        lines = lines.filter(at__lt=until)
    if before is not None:
        lines = lines.filter(pk__lt=before)
    return lines


@dataclass(frozen=True)
class SealState:
    """How far the journal is sealed, and how many lines wait (counted to `MOST_WAITING`)."""

    number: int
    waiting: int


MOST_WAITING = 1_000


def seal_state(actor: Actor) -> SealState:
    """Two small queries; nothing is verified. For auditors, for others NotAllowed."""
    _only_auditors(actor)
    head = JournalHead.objects.filter(pk=1).values_list("number", flat=True).first()
    waiting = JournalLine.objects.filter(number=None)[: MOST_WAITING + 1].count()
    return SealState(head or 0, waiting)


def check_seal(actor: Actor) -> journal.Verification:
    """Walk the whole chain, as `qifu journal verify` does. For auditors, for others NotAllowed."""
    _only_auditors(actor)
    return journal.verify()


def _only_auditors(actor: Actor) -> None:
    if not may_read_journal(actor):
        raise NotAllowed(_("操作日志只给有查看权限的人员看。"))
