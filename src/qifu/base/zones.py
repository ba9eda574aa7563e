"""The fronts of districts: one site, one account, and each district its own entrance from data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qifu.rulebook.codes import strip_region

Words = Mapping[str, str]
# what the browser keeps for "the whole city", so no front may be called that
WHOLE_CITY = "city"


@dataclass(frozen=True)
class Zone:
    """One front, as zones.yaml gives it.

    `units` are the codes of the unit that runs it and of all below it, in the order of the pack;
    `elsewhere` those of the other fronts: what they run is theirs, also where two districts share
    a region code. `other_regions` are the codes of the other fronts. `accent` is #rrggbb, `hosts`
    are names in small letters without a port.
    """

    code: str
    name: Words
    site_name: Words
    intro: Words
    regions: tuple[str, ...]
    accent: str
    unit: str
    hosts: tuple[str, ...]
    units: tuple[str, ...]
    elsewhere: frozenset[str]
    other_regions: tuple[str, ...]

    @property
    def region(self) -> str:
        """The region that a form begins with; empty where the district has no code."""
        return self.regions[0] if self.regions else ""


def parse_zones(
    rows: Iterable[Mapping[str, Any]], units: Sequence[Mapping[str, Any]]
) -> tuple[Zone, ...]:
    """The fronts of a checked pack, in its order; `units` are the rows of units.yaml."""
    rows = list(rows)
    regions = {str(row["code"]): _texts(row.get("regions")) for row in rows}
    under = _units_of_fronts({str(row["unit"]) for row in rows}, units)
    return tuple(
        Zone(
            code=str(row["code"]),
            name=row["name"],
            site_name=row["site_name"],
            intro=row["intro"],
            regions=regions[str(row["code"])],
            accent=str(row["colours"]["accent"]),
            unit=str(row["unit"]),
            hosts=_texts(row.get("hosts")),
            units=tuple(code for code, front in under.items() if front == row["unit"]),
            elsewhere=frozenset(code for code, front in under.items() if front != row["unit"]),
            other_regions=tuple(
                region for code, own in regions.items() if code != row["code"] for region in own
            ),
        )
        for row in rows
    )


def zone_of_region(zones: Iterable[Zone], region: str) -> Zone | None:
    """The front for firms of a region: the one with the most exact code that holds it, or None."""
    code = strip_region(region)
    fitting = [
        (len(own), zone)
        for zone in zones
        for own in map(strip_region, zone.regions)
        if code and code.startswith(own)
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _texts(values: Iterable[Any] | None) -> tuple[str, ...]:
    return tuple(str(value) for value in values or ())


def _units_of_fronts(fronts: set[str], units: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Unit → the unit of the front that it belongs to; the nearest above, itself included."""
    parents = {str(unit["code"]): unit.get("parent") for unit in units}
    found = {}
    for code in parents:
        at: str | None = code
        while at is not None and at not in fronts:
            at = parents.get(at)
        if at is not None:
            found[code] = at
    return found
