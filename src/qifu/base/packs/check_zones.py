"""Check the fronts of districts: whose they are, where they open, what they look like."""

import re
from typing import Any

from qifu.base.packs.desk import Desk, contrast_with_white, is_colour
from qifu.base.packs.vocabulary import LEAST_CONTRAST
from qifu.base.zones import WHOLE_CITY
from qifu.rulebook.codes import CodeTree, strip_region

_KEYS = ("code", "name", "site_name", "intro", "regions", "colours", "unit", "hosts")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_SLUG = 32
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})+")


def check_zones(desk: Desk, regions: CodeTree | None, units: set[str] | None) -> set[str]:
    """Each front has its address, names, colour, unit, and its regions and hosts for itself.

    Gives the codes of the fronts. None for what could not be read: nothing is compared with it.
    """
    codes: dict[str, str] = {}
    taken: dict[str, dict[str, str]] = {"region": {}, "host": {}, "colour": {}, "unit": {}}
    for row, path in desk.rows(desk.data, ""):
        desk.keys(row, _KEYS, path)
        desk.need(row, ("code", "regions", "colours", "unit"), path)
        for text in ("name", "site_name", "intro"):
            desk.words(row, text, path)
        if row.get("code") is not None:
            _check_code(desk, row["code"], f"{path}.code", codes)
        for i, region in enumerate(_listed(desk, row, "regions", path)):
            _check_region(desk, region, f"{path}.regions[{i}]", regions, taken["region"])
        for i, host in enumerate(_listed(desk, row, "hosts", path)):
            _check_host(desk, host, f"{path}.hosts[{i}]", taken["host"])
        if row.get("colours") is not None:
            _check_colours(desk, row["colours"], f"{path}.colours", taken["colour"])
        unit, where = row.get("unit"), f"{path}.unit"
        if unit is not None and (units is None or desk.refer(unit, units, where, "unit")):
            _only_once(desk, str(unit), where, taken["unit"], "this unit runs another front")
    return set(codes)


def _listed(desk: Desk, row: Any, key: str, path: str) -> list[Any]:
    """A list that may be empty."""
    value = row.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        desk.say("type", f"{path}.{key}", "must be a list, [] for none", value, "[…]")
        return []
    return value


def _check_code(desk: Desk, code: Any, path: str, seen: dict[str, str]) -> None:
    if not isinstance(code, str) or len(code) > _LONGEST_SLUG or not _SLUG.fullmatch(code):
        message = "is part of the address: small letters, digits and - between them, in quotes"
        desk.say("slug", path, message, code, f"futian, east-side; {_LONGEST_SLUG} at most")
    elif code == WHOLE_CITY:
        desk.say("slug", path, "this word stands for the whole city: choose another", code)
    desk.once(code, seen, path)


def _check_region(
    desk: Desk, region: Any, path: str, tree: CodeTree | None, seen: dict[str, str]
) -> None:
    if not isinstance(region, str) or (tree is not None and not tree.has(region)):
        message = "no such region: correct the code and put it in quotes, or leave it out"
        allowed = tree.describe() if tree else "text in quotes"
        desk.say("reference", path, message, region, allowed)
        return
    message = "this region has another front: firms could not know which is theirs"
    _only_once(desk, strip_region(region), path, seen, message)


def _check_host(desk: Desk, host: Any, path: str, seen: dict[str, str]) -> None:
    if not isinstance(host, str) or not _HOST.fullmatch(host):
        message = "must be a host name in small letters, without https:// and without a port"
        desk.say("host", path, message, host, "futian.example.org")
        return
    _only_once(desk, host, path, seen, "this host name opens on another front")


def _check_colours(desk: Desk, value: Any, path: str, seen: dict[str, str]) -> None:
    colours = desk.mapping(value, path, '{accent: "#0b5cab"}')
    if colours is None:
        return
    desk.keys(colours, ("accent",), path)
    desk.need(colours, ("accent",), path)
    colour, where = colours.get("accent"), f"{path}.accent"
    if colour is None:
        return
    if not is_colour(colour):
        desk.say("colour", where, "must be a colour in quotes", colour, '"#0b5cab"')
        return
    if (contrast := contrast_with_white(colour)) < LEAST_CONTRAST:
        message = (
            f"white text on it has a contrast of {contrast:.1f}:1 and could not be read: "
            "choose a darker one"
        )
        desk.say("contrast", where, message, colour, f"{LEAST_CONTRAST}:1 or more")
    _only_once(desk, colour.lower(), where, seen, "another front has the same colour")


def _only_once(desk: Desk, key: str, path: str, seen: dict[str, str], message: str) -> None:
    """Refuse what another front has already; `seen` maps it to the path of the first."""
    if key in seen:
        line = desk.line(seen[key])
        first = f", {'line ' + str(line) if line else seen[key]}"
        desk.say("taken", path, f"{message}{first}: keep one of the two", key)
    seen.setdefault(key, path)
