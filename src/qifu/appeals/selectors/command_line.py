"""Reads for whoever runs the server: the command line asks as the intake desk, not as a person."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from qifu.appeals.models import Appeal, Suggestion
from qifu.appeals.states import State
from qifu.base.city import City
from qifu.organisations.models import Unit
from qifu.organisations.permissions import NOBODY, Actor

_NOT_TAKEN_IN = (
    State.DRAFT, State.SUBMITTED, State.NEED_INFO, State.NOT_ACCEPTED, State.LAPSED,
    State.WITHDRAWN,
)  # fmt: skip


def intake_desk(city: City) -> Actor:
    """The intake desk of the pack, with what a role that takes cases in may do; NOBODY without."""
    unit = (
        Unit.objects.select_related("organisation")
        .filter(organisation__kind="unit", organisation__code=city.appeals.get("intake_unit", ""))
        .first()
    )
    role = next((r for r in city.roles.values() if "appeals.intake" in r.may), None)
    if unit is None or role is None:
        return NOBODY
    return Actor(organisation=unit.organisation, role=role.code, may_codes=role.may)


def waiting_cases() -> list[int]:
    """The numbers of the table of all cases that wait to be taken in, the oldest first."""
    waiting = Appeal.objects.filter(state=State.SUBMITTED).order_by("submitted_at", "pk")
    return list(waiting.values_list("pk", flat=True))


def waiting_without(model: str, *, most: int) -> list[int]:
    """Those of which a model has not said anything yet, at most so many."""
    said = Suggestion.objects.filter(appeal=OuterRef("pk"), about="matter", model=model)
    waiting = Appeal.objects.filter(~Exists(said), state=State.SUBMITTED)
    return list(waiting.order_by("submitted_at", "pk").values_list("pk", flat=True)[:most])


def sorted_cases() -> list[int]:
    """The numbers of the table of all cases that a person took in under a matter."""
    taken = Appeal.objects.exclude(state__in=_NOT_TAKEN_IN).exclude(matter="")
    return list(taken.order_by("pk").values_list("pk", flat=True))


def corrected_matters() -> set[int]:
    """Those of them where a person chose another matter than rules or a model suggested first."""
    decided = Suggestion.objects.filter(about="matter", decided_at__isnull=False)
    return {
        one.appeal_id
        for one in decided.exclude(chosen="").iterator(chunk_size=500)
        if one.top and one.top[0].get("code") != one.chosen
    }


def cases_by_number(numbers: list[int], *, batch: int = 200) -> Iterator[Appeal]:
    """These cases in this order, loaded in batches; one that is gone meanwhile is left out."""
    for start in range(0, len(numbers), batch):
        part = numbers[start : start + batch]
        found = Appeal.objects.select_related("enterprise__organisation").in_bulk(part)
        yield from (found[pk] for pk in part if pk in found)
