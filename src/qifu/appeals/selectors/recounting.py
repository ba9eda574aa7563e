"""What an uploaded calendar does to open clocks: how many still wait, which dates moved."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet

from qifu.appeals.models import Clock, ClockEvent
from qifu.appeals.selectors.visible import appeals_visible_to
from qifu.base.calendar import calendar_version
from qifu.organisations.permissions import Actor


@dataclass(frozen=True)
class Recounting:
    """Open clocks on another calendar than the one in force, and of those on it the uncertain."""

    waiting: int
    provisional: int


def recounting(actor: Actor) -> Recounting | None:
    """How far the open clocks follow the calendar in force; None for those without the duty."""
    if not (actor.is_unit and actor.may("calendar.manage")):
        return None
    live = Clock.objects.filter(state__in=("running", "paused"))
    return Recounting(
        live.exclude(calendar=calendar_version()).count(), live.filter(provisional=True).count()
    )


def moved_clocks(actor: Actor, *, since: datetime) -> QuerySet[ClockEvent]:
    """Dates that another calendar moved, newest first, of the cases that the actor may see.

    A clock that is counted again under another limit stands on its calendar already.
    """
    moved = ClockEvent.objects.filter(kind="recomputed", at__gte=since)
    before = ClockEvent.objects.filter(clock=OuterRef("clock"), pk__lt=OuterRef("pk"))
    return (
        moved.exclude(old_due=F("new_due"))
        .exclude(Exists(before.filter(calendar=OuterRef("calendar"))))
        .filter(clock__appeal__in=appeals_visible_to(actor).order_by().values("pk"))
        .select_related("clock__appeal")
        .order_by("-at", "-pk")
    )
