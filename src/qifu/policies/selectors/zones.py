"""The library as a district's front shows it: its own policies first, no other district's."""

from datetime import date

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from qifu.base.zones import Zone
from qifu.organisations.permissions import Actor
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors.library import library
from qifu.rulebook.codes import strip_region


def own_policies(actor: Actor, zone: Zone, *, on: date) -> QuerySet[PolicyVersion]:
    """Policies in force that are the district's own, by days left."""
    return library(actor, on=on).filter(_own(zone))


def policies_of_front(
    actor: Actor, zone: Zone, *, on: date, status: str = ""
) -> QuerySet[PolicyVersion]:
    """Policies in force for firms of a district: its own first, then those of the areas above.

    What another district runs is left out.
    """
    found = library(actor, on=on, status=status)
    return own_first(found.filter(_own(zone) | ~_of_others(zone)), zone)


def own_first(found: QuerySet[PolicyVersion], zone: Zone) -> QuerySet[PolicyVersion]:
    """The same policies: the district's, those of the city and above, those of other districts.

    Within each of the three the order stays.
    """
    rank = Case(
        When(_own(zone), then=Value(0)),
        When(_of_others(zone), then=Value(2)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return found.alias(of_front=rank).order_by("of_front", *found.query.order_by)


def _of_others(zone: Zone) -> Q:
    """Run by a unit of another front, or meant for its region."""
    theirs = Q(unit_code__in=sorted(zone.elsewhere))
    for region in zone.other_regions:
        theirs |= Q(region__startswith=strip_region(region))
    return theirs


def _own(zone: Zone) -> Q:
    """Run by a unit of the district; or of its region, unless another front's unit runs it."""
    own = Q(unit_code__in=zone.units)
    for region in zone.regions:
        here = Q(region__startswith=strip_region(region))
        own |= here & ~Q(unit_code__in=sorted(zone.elsewhere))
    return own
