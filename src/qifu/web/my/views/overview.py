"""The first page of a firm: what waits, by date; what it is worth; how complete the profile is."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import may_declare
from qifu.organisations.selectors import disputes_visible_to, profile_of
from qifu.policies.permissions import may_answer, may_make_report
from qifu.policies.selectors import Match, reports_of
from qifu.web.appeals.waiting import waiting_appeals
from qifu.web.http import AskedRequest, city_of, for_enterprise
from qifu.web.my.board import match_of, sections
from qifu.web.my.cards import fact_address, fact_words
from qifu.web.my.facts import sections as profile_sections
from qifu.web.my.firm import firm_of
from qifu.web.my.views.reports import listed
from qifu.web.policies.rows import region_name
from qifu.web.templatetags.qifu import money_range
from qifu.web.words import language

MOST_WINDOWS = 6
MOST_REPORTS = 3


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for the firm; without a day it can be done at any time."""

    day: date | None
    look: str
    title: str
    words: str
    address: str
    verdict: str = ""
    soon: bool = False


@for_enterprise
@require_http_methods(["GET"])
def overview(request: AskedRequest) -> HttpResponse:
    """What waits for the firm, by date; then money, groups, reports, profile."""
    firm = firm_of(request, "policies.view")
    actor, city, on = request.actor, city_of(request), timezone.localdate()
    match = match_of(request, firm)
    profile = profile_sections(profile_of(actor, firm, on=on))
    kept = list(reports_of(actor, firm).defer("result", "facts", "policies")[: MOST_REPORTS + 1])
    older = kept[MOST_REPORTS] if len(kept) > MOST_REPORTS else None
    tree = city.catalogue.trees["industry"]
    known = sum(section.known for section in profile)
    total = sum(section.total for section in profile)
    data = {
        "firm": firm,
        "region": region_name(city, firm.region),
        "industry": tree.label(firm.industry, language()) if firm.industry else "",
        "windows": _windows(match, on),
        "tasks": _tasks(request, firm, match),
        "match": match,
        "total": match.total,
        "groups": sections(match, frozenset()),
        "reports": listed(kept[:MOST_REPORTS], older),
        "known": known,
        "unknown": total - known,
        "facts": total,
        "may_make": may_make_report(actor, firm),
        "may_declare": may_declare(actor, firm),
        "today": on,
    }
    return render(request, "my/overview.html", data)


def _windows(match: Match, on: date) -> list[Waiting]:
    """Windows that close, of policies that the firm can use or may come to use, soonest first."""
    open_now = [
        result
        for result in (*match.eligible, *match.maybe, *match.near)
        if result.status in ("open", "closing_soon") and result.policy.closes
    ]
    open_now.sort(key=lambda result: (result.policy.closes or on, result.policy.id))
    found = []
    for result in open_now[:MOST_WINDOWS]:
        amount = result.amount
        worth = money_range(amount.low, amount.high) if amount else _("金额以核定为准")
        found.append(
            Waiting(
                result.policy.closes,
                "calendar-due",
                result.policy.name(language()),
                worth,
                reverse("my-policy", args=[result.policy.id]),
                "near_miss" if result.near_miss else result.verdict,
                result.status == "closing_soon",
            )
        )
    return found


def _tasks(request: AskedRequest, firm: Enterprise, match: Match) -> list[Waiting]:
    """What can be done at any time: see to an appeal, answer, read, follow a dispute."""
    actor, found = request.actor, _appeals(request)
    question = match.next_question
    if question is not None and may_answer(actor, firm):
        words = ngettext(
            "回答后最多 %(count)s 项政策可以确定",
            "回答后最多 %(count)s 项政策可以确定",
            question.policies,
        ) % {"count": question.policies}
        found.append(
            Waiting(None, "help-circle", question.text(language()), words, reverse("my-policies"))
        )
    for dispute in disputes_visible_to(actor).filter(state="open"):
        name = fact_words(match.city, dispute.key)
        found.append(
            Waiting(
                None,
                "message-report",
                _("异议核实中：%(fact)s") % {"fact": name},
                _("核验人员正在核实，结果会发消息给您"),
                fact_address(dispute.key),
            )
        )
    return found


def _appeals(request: AskedRequest) -> list[Waiting]:
    """Appeals that wait for the firm: facts that were asked for, replies to rate, drafts."""
    return [
        Waiting(one.day, one.look, one.title, one.words, one.address)
        for one in waiting_appeals(request.actor, now=timezone.now())
    ]
