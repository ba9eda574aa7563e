"""Which district's front a request is in: by its address, by what was chosen, by its host name."""

from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port

from qifu.base.city import City
from qifu.base.zones import WHOLE_CITY, Zone
from qifu.web.http import site_city
from qifu.web.preferences import ZONE, remember


def zone_of(request: HttpRequest) -> Zone | None:
    """The front that this page belongs to, or None for the whole city. Asked once a request.

    The address of a front decides, then what this browser chose last, then the host name; the
    first page of a host that belongs to a front is always that front.
    """
    if not hasattr(request, "qifu_zone"):
        request.qifu_zone = _find(request)  # type: ignore[attr-defined]
    return request.qifu_zone  # type: ignore[attr-defined, no-any-return]


def zone_of_host(request: HttpRequest) -> Zone | None:
    """The front that the host name of this request opens on, or None."""
    city = site_city(request)
    if city is None or not any(zone.hosts for zone in city.fronts):
        return None
    return city.zone_of_host(split_domain_port(request.get_host())[0])


def has_chosen(request: HttpRequest) -> bool:
    """Whether this browser has ever chosen a front or the whole city, and the choice still is."""
    city, kept = site_city(request), request.COOKIES.get(ZONE, "")
    return kept == WHOLE_CITY or bool(city and city.zone(kept))


def keep_zone(request: HttpRequest, response: HttpResponse, zone: Zone | None) -> None:
    """Remember a front, or the whole city, in this browser; nothing where it is so already."""
    code = zone.code if zone else WHOLE_CITY
    if request.COOKIES.get(ZONE) != code:
        remember(request, response, ZONE, code)


def _find(request: HttpRequest) -> Zone | None:
    city = site_city(request)
    if city is None or not city.fronts:
        return None
    return _by_address(request, city) if _says(request) else _by_choice(request, city)


def _says(request: HttpRequest) -> bool:
    """Whether the address itself names a front, or the whole city."""
    name = _name(request)
    return name in ("zone", "whole-city") or (name == "home" and zone_of_host(request) is not None)


def _by_address(request: HttpRequest, city: City) -> Zone | None:
    if _name(request) == "home":
        return zone_of_host(request)
    match = request.resolver_match
    return city.zone(str(match.kwargs.get("zone", ""))) if match else None


def _by_choice(request: HttpRequest, city: City) -> Zone | None:
    kept = request.COOKIES.get(ZONE, "")
    if kept == WHOLE_CITY:
        return None
    return city.zone(kept) or zone_of_host(request)


def _name(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.url_name or "" if match else ""
