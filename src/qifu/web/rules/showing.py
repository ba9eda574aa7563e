"""A preview in the words and figures of its page, and as rows of a workbook."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from qifu.base.city import City
from qifu.jobs.previews import CityPreview
from qifu.rulebook.engine.preview_results import Breakdown, Cost, Preview, Reach
from qifu.rulebook.facts import split_key
from qifu.rulebook.labels import Teller
from qifu.web.rules.curve import Chart, chart, cost_words, span
from qifu.web.words import language

# parts of a breakdown that are shown at once; the workbook has all
MOST_PARTS: Final = 12


@dataclass(frozen=True)
class PartRow:
    """One part with its reach; `sure` and `both` are widths of a bar in thousandths."""

    name: str
    reach: Reach
    sure: int
    both: int


@dataclass(frozen=True)
class Table:
    """One way to divide; `more` parts are not shown."""

    by: str
    name: str
    rows: list[PartRow]
    more: int


@dataclass(frozen=True)
class Shown:
    """Everything that the page needs."""

    found: Preview
    written: datetime
    thresholds: list[tuple[str, str]]
    chart: Chart | None
    tables: list[Table]
    spending: str
    together: str
    apart: str
    before: str
    unknown: str


def shown(made: CityPreview, city: City) -> Shown:
    """A preview in the language of the page."""
    found = made.found
    curve = found.curves[0] if found.curves and found.curves[0].points else None
    spending, change = found.spending, found.change
    return Shown(
        found,
        made.written,
        _thresholds(made, city),
        chart(curve) if curve else None,
        [_table(one) for one in found.breakdowns if one.parts],
        span(spending.low, spending.high) if spending else "",
        _sum(found.cost),
        _sum(found.cost_of_maybe),
        cost_words(change.cost) if change and change.cost else "",
        _("、").join(_fact(key, city) for key in found.missing),
    )


def _sum(cost: Cost | None) -> str:
    return cost_words(cost) if cost else ""


def _thresholds(made: CityPreview, city: City) -> list[tuple[str, str]]:
    """Every condition that can slide, with what it requires now."""
    teller, words = Teller(city.catalogue, made.found.as_of), language()
    ends = {"low": _("下限"), "high": _("上限"), "": ""}
    told = []
    for one in made.thresholds:
        name = _("%(label)s：%(required)s") % {
            "label": teller.label(one.node).of(words),
            "required": teller.required(one.node).of(words),
        }
        told.append((one.ident, f"{name} · {ends[one.end]}" if one.end else name))
    return told


def _fact(key: str, city: City) -> str:
    name, year = split_key(key)
    attribute = city.catalogue.get(name)
    label = attribute.label(language()) if attribute else name
    return f"{label} {year}" if year else label


def _table(breakdown: Breakdown) -> Table:
    """The parts that reach somebody, those that reach most; in the order of the tree."""
    words = language()
    some = [part for part in breakdown.parts if part.reach.eligible + part.reach.maybe]
    some = some or [part for part in breakdown.parts if part.reach.near_miss]
    chosen = sorted(some, key=lambda part: -(part.reach.eligible + part.reach.maybe))[:MOST_PARTS]
    codes = {part.code for part in chosen}
    most = max((part.reach.eligible + part.reach.maybe for part in chosen), default=0) or 1
    rows = [
        PartRow(
            part.name.of(words) or part.code,
            part.reach,
            round(1000 * part.reach.eligible / most),
            round(1000 * (part.reach.eligible + part.reach.maybe) / most),
        )
        for part in breakdown.parts
        if part.code in codes
    ]
    return Table(breakdown.by, breakdown.name.of(words), rows, len(breakdown.parts) - len(rows))


def curve_sheet(made: CityPreview) -> tuple[list[str], list[list[Any]]]:
    """The points of the curve: columns and rows."""
    columns = [
        _("条件"), _("门槛"), _("门槛（数值）"), _("可享企业"), _("可能可享企业"),
        _("差一点的企业"), _("可享合计下限（元）"), _("可享合计上限（元）"), _("现在的门槛"),
    ]  # fmt: skip
    words, rows = language(), []
    for curve in made.found.curves:
        for n, one in enumerate(curve.points):
            low = one.cost.low if one.cost else None
            high = one.cost.high if one.cost else None
            rows.append([
                curve.label.of(words), one.words.of(words), one.value, one.eligible, one.maybe,
                one.near_miss, low, high, _("是") if n == curve.present else "",
            ])  # fmt: skip
    return columns, rows


def reach_sheet(made: CityPreview) -> tuple[list[str], list[list[Any]]]:
    """The reach in total and divided each way, with all parts."""
    columns = [
        _("分组方式"), _("分组"), _("代码"), _("企业数"), _("可享企业"), _("可能可享企业"),
        _("差一点的企业"),
    ]  # fmt: skip
    words, found = language(), made.found
    rows: list[list[Any]] = [[_("合计"), "", "", *_counts(found.reach)]]
    for breakdown in found.breakdowns:
        rows += (
            [breakdown.name.of(words), part.name.of(words), part.code, *_counts(part.reach)]
            for part in breakdown.parts
        )
    return columns, rows


def _counts(reach: Reach) -> tuple[int, int, int, int]:
    return reach.firms, reach.eligible, reach.maybe, reach.near_miss
