"""Who of one's own unit is away: seen, recorded, ended."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qifu.accounts.models import User
from qifu.appeals.actions import end_absence, record_absence
from qifu.appeals.selectors import Colleague, absence_for, absences_of, load_of
from qifu.base.city import City
from qifu.base.errors import BadInput
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import people_of, unit_by_code
from qifu.web.appeals.desk.forms.base import CHOOSE, NamesSelect
from qifu.web.desk.doors import desk
from qifu.web.http import AskedRequest, city_of
from qifu.web.refusals import put_on
from qifu.web.words import day_text


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("请填写日期，例如 2026-11-30"),
            "invalid": gettext_lazy("请填写日期，例如 2026-11-30"),
        },
    )


class AbsenceForm(forms.Form):
    """A colleague and the days, both in."""

    user = forms.ChoiceField(
        label=gettext_lazy("谁不在岗"), widget=NamesSelect, error_messages=CHOOSE
    )
    first_day = _day(gettext_lazy("从"))
    last_day = _day(gettext_lazy("到（含当天）"))
    note = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("同事会看到，例如：出差。不要写病情等私事。"),
        error_messages={"max_length": gettext_lazy("最多 100 个字。")},
    )

    def __init__(self, people: dict[str, User], *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.people = people
        field = self.fields["user"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("请选择")), *((pk, one.display_name) for pk, one in people.items())
        ]  # fmt: skip


@desk("appeals.handle", "people.manage")
@require_http_methods(["GET", "POST"])
def absences(request: AskedRequest) -> HttpResponse:
    """The list; record one, or end one."""
    actor, now = request.actor, timezone.now()
    colleagues = _load(actor, now)
    people = _people(actor, city_of(request), colleagues)
    if request.POST.get("do") == "end":
        return _end(request)
    form = AbsenceForm(people, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            record_absence(actor=actor, now=now, **{**given, "user": people[given["user"]]})
        except BadInput as error:
            put_on(form, error)
        else:
            name = people[given["user"]].display_name
            messages.success(request, _("已登记：%(name)s。") % {"name": name})
            return redirect("desk-absences")
    today = timezone.localdate(now)
    data = {
        "form": form,
        "rows": [(one, one.first_day <= today) for one in absences_of(actor, now=now)],
        "colleagues": colleagues,
    }
    return render(
        request, "appeals/desk/absences.html", data, status=422 if form.errors else 200
    )  # fmt: skip


def _load(actor: Actor, now: Any) -> list[Colleague]:
    assert actor.organisation is not None
    unit = unit_by_code(actor.organisation.code)
    return load_of(actor, unit, now=now) if unit else []


def _people(actor: Actor, city: City, colleagues: list[Colleague]) -> dict[str, User]:
    """Those of the unit who handle cases, by their number."""
    if colleagues or not actor.may("people.manage"):
        return {str(one.user.pk): one.user for one in colleagues}
    roles = {code for code, role in city.roles.items() if "appeals.handle" in role.may}
    return {str(one.user_id): one.user for one in people_of(actor) if one.role in roles}


def _end(request: AskedRequest) -> HttpResponse:
    number = request.POST.get("pk", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise BadInput(_("请从列表中选择。"))
    now = timezone.now()
    absence = absence_for(request.actor, int(number), now=now)
    name, since = absence.user.display_name, day_text(absence.first_day, weekday=False)
    end_absence(absence, actor=request.actor, now=now)
    messages.success(
        request, _("%(name)s 从 %(day)s 起的不在岗已结束。") % {"name": name, "day": since}
    )
    return redirect("desk-absences")
