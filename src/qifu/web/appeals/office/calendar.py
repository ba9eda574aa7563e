"""The official calendar: which years are known, a new year taken in, the dates that moved."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.appeals.selectors.recounting import moved_clocks, recounting
from qifu.base.calendar import calendar_in_force, calendar_version, record_calendar
from qifu.base.errors import BadInput, Conflict
from qifu.rulebook.calendar_days import Status
from qifu.rulebook.findings import RuleError
from qifu.web.appeals.office.forms import CalendarForm
from qifu.web.appeals.words import Badge, clock_word
from qifu.web.desk.doors import desk
from qifu.web.http import AskedRequest
from qifu.web.refusals import put_on

YEARS_SHOWN, MOVED_SHOWN, MOVED_DAYS = 8, 100, 30


def _status_badge(status: Status) -> Badge:
    tone, icon, words = {
        Status.PUBLISHED: ("good", "circle-check", _("已公布")),
        Status.UPLOADED: ("good", "upload", _("已上传")),
        Status.PROVISIONAL: ("warn", "hourglass", _("暂定")),
    }[status]
    return Badge(tone, icon, words)


@desk("calendar.manage")
@require_http_methods(["GET", "POST"])
def calendar_page(request: AskedRequest) -> HttpResponse:
    """Years with their source; upload one; open clocks are then counted again by the worker."""
    form = CalendarForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            before = calendar_version()
            kept = record_calendar(
                form.document(), uploaded_by=request.actor.user_id, now=timezone.now()
            )
        except RuleError as error:
            form.put(error.findings)
        except (BadInput, Conflict) as error:
            put_on(form, error)
        else:
            if kept.pk <= before:
                messages.info(request, _("这一年的安排和库里的一样，没有变化。"))
            else:
                messages.success(
                    request,
                    _("%(year)s 年的放假安排已生效。在走的时限会在一两分钟内按新日历重算。")
                    % {"year": kept.year},
                )
            return redirect("desk-calendar")
    return _page(request, form, status=422 if form.errors else 200)


def _page(request: AskedRequest, form: CalendarForm, *, status: int) -> HttpResponse:
    now = timezone.now()
    calendar = calendar_in_force()
    newest = sorted(calendar.years.items(), reverse=True)
    this_year = timezone.localdate(now).year
    years = [item for item in newest if item[0] <= this_year + 2][:YEARS_SHOWN]
    data: dict[str, Any] = {
        "form": form,
        "years": [(year, _status_badge(source.status), source.source) for year, source in years],
        "known_to": calendar.last_known_year,
        "state": recounting(request.actor),
        "moved": [
            {"event": event, "clock": clock_word(event.clock.name), "appeal": event.clock.appeal}
            for event in moved_clocks(request.actor, since=now - timedelta(days=MOVED_DAYS))[
                :MOVED_SHOWN
            ]
        ],
        "days": MOVED_DAYS,
    }
    template = "appeals/office/calendar.html"
    return render(
        request, f"{template}#progress" if request.htmx else template, data, status=status
    )
