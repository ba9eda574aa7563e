"""Whose case it is, decided: the desk decides the first objection, a coordinator the second."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.clocks import cancel_clocks, live_clock, refresh_due, start_clock
from qifu.appeals.actions.common import both, end_dispatch, followers_go_along
from qifu.appeals.actions.core import said, take
from qifu.appeals.actions.guards import ready_for
from qifu.appeals.actions.telling import tell_unit
from qifu.appeals.models import Appeal, Objection
from qifu.appeals.states import MOST_OBJECTIONS
from qifu.organisations.permissions import Actor

LONGEST_REASON = 2_000
UPHELD, DISMISSED = _("成立"), _("不成立")


@transaction.atomic
def uphold_objection(appeal: Appeal, *, actor: Actor, now: datetime, reason: str) -> None:
    """The unit is right: the case goes back to the desk, the hop does not count. Clocks run on.

    The second decision is final: nobody may object to the next dispatch. BadInput at reason.
    """
    ready_for(appeal, "uphold", actor=actor)
    reason = _reason(reason)
    unit_id, final = appeal.lead_id, appeal.objections >= MOST_OBJECTIONS
    take(
        appeal, "uphold", actor=actor, now=now, note=reason, lead=None, handler=None, hop=0,
        holder=appeal.intake_unit, locked=final,
    )  # fmt: skip
    _decided(appeal, Objection.Outcome.UPHELD, reason, final, actor=actor, now=now)
    end_dispatch(appeal, "returned", now=now)
    cancel_clocks(appeal, ["acknowledge", "objection"], now=now)
    followers_go_along(appeal)
    refresh_due(appeal)
    _tell(appeal, unit_id, both(UPHELD), reason, now=now)


@transaction.atomic
def dismiss_objection(appeal: Appeal, *, actor: Actor, now: datetime, reason: str) -> None:
    """The unit keeps the case. After the first decision it may object once more, to a coordinator;
    the second one locks the case. Clocks run on. BadInput at reason."""
    ready_for(appeal, "dismiss", actor=actor)
    reason = _reason(reason)
    final = appeal.objections >= MOST_OBJECTIONS
    take(appeal, "dismiss", actor=actor, now=now, note=reason, holder=appeal.lead, locked=final)
    _decided(appeal, Objection.Outcome.DISMISSED, reason, final, actor=actor, now=now)
    if live_clock(appeal, "acknowledge") is None:
        start_clock(appeal, "acknowledge", now=now, unit=appeal.lead)
    cancel_clocks(appeal, ["objection"], now=now)
    if not final:
        start_clock(appeal, "objection", now=now, unit=appeal.lead)
    followers_go_along(appeal)
    refresh_due(appeal)
    _tell(appeal, appeal.lead_id, both(DISMISSED), reason, now=now)


def _reason(reason: str) -> str:
    return said(reason, "reason", _("请写明裁定的理由，承办单位会看到。"), most=LONGEST_REASON)


def _decided(
    appeal: Appeal, outcome: str, reason: str, final: bool, *, actor: Actor, now: datetime
) -> None:
    Objection.objects.filter(appeal=appeal, decided_at=None).update(
        outcome=outcome, final=final, decision=reason, decided_by=actor.user, decided_at=now
    )


def _tell(
    appeal: Appeal, unit_id: int | None, outcome: dict[str, str], reason: str, *, now: datetime
) -> None:
    tell_unit(
        appeal, unit_id, "appeals.handle", "objection_decided", outcome=outcome, reason=reason,
        now=now,
    )  # fmt: skip
