"""Claims to firms' accounts: the queue, the case, its papers, the decision."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qifu.base.errors import BadInput, Conflict, WrongState
from qifu.base.transitions import steps_from
from qifu.organisations.actions import (
    approve_claim,
    refuse_claim,
    renew_way_in,
    reveal_phone,
)
from qifu.organisations.models import Claim
from qifu.organisations.permissions import may_decide_claim
from qifu.organisations.selectors import (
    account_of,
    claims_visible_to,
    facts_seen,
    find_claims,
    journal_of,
    other_claims,
    paper_for,
    way_in_of,
)
from qifu.organisations.states import CLAIM_STEPS, ClaimState
from qifu.web.desk.doors import desk
from qifu.web.desk.forms import ApproveForm, QueueSearch, RefuseForm
from qifu.web.desk.lists import capped_count, found
from qifu.web.desk.views.journal import line_rows
from qifu.web.desk.views.queues import claim_light, claim_rows, state_badge
from qifu.web.desk.words import PAPERS, covered_number
from qifu.web.http import AskedRequest, city_of
from qifu.web.refusals import put_on

STATES: Final = ("submitted", "approved", "refused", "withdrawn")
# what the register says, in the order in which an officer compares it with the papers
REGISTER: Final = (
    "legal_form", "founded", "registered_capital", "status", "region", "industry",
)  # fmt: skip


@desk("claims.decide")
@require_http_methods(["GET"])
def claims(request: AskedRequest) -> HttpResponse:
    """The queue, oldest first; by state, by number or firm."""
    actor, today = request.actor, timezone.localdate()
    state = request.GET.get("state", "submitted")
    state = state if state in (*STATES, "all") else "submitted"
    form = QueueSearch(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    listed = find_claims(actor, text=text, state="" if state == "all" else state)
    if form.errors:
        listed = listed.none()
    if state != "submitted":
        listed = listed.order_by("-submitted_at", "-pk")
    page = found(listed, request.GET.get("page"))
    return render(
        request,
        "desk/claims.html#results" if request.htmx else "desk/claims.html",
        {
            "form": form,
            "text": text,
            "state": state,
            "states": [*ClaimState.choices, ("all", _("全部"))],
            "found": page,
            "rows": claim_rows(page.rows, city_of(request), today=today),
            "waiting": capped_count(find_claims(actor, state="submitted")),
        },
    )


@never_cache
@desk("claims.decide")
@require_http_methods(["GET", "POST"])
def claim(request: AskedRequest, pk: int) -> HttpResponse:
    """One claim: what was asked, what the register says, and the steps that are possible now."""
    case = claims_visible_to(request.actor).get(pk=pk)
    if request.method == "GET":
        return _page(request, case)
    step = request.POST.get("step", "")
    try:
        if step == "approve":
            return _approve(request, case)
        if step == "refuse":
            return _refuse(request, case)
        if step == "renew":
            token = renew_way_in(case, actor=request.actor, now=timezone.now())
            return _page(request, case, way_in=_address(request, token))
        if step == "reveal":
            phone = reveal_phone(case, actor=request.actor, now=timezone.now())
            return _page(request, case, phone=phone)
    except (WrongState, Conflict) as error:
        # somebody else was faster: show the case as it is now, and who decided it
        now = claims_visible_to(request.actor).get(pk=pk)
        return _page(request, now, refused=str(error), status=409)
    raise BadInput(_("没有这一步。请从页面上的按钮选择。"))


def _approve(request: AskedRequest, case: Claim) -> HttpResponse:
    form = ApproveForm(request.POST)
    if form.is_valid():
        try:
            token = approve_claim(
                case,
                actor=request.actor,
                papers_checked=form.cleaned_data["papers_checked"],
                now=timezone.now(),
            )
        except BadInput as error:
            put_on(form, error)
        else:
            if token:
                return _page(request, case, way_in=_address(request, token))
            messages.success(
                request,
                _("已通过。%(applicant)s现在是%(firm)s的负责人，已收到消息。")
                % {"applicant": case.applicant, "firm": case.enterprise.name},
            )
            return redirect("desk-claim", pk=case.pk)
    return _page(request, case, approve=form, status=422)


def _refuse(request: AskedRequest, case: Claim) -> HttpResponse:
    form = RefuseForm(request.POST)
    if form.is_valid():
        try:
            refuse_claim(case, actor=request.actor, reason=form.whole_reason, now=timezone.now())
        except BadInput as error:
            put_on(form, error)
        else:
            messages.success(request, _("已答复：不通过。申请人可以补齐材料后再次提交。"))
            return redirect("desk-claim", pk=case.pk)
    return _page(request, case, refuse=form, status=422)


def _address(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("invitation", args=[token]))


def _page(
    request: AskedRequest,
    case: Claim,
    *,
    approve: ApproveForm | None = None,
    refuse: RefuseForm | None = None,
    phone: str = "",
    way_in: str = "",
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    actor, city, today = request.actor, city_of(request), timezone.localdate()
    enterprise = case.enterprise
    account = account_of(actor, enterprise)
    facts = facts_seen(actor, enterprise, on=today)
    own = not may_decide_claim(actor, case)
    steps = [] if own else steps_from(case.state, CLAIM_STEPS)
    data: dict[str, Any] = {
        "claim": case,
        "firm": enterprise,
        "badge": state_badge(case),
        "light": claim_light(case, city, today=today),
        "phone": phone,
        "covered_phone": covered_number(case.phone),
        "papers": list(case.papers.order_by("pk")),
        "facts": [
            (city.catalogue.attributes[name], facts.get(name))
            for name in REGISTER
            if name in city.catalogue
        ],
        "account": account,
        "others": claim_rows(other_claims(actor, case)[:10], city, today=today),
        "may_open_firm": actor.may("firms.view"),
        "own": own,
        "may_approve": "approve" in steps and not account.owners,
        "may_refuse": "refuse" in steps,
        "approve": approve or ApproveForm(),
        "refuse": refuse or RefuseForm(),
        "checked": [PAPERS.get(code, code) for code in case.papers_checked],
        "way_in": way_in,
        "way_in_open": None if own else way_in_of(actor, case),
        "now": timezone.now(),
        "refused": refused,
        "steps": line_rows(journal_of(actor, case), city, of_case=True),
        "errors": approve or refuse,
    }
    return render(request, "desk/claim.html", data, status=status)


@desk("claims.decide")
@require_http_methods(["GET"])
def paper(request: AskedRequest, pk: int, paper: int) -> HttpResponse:
    """A paper of a claim as a download, never shown by this site: it came from outside.

    At most 5 MB, by the rule of the room.
    """
    wanted = paper_for(request.actor, pk, paper)
    if wanted is None:
        raise Http404
    try:
        with wanted.file.open("rb") as file:
            answer = HttpResponse(file.read(), content_type=wanted.content_type)
    except FileNotFoundError:
        raise Http404 from None
    answer["Content-Disposition"] = content_disposition_header(True, wanted.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
