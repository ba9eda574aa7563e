"""Calendars and the feed of new policies, and the page where one gets their addresses."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from qifu.appeals.selectors.calendar import clocks_to_keep
from qifu.base.errors import BadInput, WrongState
from qifu.base.zones import Zone
from qifu.notices.actions.feeds import make_feed_address, mark_feed_read, revoke_feed_address
from qifu.notices.selectors.webhooks import feed_address_by_secret, feed_address_of
from qifu.organisations.permissions import NOBODY, Actor
from qifu.organisations.selectors import actor_for, enterprise_of
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors.library import library, published_versions
from qifu.policies.selectors.matching import match_for
from qifu.policies.selectors.zones import policies_of_front
from qifu.web.http import AskedRequest, city_of, languages_of, signed_in
from qifu.web.programs.calendars import calendar_of, clock_entry, last_change, window_entry
from qifu.web.programs.webhooks import connecting
from qifu.web.words import language

ICS = "text/calendar; charset=utf-8"
MOST_POLICIES = 50
CLOSED_SINCE = timedelta(days=31)  # so long a closed window stays in the calendar


@never_cache
@signed_in
@require_http_methods(["GET", "POST"])
@connecting("programs-feeds")
def feeds(request: AskedRequest) -> HttpResponse:
    """The addresses: one's own calendar, made here and shown once, and those for everybody."""
    actor, shown = request.actor, {}
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do == "make":
            _made, secret = make_feed_address(actor=actor, now=timezone.now())
            shown["address"] = request.build_absolute_uri(reverse("feed-due", args=[secret]))
        elif do == "revoke":
            try:
                revoke_feed_address(actor=actor, now=timezone.now())
            except WrongState as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("已停用。"))
            return redirect("programs-feeds")
        else:
            raise BadInput(_("没有这一步。请从页面上的按钮选择。"))
    spoken = "?lang=en" if language() == "en" else ""
    public = {
        name: request.build_absolute_uri(reverse(name) + spoken)
        for name in ("feed-windows", "feed-policies")
    }
    return render(
        request,
        "programs/feeds.html",
        {
            "live": feed_address_of(actor),
            "windows": public["feed-windows"],
            "policies": public["feed-policies"],
            **shown,
        },
    )


@require_safe
def due(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar that a secret address opens, with the eyes of its membership."""
    found = feed_address_by_secret(secret)
    actor = actor_for(found.user, found.membership_id) if found else None
    if found is None or actor is None or actor.membership is None:
        raise Http404
    if actor.membership.pk != found.membership_id or not actor.may("programs.connect"):
        raise Http404  # the membership has ended, or connects no programs any more
    now = timezone.now()
    mark_feed_read(found, now=now)
    assert actor.user is not None
    with translation.override(_known(request, actor.user.language)):
        return _private(request, actor, now)


def _known(request: HttpRequest, asked: str) -> str:
    """A language that pages of this city have: the one asked for, else the first."""
    return asked if asked in languages_of(request) else settings.LANGUAGE_CODE


def in_asked_language(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """`lang` of the address: what reads a feed has chosen nothing on a page."""

    @wraps(view)
    def spoken(request: HttpRequest) -> HttpResponse:
        with translation.override(_known(request, request.GET.get("lang", ""))):
            answer = view(request)
            answer["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
            return answer

    return spoken


def _private(request: HttpRequest, actor: Actor, now: datetime) -> HttpResponse:
    alarms = request.GET.get("alarms") == "1"
    clocks = clocks_to_keep(actor, now=now)
    versions = _matched(actor, now) if actor.is_enterprise else []

    def address(name: str, **parts: Any) -> str:
        return request.build_absolute_uri(reverse(name, kwargs=parts))

    entries = [
        clock_entry(clock, of_firm=actor.is_enterprise, address=address, alarms=alarms)
        for clock in clocks
    ]
    entries += [window_entry(one, address=address, alarms=alarms) for one in versions]
    organisation = actor.organisation
    name = _("到期日：%(who)s") % {"who": organisation.name if organisation else ""}
    answer = _answer(request, calendar_of(name, entries), last_change(clocks, versions))
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _matched(actor: Actor, now: datetime) -> list[PolicyVersion]:
    """The windows that are still open, of the policies that the firm can or may be able to use."""
    on = timezone.localdate(now)
    match = match_for(actor, enterprise_of(actor), on=on)
    if match is None:
        return []
    wanted = [result.policy.id for result in (*match.eligible, *match.maybe)]
    found = published_versions(on).filter(policy_id__in=wanted, closes__gte=on)
    return list(found.defer("document", "search_text").order_by("closes", "policy_id"))


@require_safe
@in_asked_language
def windows(request: HttpRequest) -> HttpResponse:
    """Every policy window that closes, for everybody."""
    on = timezone.localdate()
    found = published_versions(on).filter(closes__gte=on - CLOSED_SINCE)
    versions = list(found.defer("document", "search_text").order_by("closes", "policy_id"))

    def address(name: str, **parts: Any) -> str:
        return request.build_absolute_uri(reverse(name, kwargs=parts))

    alarms = request.GET.get("alarms") == "1"
    entries = [window_entry(one, address=address, alarms=alarms) for one in versions]
    made = calendar_of(_("政策申报截止日"), entries)
    return _answer(request, made, last_change((), versions))


def _answer(
    request: HttpRequest, content: bytes, changed: datetime | None, kind: str = ICS
) -> HttpResponse:
    """The content with a tag of its bytes; 304 for who has it already."""
    answer = HttpResponse(content, content_type=kind)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    answer["ETag"] = tag
    if changed is not None:
        answer["Last-Modified"] = http_date(int(changed.timestamp()))
    if "HTTP_IF_NONE_MATCH" not in request.META:
        # a row that goes leaves the newest moment as it was: only the tag tells
        return answer
    found = get_conditional_response(request, etag=tag, response=answer)
    assert isinstance(found, HttpResponse)
    return found


if TYPE_CHECKING:
    _Feed = Feed[PolicyVersion, "Asked"]
else:  # Django's own class takes no types
    _Feed = Feed


@dataclass(frozen=True)
class Asked:
    """What a reader asked for: a front of the city, a level of policies; "" and None for all."""

    zone: Zone | None
    level: str


class PolicyFeed(_Feed):
    """New policies as Atom, of one district or level if asked."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, *_args: Any, **_more: Any) -> Asked:
        """`zone` and `level` of the address; a front that is not there is not found."""
        code, level = request.GET.get("zone", ""), request.GET.get("level", "")
        zone = city_of(request).zone(code) if code else None
        if (code and zone is None) or (level and not level.isidentifier()):
            raise Http404
        return Asked(zone, level)

    def title(self, obj: Asked) -> str:
        if obj.zone is None:
            return _("新政策")
        name = obj.zone.name
        return _("新政策：%(place)s") % {"place": name.get(language()) or name["zh"]}

    def link(self, obj: Asked) -> str:
        return reverse("library")

    def feed_guid(self, obj: Asked) -> str:
        return _urn(f"policies:{obj.zone.code if obj.zone else ''}:{obj.level}")

    def items(self, obj: Asked) -> QuerySet[PolicyVersion]:
        on = timezone.localdate()
        if obj.zone is None:
            found = library(NOBODY, on=on, level=obj.level, order="newest")
        else:
            found = policies_of_front(NOBODY, obj.zone, on=on)
            found = found.filter(level=obj.level) if obj.level else found
            found = found.order_by("-recorded_at", "-effective_from", "policy_id")
        return found.defer("search_text")[:MOST_POLICIES]

    def item_title(self, item: PolicyVersion) -> str:
        return item.title_en if language() == "en" and item.title_en else item.title

    def item_description(self, item: PolicyVersion) -> str:
        summary = (item.document.get("card") or {}).get("summary")
        if isinstance(summary, dict):
            summary = summary.get(language()) or summary.get("zh")
        return str(summary or "")

    def item_link(self, item: PolicyVersion) -> str:
        return reverse("policy", args=[item.policy_id])

    def item_guid(self, item: PolicyVersion) -> str:
        return _urn(f"policy:{item.policy_id}")

    def item_pubdate(self, item: PolicyVersion) -> datetime:
        return item.recorded_at

    def item_updateddate(self, item: PolicyVersion) -> datetime:
        return item.recorded_at

    def item_categories(self, item: PolicyVersion) -> list[str]:
        return [word for word in (item.level, item.kind) if word]


def _urn(name: str) -> str:
    """The same for the same thing for ever, whatever the host is called."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"qifu:{name}").urn


_policy_feed = PolicyFeed()


@require_safe
@in_asked_language
def policies(request: AskedRequest) -> HttpResponse:
    """The feed of new policies, with a tag."""
    made = _policy_feed(request)
    kind = "application/atom+xml; charset=utf-8"
    answer = _answer(request, made.content, None, kind)
    if made.has_header("Last-Modified"):
        answer["Last-Modified"] = made["Last-Modified"]
    return answer
