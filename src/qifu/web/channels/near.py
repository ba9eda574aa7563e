"""The district of whoever asks, and the channels nearest to it, for first pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from qifu.base.calendar import calendar_in_force
from qifu.base.city import City
from qifu.organisations.selectors import enterprise_of
from qifu.organisations.selectors.channels import find_channels
from qifu.web.channels.rows import Row, Teller
from qifu.web.http import AskedRequest
from qifu.web.words import spoken
from qifu.web.zones.chosen import zone_of

MOST: Final = 3


@dataclass(frozen=True)
class Near:
    """A few channels of the person's district, then of the city. `zone` is empty if unknown."""

    zone: str
    zone_name: str
    rows: Sequence[Row]


def home_zone(request: AskedRequest, city: City) -> str:
    """The front that was chosen here, else the district of the person's firm; else empty."""
    zone = zone_of(request)
    if zone is None and request.actor.is_enterprise:
        firm = enterprise_of(request.actor)
        zone = city.zone_of_region(firm.region) if firm else None
    return zone.code if zone else ""


def near_me(request: AskedRequest, city: City) -> Near | None:
    """What a first page shows of the list of channels; None where the city has none."""
    if not city.channels:
        return None
    now, calendar = timezone.now(), calendar_in_force()
    code = home_zone(request, city)
    found = find_channels(city, zone=code, at=now, calendar=calendar)
    # their own district first, and what is open now before what is not
    found.sort(key=lambda one: (bool(code) and one.channel.zone != code, not one.opening.open))
    zone = city.zone(code)
    rows = Teller(city, now=now, calendar=calendar).found(found[:MOST])
    return Near(code, spoken(zone.name) if zone else "", rows)
