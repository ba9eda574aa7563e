"""One policy at the desk: its versions, how many firms it reaches, and which, for whom may see."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from qifu.organisations.selectors import columns_seen
from qifu.policies.permissions import may_edit_policies
from qifu.policies.selectors import (
    REACHED_AT_ONCE,
    firms_reached,
    policy_for,
    reach_of,
    versions_of,
)
from qifu.web.desk.doors import desk
from qifu.web.desk.views.firms import firm_rows
from qifu.web.http import AskedRequest, city_of
from qifu.web.policies.rows import row_of

WHICH: Final = {"eligible": _("可享"), "maybe": _("可能可享"), "near": _("差一点")}


def number(text: str) -> int | None:
    """A version out of an address, None where none is asked for; 404 for what is no number."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Http404
    return int(text)


@desk("policies.edit", "firms.view")
@require_http_methods(["GET"])
def policy(request: AskedRequest, policy_id: str) -> HttpResponse:
    """Counts from the live index; a page of the firms that are eligible, maybe or near."""
    actor, city, on = request.actor, city_of(request), timezone.localdate()
    version = policy_for(actor, policy_id, number(request.GET.get("version", "")), on=on)
    reach = reach_of(actor, policy_id, version.version, on=on)
    which = request.GET.get("which", "")
    which = which if which in WHICH else "eligible"
    data: dict[str, Any] = {
        "version": version,
        "row": row_of(version, city, on),
        "versions": list(versions_of(actor, policy_id)),
        "reach": reach,
        "which": which,
        "edits": may_edit_policies(actor),
    }
    if reach is not None:
        counts = (reach.eligible, reach.maybe, reach.near)
        data["tabs"] = [
            (code, words, count) for (code, words), count in zip(WHICH.items(), counts, strict=True)
        ]
        asked = request.GET.get("page", "1")
        page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
        found = firms_reached(actor, reach, which, page=page, on=on)
        data["total"] = found.total
        data["page"] = Paginator(range(found.total), REACHED_AT_ONCE).get_page(found.page)
        data["rows"] = firm_rows(found.firms, city, columns_seen(actor))
    return render(request, "rules/policy.html", data)
