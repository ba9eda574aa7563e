"""A unit was dissolved while it held cases: they go back to a desk that is there."""

import logging
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from qifu.appeals.actions.clocks import cancel_clocks, refresh_due
from qifu.appeals.actions.common import (
    desk_of,
    drop_open_questions,
    end_dispatch,
    followers_go_along,
    tell_holder,
)
from qifu.appeals.actions.core import take
from qifu.appeals.actions.guards import dissolved, held
from qifu.appeals.actions.intake import hand_over_clocks
from qifu.appeals.actions.rounds import each
from qifu.appeals.actions.telling import tell_firm, unit_words
from qifu.appeals.models import Appeal
from qifu.appeals.states import BEFORE_REPLY, OPEN, STEPS, State
from qifu.organisations.models import Unit
from qifu.organisations.permissions import NOBODY

log = logging.getLogger(__name__)
_GOES_BACK = STEPS["take_back"].sources


def take_over_dissolved(*, now: datetime) -> int:
    """Cases whose lead is gone go back to the intake desk, which dispatches them anew; where only
    a desk is gone, the desk of the pack in force has them. The firm's dates stay.

    A person decides where a case goes next: the responsibility list names the deputy. Where the
    pack names no desk that is there, nothing moves and the log says so.
    """
    today = timezone.localdate(now)
    # one that waits for its master's answer goes along with that one
    waits = Q(merged_into__isnull=False, state__in=[str(s.value) for s in BEFORE_REPLY])
    orphans = Appeal.objects.exclude(waits).filter(
        Q(state__in=[str(s.value) for s in OPEN], holder__dissolved_on__lte=today)
        | Q(state__in=[str(s.value) for s in _GOES_BACK], lead__dissolved_on__lte=today)
    )

    def take_over(number: int) -> bool:
        appeal = held(Appeal.objects.get(pk=number))
        if not orphans.filter(pk=number).exists():
            return False
        desk = _intake(appeal, now=now)
        if desk is None:
            log.warning("%s: its unit is dissolved and the city names no desk", appeal)
            return False
        gone = appeal.lead
        if appeal.state in _GOES_BACK and gone is not None and dissolved(gone, now=now):
            _take_back(appeal, gone, desk, now=now)
        else:
            _change_desk(appeal, desk, now=now)
        return True

    return each(orphans.order_by("pk").values_list("pk", flat=True), take_over)


def _intake(appeal: Appeal, *, now: datetime) -> Unit | None:
    """The desk that took the case in, or the one that does now."""
    for unit in (appeal.intake_unit, desk_of("intake_unit", appeal, now=now)):
        if unit is not None and not dissolved(unit, now=now):
            return unit
    return None


def _take_back(appeal: Appeal, gone: Unit, desk: Unit, *, now: datetime) -> None:
    take(
        appeal, "take_back", actor=NOBODY, now=now, lead=None, handler=None, hop=0, at_once=False,
        holder=desk, intake_unit=desk,
    )  # fmt: skip
    end_dispatch(appeal, "dissolved", now=now)
    drop_open_questions(appeal, now=now)
    cancel_clocks(appeal, ["acknowledge", "objection"], now=now)
    hand_over_clocks(appeal, desk)
    _told(appeal, gone, now=now)


def _change_desk(appeal: Appeal, desk: Unit, *, now: datetime) -> None:
    gone, holder = appeal.holder, desk
    if appeal.state == State.CALLBACK_DUE:
        holder = desk_of("callback_unit", appeal, now=now) or desk
    elif appeal.state == State.OBJECTED and appeal.objections > 1:
        holder = desk_of("coordinator_unit", appeal, now=now) or desk
    if dissolved(holder, now=now):
        holder = desk
    take(appeal, "change_desk", actor=NOBODY, now=now, holder=holder, intake_unit=desk)
    _told(appeal, gone, now=now)


def _told(appeal: Appeal, gone: Unit | None, *, now: datetime) -> None:
    refresh_due(appeal)
    followers_go_along(appeal)
    words = {"unit": unit_words(gone), "desk": unit_words(appeal.holder)}
    tell_holder(appeal, "unit_dissolved", now=now, **words)
    tell_firm(appeal, "unit_dissolved", now=now, **words)
