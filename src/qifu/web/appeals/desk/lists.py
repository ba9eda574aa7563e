"""Work lists by role: filters in the address, what is due first on top, an export."""

from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qifu.appeals.models import Appeal
from qifu.appeals.permissions import may_keep_absences, may_take_in
from qifu.appeals.selectors import counts_of, list_of, lists_of
from qifu.appeals.selectors.visible import sees_everything
from qifu.appeals.states import Kind, State
from qifu.base.city import City
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import units_at_work
from qifu.textmine.privacy import mask
from qifu.web import xlsx
from qifu.web.appeals.desk.doors import appeals_desk
from qifu.web.appeals.desk.forms.base import unit_name
from qifu.web.appeals.desk.rows import LISTS, case_rows, firm_of, unit_words, with_first_words
from qifu.web.appeals.forms.appeal import matter_choices
from qifu.web.appeals.words import clock_word, kind_word, matter_word, state_badge
from qifu.web.desk.forms import QueueSearch
from qifu.web.desk.lists import CAP, Found, found
from qifu.web.http import AskedRequest, city_of
from qifu.web.policies.forms import regions
from qifu.web.policies.rows import region_name
from qifu.web.words import count_text

# lists in which every case has one and the same state: no filter by state
_ONE_STATE: Final = frozenset({"objected", "extensions", "callbacks", "justified"})
# what one may do to many cases at once, by list
MANY: Final[dict[str, tuple[str, str]]] = {
    "accept": ("appeals.intake", "intake"),
    "remind": ("appeals.coordinate", ""),
}


class CaseSearch(QueueSearch):
    """Words and filters; a value that is on no list is left out, and the field says so."""

    state = forms.ChoiceField(label=gettext_lazy("状态"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("类型"), required=False)
    matter = forms.ChoiceField(label=gettext_lazy("事项"), required=False)
    region = forms.ChoiceField(label=gettext_lazy("区域"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("承办单位"), required=False)
    due = forms.ChoiceField(
        label=gettext_lazy("时限"),
        required=False,
        choices=[
            ("", gettext_lazy("全部")),
            ("overdue", gettext_lazy("超期")),
            ("today", gettext_lazy("今天到期")),
            ("week", gettext_lazy("七天内到期")),
        ],
    )
    order = forms.ChoiceField(
        label=gettext_lazy("排序"),
        required=False,
        choices=[
            ("", gettext_lazy("照清单")),
            ("due", gettext_lazy("先到期的在前")),
            ("newest", gettext_lazy("新提交的在前")),
            ("oldest", gettext_lazy("早提交的在前")),
        ],
    )

    def __init__(self, actor: Actor, city: City, name: str, data: Any) -> None:
        super().__init__(data)
        words = _("编号、企业、信用代码或内容里的字")
        self.fields["q"].label = words
        self.fields["q"].widget.attrs["placeholder"] = words
        everything = ("", _("全部"))
        states = [choice for choice in State.choices if choice[0] != State.DRAFT]
        choices: dict[str, list[Any]] = {
            "state": [everything, *states],
            "kind": [everything, *Kind.choices],
            "matter": [everything, *matter_choices(city)[1:]],
            "region": [everything, *regions(city)],
        }
        if name in _ONE_STATE:
            del self.fields["state"], choices["state"]
        if sees_everything(actor) or actor.may("appeals.callback"):
            units = units_at_work(timezone.localdate())
            choices["unit"] = [
                everything, *((unit.organisation.code, unit_name(unit)) for unit in units)
            ]  # fmt: skip
        else:
            del self.fields["unit"]
        if name == "overdue":
            del self.fields["due"]
        for field_name, rows in choices.items():
            field = self.fields[field_name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = rows
            field.error_messages["invalid_choice"] = _("请从列表中选择。")

    @property
    def asked(self) -> dict[str, str]:
        """What to ask the selector for."""
        self.full_clean()
        data = getattr(self, "cleaned_data", {})
        asked = {name: data.get(name, "") for name in self.fields if name != "q"}
        return {"text": data.get("q", ""), **asked}

    @property
    def filters(self) -> list[forms.BoundField]:
        """Everything but the words and the order."""
        return [self[name] for name in self.fields if name not in ("q", "order")]


def _asked(request: AskedRequest) -> tuple[str, CaseSearch, Found[Appeal]]:
    """The list of the address, its filters, and the page of rows."""
    actor, city, now = request.actor, city_of(request), timezone.now()
    names = lists_of(actor)
    name = request.GET.get("list", "")
    name = name if name in names else names[0]
    form = CaseSearch(actor, city, name, request.GET)
    listed = list_of(actor, name, now=now, **form.asked)
    if form.errors:
        listed = listed.none()
    return name, form, found(with_first_words(listed), request.GET.get("page"))


@appeals_desk
@require_http_methods(["GET"])
def cases(request: AskedRequest) -> HttpResponse:
    """One work list, with the number of cases in each of the others."""
    actor, city, now = request.actor, city_of(request), timezone.now()
    name, form, page = _asked(request)
    counts = {code: shown_count(number) for code, number in counts_of(actor, now=now).items()}
    kept = {key: value for key, value in request.GET.items() if key not in ("list", "page")}
    query = urlencode({"list": name, **kept})
    return render(
        request,
        "appeals/desk/list.html#results" if request.htmx else "appeals/desk/list.html",
        {
            "list": name,
            "list_words": LISTS[name][0],
            "why_empty": LISTS[name][1],
            "tabs": [(code, LISTS[code][0], counts[code]) for code in lists_of(actor)],
            "waiting": counts[name],
            "form": form,
            "found": page,
            "rows": case_rows(page.rows, city, now=now),
            "filtered": any(value for key, value in form.asked.items() if key != "order"),
            "query": query,
            "many": [code for code, (may, only) in MANY.items()
                     if actor.may(may) and only in ("", name)],
            "may_take_in": may_take_in(actor),
            "may_keep_absences": may_keep_absences(actor),
        },
    )  # fmt: skip


@appeals_desk
@require_http_methods(["GET"])
def cases_xlsx(request: AskedRequest) -> HttpResponse:
    """The list of the address as a workbook, up to the number that a list counts.

    Titles leave the house with numbers and names of people masked.
    """
    actor, city, now = request.actor, city_of(request), timezone.now()
    name, form, _page = _asked(request)
    listed = list_of(actor, name, now=now, **form.asked)
    rows = [] if form.errors else list(listed[:CAP])
    columns = [
        _("编号"), _("状态"), _("类型"), _("事项"), _("标题"), _("企业"), _("信用代码"), _("区域"),
        _("现在由谁办"), _("承办单位"), _("办理人"), _("转办次数"), _("提交时间"),
        _("答复到期"), _("下一个时限"), _("下一个到期"),
    ]  # fmt: skip
    title, appeals = str(LISTS[name][0]), _("诉求")
    return xlsx.answer(
        f"{appeals}-{title}-{timezone.localdate(now):%Y%m%d}",
        title,
        columns,
        [
            (
                one.number, state_badge(one.state).words, kind_word(one.kind),
                matter_word(one.matter, city), mask(one.title, names=one.people)[0], firm_of(one),
                one.enterprise.uscc if one.enterprise else "", region_name(city, one.region),
                unit_words(one.holder), unit_words(one.lead),
                one.handler.display_name if one.handler else "", one.hop, one.submitted_at,
                one.due_at, clock_word(one.next_clock) if one.next_clock else "",
                one.next_due_at,
            )
            for one in rows
        ],
    )  # fmt: skip


def shown_count(number: int) -> str:
    """12, or "1,000+"."""
    return f"{count_text(CAP)}+" if number > CAP else count_text(number)
