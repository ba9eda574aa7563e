"""One step on many cases, each by itself; what could not be done is named with its reason."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from qifu.appeals import actions
from qifu.appeals.models import Appeal
from qifu.appeals.selectors import appeals_visible_to
from qifu.appeals.selectors.visible import ROW
from qifu.base.errors import BadInput, NotAllowed, Refused
from qifu.organisations.permissions import Actor
from qifu.web.addresses import safe_next
from qifu.web.appeals.desk.doors import appeals_desk
from qifu.web.appeals.desk.forms.base import words_field
from qifu.web.appeals.desk.lists import MANY
from qifu.web.appeals.desk.rows import case_rows
from qifu.web.http import AskedRequest, city_of

MOST: Final = 50  # a page of the list
LONGEST_NOTE: Final = 2_000


class RemindMany(forms.Form):
    """What everybody is urged to do."""

    note = words_field(
        gettext_lazy("要催办什么"), gettext_lazy("每一件都用这段话。例如：今天 18 点前联系企业。")
    )

    def clean_note(self) -> str:
        note = str(self.cleaned_data["note"]).strip()
        if not note:
            raise forms.ValidationError(_("请写明要催办什么。"))
        if len(note) > LONGEST_NOTE:
            raise forms.ValidationError(_("最多 %(most)s 个字。") % {"most": LONGEST_NOTE})
        return note


class AcceptMany(forms.Form):
    """Nothing to fill in: kind, matter and place stay as the firms wrote them."""


_FORMS: Final[dict[str, type[forms.Form]]] = {"remind": RemindMany, "accept": AcceptMany}


@appeals_desk
@require_http_methods(["POST"])
def many(request: AskedRequest) -> HttpResponse:
    """Look at what was chosen; with `sure`, do it."""
    do = request.POST.get("do", "")
    if do not in MANY:
        raise BadInput(_("没有这一步。请从页面上的按钮选择。"))
    if not request.actor.may(MANY[do][0]):
        raise NotAllowed(_("您的岗位不能一次办理多件。"))
    back = safe_next(request, reverse("desk-appeals"))
    cases = _chosen(request)
    if not cases:
        messages.warning(request, _("没有选中诉求。请先勾选要办的几件。"))
        return redirect(back)
    sure = "sure" in request.POST
    form = _FORMS[do](request.POST if sure else None)
    if sure and form.is_valid():
        done, failed = _do(do, cases, form.cleaned_data, actor=request.actor, now=timezone.now())
        _tell(request, do, done, failed)
        return redirect(back)
    data = {
        "do": do,
        "form": form,
        "rows": case_rows(cases, city_of(request), now=timezone.now()),
        "back": back,
        "words": {"remind": _("催办"), "accept": _("受理")}[do],
    }
    return render(request, "appeals/desk/many.html", data, status=422 if form.errors else 200)


def _chosen(request: AskedRequest) -> list[Appeal]:
    """The cases that were ticked, of those one may see; at most a page of them."""
    numbers = [
        int(one)
        for one in request.POST.getlist("pk")[:MOST]
        if one.isascii() and one.isdigit() and len(one) < 19
    ]
    seen = appeals_visible_to(request.actor).filter(pk__in=numbers).select_related(*ROW)
    by_number = {one.pk: one for one in seen}
    return [by_number[pk] for pk in dict.fromkeys(numbers) if pk in by_number]


def _do(
    do: str, cases: Sequence[Appeal], given: dict[str, Any], *, actor: Actor, now: datetime
) -> tuple[list[Appeal], list[tuple[Appeal, str]]]:
    """Each case in a transaction of its own: one that is refused stops no other."""
    act: Callable[..., None] = actions.remind if do == "remind" else actions.accept_appeal
    done: list[Appeal] = []
    failed: list[tuple[Appeal, str]] = []
    for case in cases:
        try:
            act(case, actor=actor, now=now, **given)
        except Refused as error:
            failed.append((case, str(error)))
        else:
            done.append(case)
    return done, failed


def _tell(
    request: AskedRequest, do: str, done: Sequence[Appeal], failed: Sequence[tuple[Appeal, str]]
) -> None:
    if done:
        number = len(done)
        said = (
            ngettext("已催办 %(number)s 件。", "已催办 %(number)s 件。", number)
            if do == "remind"
            else ngettext("已受理 %(number)s 件。", "已受理 %(number)s 件。", number)
        )
        messages.success(request, said % {"number": number})
    for case, why in failed:
        messages.warning(
            request, _("%(number)s 没有办成：%(why)s") % {"number": case.number, "why": why}
        )
