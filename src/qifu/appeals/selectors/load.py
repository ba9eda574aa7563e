"""Who of a unit has how much, who is away, and the gaps in policy that closed cases left."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from qifu.accounts.models import User
from qifu.appeals.models import Absence, Appeal, PolicyGap
from qifu.appeals.permissions import may_see_gaps
from qifu.appeals.selectors.lists import late_cases
from qifu.appeals.selectors.visible import sees_everything
from qifu.appeals.states import State
from qifu.base.city import current_city
from qifu.organisations.models import Membership, Unit
from qifu.organisations.permissions import Actor

_IN_HAND = (State.DISPATCHED, State.HANDLING, State.REVIEW, State.REHANDLING, State.OBJECTED)


@dataclass(frozen=True)
class Colleague:
    """Somebody who handles cases: how many are open, how many of them late, away until when."""

    user: User
    open: int
    overdue: int
    away_until: date | None


def load_of(actor: Actor, unit: Unit, *, now: datetime) -> list[Colleague]:
    """The handlers of a unit, those with the fewest open cases first, the absent ones last.

    For colleagues of the unit and for desks that see every case; for others empty.
    """
    colleague = actor.may("appeals.handle") and actor.organisation_id == unit.pk
    if not (colleague or sees_everything(actor)):
        return []
    roles = [code for code, role in current_city().roles.items() if "appeals.handle" in role.may]
    members = Membership.objects.filter(
        organisation_id=unit.pk, ended_at=None, role__in=roles, user__is_active=True
    )
    people = {member.user_id: member.user for member in members.select_related("user")}
    late = Q(pk__in=late_cases(now).values("appeal_id"))
    counted = {
        handler: (open_, overdue)
        for handler, open_, overdue in Appeal.objects.filter(
            lead=unit, handler__in=people, state__in=_IN_HAND
        )
        .values("handler")
        .annotate(open=Count("pk"), late=Count("pk", filter=late))
        .order_by()
        .values_list("handler", "open", "late")
    }
    today = timezone.localdate(now)
    away: dict[int, date] = {}
    for absence in Absence.objects.filter(
        user__in=people, unit=unit, first_day__lte=today, last_day__gte=today
    ):
        away[absence.user_id] = max(absence.last_day, away.get(absence.user_id, today))
    found = [
        Colleague(user, *counted.get(pk, (0, 0)), away_until=away.get(pk))
        for pk, user in people.items()
    ]
    return sorted(found, key=lambda one: (one.away_until is not None, one.open, one.user.pk))


def absences_of(actor: Actor, *, now: datetime) -> QuerySet[Absence]:
    """Absences of the actor's own unit that are not over yet, the next one first."""
    if not (actor.is_unit and (actor.may("appeals.handle") or actor.may("people.manage"))):
        return Absence.objects.none()
    return (
        Absence.objects.filter(unit_id=actor.organisation_id, last_day__gte=timezone.localdate(now))
        .select_related("user")
        .order_by("first_day", "pk")
    )


def absence_for(actor: Actor, pk: int, *, now: datetime) -> Absence:
    """One absence of the actor's own unit that is not over yet; else DoesNotExist."""
    return absences_of(actor, now=now).get(pk=pk)


@dataclass(frozen=True)
class GapCount:
    """How often a clause stood in the way, for which matters, when last."""

    clause: str
    law: str
    article: str
    cases: int
    matters: tuple[str, ...]
    last: datetime


def gaps_visible_to(actor: Actor) -> QuerySet[PolicyGap]:
    """Gaps, newest first, for policy officers and coordinators.

    A gap says what a clause does not allow; whose case it was is for those who may see the case.
    """
    if not may_see_gaps(actor):
        return PolicyGap.objects.none()
    return PolicyGap.objects.order_by("-recorded_at", "-pk")


def gap_counts(actor: Actor) -> list[GapCount]:
    """The clauses with their number of cases, the most frequent first."""
    gaps = gaps_visible_to(actor).order_by()
    matters: dict[tuple[str, str, str], list[str]] = {}
    key = ("clause", "clause_law", "clause_article")
    for clause, law, article, matter in gaps.values_list(*key, "matter").distinct():
        matters.setdefault((clause, law, article), []).append(matter)
    rows = gaps.values(*key).annotate(cases=Count("pk"), last=Max("recorded_at"))
    return [
        GapCount(
            row["clause"],
            row["clause_law"],
            row["clause_article"],
            row["cases"],
            tuple(sorted(m for m in matters[tuple(row[name] for name in key)] if m)),
            row["last"],
        )
        for row in rows.order_by("-cases", "-last", "clause")
    ]
