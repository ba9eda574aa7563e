"""What an appeal is, what becomes of it and in how many days: for everybody."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.appeals.states import Kind
from qifu.base.city import City
from qifu.web.appeals.forms.appeal import DOMAINS
from qifu.web.http import AskedRequest, city_of
from qifu.web.words import language


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
        "promises": _promises(in_force, city.appeals.get("kinds") or Kind.values),
        "exclusions": city.scope.exclusions if city.scope else (),
        "scope_source": city.scope.source if city.scope else None,
        "domains": _domains(city),
        "where": bool(city.channels),
    }
    return render(request, "appeals/about.html", data)


def _promises(rules: Any, kinds: Sequence[str]) -> list[dict[str, str]]:
    """What a firm can hold the city to: what it is about and how long, both in words.

    Replies stand once for all kinds where their limits are the same, else for each that differ;
    what the rule set does not limit is left out.
    """
    if rules is None:
        return []

    def told(clock: str, kind: str, several: bool = False) -> str:
        limit = rules.limit(clock, kind=kind, several=several)
        return "" if limit is None else str(limit.words(language()))

    rows = [(_("承办单位联系您"), told("contact", kinds[0]))]
    alone: dict[str, list[str]] = {}
    together: dict[str, list[str]] = {}
    for kind in kinds:
        one, more = told("reply", kind), told("reply", kind, True)
        alone.setdefault(one, []).append(kind)
        if more != one:
            together.setdefault(more, []).append(kind)
    for by_words, whole, some in (
        (alone, _("答复：一个部门办的"), _("答复：%(kinds)s")),
        (together, _("答复：要几个部门一起办的"), _("答复：%(kinds)s，要几个部门一起办的")),
    ):
        for words, of in by_words.items():
            named = _("、").join(str(Kind(kind).label) for kind in of)
            rows.append((whole if len(of) == len(kinds) else some % {"kinds": named}, words))
    rows.append((_("不满意的回访"), told("callback", kinds[0])))
    return [{"about": about_, "words": words} for about_, words in rows if words]


def _domains(city: City) -> list[tuple[Any, list[Any]]]:
    """The matters of the pack by domain."""
    rows = [
        (words, [matter for matter in city.matters if matter.domain == code])
        for code, words in DOMAINS.items()
    ]
    return [row for row in rows if row[1]]
