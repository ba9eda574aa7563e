"""What a district's front shows: its channels, its units, what is open, its policies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from qifu.base.calendar import calendar_in_force
from qifu.base.city import City, Words
from qifu.base.zones import Zone
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors.channels import find_channels
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors import own_policies, policies_of_front
from qifu.web.channels.rows import Row as Channel
from qifu.web.channels.rows import Teller
from qifu.web.policies.rows import Row as Policy
from qifu.web.policies.rows import rows_of

MOST_CHANNELS = 6
MOST_OF_CITY = 2
MOST_OPEN = 6
MOST_POLICIES = 5


@dataclass(frozen=True)
class Unit:
    """A unit of the district, and the entries of the channel list that it answers for."""

    code: str
    name: Words
    channels: Sequence[Channel]


@dataclass(frozen=True)
class Shown:
    """Policies as far as the page lists them, and how many there are."""

    rows: Sequence[Policy]
    count: int

    @property
    def more(self) -> bool:
        return self.count > len(self.rows)


@dataclass(frozen=True)
class Front:
    """The parts of the page; `channels` are the district's first ones of `channel_count`.

    `above` are policies of the city and above that `open` does not name already.
    """

    channels: Sequence[Channel]
    channel_count: int
    of_city: Sequence[Channel]
    units: Sequence[Unit]
    open: Shown
    own: Shown
    above: Shown


def front_of(actor: Actor, city: City, zone: Zone, *, now: datetime) -> Front:
    """Everything that the front of a district shows at a moment."""
    on = timezone.localdate(now)
    calendar = calendar_in_force()
    found = find_channels(city, zone=zone.code, at=now, calendar=calendar)
    teller = Teller(city, now=now, calendar=calendar)
    own = teller.found(one for one in found if one.channel.zone == zone.code)
    wide = [one for one in found if one.channel.zone != zone.code]
    theirs = own_policies(actor, zone, on=on)
    open_now = _shown(policies_of_front(actor, zone, on=on, status="open"), city, on, MOST_OPEN)
    # what the page names above need not be named again below
    above = policies_of_front(actor, zone, on=on).exclude(pk__in=theirs.values("pk"))
    above = above.exclude(pk__in=[row.version.pk for row in open_now.rows])
    return Front(
        channels=own[:MOST_CHANNELS],
        channel_count=len(own),
        of_city=teller.found(wide[:MOST_OF_CITY]),
        units=_units(city, zone, own),
        open=open_now,
        own=_shown(theirs, city, on, MOST_POLICIES),
        above=_shown(above, city, on, MOST_POLICIES),
    )


def _shown(found: QuerySet[PolicyVersion], city: City, on: date, most: int) -> Shown:
    versions = list(found)
    return Shown(rows_of(versions[:most], city, on), len(versions))


def _units(city: City, zone: Zone, channels: Sequence[Channel]) -> list[Unit]:
    """The district's units in the order of the pack, the one that runs the front first."""
    names = {str(unit["code"]): unit["name"] for unit in city.documents["units"]}
    kept: dict[str, list[Channel]] = {code: [] for code in zone.units}
    for channel in channels:
        code = channel.channel.unit.organisation.code
        if code in kept:
            kept[code].append(channel)
    units = [Unit(code, names[code], rows) for code, rows in kept.items()]
    return sorted(units, key=lambda unit: unit.code != zone.unit)
