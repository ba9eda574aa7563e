"""A firm answers the next question, puts it aside, or takes its answer back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from qifu.base.errors import NotAllowed
from qifu.organisations.actions import declare_fact, retract_fact
from qifu.organisations.models import Enterprise, Fact
from qifu.organisations.permissions import Actor
from qifu.policies.models import SkippedQuestion
from qifu.policies.permissions import may_answer


def _allowed(actor: Actor, enterprise: Enterprise) -> None:
    if not may_answer(actor, enterprise):
        raise NotAllowed(_("您在这家企业的角色不能回答问题。"))


@transaction.atomic
def answer_question(
    enterprise: Enterprise, *, actor: Actor, key: str, text: str | Sequence[str], now: datetime
) -> Fact:
    """The answer becomes a fact that the firm states; `key` is "attribute" or "attribute@2025"."""
    _allowed(actor, enterprise)
    attribute, _at, period = key.partition("@")
    fact = declare_fact(
        enterprise,
        actor=actor,
        attribute=attribute,
        period=period,
        text=text,
        as_of=localdate(now),
        now=now,
    )
    SkippedQuestion.objects.filter(enterprise=enterprise, fact_key=key).delete()
    return fact


@transaction.atomic
def skip_question(enterprise: Enterprise, *, actor: Actor, key: str, now: datetime) -> None:
    """Put the question aside; it stays open and comes after the others."""
    _allowed(actor, enterprise)
    SkippedQuestion.objects.get_or_create(
        enterprise=enterprise, fact_key=key[:64], defaults={"skipped_at": now}
    )


@transaction.atomic
def undo_answer(enterprise: Enterprise, *, actor: Actor, key: str, now: datetime) -> None:
    """Take an answer back, or bring back a question that was put aside."""
    _allowed(actor, enterprise)
    put_aside = SkippedQuestion.objects.filter(enterprise=enterprise, fact_key=key)
    if put_aside.delete()[0]:
        return
    attribute, _at, period = key.partition("@")
    retract_fact(enterprise, actor=actor, attribute=attribute, period=period, now=now)
