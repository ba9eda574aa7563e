"""Finding enterprises."""

from datetime import date

from django.db.models import Q, QuerySet

from qifu.organisations.models import Enterprise, Unit
from qifu.organisations.permissions import Actor
from qifu.rulebook.codes import strip_region


def enterprises_visible_to(actor: Actor) -> QuerySet[Enterprise]:
    """The firm one acts for; for officers with that duty, all firms; for others, none."""
    firms = Enterprise.objects.select_related("organisation")
    if actor.is_enterprise:
        return firms.filter(pk=actor.organisation_id)
    if actor.is_unit and actor.may("firms.view"):
        return firms
    return firms.none()


def find_enterprises(
    actor: Actor, *, text: str = "", region: str = "", industry: str = ""
) -> QuerySet[Enterprise]:
    """Firms by part of the name or by the beginning of the code, in a region or an industry."""
    if not (actor.is_unit and actor.may("firms.search")):
        return enterprises_visible_to(actor).none()
    firms = enterprises_visible_to(actor)
    for word in text.split()[:5]:
        code = word.upper()
        named = Q(organisation__name__contains=word)
        if len(code) >= 4 and code.isascii() and code.isalnum():
            named |= Q(organisation__code__startswith=code)
        firms = firms.filter(named)
    if region:
        firms = firms.filter(region__startswith=strip_region(region))
    if industry:
        firms = firms.filter(industry__startswith=industry)
    return firms.order_by("organisation_id")


def enterprise_for(actor: Actor, code: str) -> Enterprise:
    """The firm with that code, if the actor may see it; else Enterprise.DoesNotExist."""
    return enterprises_visible_to(actor).get(organisation__code=code.upper())


def firm_to_claim(code: str) -> Enterprise | None:
    """A firm of the register by its full code, for somebody who says it is theirs.

    Name and code are public in the register; nothing else of it is shown before the claim.
    """
    return (
        Enterprise.objects.select_related("organisation")
        .filter(organisation__kind="enterprise", organisation__code=code.strip().upper())
        .first()
    )


def firms_by_name(name: str) -> QuerySet[Enterprise]:
    """Firms of exactly that registered name, for imports that know no code."""
    firms = Enterprise.objects.select_related("organisation")
    named = firms.filter(organisation__kind="enterprise", organisation__name=name.strip())
    return named.order_by("pk")


def made_up_firms_without_people(most: int) -> list[Enterprise]:
    """The demo's firms that nobody acts for yet."""
    firms = Enterprise.objects.select_related("organisation")
    free = firms.filter(organisation__made_up=True, organisation__memberships=None)
    return list(free.order_by("pk")[:most])


def unit_by_code(code: str) -> Unit | None:
    """The unit with that code, dissolved ones included; None for no such code."""
    units = Unit.objects.select_related("organisation")
    return units.filter(organisation__kind="unit", organisation__code=code).first()


def units_at_work(on: date) -> QuerySet[Unit]:
    """The units that may be given something on a day, with those above them, by their codes."""
    units = Unit.objects.exclude(dissolved_on__lte=on)
    return units.select_related("organisation", "parent__parent__parent").order_by(
        "organisation__code"
    )
