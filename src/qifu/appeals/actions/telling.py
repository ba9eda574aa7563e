"""Who is told of a case, and the words that every message about it carries."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from qifu.appeals.models import Appeal
from qifu.base.city import current_city
from qifu.notices.actions import tell
from qifu.organisations.models import Membership, Unit


def unit_words(unit: Unit | None) -> dict[str, str]:
    """The name of a unit in both languages, as notices take it."""
    if unit is None:
        return {"zh": "", "en": ""}
    organisation = unit.organisation
    return {"zh": organisation.name, "en": organisation.name_en or organisation.name}


def firm_words(appeal: Appeal) -> str:
    """Whose appeal it is: the firm of the register, else the name that was given."""
    return appeal.enterprise.name if appeal.enterprise else appeal.requester


def day_words(moment: datetime | None) -> str:
    """The day of a moment in Shanghai as ISO text; notices spell it out. Empty for none."""
    return timezone.localdate(moment).isoformat() if moment else ""


def people_of(organisation_id: int | None, permission: str) -> list[int]:
    """The accounts of an organisation whose role has a permission today."""
    if organisation_id is None:
        return []
    roles = [role.code for role in current_city().roles.values() if permission in role.may]
    return list(
        Membership.objects.filter(
            organisation_id=organisation_id, role__in=roles, ended_at=None, user__is_active=True
        ).values_list("user_id", flat=True)
    )


def tell_firm(appeal: Appeal, template: str, *, now: datetime, **values: Any) -> None:
    """A message to everybody of the firm who may see its appeals; `number` is always filled."""
    tell(
        people_of(appeal.enterprise_id, "appeals.view"),
        template,
        values={"number": appeal.number, **values},
        link=f"/my/appeals/{appeal.pk}/",
        organisation_id=appeal.enterprise_id,
        now=now,
    )


def tell_unit(
    appeal: Appeal,
    unit_id: int | None,
    permission: str,
    template: str,
    *,
    now: datetime,
    only: Iterable[int] = (),
    link: str = "",
    **values: Any,
) -> None:
    """A message to the people of a unit who have a permission, or to those in `only` of it.

    It leads to the case, or to `link`.
    """
    people = people_of(unit_id, permission)
    chosen = set(only)
    tell(
        [pk for pk in people if pk in chosen] if chosen else people,
        template,
        values={"number": appeal.number, **values},
        link=link or f"/desk/appeals/{appeal.pk}/",
        organisation_id=unit_id,
        now=now,
    )
