"""One box over policies, answers, statutes, channels and one's own cases: no account needed."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qifu.appeals.permissions import may_submit
from qifu.appeals.selectors import lists_of
from qifu.base.city import City
from qifu.insights.searching import LONGEST, hotline, search_everything
from qifu.web.channels.near import home_zone
from qifu.web.channels.rows import telephones
from qifu.web.http import AskedRequest, city_of
from qifu.web.search.rows import numbered_of, sections_of
from qifu.web.words import spoken


@require_http_methods(["GET"])
def search(request: AskedRequest) -> HttpResponse:
    """What every list finds for the same words, the best of each; htmx asks for that alone."""
    city = city_of(request)
    text = request.GET.get("q", "").replace("\x00", "")[:LONGEST].strip()
    data = {
        "text": text,
        "longest": LONGEST,
        "sees_cases": bool(lists_of(request.actor)),
        **(_found(request, city, text) if text else {}),
    }
    if request.htmx and not request.htmx.history_restore_request:
        page = render(request, "search/search.html#results", data)
        query = urlencode({"q": text}) if text else ""
        page["HX-Push-Url"] = f"{reverse('search')}{'?' if query else ''}{query}"
        return page
    return render(request, "search/search.html", data)


def _found(request: AskedRequest, city: City, text: str) -> dict[str, Any]:
    now = timezone.now()
    found = search_everything(request.actor, city, text, now=now, near=home_zone(request, city))
    return {
        "numbered": numbered_of(request.actor, found.numbered, text),
        "sections": sections_of(request.actor, city, found, text, now=now),
        "mended": found.mended,
        "nothing": found.nothing,
        "ask": _ask(request, city),
        "hotline": _hotline(city) if found.nothing else None,
    }


def _ask(request: AskedRequest, city: City) -> str:
    """Where this person can ask a question of their own; empty for officials."""
    if not city.appeals or request.actor.is_unit:
        return ""
    return reverse("my-appeal-new" if may_submit(request.actor) else "appeals-about")


def _hotline(city: City) -> dict[str, str] | None:
    """The number to call, as it is read and dialled, and whose it is."""
    line = hotline(city, now=timezone.now())
    return {**telephones(line.document)[0], "name": spoken(line.name)} if line else None
