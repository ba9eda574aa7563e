"""The appeals of a firm: drafts first, then every case with what it waits for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from qifu.appeals.models import Appeal
from qifu.appeals.selectors import list_of
from qifu.appeals.states import OPEN, Kind, State
from qifu.base.calendar import calendar_in_force
from qifu.rulebook.calendar_days import Calendar
from qifu.web.appeals.doors import reader_of
from qifu.web.appeals.lights import Light, light
from qifu.web.appeals.telling import FOR_FIRM
from qifu.web.desk.lists import found
from qifu.web.http import AskedRequest, for_enterprise

PER_PAGE: Final = 20
MOST_DRAFTS: Final = 20


class MySearch(forms.Form):
    """Words, state, kind. A value that is on no list is as if nothing was chosen."""

    text = forms.CharField(
        label=_("内容或编号"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("全部")), *(row for row in State.choices if row[0] != State.DRAFT)],
    )
    kind = forms.ChoiceField(
        label=_("类型"), required=False, choices=[("", _("全部")), *Kind.choices]
    )

    def asked(self) -> dict[str, str]:
        """What to ask for; a value that cannot be read is dropped."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


@dataclass(frozen=True)
class Row:
    """A case in the list; `light` only while the government owes an answer."""

    appeal: Appeal
    light: Light | None
    waits: bool


@for_enterprise
@require_http_methods(["GET"])
def my_appeals(request: AskedRequest) -> HttpResponse:
    """The list; htmx asks for the rows alone."""
    firm, actor, now = reader_of(request), request.actor, timezone.now()
    form = MySearch(request.GET)
    asked = form.asked()
    listed = found(
        list_of(actor, "my", now=now, **asked), request.GET.get("page"), per_page=PER_PAGE
    )
    first = not asked and listed.page.number == 1
    # a draft without a title is told by its first words
    told = list_of(actor, "drafts", now=now).defer(None)
    drafts = list(told[:MOST_DRAFTS]) if first else []
    data = {
        "firm": firm,
        "form": form,
        "asked": asked,
        "found": listed,
        "rows": rows_of(listed.rows, now=now, calendar=calendar_in_force()),
        "drafts": drafts,
        "may_submit": actor.may("appeals.submit"),
    }
    part = request.htmx and not request.htmx.history_restore_request
    name = "appeals/my_list.html#results" if part else "appeals/my_list.html"
    return render(request, name, data)


def rows_of(appeals: Iterable[Appeal], *, now: datetime, calendar: Calendar) -> list[Row]:
    """Cases as the list shows them."""
    return [
        Row(
            appeal,
            light(appeal.due_at, now=now, calendar=calendar, provisional=appeal.due_provisional)
            if appeal.state in OPEN - FOR_FIRM - {State.CALLBACK_DUE}
            else None,
            appeal.state in FOR_FIRM,
        )
        for appeal in appeals
    ]
