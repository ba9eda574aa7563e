"""Clocks start, stand still, go on, are met; every date that they had stays on record."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.common import both
from qifu.appeals.actions.events import complete_step, emit_due_changed
from qifu.appeals.actions.guards import held
from qifu.appeals.actions.telling import day_words, tell_firm
from qifu.appeals.models import Appeal, Clock, ClockEvent, ClockPause, InfoRequest
from qifu.appeals.selectors.clocks import (
    DUTIES,
    calendar_now,
    due_of_clock,
    limit_for,
    limit_from_json,
    limit_to_json,
    spans_of,
)
from qifu.base import journal
from qifu.base.calendar import calendar_version
from qifu.base.errors import WrongState
from qifu.organisations.models import Unit
from qifu.rulebook.workdays import Pause

log = logging.getLogger(__name__)
LIVE = ("running", "paused")
CALENDAR_CHANGED = _("放假安排更新，到期日重新计算")


def start_clock(
    appeal: Appeal,
    name: str,
    *,
    now: datetime,
    since: datetime | None = None,
    unit: Unit | None = None,
    pauses: Iterable[Pause] = (),
) -> Clock | None:
    """Start a clock of the case's rule set, counted from `since` (default: now).

    None where the rule set has no such limit. `pauses` are spans before now that do not count.
    """
    limit = limit_for(appeal, name)
    if limit is None:
        return None
    start = since or now
    version = calendar_version()
    stops = tuple(pauses)
    due = due_of_clock(appeal, limit, start, calendar=calendar_now(), pauses=stops)
    clock = Clock.objects.create(
        appeal=appeal,
        name=name,
        round=appeal.round,
        unit=unit,
        rule_set=appeal.rule_set,
        limit=limit_to_json(limit),
        calendar=version,
        started_at=start,
        due_at=due.due,
        provisional=due.provisional,
    )
    ClockPause.objects.bulk_create(
        [ClockPause(clock=clock, start=p.start, end=p.end, why="before it started") for p in stops]
    )
    _event(clock, "started", now, new=due.due)
    return clock


def live_clock(appeal: Appeal, name: str) -> Clock | None:
    """The running or paused clock of that name, if there is one."""
    return Clock.objects.filter(appeal=appeal, name=name, state__in=LIVE).first()


def meet_clock(appeal: Appeal, name: str, *, now: datetime) -> None:
    """What the clock waited for has happened; late is remembered as missed."""
    _end(appeal, name, Clock.State.MET, now)


def cancel_clocks(appeal: Appeal, names: Iterable[str] | None = None, *, now: datetime) -> None:
    """The case no longer needs these clocks (default: all); nothing was met or missed."""
    live = Clock.objects.filter(appeal=appeal, state__in=LIVE)
    if names is not None:
        live = live.filter(name__in=list(names))
    for clock in live:
        _close_pause(clock, now)
        late = clock.missed or (clock.state == "running" and clock.due_at < now)
        Clock.objects.filter(pk=clock.pk).update(
            state=Clock.State.CANCELLED, ended_at=now, missed=late and clock.name in DUTIES
        )
        _event(clock, "cancelled", now, old=clock.due_at)


def pause_clocks(appeal: Appeal, names: Iterable[str], *, now: datetime, why: str) -> None:
    """Stop running clocks; their due date will move later, never earlier."""
    for clock in Clock.objects.filter(appeal=appeal, name__in=list(names), state="running"):
        ClockPause.objects.create(clock=clock, start=now, why=why[:200])
        Clock.objects.filter(pk=clock.pk).update(state=Clock.State.PAUSED)
        _event(clock, "paused", now, old=clock.due_at, note=why)


def resume_clocks(appeal: Appeal, *, now: datetime) -> None:
    """Let every stopped clock of the case go on."""
    for clock in Clock.objects.filter(appeal=appeal, state="paused"):
        _close_pause(clock, now)
        Clock.objects.filter(pk=clock.pk).update(state=Clock.State.RUNNING)
        clock.state = Clock.State.RUNNING
        _recount(clock, "resumed", now)


def extend_clock(appeal: Appeal, name: str, days: int, *, now: datetime) -> Clock:
    """Add days in the limit's own unit. WrongState for a clock that is not running or is over."""
    clock = live_clock(appeal, name)
    if clock is None or clock.due_at < now:
        raise WrongState(_("时限已过，不能再延期。"))
    Clock.objects.filter(pk=clock.pk).update(extra=clock.extra + days, reminded=0)
    clock.refresh_from_db()
    _recount(clock, "extended", now)
    return clock


def change_limit(appeal: Appeal, name: str, *, now: datetime) -> None:
    """Count a live clock again under the limit that holds for the case now; both dates stay.

    Call it inside the step that changed the case (its matter, its kind, how many units).
    """
    clock = live_clock(appeal, name)
    limit = limit_for(appeal, name)
    if clock is None or limit is None or limit_to_json(limit) == clock.limit:
        return
    Clock.objects.filter(pk=clock.pk).update(
        limit=limit_to_json(limit), rule_set=appeal.rule_set, reminded=0
    )
    clock.refresh_from_db()
    old = clock.due_at
    _recount(clock, "recomputed", now)
    if clock.due_at != old:
        journal.record(
            appeal, "change_limit", actor_id=None, now=now, from_state=appeal.state,
            to_state=appeal.state,
            note=f"{clock.name}: {old.isoformat()} -> {clock.due_at.isoformat()}",
        )  # fmt: skip


def refresh_due(appeal: Appeal) -> None:
    """Bring the case's own dates in line with its clocks. Every action ends with it."""
    live = list(Clock.objects.filter(appeal=appeal, state__in=LIVE).order_by("due_at", "pk"))
    reply = next((clock for clock in live if clock.name == "reply"), None)
    ticking = [clock for clock in live if clock.state == "running" and clock.name != "objection"]
    first = ticking[0] if ticking else None
    wanted: dict[str, Any] = {
        "due_at": reply.due_at if reply else appeal.due_at,
        "due_provisional": reply.provisional if reply else appeal.due_provisional,
        "next_due_at": first.due_at if first else None,
        "next_clock": first.name if first else "",
    }
    Appeal.objects.filter(pk=appeal.pk).update(**wanted)
    for key, value in wanted.items():
        setattr(appeal, key, value)
    complete_step(appeal)


@dataclass(frozen=True)
class Recomputed:
    """How many open clocks were counted again, how many moved, how many became certain."""

    clocks: int
    moved: int
    confirmed: int


def recompute_clocks(
    *, now: datetime, progress: Callable[[int], None] = lambda count: None
) -> Recomputed:
    """Count every open clock again with the calendar in force; both dates are logged.

    Selects clocks by the calendar version they stand on, a case a transaction: killed half-way and
    run again it goes on where it was. A case that cannot be counted does not keep the others
    waiting; its error is raised at the end. Firms are told of a date for their answer that moved.
    """
    total, failed = Recomputed(0, 0, 0), dict[int, Exception]()
    while True:
        # anew each turn: a calendar uploaded meanwhile is the one that clocks stand on from then
        waiting = Clock.objects.filter(state__in=LIVE).exclude(calendar=calendar_version())
        waiting = waiting.exclude(appeal_id__in=list(failed))
        numbers = list(waiting.values_list("appeal_id", flat=True).distinct()[:200])
        if not numbers:
            break
        for appeal in Appeal.objects.filter(pk__in=numbers):
            try:
                with transaction.atomic():
                    one = _recompute_case(held(appeal), now=now)
            except Exception as error:
                log.exception("the clocks of %s cannot be counted again", appeal)
                failed[appeal.pk] = error
                continue
            total = Recomputed(
                *(sum(pair) for pair in zip(astuple(total), astuple(one), strict=True))
            )
            progress(1)
    if failed:
        raise next(iter(failed.values()))
    return total


def _recompute_case(appeal: Appeal, *, now: datetime) -> Recomputed:
    """Every open clock of one case under the calendar in force, with a line where a date moved."""
    counted = moved = confirmed = 0
    stale = Clock.objects.filter(appeal=appeal, state__in=LIVE).exclude(calendar=calendar_version())
    for clock in stale:
        old, certain = clock.due_at, not clock.provisional
        _recount(clock, "recomputed", now)
        counted += 1
        confirmed += not certain and not clock.provisional
        if clock.due_at == old:
            continue
        moved += 1
        if clock.name == "info":
            open_ = InfoRequest.objects.filter(appeal=appeal, answered_at=None)
            open_.update(until=clock.due_at)
        if clock.state == Clock.State.PAUSED:
            continue  # its date moves with every day of the pause; people hear when it goes on
        if clock.due_at > max(old, now) and clock.name in DUTIES:
            # by the calendar that holds it was never due: nobody missed it, who has it hears anew
            Clock.objects.filter(pk=clock.pk).update(missed=False, reminded=0)
        journal.record(
            appeal, "recompute_clock", actor_id=None, now=now, from_state=appeal.state,
            to_state=appeal.state,
            note=f"{clock.name}: {old.isoformat()} -> {clock.due_at.isoformat()}",
        )  # fmt: skip
        if clock.name == "reply":
            tell_firm(
                appeal, "due_changed", old=day_words(old), new=day_words(clock.due_at),
                reason=both(CALENDAR_CHANGED), now=now,
            )  # fmt: skip
            emit_due_changed(appeal, old=old, now=now)
    refresh_due(appeal)
    return Recomputed(counted, moved, confirmed)


def _recount(clock: Clock, kind: str, now: datetime) -> None:
    """The due moment anew, with the calendar in force."""
    old = clock.due_at
    # before the calendar: an upload in between is then counted once more, never missed
    version = calendar_version()
    due = due_of_clock(
        clock.appeal,
        limit_from_json(clock.name, clock.limit),
        clock.started_at,
        calendar=calendar_now(),
        pauses=spans_of(clock, now=now),
        extra=clock.extra,
    )
    Clock.objects.filter(pk=clock.pk).update(
        due_at=due.due, provisional=due.provisional, calendar=version
    )
    clock.due_at, clock.provisional, clock.calendar = due.due, due.provisional, version
    _event(clock, kind, now, old=old, new=due.due)


def _end(appeal: Appeal, name: str, state: str, now: datetime) -> None:
    clock = live_clock(appeal, name)
    if clock is None:
        return
    _close_pause(clock, now)
    late = clock.missed or clock.due_at < now
    Clock.objects.filter(pk=clock.pk).update(state=state, ended_at=now, missed=late)
    _event(clock, str(state), now, old=clock.due_at)


def _close_pause(clock: Clock, now: datetime) -> None:
    for pause in ClockPause.objects.filter(clock=clock, end=None):
        # a server's clock may be put back: a pause never ends before it starts
        ClockPause.objects.filter(pk=pause.pk).update(end=max(now, pause.start))


def _event(
    clock: Clock,
    kind: str,
    now: datetime,
    *,
    old: datetime | None = None,
    new: datetime | None = None,
    note: str = "",
) -> None:
    ClockEvent.objects.create(
        clock=clock, kind=kind, at=now, old_due=old, new_due=new,
        calendar=clock.calendar, note=note[:200],
    )  # fmt: skip
