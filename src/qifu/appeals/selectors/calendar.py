"""The dates that somebody has to keep, for a calendar of their own."""

from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from qifu.appeals.models import Clock
from qifu.appeals.selectors.clocks import DUTIES
from qifu.appeals.selectors.lists import list_of, lists_of
from qifu.appeals.selectors.visible import appeals_visible_to
from qifu.organisations.permissions import Actor

# what a firm waits for, has to supply, may say
_OF_FIRM = ("reply", "info", "unrated")
# the lists of things to do; the others repeat them or look back
_TO_DO = ("intake", "unit", "callbacks")
MOST = 500


def clocks_to_keep(actor: Actor, *, now: datetime) -> list[Clock]:
    """The running clocks of the actor's cases, the first due first, at most MOST.

    A firm: its answers, facts asked for, ratings. An official: the duties of the cases on their
    lists. Each with `moves`, how often its date was set, and `moved_at`, when it was last.
    """
    if actor.is_enterprise:
        cases = appeals_visible_to(actor)
        return list(_told(Q(appeal__in=cases.values("pk"), name__in=_OF_FIRM))[:MOST])
    sides = Q(pk__in=[])
    for name in lists_of(actor):
        if name in _TO_DO:
            rows = list_of(actor, name, now=now).order_by().select_related(None)
            sides |= Q(appeal__in=rows.values("pk"), name__in=DUTIES)
    return list(_told(sides)[:MOST]) if actor.is_unit else []


def _told(wanted: Q) -> QuerySet[Clock]:
    return (
        Clock.objects.filter(wanted, state="running")
        .select_related("appeal")
        .annotate(moves=Count("events"), moved_at=Max("events__at"))
        .order_by("due_at", "pk")
    )
