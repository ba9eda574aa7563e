"""Which appeals somebody may see: the one definition that every other read begins with."""

from typing import Any

from django.db.models import QuerySet

from qifu.appeals.models import Appeal, Attachment, Callback, Dispatch
from qifu.appeals.permissions import acts_for_requester, sees_all
from qifu.appeals.states import State
from qifu.organisations.permissions import Actor

# how a dispatch may have ended whose unit leads the case all the same
STILL_LED = ("", "replied", "withdrawn")
# what a row of a list or the head of a case shows, in one query
ROW = ("enterprise__organisation", "lead__organisation", "holder__organisation", "handler")
PAGE = (*ROW, "intake_unit__organisation", "merged_into", "parent", "created_by")


def appeals_visible_to(actor: Actor) -> QuerySet[Appeal]:
    """The appeals that this actor may see.

    A firm sees its own, drafts only with `appeals.submit`. Of the government side nobody sees
    drafts; desks with `appeals.view_all` and coordinators see everything that was submitted, an
    intake desk what came to it, a unit what it leads or ever had, a callback desk what was ever
    called back about.
    """
    return _visible(actor)


def appeal_for(actor: Actor, pk: int) -> Appeal:
    """The appeal of that number of the table, if the actor may see it; else DoesNotExist."""
    return _visible(actor, pk).select_related(*PAGE).get(pk=pk)


def may_see(actor: Actor, appeal: Appeal) -> bool:
    """Whether the appeal is among those the actor may see; one query."""
    return _visible(actor, appeal.pk).filter(pk=appeal.pk).exists()


def of_unit(unit_id: int | None) -> QuerySet[Appeal]:
    """What a unit leads or ever had."""
    return _any_of(_sides_of_unit(unit_id))


def sees_everything(actor: Actor) -> bool:
    """Whether every submitted case is theirs to see: an OR over sides would defeat the indexes."""
    return sees_all(actor) or (actor.is_unit and actor.may("appeals.coordinate"))


def sides_of(actor: Actor) -> list[QuerySet[Appeal]]:
    """For an officer who does not see everything: the cases of each side that the role stands on.

    Each is found by one index. Together they are what the officer sees; they may overlap.
    """
    unit = actor.organisation_id
    sides: list[QuerySet[Appeal]] = []
    if not actor.is_unit:
        return sides
    if actor.may("appeals.handle"):
        sides += _sides_of_unit(unit)
    if actor.may("appeals.intake"):
        sides.append(Appeal.objects.filter(intake_unit_id=unit).exclude(state=State.DRAFT))
    if actor.may("appeals.callback"):
        sides.append(Appeal.objects.filter(pk__in=Callback.objects.values("appeal_id")))
    return sides


def _sides_of_unit(unit_id: int | None) -> list[QuerySet[Appeal]]:
    """What it leads; what it had and lost. Of what it had, most it still leads: left out there."""
    lost = Dispatch.objects.filter(unit_id=unit_id).exclude(ended__in=STILL_LED)
    return [
        Appeal.objects.filter(lead_id=unit_id),
        Appeal.objects.filter(pk__in=lost.values("appeal_id")),
    ]


def _visible(actor: Actor, only: int | None = None) -> QuerySet[Appeal]:
    """`only` narrows the sides themselves, so that one case costs a look-up and not a list."""
    if actor.is_enterprise:
        own = Appeal.objects.filter(enterprise_id=actor.organisation_id)
        if actor.may("appeals.submit"):
            return own
        seen = actor.may("appeals.view")
        return own.exclude(state=State.DRAFT) if seen else own.none()
    if sees_everything(actor):
        return Appeal.objects.exclude(state=State.DRAFT)
    sides = sides_of(actor)
    return _any_of([side.filter(pk=only) for side in sides] if only is not None else sides)


def _any_of(sides: list[QuerySet[Appeal]]) -> QuerySet[Appeal]:
    """The cases of any side, each once, as a query that can be narrowed further."""
    if not sides:
        return Appeal.objects.none()
    first, *others = (side.values("pk") for side in sides)
    return Appeal.objects.filter(pk__in=first.union(*others) if others else first)


def first_of(sides: list[QuerySet[Appeal]], order: list[Any], most: int) -> QuerySet[Appeal]:
    """The first `most` of all sides together, and some more: of each side only as many are read.

    The sides are narrowed already. A list that nobody reads to its end need not be found whole.
    Read at once, one query a side: as one nested query PostgreSQL goes through the whole table.
    """
    firsts = (side.order_by(*order).values_list("pk", flat=True)[:most] for side in sides)
    return Appeal.objects.filter(pk__in=sorted({number for first in firsts for number in first}))


def attachments_visible(actor: Actor, appeal: Appeal) -> QuerySet[Attachment]:
    """The files of a case that the actor may know of; internal ones are the government side's."""
    if not may_see(actor, appeal):
        return Attachment.objects.none()
    files = Attachment.objects.filter(appeal=appeal).order_by("pk")
    return files.filter(internal=False) if acts_for_requester(actor, appeal) else files


def attachment_for(actor: Actor, pk: int, *, appeal: int | None = None) -> Attachment:
    """A file to download: found clean, and of a case that the actor may see; else DoesNotExist.

    `appeal` is the case of the address, where there is one: a file of another case is not found.
    """
    file = Attachment.objects.select_related("appeal").get(
        pk=pk, state=Attachment.Check.CLEAN, **({} if appeal is None else {"appeal_id": appeal})
    )
    if not attachments_visible(actor, file.appeal).filter(pk=file.pk).exists():
        raise Attachment.DoesNotExist
    return file
