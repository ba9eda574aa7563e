"""The library, one policy, its days in a calendar, the quick diagnosis: no account needed."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.base.city import City
from qifu.base.zones import Zone
from qifu.organisations.selectors import enterprise_of
from qifu.policies.models import PolicyVersion
from qifu.policies.permissions import may_see_reach
from qifu.policies.selectors import (
    apart_from,
    diagnose,
    library,
    match_for,
    meant,
    own_first,
    policy_for,
    programme,
    versions_of,
)
from qifu.rulebook.policy import Policy
from qifu.rulebook.report import GroupResult, report
from qifu.web import xlsx
from qifu.web.channels.near import near_me
from qifu.web.http import AskedRequest, city_of
from qifu.web.industries import find
from qifu.web.policies.calendar import entry
from qifu.web.policies.forms import OWN_FIRST, DiagnosisForm, LibraryForm
from qifu.web.policies.rows import card_of, row_of, rows_of, title_of
from qifu.web.zones.chosen import zone_of

PAGE = 20
OPEN_SHOWN = 6


@require_http_methods(["GET"])
def home(request: AskedRequest) -> HttpResponse:
    """Search, the doors that exist, what is open now by days left, channels, how it works."""
    city, on = city_of(request), timezone.localdate()
    open_now = library(request.actor, on=on, status="open", order="closes")
    return render(
        request,
        "public/home.html",
        {
            "rows": rows_of(open_now[:OPEN_SHOWN], city, on),
            "open_count": open_now.count(),
            "count": library(request.actor, on=on).count(),
            "today": on,
            "near": near_me(request, city),
        },
    )


@require_http_methods(["GET"])
def policies(request: AskedRequest) -> HttpResponse:
    """The library with search and filters; htmx asks for the list alone."""
    city, on, zone = city_of(request), timezone.localdate(), zone_of(request)
    form = LibraryForm(request.GET, city=city, zone=zone)
    asked = form.asked()
    page = Paginator(_listed(request, asked, on), PAGE).get_page(request.GET.get("page"))
    data = {
        "own_first": zone if _begins_with_own(zone, asked) else None,
        "form": form,
        "page": page,
        "rows": rows_of(page.object_list, city, on),
        "asked": asked,
        "text": asked.get("text", ""),
        "mended": meant(asked.get("text", ""), on=on),
        "narrowed": set(asked) - {"order"},
        "export": f"{reverse('library-xlsx')}?{urlencode(asked)}",
    }
    if request.htmx and not request.htmx.history_restore_request:
        answer = render(request, "policies/library.html#results", data)
        query = urlencode(asked)
        answer["HX-Push-Url"] = f"{reverse('library')}{'?' if query else ''}{query}"
        return answer
    return render(request, "policies/library.html", data)


def _listed(request: AskedRequest, asked: dict[str, str], on: date) -> QuerySet[PolicyVersion]:
    """What was asked for; in a district's front its own policies first, unless told otherwise."""
    found, zone = library(request.actor, on=on, **asked), zone_of(request)
    return own_first(found, zone) if zone and _begins_with_own(zone, asked) else found


def _begins_with_own(zone: Zone | None, asked: dict[str, str]) -> bool:
    return zone is not None and asked.get("order", OWN_FIRST) == OWN_FIRST


@require_http_methods(["GET"])
def policies_xlsx(request: AskedRequest) -> HttpResponse:
    """The same list as an Excel file."""
    city, on = city_of(request), timezone.localdate()
    asked = LibraryForm(request.GET, city=city, zone=zone_of(request)).asked()
    rows = rows_of(_listed(request, asked, on), city, on)
    columns = [
        _("编号"), _("名称"), _("说明"), _("支持方式"), _("层级"), _("适用地区"), _("主管部门"),
        _("最高金额（元）"), _("开始申报"), _("截止申报"), _("版本"),
    ]  # fmt: skip
    lines = [
        (
            row.id, row.title, row.summary, row.kind, row.level, row.region, row.unit,
            row.cap, row.opens, row.closes, row.version.version,
        )
        for row in rows
    ]  # fmt: skip
    title = _("政策清单")
    return xlsx.answer(f"{title}-{on:%Y%m%d}", title, columns, lines)


@require_http_methods(["GET"])
def policy(request: AskedRequest, policy_id: str) -> HttpResponse:
    """One policy in words: who, what, how much, when, papers, steps. And this firm's verdict."""
    city, on = city_of(request), timezone.localdate()
    version = policy_for(request.actor, policy_id, _version(request), on=on)
    rule = programme(version, city)
    enterprise = enterprise_of(request.actor) if request.actor.is_enterprise else None
    match = match_for(request.actor, enterprise, on=on) if enterprise else None
    versions = list(versions_of(request.actor, policy_id))
    return render(
        request,
        "policies/policy.html",
        {
            "row": row_of(version, city, on),
            "card": card_of(version),
            "policy": rule,
            "version": version,
            "conditions": _conditions(rule, city, on),
            "excluded": [
                (other.policy_id, title_of(other))
                for other in apart_from(policy_id, on=on, city=city)
            ],
            "versions": versions if len(versions) > 1 else [],
            "newest": versions[0] if versions else version,
            "enterprise": enterprise,
            "result": match.result(policy_id) if match else None,
            "sees_reach": may_see_reach(request.actor),
        },
    )


def _version(request: AskedRequest) -> int | None:
    asked = request.GET.get("version", "")
    if not asked:
        return None
    if not asked.isascii() or not asked.isdigit() or len(asked) > 9:
        raise Http404
    return int(asked)


def _conditions(rule: Policy, city: City, on: date) -> tuple[GroupResult, ...]:
    """The conditions in words, told for a day on which the policy is in force."""
    day = on if rule.in_force(on) else rule.effective_from or rule.effective_to or on
    told = report([rule], {}, city.catalogue, as_of=day)
    return told.policies[0].groups


@require_http_methods(["GET"])
def policy_calendar(request: AskedRequest, policy_id: str) -> HttpResponse:
    """The last day of the window for one's own calendar."""
    city, on = city_of(request), timezone.localdate()
    row = row_of(policy_for(request.actor, policy_id, on=on), city, on)
    if row.closes is None:
        raise PolicyVersion.DoesNotExist
    address = request.build_absolute_uri(reverse("policy", args=[policy_id]))
    answer = HttpResponse(
        entry(row, address, timezone.now()), content_type="text/calendar; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{policy_id}.ics"'
    return answer


@require_http_methods(["GET"])
def diagnosis(request: AskedRequest) -> HttpResponse:
    """A few facts in the address, four groups of policies in the answer; nothing is stored."""
    city, on = city_of(request), timezone.localdate()
    asked = any(request.GET.get(name) for name in city.diagnosis)
    form = DiagnosisForm(request.GET if asked else None, city=city, on=on)
    data: dict[str, Any] = {"form": form, "result": None}
    if asked and form.is_valid():
        match = diagnose(form.cleaned_data["facts"], on=on)
        data["result"] = match
        data["groups"] = [
            ("eligible", match.eligible),
            ("maybe", match.maybe),
            ("near_miss", match.near),
        ]
        data["asked_facts"] = form.cleaned_data["facts"]
    status = 422 if asked and form.errors else 200
    return render(request, "policies/diagnosis.html", data, status=status)


@require_http_methods(["GET"])
def industries(request: AskedRequest) -> HttpResponse:
    """Industries that fit what is being typed: the choices under the field, for htmx."""
    text = request.GET.get("industry", "")[:80]
    tree = city_of(request).catalogue.trees["industry"]
    data = {"matches": find(tree, text), "text": text.strip(), "asked": bool(text.strip())}
    return render(request, "parts/industry_matches.html", data)
