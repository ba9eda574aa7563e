"""Reports that were kept: make one, read it, print it, compute it again, take it as a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.accounts.selectors import people_by_ids
from qifu.policies.actions import make_report
from qifu.policies.models import StoredReport
from qifu.policies.permissions import may_make_report
from qifu.policies.selectors import replay, report_by_id, reports_of
from qifu.web import xlsx
from qifu.web.http import AskedRequest, for_enterprise
from qifu.web.my.firm import firm_of
from qifu.web.words import spoken

PER_PAGE = 20
BIGGEST = 2**63 - 1
GROUPS = ("eligible", "maybe", "near", "not_for_you")


@dataclass(frozen=True)
class Listed:
    """One report of the list, with what is new and what is lost since the one before."""

    report: StoredReport
    number: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    first: bool

    @property
    def summary(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.report.summary
        return found


def number_of(report: StoredReport) -> str:
    """The number of a report as it is printed: BG20261122-000017."""
    return f"BG{report.as_of:%Y%m%d}-{report.pk:06d}"


def _titles(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["id"]: spoken({"zh": row["title"], "en": row["title_en"]}) for row in rows}


def listed(reports: list[StoredReport], before_last: StoredReport | None) -> list[Listed]:
    """Newest first; each is compared with the next, the last with the one before this page."""
    if not reports:
        return []
    found = []
    for report, older in zip(reports, [*reports[1:], before_last], strict=True):
        now = _titles(report.summary["eligible"])
        then = _titles(older.summary["eligible"]) if older else now
        found.append(
            Listed(
                report,
                number_of(report),
                tuple(title for key, title in now.items() if key not in then),
                tuple(title for key, title in then.items() if key not in now),
                older is None,
            )
        )
    return found


@for_enterprise
@require_http_methods(["GET", "POST"])
def reports(request: AskedRequest) -> HttpResponse:
    """All reports of the firm with what changed; POST makes a new one."""
    firm = firm_of(request, "policies.view")
    if request.method == "POST":
        made = make_report(firm, actor=request.actor, on=timezone.localdate(), now=timezone.now())
        messages.success(request, _("报告已生成，编号 %(number)s。") % {"number": number_of(made)})
        return redirect("my-report", pk=made.pk)
    kept = reports_of(request.actor, firm).defer("result", "facts", "policies")
    page = Paginator(kept, PER_PAGE).get_page(request.GET.get("page"))
    after = kept[page.end_index() : page.end_index() + 1]
    data = {
        "firm": firm,
        "page": page,
        "rows": listed(list(page), next(iter(after), None)),
        "may_make": may_make_report(request.actor, firm),
    }
    return render(request, "my/reports.html", data)


@for_enterprise
@require_http_methods(["GET"])
def report(request: AskedRequest, pk: int) -> HttpResponse:
    """One report as it was, to be printed; `?replay=1` computes it again and compares."""
    firm_of(request, "policies.view")
    kept = report_by_id(request.actor, min(pk, BIGGEST))
    people = people_by_ids({kept.made_by} if kept.made_by else set())
    data = {
        "report": kept,
        "number": number_of(kept),
        "firm": kept.enterprise,
        "page": kept.summary,
        "maybe_high": _possible(kept.summary),
        "groups": [(name, words, kept.summary[name]) for name, words in verdict_names().items()],
        "made_by": people.get(kept.made_by or 0),
        "replay": replay(kept) if request.GET.get("replay") else None,
    }
    return render(request, "my/report.html", data)


@for_enterprise
@require_http_methods(["GET"])
def report_xlsx(request: AskedRequest, pk: int) -> HttpResponse:
    """The results of one report as a table: a line for each condition of each policy."""
    firm_of(request, "policies.view")
    kept = report_by_id(request.actor, min(pk, BIGGEST))
    columns = [
        _("编号"), _("政策"), _("结论"), _("最低金额（元）"), _("最高金额（元）"), _("截止日期"),
        _("条件"), _("条件结果"), _("要求"), _("企业情况"), _("差距"),
    ]  # fmt: skip
    lines = [line for name in GROUPS for row in kept.summary[name] for line in _lines(name, row)]
    title = _("政策匹配报告")
    return xlsx.answer(f"{title}-{number_of(kept)}", title, columns, lines)


def _possible(summary: Mapping[str, Any]) -> Decimal | None:
    """The most if what is possible held too, where that is more."""
    most = summary["maybe_high"]
    if most is None or most == summary["high"]:
        return None
    return Decimal(most)


def verdict_names() -> dict[str, str]:
    """The four groups in words."""
    return {
        "eligible": _("可享"),
        "maybe": _("可能可享"),
        "near": _("差一点"),
        "not_for_you": _("不符合"),
    }


def _lines(name: str, row: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    met = {"met": _("满足"), "unmet": _("不满足"), "unknown": _("待确认")}

    def both(group: Mapping[str, Any], part: str) -> str:
        return spoken({"zh": group[f"{part}_zh"], "en": group[f"{part}_en"]})

    head = (
        row["id"],
        spoken({"zh": row["title"], "en": row["title_en"]}),
        verdict_names()[name],
        None if row["low"] is None else float(row["low"]),
        None if row["high"] is None else float(row["high"]),
        row["closes"],
    )
    return [
        (
            *head,
            both(group, "label"),
            met[group["verdict"]],
            both(group, "required"),
            both(group, "actual"),
            both(group, "gap"),
        )
        for group in row["groups"]
    ]
