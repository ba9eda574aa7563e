"""Which appeals somebody may see: the one definition that every other read begins with."""

from typing import Any

from django.db.models import QuerySet

from qifu.appeals.models import Appeal, Attachment, Callback, Dispatch
from qifu.appeals.permissions import acts_for_requester, sees_all
from qifu.appeals.states import State
from qifu.organisations.permissions import Actor

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


def of_unit(unit_id: int | None, only: int | None = None) -> QuerySet[Appeal]:
    """What a unit leads or ever had: two look-ups by index, joined by their numbers."""
    led, had = Appeal.objects.filter(lead_id=unit_id), Dispatch.objects.filter(unit_id=unit_id)
    return _any_of([_just(led, "pk", only), _just(had, "appeal_id", only)])


def sees_everything(actor: Actor) -> bool:
    """Whether every submitted case is theirs to see: an OR over sides would defeat the indexes."""
    return sees_all(actor) or (actor.is_unit and actor.may("appeals.coordinate"))


def _visible(actor: Actor, only: int | None = None) -> QuerySet[Appeal]:
    """`only` narrows the parts themselves, so that one case costs a look-up and not a list."""
    if actor.is_enterprise:
        own = Appeal.objects.filter(enterprise_id=actor.organisation_id)
        if actor.may("appeals.submit"):
            return own
        seen = actor.may("appeals.view")
        return own.exclude(state=State.DRAFT) if seen else own.none()
    if not actor.is_unit:
        return Appeal.objects.none()
    if sees_everything(actor):
        return Appeal.objects.exclude(state=State.DRAFT)
    unit, parts = actor.organisation_id, []
    if actor.may("appeals.handle"):
        led, had = Appeal.objects.filter(lead_id=unit), Dispatch.objects.filter(unit_id=unit)
        # what was merged into a case of theirs: they answer it with that case
        follow = Appeal.objects.filter(merged_into__lead_id=unit)
        parts += [_just(part, "pk", only) for part in (led, follow)]
        parts.append(_just(had, "appeal_id", only))
    if actor.may("appeals.intake"):
        taken = Appeal.objects.filter(intake_unit_id=unit).exclude(state=State.DRAFT)
        parts.append(_just(taken, "pk", only))
    if actor.may("appeals.callback"):
        parts.append(_just(Callback.objects.all(), "appeal_id", only))
    return _any_of(parts)


def _just(rows: QuerySet[Any], column: str, only: int | None) -> QuerySet[Any]:
    return (rows.filter(**{column: only}) if only is not None else rows).values(column)


def _any_of(parts: list[QuerySet[Any]]) -> QuerySet[Appeal]:
    if not parts:
        return Appeal.objects.none()
    first, *others = parts
    return Appeal.objects.filter(pk__in=first.union(*others) if others else first)


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
