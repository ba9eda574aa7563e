"""Policy gaps: what firms needed and a clause did not allow, counted by clause."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.appeals.permissions import may_see_gaps
from qifu.appeals.selectors.load import gap_counts, gaps_visible_to
from qifu.appeals.selectors.visible import appeals_visible_to
from qifu.base.errors import NotAllowed
from qifu.knowledge.selectors import citation
from qifu.web.appeals.words import matter_word
from qifu.web.desk.doors import desk
from qifu.web.desk.lists import found
from qifu.web.http import AskedRequest, city_of


@desk()
@require_http_methods(["GET"])
def gaps(request: AskedRequest) -> HttpResponse:
    """Clauses by how often they stood in the way, then the single cases, newest first."""
    actor, city = request.actor, city_of(request)
    if not may_see_gaps(actor):
        raise NotAllowed
    clause = request.GET.get("clause", "")
    listed = gaps_visible_to(actor)
    page = found(listed.filter(clause=clause) if clause else listed, request.GET.get("page"))
    numbers = {gap.appeal_id for gap in page.rows}
    seen = appeals_visible_to(actor).filter(pk__in=numbers).order_by().in_bulk()
    counts = [
        {
            "count": one,
            "matters": _("、").join(matter_word(code, city) for code in one.matters),
            "basis": citation({"law": one.law, "article": one.article}) if one.law else None,
        }
        for one in gap_counts(actor)
    ]
    return render(
        request,
        "appeals/office/gaps.html",
        {
            "clause": clause,
            "counts": counts,
            "found": page,
            "rows": [
                {
                    "gap": gap,
                    "matter": matter_word(gap.matter, city),
                    "appeal": seen.get(gap.appeal_id),
                }
                for gap in page.rows
            ],
        },
    )
