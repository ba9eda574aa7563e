"""Disputes about facts: the queue, the case, the settlement."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.base.city import City
from qifu.base.errors import BadInput, Conflict, WrongState
from qifu.base.transitions import steps_from
from qifu.organisations.actions import settle_dispute
from qifu.organisations.logic.ranking import standing
from qifu.organisations.models import Dispute, Fact
from qifu.organisations.permissions import may_settle
from qifu.organisations.selectors import (
    account_of,
    disputes_visible_to,
    find_disputes,
    journal_of,
    other_disputes,
    statements_in,
)
from qifu.organisations.states import DISPUTE_STEPS, DisputeState
from qifu.web.desk.doors import desk
from qifu.web.desk.forms import QueueSearch, SettleForm
from qifu.web.desk.lists import capped_count, found
from qifu.web.desk.views.journal import line_rows
from qifu.web.desk.views.queues import dispute_light, dispute_rows, state_badge, value_words
from qifu.web.desk.words import fact_word
from qifu.web.http import AskedRequest, city_of
from qifu.web.my.fields import typed_before

STATES: Final = ("open", "corrected", "kept", "withdrawn")


@desk("disputes.settle")
@require_http_methods(["GET"])
def disputes(request: AskedRequest) -> HttpResponse:
    """The queue, oldest first; by state, by firm."""
    actor, city, today = request.actor, city_of(request), timezone.localdate()
    state = request.GET.get("state", "open")
    state = state if state in (*STATES, "all") else "open"
    form = QueueSearch(request.GET)
    form.fields["q"].label = _("企业名称或信用代码")
    text = form.cleaned_data["q"] if form.is_valid() else ""
    listed = find_disputes(actor, text=text, state="" if state == "all" else state)
    if form.errors:
        listed = listed.none()
    if state != "open":
        listed = listed.order_by("-opened_at", "-pk")
    page = found(listed, request.GET.get("page"))
    return render(
        request,
        "desk/disputes.html#results" if request.htmx else "desk/disputes.html",
        {
            "form": form,
            "text": text,
            "state": state,
            "states": [*DisputeState.choices, ("all", _("全部"))],
            "found": page,
            "rows": dispute_rows(page.rows, city, today=today),
            "waiting": capped_count(find_disputes(actor, state="open")),
        },
    )


@desk("disputes.settle")
@require_http_methods(["GET", "POST"])
def dispute(request: AskedRequest, pk: int) -> HttpResponse:
    """One dispute: both values, what every source says, and the two ways to settle it."""
    city = city_of(request)
    case = disputes_visible_to(request.actor).get(pk=pk)
    if request.method == "GET":
        return _page(request, case, _first(case, city))
    if case.attribute not in city.catalogue:
        raise WrongState(_("目录里已经没有这一项资料，请联系系统管理员。"))
    form = SettleForm(case, city, request.POST)
    if form.is_valid():
        try:
            settle_dispute(
                case,
                actor=request.actor,
                outcome=request.POST.get("outcome", ""),
                text=form.text,
                answer=form.cleaned_data["answer"],
                now=timezone.now(),
            )
        except BadInput as error:
            if "outcome" in error.fields:
                raise
            form.refuse(error)
        except (WrongState, Conflict) as error:
            # somebody else was faster: show the case as it is now, and who settled it
            case = disputes_visible_to(request.actor).get(pk=pk)
            return _page(request, case, form, refused=str(error), status=409)
        else:
            messages.success(
                request,
                _("已更正。企业资料和政策结果会随之更新，企业成员已收到消息。")
                if case.state == "corrected"
                else _("已维持原值，企业成员已收到您的答复。"),
            )
            return redirect("desk-dispute", pk=case.pk)
    return _page(request, case, form, status=422)


def _first(case: Dispute, city: City) -> SettleForm | None:
    """The empty form with the claimed value in it; None where the pack lost the attribute."""
    attribute = city.catalogue.get(case.attribute)
    if attribute is None:
        return None
    return SettleForm(case, city, initial={"value": typed_before(attribute, case.claimed)})


@dataclass(frozen=True)
class Said:
    """What one source says of the disputed fact, in words. `counts`: it is the one that counts."""

    fact: Fact
    words: str
    counts: bool
    disputed: bool


def _said(request: AskedRequest, case: Dispute, city: City) -> list[Said]:
    statements = statements_in(request.actor, case)
    attribute = city.catalogue.get(case.attribute)
    best = standing(statements, attribute, city.catalogue)
    return [
        Said(
            fact,
            value_words(case.attribute, fact.value, city),
            bool(best) and best[0].pk == fact.pk,
            fact.pk == case.fact_id,
        )
        for fact in statements
    ]


def _page(
    request: AskedRequest,
    case: Dispute,
    form: SettleForm | None,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    actor, city, today = request.actor, city_of(request), timezone.localdate()
    said = _said(request, case, city)
    own = not may_settle(actor, case)
    data: dict[str, Any] = {
        "dispute": case,
        "firm": case.enterprise,
        "badge": state_badge(case),
        "light": dispute_light(case, city, today=today),
        "fact": fact_word(case.key, city),
        "attribute": city.catalogue.get(case.attribute),
        "old": value_words(case.attribute, case.fact.value, city),
        "claimed": value_words(case.attribute, case.claimed, city),
        "said": said,
        "moved_on": any(one.counts and not one.disputed for one in said),
        "others": dispute_rows(other_disputes(actor, case)[:10], city, today=today),
        "account": account_of(actor, case.enterprise),
        "may_open_firm": actor.may("firms.view"),
        "own": own,
        "may_settle": bool(form) and not own and bool(steps_from(case.state, DISPUTE_STEPS)),
        "form": form,
        "refused": refused,
        "steps": line_rows(journal_of(actor, case), city, of_case=True),
    }
    return render(request, "desk/dispute.html", data, status=status)
