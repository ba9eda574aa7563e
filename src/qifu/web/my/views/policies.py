"""My policies, and one policy with every condition for this firm."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qifu.organisations.permissions import may_declare
from qifu.organisations.selectors import profile_of
from qifu.policies.selectors import policy_for
from qifu.web.http import AskedRequest, city_of, for_enterprise
from qifu.web.my.board import board, combined, match_of
from qifu.web.my.cards import cards, conditions, fact_lines
from qifu.web.my.firm import firm_of
from qifu.web.policies.names import KINDS, levels, word
from qifu.web.policies.rows import region_name, unit_name


@for_enterprise
@require_http_methods(["GET"])
def policies(request: AskedRequest) -> HttpResponse:
    """The four groups, the total, and the next question; htmx asks for the board alone."""
    firm = firm_of(request, "policies.view")
    data = board(request, firm, match_of(request, firm))
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "my/policies.html#board", data)
    return render(request, "my/policies.html", data)


@for_enterprise
@require_http_methods(["GET"])
def policy(request: AskedRequest, policy_id: str) -> HttpResponse:
    """The verdict, the money, every condition with what it needs and what the firm has."""
    firm = firm_of(request, "policies.view")
    on, city = timezone.localdate(), city_of(request)
    version = policy_for(request.actor, policy_id, on=on)
    match = match_of(request, firm)
    result = match.result(policy_id)
    if result is None:  # not in force today: its words are still in the library
        return redirect("policy", policy_id=policy_id)
    groups = profile_of(request.actor, firm, on=on)
    rows = {row.key: row for group in groups for row in group.rows}
    amount = result.amount
    blocking = [group for group in result.groups if group.verdict == "unmet"]
    data = {
        "firm": firm,
        "card": cards(match, [result])[0],
        "combined": combined(match, policy_id),
        "result": result,
        "policy": result.policy,
        "about": result.policy.card,
        "version": version,
        "conditions": conditions(result.groups, city, rows),
        "fixed": [group for group in blocking if group.hard],
        "changeable": [group for group in blocking if not group.hard],
        "unknown": [group for group in result.groups if group.verdict == "unknown"],
        "open_facts": fact_lines(city, result.open_keys(), rows),
        "amount_facts": fact_lines(city, amount.unknown if amount else (), rows),
        "sources": city.sources,
        "unit": unit_name(city, version.unit_code) if version.unit_code else "",
        "region": region_name(city, version.region),
        "level": word(levels(city), version.level) if version.level else "",
        "kind": word(KINDS, version.kind) if version.kind else "",
        "may_declare": may_declare(request.actor, firm),
        "today": on,
    }
    return render(request, "my/policy.html", data)
