"""The finder, one entry, where to go over money owed, and the list as a file: for everybody."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from qifu.base.calendar import calendar_in_force
from qifu.base.city import City
from qifu.base.errors import BadInput, Conflict
from qifu.organisations.actions.channels import report_channel
from qifu.organisations.models import Channel
from qifu.organisations.selectors.channels import (
    Found,
    channel_by_code,
    debt_routes,
    find_channels,
    may_keep,
)
from qifu.web import xlsx
from qifu.web.channels.forms import FinderForm, ReportForm
from qifu.web.channels.hours import hours_lines
from qifu.web.channels.near import home_zone
from qifu.web.channels.nearest import nearest_needs
from qifu.web.channels.rows import (
    Row,
    Teller,
    is_old,
    kind_names,
    need_names,
    place_name,
    week_of,
    zone_names,
)
from qifu.web.http import AskedRequest, city_of
from qifu.web.refusals import put_on
from qifu.web.words import spoken

# a best answer of less only mentions a word somewhere: no need, name or purpose fits
_UNSURE: Final = 1.0


@dataclass(frozen=True)
class Group:
    """A heading of the finder and its channels; `folded` districts open when one asks for them."""

    title: str
    rows: list[Row]
    folded: bool = False


@require_http_methods(["GET"])
def channels(request: AskedRequest) -> HttpResponse:
    """Search and filters over all channels; without a question, needs as doors and all by place."""
    city, now = city_of(request), timezone.now()
    form = FinderForm(request.GET, city=city)
    asked = form.asked()
    text, near = asked.get("text", ""), home_zone(request, city)
    found, teller = _found(city, asked, near)
    rows = teller.found(found)
    query = urlencode(asked)
    data: dict[str, Any] = {
        "form": form,
        "asked": asked,
        "text": text,
        "narrowed": set(asked) - {"text"},
        "count": len(rows),
        "rows": rows if text else [],
        "unsure": bool(text and found) and found[0].score < _UNSURE,
        "groups": [] if text else _groups(rows, city, near, asked),
        "needs": need_names(city).items() if not asked else [],
        "nearest": nearest_needs(city, text) if text and not rows else [],
        "near": zone_names(city).get(near, ""),
        "guide": city.channels,
        "now": now,
        "query": query,
    }
    if request.htmx and not request.htmx.history_restore_request:
        page = render(request, "channels/finder.html#results", data)
        page["HX-Push-Url"] = f"{reverse('channels')}{'?' if query else ''}{query}"
        return page
    return render(request, "channels/finder.html", data)


def _found(city: City, asked: dict[str, str], near: str) -> tuple[list[Found], Teller]:
    """What fits, that of the firm's own district first where the score is the same."""
    now, calendar = timezone.now(), calendar_in_force()
    found = find_channels(
        city,
        text=asked.get("text", ""),
        zone=asked.get("zone", ""),
        kind=asked.get("kind", ""),
        need=asked.get("need", ""),
        at=now,
        open_at=now if "open" in asked else None,
        near=near,
        calendar=calendar,
    )
    if near and "zone" not in asked:
        found.sort(key=lambda one: (-one.score, one.channel.zone != near))
    return found, Teller(city, now=now, calendar=calendar)


def _groups(rows: list[Row], city: City, near: str, asked: dict[str, str]) -> list[Group]:
    """The district that was asked for or is the firm's, the city by kind, the other districts."""
    names, first = zone_names(city), asked.get("zone") or near
    own = [row for row in rows if first and row.channel.zone == first]
    groups = [Group(names.get(first, first), own)]
    for code, name in kind_names(city).items():
        wide = [row for row in rows if not row.channel.zone and row.channel.kind == code]
        groups.append(Group(f"{place_name(city)} · {name}", wide))
    for code, name in names.items():
        if code != first:
            groups.append(Group(name, [row for row in rows if row.channel.zone == code], not asked))
    return [group for group in groups if group.rows]


@require_http_methods(["GET"])
def channels_xlsx(request: AskedRequest) -> HttpResponse:
    """The same list as an Excel file."""
    city = city_of(request)
    asked = FinderForm(request.GET, city=city).asked()
    found, teller = _found(city, asked, home_zone(request, city))
    columns = [
        _("编号"), _("名称"), _("渠道类型"), _("在哪个区"), _("办什么"), _("地址"), _("开放时间"),
        _("电话"), _("网址"), _("怎么用"), _("维护单位"), _("核对日期"),
    ]  # fmt: skip
    lines = [_line(row) for row in teller.found(found)]
    name = _("办事渠道清单")
    return xlsx.answer(f"{name}-{teller.on:%Y%m%d}", name, columns, lines)


def _line(row: Row) -> tuple[Any, ...]:
    document = row.channel.document
    hours = hours_lines(row.channel.hours) or _("时间未知")
    note = spoken(document.get("hours_note"))
    owner = row.channel.unit.organisation
    return (
        row.code, row.name, row.kind, row.zone or pgettext("渠道", "不分区"), row.about,
        row.address,
        f"{hours}\n{note}".strip(),
        "\n".join(f"{one['number']} {one['about']}".strip() for one in row.telephones),
        "\n".join(one["url"] for one in row.links),
        "\n".join(spoken(step) for step in document.get("how") or []),
        spoken((owner.name, owner.name_en)), row.channel.checked_on,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def channel(request: AskedRequest, code: str) -> HttpResponse:
    """All of one entry; and the form in which anybody may say that it is wrong."""
    found = channel_by_code(code)
    if request.method == "GET":
        return _page(request, found, ReportForm(), sent="reported" in request.GET)
    form = ReportForm(request.POST)
    if form.trapped:
        return redirect(_receipt(found))  # nobody is there to read it
    if form.is_valid():
        given = form.cleaned_data
        try:
            report_channel(
                found, actor=request.actor, now=timezone.now(), text=given["text"],
                contact=given["contact"],
            )  # fmt: skip
        except (BadInput, Conflict) as error:
            put_on(form, error)
        else:
            return redirect(_receipt(found))
    return _page(request, found, form, status=422)


def _receipt(found: Channel) -> str:
    return f"{reverse('channel', args=[found.code])}?reported=1#report"


def _page(
    request: AskedRequest,
    found: Channel,
    form: ReportForm,
    *,
    sent: bool = False,
    status: int = 200,
) -> HttpResponse:
    city, calendar = city_of(request), calendar_in_force()
    teller = Teller(city, now=timezone.now(), calendar=calendar)
    document = found.document
    needs = need_names(city)
    data = {
        "channel": found,
        "row": teller.row(found),
        "week": week_of(found, on=teller.on, calendar=calendar),
        "find_as": document.get("find_as", ""),
        "hours_note": spoken(document.get("hours_note")),
        "how": [spoken(step) for step in document.get("how") or []],
        "needs": [(code, needs[code]) for code in found.needs if code in needs],
        "owner": found.unit.organisation,
        "old": is_old(found, teller.on),
        "form": form,
        "sent": sent,
        "guide": city.channels,
        "may_edit": request.actor.is_unit and may_keep(request.actor, found),
    }
    return render(request, "channels/channel.html", data, status=status)


@require_http_methods(["GET"])
def debt(request: AskedRequest) -> HttpResponse:
    """Who owes the money decides where to go: one question, and the places in their order."""
    city = city_of(request)
    routes = debt_routes(city)
    chosen = next((one for one in routes if one.code == request.GET.get("who")), None)
    teller = Teller(city, now=timezone.now(), calendar=calendar_in_force())
    data = {
        "routes": [(one.code, spoken(one.debtor), spoken(one.examples)) for one in routes],
        "chosen": chosen,
        "debtor": spoken(chosen.debtor) if chosen else "",
        "note": spoken(chosen.note) if chosen else "",
        "rows": teller.rows(chosen.channels) if chosen else [],
        "guide": city.channels,
    }
    return render(request, "channels/debt.html", data)
