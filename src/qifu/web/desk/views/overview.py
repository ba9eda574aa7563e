"""The first page of an official: what waits for their role, the oldest first."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.appeals.selectors import counts_of, list_of, lists_of
from qifu.organisations.selectors import find_claims, find_disputes
from qifu.web.appeals.desk.lists import shown_count
from qifu.web.appeals.desk.rows import LISTS, case_rows, with_first_words
from qifu.web.desk.doors import desk
from qifu.web.desk.forms import FirmSearch
from qifu.web.desk.lists import capped_count
from qifu.web.desk.views.queues import ClaimRow, DisputeRow, claim_rows, dispute_rows
from qifu.web.http import AskedRequest, city_of

FIRST: Final = 10
# lists of what is done: nothing in them waits for anybody
NOT_WAITING: Final = frozenset({"all", "unit_done"})


@desk()
@require_http_methods(["GET"])
def overview(request: AskedRequest) -> HttpResponse:
    """Only the lists that the role may see; a role without a list is told what it is for."""
    actor, city, today = request.actor, city_of(request), timezone.localdate()
    claims: list[ClaimRow] | None = None
    disputes: list[DisputeRow] | None = None
    counts: dict[str, str] = {}
    if actor.may("claims.decide"):
        waiting = find_claims(actor, state="submitted")
        claims = claim_rows(waiting[:FIRST], city, today=today)
        counts["claims"] = capped_count(waiting)
    if actor.may("disputes.settle"):
        opened = find_disputes(actor, state="open")
        disputes = dispute_rows(opened[:FIRST], city, today=today)
        counts["disputes"] = capped_count(opened)
    names = lists_of(actor)
    now = timezone.now()
    waiting_cases = [
        (code, LISTS[code][0], shown_count(number))
        for code, number in counts_of(actor, now=now).items()
        if code not in NOT_WAITING
    ]
    first_cases = (
        case_rows(with_first_words(list_of(actor, names[0], now=now))[:FIRST], city, now=now)
        if names
        else []
    )
    return render(
        request,
        "desk/overview.html",
        {
            "appeals": waiting_cases,
            "appeal_rows": first_cases,
            "appeal_list": names[0] if names else "",
            "appeals_empty": LISTS[names[0]][1] if names else "",
            "claims": claims,
            "disputes": disputes,
            "counts": counts,
            "search": FirmSearch(city, frozenset()) if actor.may("firms.search") else None,
            "why_empty": "" if names else _why_empty(claims, disputes),
        },
    )


def _why_empty(claims: list[ClaimRow] | None, disputes: list[DisputeRow] | None) -> str:
    if claims is None and disputes is None:
        return _("您的岗位没有待办清单。认领由核验认领的人员办理，资料异议由核实资料的人员办理。")
    return ""
