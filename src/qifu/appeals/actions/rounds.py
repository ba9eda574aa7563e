"""What comes round by itself: missed clocks, reminders, silence, units that are gone.

Every job selects by state, does one case a transaction, and says so in the row that selected it:
run twice it does nothing twice, killed it goes on where it was, a week late it still does all.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.clocks import cancel_clocks, refresh_due
from qifu.appeals.actions.common import CLOCK_WORDS, both, tell_coordinators, tell_holder
from qifu.appeals.actions.core import take
from qifu.appeals.actions.guards import held
from qifu.appeals.actions.linking import release_followers
from qifu.appeals.actions.telling import day_words, tell_firm, unit_words
from qifu.appeals.models import Clock, ClockEvent, InfoRequest
from qifu.appeals.selectors.clocks import DUTIES, calendar_now, rule_set_of
from qifu.appeals.states import State
from qifu.base.errors import Refused
from qifu.organisations.permissions import NOBODY
from qifu.rulebook.business_due import BUSINESS
from qifu.rulebook.calendar_days import Calendar
from qifu.rulebook.workdays import SHANGHAI, due_by_working_days

log = logging.getLogger(__name__)
# numbers of a rule set, where it does not say them
INFO_REMINDERS, RATING_REMINDERS, ESCALATE_AFTER = 2, 1, 1
# between two reminders, and between the last one and what follows from silence
BREATH = timedelta(days=1)
SOON, OVERDUE, ESCALATED = 1, 2, 3


def each(numbers: Iterable[int], do: Callable[[int], bool]) -> int:
    """Do one row after the other, each in a transaction of its own; give how many were done.

    A row that somebody changed meanwhile is left. One that fails does not keep the others
    waiting; its error is raised at the end, for the schedule to keep.
    """
    done, failed = 0, None
    for number in numbers:
        try:
            with transaction.atomic():
                done += do(number)
        except Refused as refused:
            log.info("%s %s: %s", do.__name__, number, refused)
        except Exception as error:
            log.exception("%s %s failed", do.__name__, number)
            failed = failed or error
    if failed is not None:
        raise failed
    return done


def mark_missed(*, now: datetime) -> int:
    """Running duties whose moment has passed are missed, once, on record."""
    late = Clock.objects.filter(
        state=Clock.State.RUNNING, missed=False, name__in=DUTIES, due_at__lt=now
    )

    def miss(number: int) -> bool:
        if not late.filter(pk=number).update(missed=True):
            return False
        clock = Clock.objects.get(pk=number)
        ClockEvent.objects.create(
            clock=clock, kind="missed", at=now, old_due=clock.due_at, calendar=clock.calendar
        )
        return True

    return each(_numbers(late), miss)


def remind_due(*, now: datetime) -> int:
    """Tell whoever has to act that a duty is due soon, then that it is overdue, then coordinators.

    Soon is the working day before; a duty of one day, or of minutes, has no day before.
    """
    calendar = calendar_now()
    running = Clock.objects.filter(state=Clock.State.RUNNING, name__in=DUTIES).filter(
        Q(reminded=0, due_at__lt=_not_soon(calendar, now=now))
        | Q(reminded__lt=ESCALATED, due_at__lt=now)
    )

    def told(number: int) -> bool:
        clock = Clock.objects.get(pk=number)
        appeal = held(clock.appeal)
        clock.refresh_from_db()
        before, wanted = clock.reminded, _how_far(clock, calendar, now=now)
        if wanted <= before or not running.filter(pk=number, reminded=before).update(
            reminded=wanted
        ):
            return False
        words = {
            "clock": both(CLOCK_WORDS[clock.name]),
            "due": day_words(clock.due_at),
            "unit": unit_words(appeal.holder),
        }
        if wanted == SOON:
            tell_holder(appeal, "due_soon", now=now, **words)
        if before < OVERDUE <= wanted:
            tell_holder(appeal, "overdue", now=now, **words)
        if wanted == ESCALATED:
            tell_coordinators(appeal, "overdue", now=now, **words)
        return True

    return each(_numbers(running), told)


def _not_soon(calendar: Calendar, *, now: datetime) -> datetime:
    """From when on a due date is not soon: the second working day from today. What is past stays
    chosen, however late the round comes."""
    day = due_by_working_days(now, 2, calendar).due_date
    return datetime.combine(day, time.min, SHANGHAI)


def _how_far(clock: Clock, calendar: Calendar, *, now: datetime) -> int:
    today, due = timezone.localdate(now), timezone.localdate(clock.due_at)
    if clock.due_at < now:
        after = rule_set_of(clock.appeal).number("escalate_after", ESCALATE_AFTER)
        return ESCALATED if calendar.working_days_between(due, today) >= after else OVERDUE
    long = clock.limit["unit"] != BUSINESS and clock.limit["number"] + clock.extra > 1
    return SOON if long and calendar.working_days_between(today, due) <= 1 else 0


def remind_facts(*, now: datetime) -> int:
    """Remind firms of facts that were asked for: as often as the rule set says, evenly spread.

    After days without a worker the reminders still go out, a day apart.
    """
    waiting = InfoRequest.objects.filter(
        answered_at=None, lapsed_at=None, appeal__state=State.NEED_INFO
    )

    def told(number: int) -> bool:
        request = InfoRequest.objects.select_related("appeal").get(pk=number)
        times = rule_set_of(request.appeal).number("info_reminders", INFO_REMINDERS)
        turn = request.reminders + 1
        when = request.asked_at + (request.until - request.asked_at) * turn / (times + 1)
        if request.reminded_at is not None:
            when = max(when, request.reminded_at + BREATH)
        if turn > times or now < when:
            return False
        appeal = held(request.appeal)
        if not waiting.filter(pk=number, reminders=request.reminders).update(
            reminders=turn, reminded_at=now
        ):
            return False
        until = max(request.until, now + BREATH * (times - turn + 1))
        tell_firm(
            appeal, "facts_reminder", question=request.question, until=day_words(until), now=now
        )
        return True

    return each(_numbers(waiting), told)


def lapse_waiting(*, now: datetime) -> int:
    """Facts that did not come, after every reminder: the case is put aside, neither withdrawn nor
    solved. Its clocks stand still as they did; cases merged into it go on by themselves."""
    over = InfoRequest.objects.filter(
        answered_at=None, lapsed_at=None, until__lt=now, appeal__state=State.NEED_INFO
    )

    def lapse(number: int) -> bool:
        request = InfoRequest.objects.get(pk=number)
        appeal = held(request.appeal)
        request.refresh_from_db()
        times = rule_set_of(appeal).number("info_reminders", INFO_REMINDERS)
        if request.reminders < times or not over.filter(pk=number).exists():
            return False
        if request.reminded_at is not None and now < request.reminded_at + BREATH:
            return False
        take(appeal, "lapse", actor=NOBODY, now=now, holder=None)
        InfoRequest.objects.filter(pk=number).update(lapsed_at=now)
        cancel_clocks(appeal, ["info"], now=now)
        refresh_due(appeal)
        release_followers(appeal, now=now)
        tell_firm(appeal, "appeal_lapsed", now=now)
        return True

    return each(_numbers(over), lapse)


def remind_ratings(*, now: datetime) -> int:
    """Ask firms that have not rated an answer yet, evenly spread over the time they have."""
    open_ = Clock.objects.filter(
        name="unrated", state=Clock.State.RUNNING, due_at__gte=now, appeal__state=State.REPLIED
    )

    def told(number: int) -> bool:
        clock = Clock.objects.select_related("appeal").get(pk=number)
        times = rule_set_of(clock.appeal).number("rating_reminders", RATING_REMINDERS)
        part = (clock.due_at - clock.started_at) / (times + 1)
        turns = min(int((now - clock.started_at) / part), times) if part else 0
        if clock.reminded >= turns:
            return False  # before anything is held: most cases wait
        appeal = held(clock.appeal)
        if not open_.filter(pk=number, reminded=clock.reminded).update(reminded=turns):
            return False
        tell_firm(appeal, "rate_reminder", until=day_words(clock.due_at), now=now)
        return True

    return each(_numbers(open_), told)


def close_unrated(*, now: datetime) -> int:
    """No rating in the time there was for it: closed as unrated, never as satisfied."""
    over = Clock.objects.filter(
        name="unrated", state=Clock.State.RUNNING, due_at__lt=now, appeal__state=State.REPLIED
    )

    def close(number: int) -> bool:
        appeal = held(Clock.objects.get(pk=number).appeal)
        if not over.filter(pk=number).exists():
            return False
        take(appeal, "close_unrated", actor=NOBODY, now=now, holder=None, closed_at=now)
        cancel_clocks(appeal, now=now)
        refresh_due(appeal)
        tell_firm(appeal, "appeal_closed", outcome=both(_("期满未评价")), now=now)
        return True

    return each(_numbers(over), close)


def _numbers(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))
