"""The desk of those who keep the list of channels: what is old, what is reported, one entry."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.base.errors import BadInput, Conflict, NotAllowed, WrongState
from qifu.organisations.actions.channels import (
    add_channel,
    edit_channel,
    mark_checked,
    restore_channel,
    retire_channel,
    settle_report,
)
from qifu.organisations.models import Channel
from qifu.organisations.selectors import journal_of, units_at_work
from qifu.organisations.selectors.channels import (
    channel_by_code,
    channels_kept_by,
    every_channel,
    may_keep,
    reports_of,
    reports_waiting,
)
from qifu.web.channels.edit_form import ChannelForm
from qifu.web.channels.forms import DeskSearch, RetireForm, SettleForm
from qifu.web.channels.rows import is_old, kind_names, zone_names
from qifu.web.desk.doors import desk
from qifu.web.desk.views.journal import line_rows
from qifu.web.http import AskedRequest, city_of
from qifu.web.refusals import put_on
from qifu.web.words import spoken

PER_PAGE: Final = 50


@dataclass(frozen=True)
class Line:
    """One entry of the list. `kept`: this officer may edit it; `reports` wait for an answer."""

    channel: Channel
    name: str
    kind: str
    zone: str
    owner: str
    old: bool
    reports: int
    kept: bool


@desk("channels.edit")
@require_http_methods(["GET"])
def channels(request: AskedRequest) -> HttpResponse:
    """The entries, those checked longest ago first; reports that wait are counted."""
    form = DeskSearch(request.GET, city=city_of(request))
    asked = form.asked()
    lines = _lines(request, asked)
    waiting = sum(line.reports for line in lines)
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "channels/desk_list.html#results" if request.htmx else "channels/desk_list.html",
        {
            "form": form,
            "page": page,
            "rows": page.object_list,
            "filtered": any(asked.values()),
            "waiting": waiting,
        },
    )


def _lines(request: AskedRequest, asked: dict[str, str]) -> list[Line]:
    city, on, show = city_of(request), timezone.localdate(), asked["show"]
    kept = list(channels_kept_by(request.actor, with_retired=True))
    reports = Counter(one.channel_id for one in reports_waiting(request.actor))
    mine = {channel.pk for channel in kept}
    rows = every_channel(with_retired=True) if show == "all" else kept
    kinds, zones = kind_names(city), zone_names(city)
    fits: dict[str, Callable[[Channel], bool]] = {
        "own": lambda one: one.unit_id == request.actor.organisation_id,
        "reported": lambda one: reports[one.pk] > 0,
        "old": lambda one: is_old(one, on),
        "retired": lambda one: one.retired_at is not None,
    }
    said = asked["q"].strip().casefold()
    found = []
    for one in sorted(rows, key=lambda one: (not reports[one.pk], one.checked_on)):
        if (one.retired_at is not None) != (show == "retired") and not reports[one.pk]:
            continue
        if show in fits and not fits[show](one):
            continue
        if asked["zone"] and one.zone != asked["zone"]:
            continue
        if said and not any(said in text.casefold() for text in (one.code, *one.name.values())):
            continue
        owner = one.unit.organisation
        found.append(
            Line(
                channel=one,
                name=spoken(one.name),
                kind=kinds.get(one.kind, one.kind),
                zone=zones.get(one.zone, one.zone),
                owner=spoken((owner.name, owner.name_en)),
                old=is_old(one, on),
                reports=reports[one.pk],
                kept=one.pk in mine,
            )
        )
    return found


@desk("channels.edit")
@require_http_methods(["GET", "POST"])
def new_channel(request: AskedRequest) -> HttpResponse:
    """An entry that is not there yet."""
    typed = request.POST if request.method == "POST" else None
    form = ChannelForm(typed, city=city_of(request), units=_units())
    if typed is None:
        form.initial["checked_on"] = timezone.localdate()
        form.initial["unit"] = getattr(request.actor.organisation, "code", "")
    elif form.is_valid():
        try:
            made = add_channel(actor=request.actor, now=timezone.now(), document=form.changed)
        except BadInput as error:
            form.refuse(error)
        except (Conflict, NotAllowed) as error:
            put_on(form, error)
        else:
            messages.success(request, _("已添加，企业现在可以找到。"))
            return redirect("desk-channel", code=made.code)
    status = 422 if typed is not None else 200
    return render(request, "channels/desk_channel.html", {"form": form}, status=status)


def _units() -> list[tuple[str, str]]:
    """The units that may own an entry, as choices."""
    return [
        (unit.organisation.code, spoken((unit.organisation.name, unit.organisation.name_en)))
        for unit in units_at_work(timezone.localdate())
    ]


@dataclass
class _Sent:
    """The step that was sent for an entry, and what was typed into its form."""

    request: AskedRequest
    channel: Channel
    step: str

    def __post_init__(self) -> None:
        post = self.request.POST if self.request.method == "POST" else None
        settles = self.step in ("mended", "kept")
        number = self.request.POST.get("report", "")
        self.report = int(number) if settles and number.isdecimal() and len(number) < 19 else 0
        self.writing = ChannelForm(
            post if self.step == "edit" else None,
            city=city_of(self.request),
            units=_units(),
            channel=self.channel,
        )
        self.retiring = RetireForm(post if self.step == "retire" else None)
        self.settling = SettleForm(post if settles else None, number=self.report)

    def take(self) -> str:
        """Take the step; the words that say so, or none where the form has mistakes."""
        form = {"edit": self.writing, "retire": self.retiring}.get(
            self.step, self.settling if self.report else None
        )
        if form is not None and not form.is_valid():
            return ""
        try:
            return _STEPS[self.step](self)
        except BadInput as error:
            if form is self.writing:
                self.writing.refuse(error)
            elif form is not None:
                put_on(form, error)
            return ""

    def typed_again(self, channel: Channel) -> "_Sent":
        """The same words on the entry as it is now, to be sent once more by a person who saw it."""
        again = _Sent(self.request, channel, self.step)
        if self.step == "edit":
            data = self.request.POST.copy()
            data["version"] = str(channel.version)
            again.writing = ChannelForm(
                data, city=city_of(self.request), units=_units(), channel=channel
            )
        return again


def _edit(sent: _Sent) -> str:
    changed = edit_channel(
        sent.channel, actor=sent.request.actor, now=timezone.now(),
        document=sent.writing.changed, version=sent.writing.cleaned_data["version"],
    )  # fmt: skip
    return _("已保存，企业看到的就是新的内容。") if changed else _("没有改动。")


def _check(sent: _Sent) -> str:
    mark_checked(sent.channel, actor=sent.request.actor, now=timezone.now())
    return _("已记下：%(name)s今天核对无误。") % {"name": spoken(sent.channel.name)}


def _retire(sent: _Sent) -> str:
    reason = sent.retiring.cleaned_data["reason"]
    retire_channel(sent.channel, actor=sent.request.actor, now=timezone.now(), reason=reason)
    return _("已停用，企业不再找得到。")


def _restore(sent: _Sent) -> str:
    restore_channel(sent.channel, actor=sent.request.actor, now=timezone.now())
    return _("已恢复，企业又能找到。")


def _settle(sent: _Sent) -> str:
    report = reports_of(sent.request.actor, sent.channel).filter(pk=sent.report).first()
    if report is None:
        raise Http404
    settle_report(
        report, actor=sent.request.actor, now=timezone.now(), mended=sent.step == "mended",
        answer=sent.settling.cleaned_data["answer"],
    )  # fmt: skip
    return _("已答复这一条反映。")


_STEPS: Final[dict[str, Callable[[_Sent], str]]] = {
    "edit": _edit,
    "check": _check,
    "retire": _retire,
    "restore": _restore,
    "mended": _settle,
    "kept": _settle,
}


@desk("channels.edit")
@require_http_methods(["GET", "POST"])
def channel(request: AskedRequest, code: str) -> HttpResponse:
    """One entry: change it, say that it was checked, answer what was reported, take it out."""
    found = channel_by_code(code)
    if not may_keep(request.actor, found):
        raise NotAllowed(_("这一条由别的部门维护。发现不对，可以在公开的页面上反映。"))
    step = request.POST.get("step", "")
    if request.method == "POST" and step not in _STEPS:
        raise Http404
    sent = _Sent(request, found, step)
    if request.method == "GET":
        return _page(request, sent)
    if step in ("mended", "kept") and not sent.report:
        raise Http404
    try:
        done = sent.take()
    except (Conflict, WrongState) as error:
        # a colleague was faster: show how it stands now, with what was typed still in the form
        again = sent.typed_again(channel_by_code(code))
        return _page(request, again, refused=str(error), status=409)
    if not done:
        return _page(request, sent, status=422)
    messages.success(request, done)
    if request.POST.get("back") == "list":
        return redirect("desk-channels")
    return redirect("desk-channel", code=code)


def _page(
    request: AskedRequest, sent: _Sent, *, refused: str = "", status: int = 200
) -> HttpResponse:
    found, on = sent.channel, timezone.localdate()
    reports = list(reports_of(request.actor, found))
    waiting = [
        (one, sent.settling if one.pk == sent.report else SettleForm(number=one.pk))
        for one in reports
        if one.state == "open"
    ]
    data = {
        "channel": found,
        "name": spoken(found.name),
        "form": sent.writing,
        "retiring": sent.retiring,
        "waiting": waiting,
        "wrong_report": sent.settling if sent.settling.is_bound else None,
        "settled": [one for one in reports if one.state != "open"],
        "old": is_old(found, on),
        "today": on,
        "steps": line_rows(journal_of(request.actor, found), city_of(request)),
        "refused": refused,
    }
    return render(request, "channels/desk_channel.html", data, status=status)
