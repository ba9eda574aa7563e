"""Figures with their numerators, denominators, what stands outside, and the cases behind each."""

from datetime import date
from typing import Annotated, Literal

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import BaseModel, Field

from qifu.api.appeal_out import unit_named
from qifu.api.appeals import builder
from qifu.api.core import Asked, Router, reads
from qifu.api.keyset import page_after
from qifu.api.paging import Page, Paging
from qifu.api.schemas import Code, Named, Out, Words, words
from qifu.appeals.models import Appeal
from qifu.appeals.permissions import may_see_figures, may_see_gaps
from qifu.appeals.selectors import figure_cases, figures, gap_counts
from qifu.appeals.selectors.figures import Cell, Row
from qifu.base.errors import NotAllowed

router = Router(tags=["figures"])
# outside of these years no calendar knows a day
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31), examples=["2026-11-01"])]
By = Literal["unit", "matter", "district", "month"]


class CellOut(Out):
    """One figure: `counted` of `of`; `value` is the count, share or mean, null where `of` is 0."""

    code: str
    counted: int
    of: int | None = Field(description=_("分母；不是比率的为 null"))
    excluded: int = Field(description=_("不计入的件数"))
    value: float | None


class RowOut(Out):
    """The figures of one unit, matter, district or month; code empty where it is not yet known."""

    code: str
    name: Words
    figures: list[CellOut]


class FormulaOut(Out):
    """What a figure counts, in words."""

    code: str
    kind: Literal["rate", "mean", "count"]
    name: Words
    formula: Words


class FiguresOut(Out):
    """All figures of the cases submitted in a period."""

    by: By
    since: date
    until: date
    rows: list[RowOut]
    total: RowOut
    formulas: list[FormulaOut]


class FiguresAsked(BaseModel):
    """Which period, by what."""

    by: By = "unit"
    since: Annotated[Day, Field(description=_("提交日期从，含当天"))]
    until: Annotated[Day, Field(description=_("到，含当天"))]


class CasesAsked(Paging):
    """The cases behind one figure."""

    since: Day
    until: Day
    code: Annotated[str, Field(max_length=40, examples=["received"])]
    part: Literal["counted", "missed", "excluded"] = "counted"
    by: By | None = None
    row: Code | None = Field(default=None, description=_("某一行的 code；要和 by 一起用"))


class BehindOut(Out):
    """A case behind a figure; to read more one has to be able to see the case."""

    id: int
    number: str
    state: Named
    matter: Named | None
    region: Named | None
    lead: Named | None


class GapOut(Out):
    """A clause that stood in the way, and how often."""

    clause: str
    law: str
    article: str
    cases: int
    last: date


class GapsOut(Out):
    """Policy gaps, the most frequent first."""

    items: list[GapOut]


def _cell(cell: Cell) -> CellOut:
    return CellOut(
        code=cell.code,
        counted=cell.counted,
        of=cell.of,
        excluded=cell.excluded,
        value=cell.value,
    )


def _row(row: Row) -> RowOut:
    return RowOut(
        code=row.code,
        name=words(tuple(row.name)),
        figures=[_cell(cell) for cell in row.cells.values()],
    )


def _allowed(request: Asked) -> None:
    if not may_see_figures(request.actor):
        raise NotAllowed(_now("您的岗位不看指标。"))


_ROW = {
    "code": "SZ-GXJ", "name": {"zh": "市工业和信息化局", "en": "Industry Bureau"},
    "figures": [
        {"code": "on_time_rate", "counted": 19, "of": 20, "excluded": 3, "value": 0.95}
    ],
}  # fmt: skip


@reads(
    router,
    "/figures",
    scope="figures.read",
    answer=FiguresOut,
    summary=_("诉求指标"),
    description=_("和页面上的指标一样；每一个都有分子、分母、不计入的件数和公式。"),
    example={
        "by": "unit", "since": "2026-11-01", "until": "2026-11-30", "rows": [_ROW],
        "total": {**_ROW, "code": "", "name": {"zh": "合计", "en": "Total"}},
        "formulas": [
            {
                "code": "on_time_rate", "kind": "rate", "name": {"zh": "按时率", "en": "On time"},
                "formula": {"zh": "每一轮答复都按时的诉求 ÷ …", "en": "cases answered in time ÷ …"},
            }
        ],
    },
)  # fmt: skip
def read_figures(request: Asked, asked: Query[FiguresAsked]) -> FiguresOut:
    """The figures of a period."""
    _allowed(request)
    found = figures(
        request.actor, by=asked.by, since=asked.since, until=asked.until, now=timezone.now()
    )
    return FiguresOut(
        by=asked.by,
        since=found.since,
        until=found.until,
        rows=[_row(row) for row in found.rows],
        total=_row(found.total),
        formulas=[
            FormulaOut(
                code=one.code,
                kind=one.kind,  # type: ignore[arg-type]  # one of the three
                name=words(tuple(one.name)),
                formula=words(tuple(one.text)),
            )
            for one in found.formulas.values()
        ],
    )


@reads(
    router,
    "/figures/cases",
    scope="figures.read",
    answer=Page[BehindOut],
    summary=_("一个指标背后的诉求"),
    description=_("计入的、没达到的或不计入的，新的在前；标题和内容要能看到那件诉求才读得到。"),
    example={
        "items": [
            {
                "id": 31, "number": "SQ20261122-000007", "matter": None, "region": None,
                "state": {"code": "handling", "name": {"zh": "办理中", "en": "In progress"}},
                "lead": {"code": "SZ-GXJ", "name": {"zh": "市工业和信息化局", "en": "Industry"}},
            }
        ],
        "next": None,
    },
)  # fmt: skip
def list_figure_cases(request: Asked, asked: Query[CasesAsked]) -> Page[BehindOut]:
    """The cases behind a figure."""
    _allowed(request)
    rows = figure_cases(
        request.actor, asked.code, since=asked.since, until=asked.until, now=timezone.now(),
        part=asked.part, by=asked.by or "", row=asked.row,
    )  # fmt: skip
    found, onward = page_after(
        rows, cursor=asked.cursor, limit=asked.limit, column="-submitted_at",
        salt=f"figures:{asked.code}:{asked.part}",
    )  # fmt: skip
    make = builder()

    def behind(one: Appeal) -> BehindOut:
        return BehindOut(
            id=one.pk,
            number=one.number,
            state=Named(code=one.state, name=make.states[one.state]),
            matter=make.matter(one.matter),
            region=make.region(one.region),
            lead=unit_named(one.lead),
        )

    return Page(items=[behind(one) for one in found], next=onward)


@reads(
    router,
    "/gaps",
    scope="figures.read",
    answer=GapsOut,
    summary=_("政策缺口"),
    description=_("按所限办结的诉求记下的条款，次数多的在前。"),
    example={
        "items": [
            {"clause": "现行规定不允许", "law": "", "article": "", "cases": 3, "last": "2026-11-20"}
        ]
    },
)
def list_gaps(request: Asked) -> GapsOut:
    """Clauses by how often they stood in the way."""
    if not may_see_gaps(request.actor):
        raise NotAllowed(_now("您的岗位不看政策缺口。"))
    return GapsOut(
        items=[
            GapOut(
                clause=one.clause,
                law=one.law,
                article=one.article,
                cases=one.cases,
                last=timezone.localdate(one.last),
            )
            for one in gap_counts(request.actor)
        ]
    )
