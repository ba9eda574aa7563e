"""Figures with their formulas, and the cases behind each one, a click away."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.appeals.logic.formulas import FORMULAS, PARTS
from qifu.appeals.selectors.figures import (
    NOT_YET,
    Cell,
    Figures,
    Row,
    figure_cases,
    figures,
    month_words,
)
from qifu.appeals.selectors.visible import appeals_visible_to
from qifu.base.city import City
from qifu.base.errors import BadInput
from qifu.organisations.selectors import unit_by_code
from qifu.web import xlsx
from qifu.web.appeals.desk.rows import unit_words
from qifu.web.appeals.office.forms import PeriodForm, period
from qifu.web.appeals.words import matter_word, state_badge
from qifu.web.desk.doors import desk
from qifu.web.desk.lists import found
from qifu.web.http import AskedRequest, city_of
from qifu.web.policies.rows import region_name
from qifu.web.words import count_text, spoken

# on the page in two tables: shares first, then counts; the export holds all in one
RATES: Final = tuple(code for code, formula in FORMULAS.items() if formula.kind != "count")
COUNTS: Final = tuple(code for code, formula in FORMULAS.items() if formula.kind == "count")


@dataclass(frozen=True)
class Shown:
    """One figure in words, with the addresses of the cases behind its parts.

    `detail` is numerator ÷ denominator, "" where there is none; `links` says that something is
    behind the figure itself.
    """

    cell: Cell
    name: str
    text: str
    detail: str
    links: bool
    counted: str
    excluded: str


@dataclass(frozen=True)
class Line:
    """One row of a table of figures."""

    name: str
    shown: list[Shown]


@desk("appeals.figures")
@require_http_methods(["GET"])
def figures_page(request: AskedRequest) -> HttpResponse:
    """All figures of a period, by unit, matter, district or month."""
    form = period(request.GET, today=timezone.localdate())
    made = _made(request, form)
    data: dict[str, Any] = {"form": form, "made": made}
    if made is not None:
        query = urlencode({"by": made.by, "since": made.since, "until": made.until})
        data |= {
            "query": query,
            "by_words": dict(form.fields["by"].choices)[made.by],  # type: ignore[attr-defined]
            "tables": [
                _table(request, made, codes, title, query)
                for title, codes in ((_("比率"), RATES), (_("件数"), COUNTS))
            ],
            "formulas": [
                {"name": spoken(tuple(f.name)), "text": spoken(tuple(f.text))}
                for f in FORMULAS.values()
            ],
        }
    return render(
        request,
        "appeals/office/figures.html#results" if request.htmx else "appeals/office/figures.html",
        data,
        status=422 if form.errors else 200,
    )


def _made(request: AskedRequest, form: PeriodForm) -> Figures | None:
    if not form.is_valid():
        return None
    return figures(request.actor, **form.cleaned_data, now=timezone.now())


def _table(
    request: AskedRequest, made: Figures, codes: Iterable[str], title: str, query: str
) -> dict[str, Any]:
    codes = tuple(codes)
    return {
        "title": title,
        "kind": "rates" if codes == RATES else "counts",
        "heads": [spoken(tuple(FORMULAS[code].name)) for code in codes],
        "lines": [_line(row, codes, query, by=made.by) for row in made.rows],
        "total": _line(made.total, codes, query, by=""),
    }  # fmt: skip


def _line(row: Row, codes: Iterable[str], query: str, *, by: str) -> Line:
    return Line(
        spoken(tuple(row.name)),
        [_shown(row.cells[code], query, row.code if by else None) for code in codes],
    )


def _shown(cell: Cell, query: str, row: str | None) -> Shown:
    def address(part: str) -> str:
        asked = {"code": cell.code, "part": part} | ({} if row is None else {"row": row})
        return f"{query}&{urlencode(asked)}"

    return Shown(
        cell, spoken(tuple(FORMULAS[cell.code].name)), cell_text(cell),
        f"{cell.counted:,} ÷ {cell.of:,}" if cell.of else "",
        bool(cell.counted if cell.of is None else cell.of),
        # where nothing is counted, those that are missing from it say more than an empty list
        address("counted" if cell.counted else "missed"), address("excluded"),
    )  # fmt: skip


def cell_text(cell: Cell) -> str:
    """A count, a share in per cent, a mean; a dash where there is nothing to divide by."""
    value = cell.value
    if value is None:
        return "—"
    if cell.of is None:
        return count_text(value)
    if FORMULAS[cell.code].kind == "rate":
        return f"{value:.1%}"
    return f"{value:.2f}"


@desk("appeals.figures")
@require_http_methods(["GET"])
def figures_xlsx(request: AskedRequest) -> HttpResponse:
    """The same figures as a workbook: value, numerator, denominator and what stands outside."""
    form = period(request.GET, today=timezone.localdate())
    made = _made(request, form)
    if made is None:
        raise BadInput(_("期间有误，请回到指标页改正。"))
    columns = [_("分组")]
    for code in RATES:
        name = spoken(tuple(FORMULAS[code].name))
        columns += [
            name, _("%(name)s：分子") % {"name": name}, _("%(name)s：分母") % {"name": name},
            _("%(name)s：不计入") % {"name": name},
        ]  # fmt: skip
    columns += [spoken(tuple(FORMULAS[code].name)) for code in COUNTS]
    rows: list[list[Any]] = []
    for row in (*made.rows, made.total):
        line: list[Any] = [spoken(tuple(row.name))]
        for code in RATES:
            cell = row.cells[code]
            value = cell.value
            line += [None if value is None else round(value, 4), cell.counted, cell.of,
                     cell.excluded]  # fmt: skip
        line += [row.cells[code].counted for code in COUNTS]
        rows.append(line)
    title = _("诉求指标")
    return xlsx.answer(f"{title}-{made.since:%Y%m%d}-{made.until:%Y%m%d}", title, columns, rows)


@desk("appeals.figures")
@require_http_methods(["GET"])
def cases(request: AskedRequest) -> HttpResponse:
    """The cases behind one figure: those counted, those missed, or those that stand outside."""
    asked = request.GET
    form = period(asked, today=timezone.localdate())
    code, part = asked.get("code", ""), asked.get("part", "counted")
    if not form.is_valid() or code not in FORMULAS or part not in PARTS:
        raise BadInput(_("没有这个指标。请回到指标页重新点开。"))
    given = form.cleaned_data
    listed = figure_cases(
        request.actor, code, since=given["since"], until=given["until"], now=timezone.now(),
        part=part, by=given["by"] if "row" in asked else "", row=asked.get("row"),
    )  # fmt: skip
    page = found(listed, asked.get("page"))
    seen = set(
        appeals_visible_to(request.actor)
        .filter(pk__in=[one.pk for one in page.rows])
        .order_by()
        .values_list("pk", flat=True)
    )
    city = city_of(request)
    formula = FORMULAS[code]
    tabs = [
        (one, words, urlencode({**{k: v for k, v in asked.items() if k != "page"}, "part": one}))
        for one, words in _part_words(formula.kind)
    ]
    return render(
        request,
        "appeals/office/figure_cases.html",
        {
            "name": spoken(tuple(formula.name)),
            "text": spoken(tuple(formula.text)),
            "since": given["since"],
            "until": given["until"],
            "group": _group(given["by"], asked["row"], city) if "row" in asked else "",
            "part": part,
            "tabs": tabs,
            "found": page,
            "rows": [
                {
                    "appeal": one,
                    "badge": state_badge(one.state),
                    "matter": matter_word(one.matter, city),
                    "open": one.pk in seen,
                    "unit": unit_words(one.lead),
                }
                for one in page.rows
            ],
            "back": urlencode({k: asked[k] for k in ("by", "since", "until") if k in asked}),
        },
    )


def _group(by: str, code: str, city: City) -> str:
    """The row of the table that was opened, by its name."""
    if not code and by in NOT_YET:
        return spoken(tuple(NOT_YET[by]))
    if by == "unit":
        unit = unit_by_code(code)
        return unit_words(unit) if unit else code
    if by == "matter":
        return matter_word(code, city)
    if by == "district":
        return region_name(city, code)
    return spoken(tuple(month_words(*map(int, code.split("-")))))


def _part_words(kind: str) -> list[tuple[str, str]]:
    if kind == "count":
        return [("counted", _("计入的"))]
    return [
        ("counted", _("计入分子的")),
        ("missed", _("只在分母里的")),
        ("excluded", _("不计入的")),
    ]
