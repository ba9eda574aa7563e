"""Coordination: more days, reminders, numbered supervision notices, escalation."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qifu.appeals.actions.clocks import extend_clock, live_clock, refresh_due
from qifu.appeals.actions.common import (
    LONGEST_REASON,
    both,
    holder_permission,
    name_of,
    tell_coordinators,
    tell_holder,
    whole,
)
from qifu.appeals.actions.core import said, take
from qifu.appeals.actions.guards import ready_for
from qifu.appeals.actions.telling import day_words, tell_firm, tell_unit, unit_words
from qifu.appeals.models import Appeal, Clock, Extension, SupervisionNotice
from qifu.appeals.selectors.clocks import calendar_now, limit_for, rule_set_of
from qifu.appeals.states import STEPS
from qifu.base.errors import Conflict, WrongState
from qifu.organisations.permissions import Actor
from qifu.rulebook.workdays import due_by_working_days

TRIES = 20
# most working days that a supervision notice may give, where the rule set says nothing
LONGEST_SUPERVISION = 30


@transaction.atomic
def ask_extension(
    appeal: Appeal, *, actor: Actor, now: datetime, days: int, reason: str
) -> Extension:
    """The unit asks for more days, in the unit of its reply limit: before it is due, once a round.

    A coordinator decides; until then the date stays. BadInput at days, reason.
    """
    ready_for(appeal, "ask_extension", actor=actor)
    most = limit_for(appeal, "extension")
    if most is None:
        raise WrongState(_("这类诉求的时限规则没有延期。"))
    _still_running(appeal, now)
    if Extension.objects.filter(appeal=appeal, round=appeal.round).exists():
        raise WrongState(_("这一轮已经申请过延期，只能申请一次。"))
    days = whole(days, "days", most=most.number)
    reason = said(reason, "reason", _("请写明为什么不能按期办结。"), most=LONGEST_REASON)
    take(appeal, "ask_extension", actor=actor, now=now, note=reason)
    extension = Extension.objects.create(
        appeal=appeal, round=appeal.round, days=days, reason=reason, asked_by=actor.user,
        asked_at=now,
    )  # fmt: skip
    tell_coordinators(
        appeal, "extension_asked", unit=unit_words(appeal.lead), days=days, reason=reason, now=now
    )
    return extension


@transaction.atomic
def decide_extension(
    appeal: Appeal,
    *,
    actor: Actor,
    now: datetime,
    grant: bool,
    reason: str = "",
    days: int | None = None,
) -> Extension:
    """A coordinator grants the days that were asked for, fewer or more, or refuses with a reason.

    Granting is over when the due date is. BadInput at days, reason.
    """
    step = "grant_extension" if grant else "refuse_extension"
    ready_for(appeal, step, actor=actor)
    extension = Extension.objects.filter(appeal=appeal, round=appeal.round, decided_at=None).first()
    if extension is None:
        raise WrongState(_("没有等待决定的延期申请。"))
    granted = 0
    if grant:
        _still_running(appeal, now)
        most = limit_for(appeal, "extension")
        wanted = extension.days if days is None else days
        granted = whole(wanted, "days", most=most.number if most else extension.days)
        reason = reason.strip()[:LONGEST_REASON]
    else:
        reason = said(reason, "reason", _("请写明不同意的理由。"), most=LONGEST_REASON)
    take(appeal, step, actor=actor, now=now, note=reason)
    old = appeal.due_at
    Extension.objects.filter(pk=extension.pk).update(
        granted=grant, decision=reason, decided_by=actor.user, decided_at=now,
        granted_days=granted if grant else None,
    )  # fmt: skip
    extension.refresh_from_db()
    if grant:
        extend_clock(appeal, "reply", granted, now=now)
    refresh_due(appeal)
    outcome = pgettext_lazy("延期", "已同意") if grant else pgettext_lazy("延期", "没有同意")
    tell_holder(
        appeal, "extension_decided", outcome=both(outcome), days=granted,
        due=day_words(appeal.due_at), now=now,
    )  # fmt: skip
    if grant:
        tell_firm(
            appeal, "due_changed", old=day_words(old), new=day_words(appeal.due_at),
            # what the unit wrote to the coordinator is not the firm's to read
            reason=reason or both(STEPS[step].words), now=now,
        )  # fmt: skip
    return extension


def _still_running(appeal: Appeal, now: datetime) -> Clock:
    clock = live_clock(appeal, "reply")
    if clock is None or clock.due_at < now:
        raise WrongState(_("时限已过，不能再延期。"))
    return clock


@transaction.atomic
def remind(appeal: Appeal, *, actor: Actor, now: datetime, note: str) -> None:
    """Urge whoever has to act. BadInput at note."""
    ready_for(appeal, "remind", actor=actor)
    note = said(note, "note", _("请写明要催办什么。"), most=LONGEST_REASON)
    take(appeal, "remind", actor=actor, now=now, note=note)
    tell_holder(appeal, "case_reminded", actor=name_of(actor), note=note, now=now)


@transaction.atomic
def supervise(
    appeal: Appeal, *, actor: Actor, now: datetime, reason: str, until_days: int
) -> SupervisionNotice:
    """Issue a supervision notice (督办书), numbered by year, to the unit that has to act.

    `until_days` are working days from today. BadInput at reason, until_days.
    """
    ready_for(appeal, "supervise", actor=actor)
    most = rule_set_of(appeal).number("supervision_most", LONGEST_SUPERVISION)
    until_days = whole(until_days, "until_days", most=most)
    reason = said(reason, "reason", _("请写明为什么督办。"), most=LONGEST_REASON)
    take(appeal, "supervise", actor=actor, now=now, note=reason)
    notice = _numbered(
        SupervisionNotice(
            appeal=appeal, unit=appeal.holder, reason=reason, issued_by=actor.user, issued_at=now,
            until=due_by_working_days(now, until_days, calendar_now()).due,
        )
    )  # fmt: skip
    tell_unit(
        appeal, appeal.holder_id, holder_permission(appeal), "supervision_issued",
        notice=str(notice), unit=unit_words(appeal.holder), reason=reason,
        until=day_words(notice.until), now=now,
    )  # fmt: skip
    return notice


def _numbered(notice: SupervisionNotice) -> SupervisionNotice:
    """Write a notice under the next number of its year, whoever else takes one meanwhile."""
    notice.year = timezone.localdate(notice.issued_at).year
    for _turn in range(TRIES):
        last = SupervisionNotice.objects.filter(year=notice.year).aggregate(n=Max("serial"))["n"]
        notice.serial = (last or 0) + 1
        try:
            with transaction.atomic():
                notice.save(force_insert=True)
        except IntegrityError:
            continue
        return notice
    raise Conflict(_("现在发督办书的人太多，请稍后再试一次。"))


@transaction.atomic
def escalate(appeal: Appeal, *, actor: Actor, now: datetime, reason: str) -> None:
    """Put a case under the coordinators' lead, once; the unit goes on with its work.

    BadInput at reason.
    """
    ready_for(appeal, "escalate", actor=actor)
    if appeal.escalated_at is not None:
        raise WrongState(_("这件诉求已经提级办理。"))
    reason = said(reason, "reason", _("请写明为什么提级。"), most=LONGEST_REASON)
    take(appeal, "escalate", actor=actor, now=now, note=reason, escalated_at=now)
    tell_coordinators(appeal, "case_escalated", reason=reason, now=now)
    tell_holder(appeal, "case_escalated", reason=reason, now=now)
