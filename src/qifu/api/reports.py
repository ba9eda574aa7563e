"""Reports that a firm keeps: make one, read it, compute it again."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import Field

from qifu.accounts.selectors import people_by_ids
from qifu.api.core import Asked, Router, creates, reads
from qifu.api.paging import Page, Paging, paged
from qifu.api.schemas import Out, PathCode, PathId, Words, words
from qifu.api.values import firm_of
from qifu.policies.actions import make_report
from qifu.policies.models import StoredReport
from qifu.policies.selectors import replay, report_by_id, reports_of

router = Router(tags=["reports"])
_GROUPS = {
    "eligible": "eligible",
    "maybe": "maybe",
    "near": "near_miss",
    "not_for_you": "ineligible",
}


class MatchReportOut(Out):
    """A report of the list: what it found."""

    id: int
    number: str = Field(examples=["BG20261122-000017"])
    firm: str = Field(description=_("统一社会信用代码"))
    as_of: date
    made_at: datetime
    made_by: str
    engine: str
    counts: dict[str, int]
    low: str | None = Field(description=_("合计，元"))
    high: str | None
    maybe_high: str | None


class ReportRow(Out):
    """What was told of one policy."""

    id: str
    version: int
    title: Words
    group: str = Field(description="eligible maybe near_miss ineligible")
    status: str
    closes: date | None
    low: str | None
    high: str | None
    conditions: list[dict[str, Any]]


class MatchReportWholeOut(MatchReportOut):
    """A report as it was made."""

    policies: list[ReportRow]
    facts: dict[str, Any] = Field(description=_("当时的资料"))
    facts_hash: str = Field(description=_("资料的 SM3 摘要"))


class ReplayOut(Out):
    """Whether the report comes out the same today."""

    same: bool
    engine_then: str
    engine_now: str
    different: list[str] = Field(description=_("结论变了的政策"))


def number_of(report: StoredReport) -> str:
    """The number as it is printed."""
    return f"BG{report.as_of:%Y%m%d}-{report.pk:06d}"


def _head(report: StoredReport, firm: str, made_by: str) -> dict[str, Any]:
    told = report.summary
    return {
        "id": report.pk,
        "number": number_of(report),
        "firm": firm,
        "as_of": report.as_of,
        "made_at": report.made_at,
        "made_by": made_by,
        "engine": report.engine,
        "counts": {ours: len(told[name]) for name, ours in _GROUPS.items()},
        "low": told["low"],
        "high": told["high"],
        "maybe_high": told["maybe_high"],
    }


def _name(report: StoredReport) -> str:
    people = people_by_ids({report.made_by} if report.made_by else set())
    found = people.get(report.made_by or 0)
    return found.display_name if found else ""


def whole(report: StoredReport) -> MatchReportWholeOut:
    """The report with all its policies."""
    rows = [
        ReportRow(
            id=row["id"],
            version=row["version"],
            title=words((row["title"], row["title_en"])),
            group=ours,
            status=row["status"],
            closes=row["closes"],
            low=row["low"],
            high=row["high"],
            conditions=row["groups"],
        )
        for name, ours in _GROUPS.items()
        for row in report.summary[name]
    ]
    return MatchReportWholeOut(
        **_head(report, report.enterprise.uscc, _name(report)),
        policies=rows,
        facts=report.facts,
        facts_hash=report.facts_hash,
    )


_EXAMPLE = {
    "id": 17, "number": "BG20261122-000017", "firm": "91440300MA5FAKE01X", "as_of": "2026-11-22",
    "made_at": "2026-11-22T12:00:00+08:00", "made_by": "示例人员", "engine": "qifu-rulebook 1.0",
    "counts": {"eligible": 3, "maybe": 4, "near_miss": 1, "ineligible": 22},
    "low": "200000", "high": "700000", "maybe_high": "1900000",
}  # fmt: skip
_WHOLE = {**_EXAMPLE, "policies": [], "facts": {"employees": 186}, "facts_hash": "9f…"}


@reads(
    router,
    "/firms/{code}/reports",
    scope="reports.write",
    answer=Page[MatchReportOut],
    missing=True,
    summary=_("企业的报告"),
    description=_("本企业保存过的政策匹配报告，新的在前。"),
    example={"items": [_EXAMPLE], "next": None},
)
def list_reports(request: Asked, code: PathCode, filters: Query[Paging]) -> Page[MatchReportOut]:
    """Newest first; for members of the firm."""
    firm = firm_of(request.actor, code)
    kept = reports_of(request.actor, firm).defer("result", "facts", "policies")
    page = paged(kept, filters, lambda one: one)
    ids = {one.made_by for one in page.items if one.made_by}
    people = people_by_ids(ids)
    names = {pk: person.display_name for pk, person in people.items()}
    return Page(
        items=[
            MatchReportOut(**_head(one, firm.uscc, names.get(one.made_by or 0, "")))
            for one in page.items
        ],
        next=page.next,
    )


@creates(
    router,
    "/firms/{code}/reports",
    scope="reports.write",
    answer=MatchReportWholeOut,
    missing=True,
    refused=(),
    summary=_("生成报告"),
    description=_("按今天的资料和政策生成一份报告并保存，以后可以重新计算核对。不需要请求体。"),
    example=_WHOLE,
)
def create_report(request: Asked, code: PathCode) -> MatchReportWholeOut:
    """A new report of the firm."""
    firm = firm_of(request.actor, code)
    made = make_report(firm, actor=request.actor, on=timezone.localdate(), now=timezone.now())
    return whole(made)


@reads(
    router,
    "/reports/{pk}",
    scope="reports.write",
    answer=MatchReportWholeOut,
    missing=True,
    summary=_("查看一份报告"),
    description=_("报告当时的结论、条件和资料。"),
    example=_WHOLE,
)
def read_report(request: Asked, pk: PathId) -> MatchReportWholeOut:
    """One report as it was."""
    return whole(report_by_id(request.actor, pk))


@reads(
    router,
    "/reports/{pk}/replay",
    scope="reports.write",
    answer=ReplayOut,
    missing=True,
    summary=_("重新计算核对"),
    description=_("用当时的资料、政策版本和城市数据重新计算，看结论是否一样。"),
    example={
        "same": True, "engine_then": "qifu-rulebook 1.0", "engine_now": "qifu-rulebook 1.0",
        "different": [],
    },
)  # fmt: skip
def replay_report(request: Asked, pk: PathId) -> ReplayOut:
    """Compute it again and compare."""
    found = replay(report_by_id(request.actor, pk))
    return ReplayOut(
        same=found.same,
        engine_then=found.engine_then,
        engine_now=found.engine_now,
        different=list(found.different),
    )
