"""The first page of the site and of each district; looking at one is choosing it."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qifu.base.zones import Zone
from qifu.web.http import AskedRequest, city_of
from qifu.web.policies import views as policies
from qifu.web.zones.chosen import has_chosen, keep_zone, zone_of
from qifu.web.zones.front import front_of


@require_http_methods(["GET"])
def home(request: AskedRequest) -> HttpResponse:
    """The front that was chosen or that the host name belongs to, else the whole city's page."""
    chosen = zone_of(request)
    if chosen is None:
        return policies.home(request)
    answer = _front(request, chosen)
    if has_chosen(request):  # the first page of a district's own host chooses that one again
        keep_zone(request, answer, chosen)
    return answer


@require_http_methods(["GET"])
def whole_city(request: AskedRequest) -> HttpResponse:
    """The city's first page, on every host; from here on no district is in front."""
    answer = policies.home(request)
    keep_zone(request, answer, None)
    return answer


@require_http_methods(["GET"])
def zones(request: AskedRequest) -> HttpResponse:
    """Every front of the city, each with its name, colour and address."""
    return render(request, "zones/list.html", {"fronts": city_of(request).fronts})


@require_http_methods(["GET"])
def zone(request: AskedRequest, zone: str) -> HttpResponse:
    """The front of one district; 404 where the pack has none of that name."""
    found = city_of(request).zone(zone)
    if found is None:
        raise Http404
    answer = _front(request, found)
    keep_zone(request, answer, found)
    return answer


def _front(request: AskedRequest, zone: Zone) -> HttpResponse:
    front = front_of(request.actor, city_of(request), zone, now=timezone.now())
    return render(request, "zones/front.html", {"zone": zone, "front": front})
