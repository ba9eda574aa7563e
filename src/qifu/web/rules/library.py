"""The library as those who keep it work with it: versions, windows, how many firms are reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.base.ports import Reached
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors import Reaches, office_library, reaches_of
from qifu.web import xlsx
from qifu.web.desk.doors import desk
from qifu.web.http import AskedRequest, city_of
from qifu.web.policies.rows import Row, row_of
from qifu.web.rules.forms import LIVES, OfficeSearch
from qifu.web.templatetags.qifu import status_word

PER_PAGE: Final = 30
# an export tells the reach of at most so many: each costs a look into the index
MOST_COUNTED: Final = 2_000


@dataclass(frozen=True)
class Line:
    """One policy of the list; `reach` None while nobody has counted."""

    row: Row
    life: str
    life_words: str
    versions: int
    reach: Reached | None


def _listed(request: AskedRequest, form: OfficeSearch) -> Any:
    found = office_library(request.actor, on=timezone.localdate(), **form.asked)
    return found.none() if form.errors else found


def _lines(
    request: AskedRequest, versions: Sequence[PolicyVersion], reaches: Reaches
) -> list[Line]:
    city, on = city_of(request), timezone.localdate()
    return [
        Line(
            row_of(one, city, on),
            one.life,  # type: ignore[attr-defined]
            str(LIVES[one.life]),  # type: ignore[attr-defined]
            one.versions,  # type: ignore[attr-defined]
            reaches.by_version.get(one.pk),
        )
        for one in versions
    ]


@desk("policies.edit")
@require_http_methods(["GET"])
def policies(request: AskedRequest) -> HttpResponse:
    """Every policy once, in force or not; htmx asks for the list alone."""
    form = OfficeSearch(request.GET)
    page = Paginator(_listed(request, form), PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    reaches = reaches_of(request.actor, shown)
    asked = {name: value for name, value in request.GET.items() if name != "page" and value}
    return render(
        request,
        "rules/library.html#results" if request.htmx else "rules/library.html",
        {
            "form": form,
            "page": page,
            "lines": _lines(request, shown, reaches),
            "counted_on": reaches.as_of,
            "text": form.asked["text"],
            "narrowed": bool(form.asked["text"] or form.asked["life"]),
            "query": urlencode(asked),
        },
    )


@desk("policies.edit")
@require_http_methods(["GET"])
def policies_xlsx(request: AskedRequest) -> HttpResponse:
    """The whole list as a workbook; reach where it is counted."""
    shown = list(_listed(request, OfficeSearch(request.GET)))
    reaches = reaches_of(request.actor, shown[:MOST_COUNTED])
    columns = [
        _("编号"), _("名称"), _("现行版本"), _("版本数"), _("效力"), _("申报时间"), _("开始申报"),
        _("截止申报"), _("可享企业"), _("可能可享企业"), _("差一点的企业"), _("统计日期"),
    ]  # fmt: skip
    rows = []
    for line in _lines(request, shown, reaches):
        row, reach = line.row, line.reach
        counts = (reach.eligible, reach.maybe, reach.near) if reach else (None, None, None)
        rows.append((
            row.id, row.title, row.version.version, line.versions, line.life_words,
            status_word(row.status), row.opens, row.closes, *counts,
            reaches.as_of if reach else None,
        ))  # fmt: skip
    title = _("政策维护")
    return xlsx.answer(f"{title}-{timezone.localdate():%Y%m%d}", title, columns, rows)
