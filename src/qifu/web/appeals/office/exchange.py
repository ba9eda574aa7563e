"""The exchange with a hotline: what contradicts, every order, what was told, which files came."""

from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qifu.appeals.actions import settle_conflict
from qifu.appeals.actions.exchange_fields import FIELD_WORDS, takeable
from qifu.appeals.models import ExchangeConflict, ExchangeOrder
from qifu.appeals.selectors import (
    conflict_for,
    contradicted_orders,
    fields_of,
    files_visible_to,
    order_for,
    orders_visible_to,
    partner_name,
    partners_of,
    seen_appeals,
    settled_of,
    statuses_of,
    statuses_visible_to,
)
from qifu.base.city import City
from qifu.base.errors import BadInput, WrongState
from qifu.organisations.selectors.command_line import firm_by_code
from qifu.web.appeals.words import kind_word, matter_word, state_badge
from qifu.web.desk.doors import desk
from qifu.web.desk.forms import LONGEST_ANSWER, QueueSearch
from qifu.web.desk.lists import Found, capped_count, found
from qifu.web.desk.words import step_word
from qifu.web.http import AskedRequest, city_of
from qifu.web.policies.rows import region_name
from qifu.web.refusals import put_on
from qifu.web.words import spoken

TABS: Final = {
    "conflicts": gettext_lazy("待处理的冲突"),
    "orders": gettext_lazy("工单"),
    "statuses": gettext_lazy("办理情况"),
    "files": gettext_lazy("收到的文件"),
}
OUTCOMES: Final = {
    "made": gettext_lazy("新收"),
    "same": gettext_lazy("没有变化"),
    "changed": gettext_lazy("有变化"),
    "conflict": gettext_lazy("冲突"),
    "refused": gettext_lazy("不能收"),
    "acknowledged": gettext_lazy("确认"),
}


class ExchangeSearch(QueueSearch):
    """Words, and which partner where there are several."""

    partner = forms.ChoiceField(label=gettext_lazy("交换对象"), required=False)

    def __init__(self, city: City, data: Any) -> None:
        super().__init__(data)
        self.fields["q"].label = _("外部编号、诉求编号或企业名称")
        partners = [(one["code"], spoken(one["name"])) for one in partners_of(city)]
        if len(partners) < 2:
            del self.fields["partner"]
            return
        field = self.fields["partner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("全部")), *partners]


class SettleConflictForm(forms.Form):
    """Why this one holds."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        help_text=gettext_lazy("维持我方内容时，对方会看到理由。"),
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": gettext_lazy("请写明理由。"),
            "max_length": gettext_lazy("最多 2000 个字。"),
        },
    )


@desk("exchange.run")
@require_http_methods(["GET"])
def exchange(request: AskedRequest) -> HttpResponse:
    """One of four lists, searched."""
    actor, city = request.actor, city_of(request)
    show = request.GET.get("show", "")
    show = show if show in TABS else "conflicts"
    form = ExchangeSearch(city, request.GET)
    data = form.cleaned_data if form.is_valid() else {}
    partner, text = data.get("partner", ""), data.get("q", "")
    said = {"partner": partner, "text": text}
    page: Found[Any]
    if show == "files":
        page = found(files_visible_to(actor, partner=partner), request.GET.get("page"))
        rows = [
            {
                "file": one,
                "counts": [
                    (OUTCOMES.get(name, name), count) for name, count in one.counts.items()
                ],
            }
            for one in page.rows
        ]  # fmt: skip
    elif show == "statuses":
        listed = statuses_visible_to(actor, **said, state=request.GET.get("state", ""))
        page = found(listed, request.GET.get("page"))
        rows = [{"status": one, "words": step_word(one.step)} for one in page.rows]
    else:
        listed_of = contradicted_orders if show == "conflicts" else orders_visible_to
        page = found(listed_of(actor, **said), request.GET.get("page"))
        rows = [
            {
                "order": one,
                "partner": partner_name(city, one.partner),
                "badge": state_badge(one.appeal.state),
                "contradicted": getattr(one, "contradicted", False),
            }
            for one in page.rows
        ]
    whole = {
        "form": form, "text": text, "partner": partner, "show": show, "found": page, "rows": rows,
        "tabs": list(TABS.items()), "waiting": capped_count(contradicted_orders(actor)),
        "partners": bool(partners_of(city)), "state": request.GET.get("state", ""),
    }  # fmt: skip
    template = "appeals/office/exchange.html"
    return render(request, f"{template}#results" if request.htmx else template, whole)


@desk("exchange.run")
@require_http_methods(["GET", "POST"])
def order(request: AskedRequest, pk: int) -> HttpResponse:
    """Both sides of one order, what waits, what was decided, what the partner was told."""
    shown = order_for(request.actor, pk)
    if request.method == "GET":
        return _page(request, shown)
    number = request.POST.get("conflict", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise BadInput(_("请从列表中选择。"))
    conflict = conflict_for(request.actor, shown, int(number))
    if request.POST.get("seen", _seen(conflict)) != _seen(conflict):
        refused = _("对方又发来了新的内容，请重新看一遍再决定。")
        return _page(request, shown, refused=refused, status=409)
    form = SettleConflictForm(request.POST, prefix=f"c{conflict.pk}")
    if form.is_valid():
        take = request.POST.get("do") == "take"
        try:
            settle_conflict(
                conflict, actor=request.actor, now=timezone.now(), take=take,
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except BadInput as error:
            put_on(form, error)
        except WrongState as error:
            shown = order_for(request.actor, pk)
            return _page(request, shown, refused=str(error), status=409)
        else:
            words = _("已采用对方内容。") if take else _("已维持我方内容，对方会收到理由。")
            messages.success(request, words)
            return redirect("desk-exchange-order", pk=pk)
    return _page(request, shown, forms_by={conflict.pk: form}, status=422)


def _seen(conflict: ExchangeConflict) -> str:
    """What stood on the page that the decision was made on: its moment."""
    return conflict.found_at.isoformat()


def _page(
    request: AskedRequest,
    shown: ExchangeOrder,
    *,
    refused: str = "",
    forms_by: dict[int, SettleConflictForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    city, appeal = city_of(request), shown.appeal
    pairs = []
    for pair in fields_of(shown):
        conflict = pair.conflict
        pk = conflict.pk if conflict else 0
        pairs.append(
            {
                "words": FIELD_WORDS[pair.name],
                "theirs": _shown(pair.name, pair.theirs, city),
                "ours": _shown(pair.name, pair.ours, city),
                "differ": bool(pair.theirs) and pair.theirs != pair.ours,
                "conflict": conflict,
                "seen": _seen(conflict) if conflict else "",
                "takeable": bool(conflict) and takeable(pair.name, appeal),
                "form": (forms_by or {}).get(pk, SettleConflictForm(prefix=f"c{pk}")),
            }
        )
    data = {
        "order": shown,
        "appeal": appeal,
        "badge": state_badge(appeal.state),
        "partner": partner_name(city, shown.partner),
        "pairs": pairs,
        "waiting": [pair for pair in pairs if pair["conflict"]],
        "settled": [(one, FIELD_WORDS[one.field]) for one in settled_of(shown)[:50]],
        "told": [(one, step_word(one.step)) for one in statuses_of(shown)[:200]],
        "may_open": bool(seen_appeals(request.actor, [shown])),
        "refused": refused,
        "wrong": next(iter((forms_by or {}).values()), None),
    }
    return render(request, "appeals/office/exchange_order.html", data, status=status)


def _shown(name: str, value: str, city: City) -> str:
    """A value as a person reads it."""
    if not value:
        return ""
    if name == "kind":
        return kind_word(value)
    if name == "matter":
        return matter_word(value, city)
    if name == "region":
        return region_name(city, value)
    if name == "time":
        return f"{timezone.localtime(datetime.fromisoformat(value)):%Y-%m-%d %H:%M}"
    if name == "firm" and value.isascii():
        firm = firm_by_code(value)
        return f"{firm.name} {value}" if firm else value
    return value
