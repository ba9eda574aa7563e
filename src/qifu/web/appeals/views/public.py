"""What an appeal is, what becomes of it and in how many days: for everybody."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qifu.appeals.states import Kind
from qifu.base.city import City
from qifu.web.appeals.forms.appeal import DOMAINS
from qifu.web.http import AskedRequest, city_of
from qifu.web.words import language

# the promises that a firm can hold the city to: clock, and whether several units are needed
_PROMISES = (("contact", False), ("reply", False), ("reply", True), ("callback", False))


@require_http_methods(["GET"])
def about(request: AskedRequest) -> HttpResponse:
    """The kinds, the way of a case, the limits in force, what is not taken and where that goes."""
    city = city_of(request)
    rules = city.clock_rules
    on = timezone.localdate()
    in_force = rules.get(city.appeals["clocks"], on=on) if rules and city.appeals else None
    data = {
        "taken": bool(city.appeals),
        "kinds": list(Kind.values),
        "tip_off": city.appeals.get("tip_off") or {},
        "rules": in_force,
        "promises": _promises(in_force),
        "exclusions": city.scope.exclusions if city.scope else (),
        "scope_source": city.scope.source if city.scope else None,
        "domains": _domains(city),
        "where": bool(city.channels),
    }
    return render(request, "appeals/about.html", data)


def _promises(rules: Any) -> list[dict[str, Any]]:
    """Clock, one or several units, how long in words; what the rule set does not limit is left."""
    if rules is None:
        return []
    rows = []
    for clock, several in _PROMISES:
        limit = rules.limit(clock, kind=Kind.HELP_REQUEST.value, several=several)
        if limit is not None:
            rows.append({"clock": clock, "several": several, "words": limit.words(language())})
    if len({row["words"] for row in rows if row["clock"] == "reply"}) == 1:
        rows = [row for row in rows if not row["several"]]
    return rows


def _domains(city: City) -> list[tuple[Any, list[Any]]]:
    """The matters of the pack by domain."""
    rows = [
        (words, [matter for matter in city.matters if matter.domain == code])
        for code, words in DOMAINS.items()
    ]
    return [row for row in rows if row[1]]
