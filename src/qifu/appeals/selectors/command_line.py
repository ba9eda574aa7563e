"""Reads for whoever runs the server: the command line asks as the intake desk, not as a person."""

from collections.abc import Iterator

from qifu.appeals.models import Appeal
from qifu.appeals.states import State
from qifu.base.city import City
from qifu.organisations.models import Unit
from qifu.organisations.permissions import NOBODY, Actor


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


def cases_by_number(numbers: list[int], *, batch: int = 200) -> Iterator[Appeal]:
    """These cases in this order, loaded in batches; one that is gone meanwhile is left out."""
    for start in range(0, len(numbers), batch):
        part = numbers[start : start + batch]
        found = Appeal.objects.select_related("enterprise__organisation").in_bulk(part)
        yield from (found[pk] for pk in part if pk in found)
