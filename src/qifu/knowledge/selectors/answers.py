"""Answers: the version of each that counts on a day, and what officers may look at besides."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from qifu.base.models import JournalLine
from qifu.knowledge.models import Answer
from qifu.knowledge.permissions import may_edit_answers
from qifu.organisations.permissions import Actor


def answers_in_force(on: date, *, matter: str = "") -> QuerySet[Answer]:
    """The version of each answer that counts on a day: the newest that has begun, if not over."""
    begun = Answer.objects.filter(Q(valid_from=None) | Q(valid_from__lte=on), state="published")
    newer = begun.filter(code=OuterRef("code"), version__gt=OuterRef("version"))
    found = begun.filter(~Exists(newer)).filter(Q(valid_to=None) | Q(valid_to__gte=on))
    return found.filter(matter=matter) if matter else found


def answer_for(actor: Actor, code: str, version: int | None = None, *, on: date) -> Answer:
    """One answer: the version in force, or the one asked for; else Answer.DoesNotExist.

    A published version that does not count today is still read, so that old links and replies
    that cite it work; retired and withdrawn ones are for those who write answers.
    """
    versions = versions_of(actor, code)
    if version is not None:
        return versions.get(version=version)
    found = answers_in_force(on).filter(code=code).first() or versions.first()
    if found is None:
        raise Answer.DoesNotExist
    return found


def versions_of(actor: Actor, code: str) -> QuerySet[Answer]:
    """All versions of an answer that one may see, newest first."""
    versions = Answer.objects.filter(code=code).order_by("-version")
    return versions if may_edit_answers(actor) else versions.filter(state="published")


def answers_to_edit(
    actor: Actor, *, text: str = "", matter: str = "", state: str = ""
) -> QuerySet[Answer]:
    """The newest version of every answer, for those who write them; nothing for others.

    `text`: every word must occur in the code, the question or the answer.
    """
    if not may_edit_answers(actor):
        return Answer.objects.none()
    newer = Answer.objects.filter(code=OuterRef("code"), version__gt=OuterRef("version"))
    found = Answer.objects.filter(~Exists(newer))
    for word in text.split()[:8]:
        found = found.filter(
            Q(code__icontains=word)
            | Q(question_zh__icontains=word)
            | Q(question_en__icontains=word)
            | Q(answer_zh__icontains=word)
        )
    if matter:
        found = found.filter(matter=matter)
    if state:
        found = found.filter(state=state)
    return found.order_by("-written_at", "code")


def journal_of_answer(actor: Actor, code: str) -> list[JournalLine]:
    """The steps on every version of an answer, newest first, for those who write answers."""
    if not may_edit_answers(actor):
        return []
    numbers = Answer.objects.filter(code=code).values("pk")
    lines = JournalLine.objects.filter(subject_kind="answer", subject_id__in=numbers)
    return list(lines.select_related("note").order_by("-pk")[:100])
