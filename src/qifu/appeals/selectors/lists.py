"""Work lists: what waits for whom, found by index whatever else the table holds."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils import timezone

from qifu.appeals.models import Appeal, Callback, Clock, Extension
from qifu.appeals.selectors.clocks import DUTIES
from qifu.appeals.selectors.said import says, words_asked
from qifu.appeals.selectors.visible import (
    ROW,
    appeals_visible_to,
    first_of,
    sees_everything,
    sides_of,
)
from qifu.appeals.states import CLOSED, OPEN, State
from qifu.organisations.models import Unit
from qifu.organisations.permissions import Actor
from qifu.rulebook.codes import strip_region

MOST_COUNTED: Final = 1_000
S = State
# what waits for the intake desk; a case in need of facts waits for the firm, but stays in sight
_AT_INTAKE = (S.SUBMITTED, S.NEED_INFO, S.ACCEPTED, S.OBJECTED, S.REHANDLING)
_WORKING = (S.DISPATCHED, S.HANDLING, S.REVIEW, S.REHANDLING)
_DONE = (S.REPLIED, S.CALLBACK_DUE, S.WITHDRAWN, *sorted(CLOSED))
# the duties of the unit that leads; a callback is the callback desk's
_OF_LEAD = DUTIES - {"callback"}

Rows = QuerySet[Appeal]


def _own(actor: Actor, now: datetime) -> Rows:
    return appeals_visible_to(actor).exclude(state=S.DRAFT)


def _drafts(actor: Actor, now: datetime) -> Rows:
    return appeals_visible_to(actor).filter(state=S.DRAFT)


def _intake(actor: Actor, now: datetime) -> Rows:
    unit = actor.organisation_id
    return Appeal.objects.filter(
        holder_id=unit, intake_unit_id=unit, state__in=_AT_INTAKE, merged_into=None
    )


def _unit(actor: Actor, now: datetime) -> Rows:
    return Appeal.objects.filter(
        lead_id=actor.organisation_id, state__in=_WORKING, merged_into=None
    )


def _unit_done(actor: Actor, now: datetime) -> Rows:
    return Appeal.objects.filter(lead_id=actor.organisation_id, state__in=_DONE)


def _mine(actor: Actor, now: datetime) -> Rows:
    return _unit(actor, now).filter(handler_id=actor.user_id)


def late_cases(now: datetime, names: frozenset[str] = DUTIES) -> QuerySet[Clock]:
    """The clocks of these names that run past their due moment."""
    return Clock.objects.filter(state=Clock.State.RUNNING, due_at__lt=now, name__in=sorted(names))


def only_late(rows: Rows, now: datetime, names: frozenset[str] = DUTIES) -> Rows:
    """The cases with a duty that is late, by the clocks themselves: the next thing that is due of
    a case may be the firm's own. The case's own column narrows it first, by index."""
    late = late_cases(now, names).filter(appeal=OuterRef("pk"))
    return rows.filter(Exists(late), next_due_at__lt=now)


def _overdue(actor: Actor, now: datetime) -> Rows:
    rows = Appeal.objects.filter(state__in=sorted(OPEN))
    if sees_everything(actor):
        return only_late(rows, now)
    if actor.may("appeals.handle"):
        return only_late(rows.filter(lead_id=actor.organisation_id), now, _OF_LEAD)
    return only_late(Appeal.objects.filter(state=S.CALLBACK_DUE), now, frozenset({"callback"}))


def _objected(actor: Actor, now: datetime) -> Rows:
    """A coordinator sees every objection, an intake desk the first ones that it decides."""
    rows, unit = Appeal.objects.filter(state=S.OBJECTED), actor.organisation_id
    if actor.may("appeals.coordinate"):
        return rows
    if actor.may("appeals.intake"):
        return rows.filter(intake_unit_id=unit)
    return rows.filter(lead_id=unit)


def _extensions(actor: Actor, now: datetime) -> Rows:
    # few, and read at once: in a nested query a planner may begin with every case there is
    asked = Extension.objects.filter(granted=None, decided_at=None)
    numbers = list(asked.values_list("appeal_id", flat=True))
    rows = Appeal.objects.filter(state=S.HANDLING, pk__in=numbers)
    coordinates = actor.may("appeals.coordinate")
    return rows if coordinates else rows.filter(lead_id=actor.organisation_id)


def _callbacks(actor: Actor, now: datetime) -> Rows:
    return Appeal.objects.filter(state=S.CALLBACK_DUE)


def _justified(actor: Actor, now: datetime) -> Rows:
    proposed = Callback.objects.filter(closed_at=None, proposed_at__isnull=False)
    numbers = list(proposed.values_list("appeal_id", flat=True))
    return Appeal.objects.filter(state=S.CALLBACK_DUE, pk__in=numbers)


# name → (one of these permissions of a unit's role, the rows); each is inside what one may see
_DESK: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Actor, datetime], Rows]]]] = {
    "intake": (("appeals.intake",), _intake),
    "unit": (("appeals.handle",), _unit),
    "mine": (("appeals.handle",), _mine),
    "overdue": (
        ("appeals.view_all", "appeals.coordinate", "appeals.handle", "appeals.callback"),
        _overdue,
    ),
    "objected": (("appeals.coordinate", "appeals.intake", "appeals.handle"), _objected),
    "extensions": (("appeals.coordinate", "appeals.handle"), _extensions),
    "callbacks": (("appeals.callback",), _callbacks),
    "justified": (("appeals.coordinate",), _justified),
    "unit_done": (("appeals.handle",), _unit_done),
    "all": (
        ("appeals.view_all", "appeals.coordinate", "appeals.intake", "appeals.handle",
         "appeals.callback"),
        _own,
    ),
}  # fmt: skip
_FIRM: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Actor, datetime], Rows]]]] = {
    "my": (("appeals.view", "appeals.submit"), _own),
    "drafts": (("appeals.submit",), _drafts),
}
# the lists in which the newest stands first; in the others what is due next does
_NEWEST_FIRST: Final = frozenset({"my", "drafts", "unit_done", "all"})


def lists_of(actor: Actor) -> list[str]:
    """The names of the work lists that an actor has, in the order of the page."""
    table = _FIRM if actor.is_enterprise else _DESK if actor.is_unit else {}
    return [name for name, (codes, _) in table.items() if any(actor.may(code) for code in codes)]


def list_of(
    actor: Actor,
    name: str,
    *,
    now: datetime,
    text: str = "",
    state: str = "",
    kind: str = "",
    matter: str = "",
    region: str = "",
    unit: str = "",
    due: str = "",
    order: str = "",
) -> QuerySet[Appeal]:
    """One work list, narrowed and ordered; empty for a list that the actor does not have.

    `name`: my, drafts (firms); intake, unit, mine, overdue, objected, extensions, callbacks,
    justified, unit_done, all (units). `text`: words as `says` finds them. `unit` is the code of
    the leading unit, `region` a division
    code or the beginning of one, `due` overdue, today or week (by the next clock), `order` due,
    newest or oldest. The long text is not loaded; everything else that a row shows is. Of `all`
    an officer who does not see everything gets the first MOST_COUNTED + 1 and some more: no page
    and no export shows further ones.
    """
    if name not in lists_of(actor):
        return Appeal.objects.none()
    order = order or ("newest" if name in _NEWEST_FIRST else "due")
    ordered = _ordered(name, order)
    exact = {"state": state, "kind": kind, "matter": matter}
    wanted: dict[str, Any] = {key: value for key, value in exact.items() if value}
    if unit:  # by number: an index of the cases has that, not the code
        wanted["lead_id"] = Unit.objects.filter(organisation__code=unit).values("pk")[:1]

    said = _draft_says(text) if name == "drafts" else says(text)

    def narrowed(rows: Rows) -> Rows:
        rows = rows.filter(**wanted)
        if region:
            rows = rows.filter(region__startswith=strip_region(region))
        return _due(rows, due, now).filter(said)

    sides = [] if name != "all" or sees_everything(actor) else sides_of(actor)
    if len(sides) > 1:
        rows = first_of([narrowed(side) for side in sides], ordered, MOST_COUNTED + 1)
    else:
        rows = narrowed((_FIRM if actor.is_enterprise else _DESK)[name][1](actor, now))
    return rows.select_related(*ROW).defer("text").order_by(*ordered)


def rows_shown(numbers: Sequence[int]) -> list[Appeal]:
    """The rows of these numbers of the table, in their order, with everything that a row shows.

    For numbers that `list_of` gave: nobody is asked again whether they may see them.
    """
    found = Appeal.objects.select_related(*ROW).defer("text").in_bulk(numbers)
    return [found[number] for number in numbers if number in found]


def counts_of(actor: Actor, *, now: datetime) -> dict[str, int]:
    """How many rows each of the actor's lists has; MOST_COUNTED + 1 stands for more than that."""
    return {name: capped(list_of(actor, name, now=now)) for name in lists_of(actor)}


def capped(rows: QuerySet[Appeal]) -> int:
    """How many rows, never counted further than MOST_COUNTED + 1."""
    return rows.order_by()[: MOST_COUNTED + 1].count()


def _due(rows: Rows, due: str, now: datetime) -> Rows:
    if due == "overdue":
        return only_late(rows, now)
    days = {"today": 1, "week": 7}.get(due)
    if days is None:
        return rows
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return rows.filter(next_due_at__gte=now, next_due_at__lt=midnight + timedelta(days=days))


def _draft_says(text: str) -> Q:
    """A firm's drafts are few, and no index holds what was not submitted."""
    found = Q()
    for word in words_asked(text):
        found &= Q(title__icontains=word) | Q(text__icontains=word)
    return found


def _ordered(name: str, order: str) -> list[str | OrderBy]:
    when = "changed_at" if name == "drafts" else "submitted_at"
    # never empty in these lists: an order that says so is one that an index has
    if order == "newest":
        return [f"-{when}", "-pk"]
    if order == "oldest":
        return [when, "pk"]
    return [F("next_due_at").asc(nulls_last=True), "pk"]
