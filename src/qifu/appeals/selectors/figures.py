"""Figures of a period: every rate with its two sets and what stands outside, a click from each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from qifu.appeals.logic.formulas import ENDS, FORMULAS, PARTS, Formula
from qifu.appeals.models import Appeal
from qifu.appeals.permissions import may_see_figures
from qifu.appeals.selectors.figure_marks import MARKS, marked
from qifu.appeals.selectors.visible import ROW, of_unit, sees_everything
from qifu.appeals.states import State
from qifu.base.city import City, current_city
from qifu.base.errors import BadInput
from qifu.organisations.models import Organisation
from qifu.organisations.permissions import Actor
from qifu.rulebook.words import Words
from qifu.rulebook.workdays import SHANGHAI

BY: Final[Mapping[str, str]] = {
    "unit": "lead_id", "matter": "matter", "district": "region", "month": "month",
}  # fmt: skip
NOT_YET: Final[Mapping[str, Words]] = {
    "unit": Words("还没派单", "Not dispatched yet"),
    "matter": Words("还没定事项", "No matter yet"),
    "district": Words("没写区域", "No district"),
}
# nothing of a case but what figures are about: who may see figures need not see cases
_HIDDEN = ("text", "title", "contact_name", "contact_phone", "requester")


@dataclass(frozen=True)
class Cell:
    """One figure. For a rate or a mean `of` is its denominator and `excluded` what stands outside;
    for a count `of` is None."""

    code: str
    counted: int
    of: int | None = None
    excluded: int = 0

    @property
    def value(self) -> float | int | None:
        """The count, the share (0 to 1), the mean; None where there is nothing to divide by."""
        if self.of is None:
            return self.counted
        return self.counted / self.of if self.of else None


@dataclass(frozen=True)
class Row:
    """The figures of one unit, matter, district or month; `code` is "" for none of them yet."""

    code: str
    name: Words
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Figures:
    """All figures of the cases submitted from `since` to `until`, both days included."""

    by: str
    since: date
    until: date
    rows: tuple[Row, ...]
    total: Row
    formulas: Mapping[str, Formula]


def figures(actor: Actor, *, by: str, since: date, until: date, now: datetime) -> Figures:
    """The figures by unit, matter, district or month; one grouped query and the names.

    Empty for those who may not see figures. BadInput (by, until) for what cannot be asked.
    """
    column = _asked(by, since, until)
    cases = _period(scope(actor), since, until)
    if by == "month":
        cases = cases.annotate(month=TruncMonth("submitted_at", tzinfo=SHANGHAI))
    marks = (*MARKS.values(), "end", "late", "hop")
    counted = marked(cases, now=now).order_by().values(column, *marks).annotate(n=Count("pk"))
    groups: dict[Any, list[Mapping[str, Any]]] = defaultdict(list)
    for group in counted:
        groups[group[column]].append(group)
    names = _names(by, groups)
    rows = [Row(*names[key], _cells(found)) for key, found in groups.items()]
    return Figures(
        by=by,
        since=since,
        until=until,
        rows=tuple(sorted(rows, key=lambda row: (row.code == "", row.code))),
        total=Row(
            "", Words("合计", "Total"), _cells(g for found in groups.values() for g in found)
        ),
        formulas=FORMULAS,
    )


def figure_cases(
    actor: Actor,
    code: str,
    *,
    since: date,
    until: date,
    now: datetime,
    part: str = "counted",
    by: str = "",
    row: str | None = None,
) -> QuerySet[Appeal]:
    """The cases behind one figure, newest first: those counted, missed, or outside (`part`).

    With `by` and `row` (a row's code) only those of that row. Title, text, firm and contact are
    not loaded: to open a case one needs to see the case itself. BadInput for an unknown figure.
    """
    if code not in FORMULAS or part not in PARTS:
        raise BadInput(_("没有这个指标。"), field="code")
    cases = marked(_period(scope(actor), since, until), now=now)
    if by and row is not None:
        _asked(by, since, until)
        cases = _of_row(cases, by, row)
    if code in MARKS:
        cases = cases.filter(**{MARKS[code]: part})
    elif code == "hops_mean":
        cases = {
            "counted": cases.filter(hop__gte=1),
            "missed": cases.none(),
            "excluded": cases.filter(hop=0),
        }[part]
    elif part != "counted":
        cases = cases.none()
    elif code == "overdue":
        cases = cases.filter(**{"late": 1})
    elif code != "received":
        cases = cases.filter(**{"end": code})
    related = [name for name in ROW if not name.startswith("enterprise")]
    return cases.select_related(*related).defer(*_HIDDEN).order_by("-submitted_at", "-pk")


def scope(actor: Actor) -> QuerySet[Appeal]:
    """The submitted cases that an actor's figures are about.

    All for desks that see every case and for auditors, who read every step in the journal; those
    that the own unit leads or had for others with the duty.
    """
    if not may_see_figures(actor):
        return Appeal.objects.none()
    cases = Appeal.objects.exclude(state=State.DRAFT)
    if sees_everything(actor) or actor.may("journal.view"):
        return cases
    return of_unit(actor.organisation_id).exclude(state=State.DRAFT)


def _asked(by: str, since: date, until: date) -> str:
    wrong: dict[str, object] = {}
    if by not in BY:
        wrong["by"] = _("只能按单位、事项、区域或月份看。")
    if until < since:
        wrong["until"] = _("结束日期早于开始日期。")
    if wrong:
        raise BadInput(_("有几处需要改正。"), fields=wrong)
    return BY[by]


def _period(cases: QuerySet[Appeal], since: date, until: date) -> QuerySet[Appeal]:
    start = datetime.combine(since, time.min, SHANGHAI)
    end = datetime.combine(until + timedelta(days=1), time.min, SHANGHAI)
    return cases.filter(submitted_at__gte=start, submitted_at__lt=end)


def _cells(groups: Iterable[Mapping[str, Any]]) -> dict[str, Cell]:
    """Every figure from the counts of groups of cases that are marked alike."""
    found = list(groups)

    def number(**wanted: Any) -> int:
        return sum(g["n"] for g in found if all(g[key] == value for key, value in wanted.items()))

    cells = {}
    for code, mark in MARKS.items():
        counted, missed, excluded = (number(**{mark: part}) for part in PARTS)
        cells[code] = Cell(code, counted, counted + missed, excluded)
    dispatched = sum(g["n"] for g in found if g["hop"])
    hops = sum(g["n"] * g["hop"] for g in found)
    cells["hops_mean"] = Cell("hops_mean", hops, dispatched, number() - dispatched)
    cells["received"] = Cell("received", number())
    cells |= {end: Cell(end, number(end=end)) for end in ENDS}
    cells["overdue"] = Cell("overdue", number(late=1))
    return {code: cells[code] for code in FORMULAS}


def _names(by: str, keys: Iterable[Any]) -> dict[Any, tuple[str, Words]]:
    """For each value of the column: the code of its row and its name."""
    city = current_city()
    units = Organisation.objects.in_bulk([k for k in keys if k]) if by == "unit" else {}
    return {key: _named(by, key, city, units) for key in keys}


def _named(by: str, key: Any, city: City, units: Mapping[int, Organisation]) -> tuple[str, Words]:
    if not key:
        return "", NOT_YET[by]
    if by == "unit":
        unit = units[key]
        return unit.code, Words(unit.name, unit.name_en or unit.name)
    if by == "month":
        month = key.astimezone(SHANGHAI)
        return f"{month:%Y-%m}", month_words(month.year, month.month)
    if by == "matter":
        name = next((matter.name for matter in city.matters if matter.code == key), None)
        return key, name or Words(key, key)
    tree = city.catalogue.trees["region"]
    if not tree.has(key):
        return key, Words(key, key)
    return key, Words(tree.label(key, "zh"), tree.label(key, "en"))


def month_words(year: int, month: int) -> Words:
    """2026年10月, 2026-10."""
    return Words(f"{year}年{month}月", f"{year}-{month:02d}")


def _of_row(cases: QuerySet[Appeal], by: str, row: str) -> QuerySet[Appeal]:
    if by == "unit":
        return cases.filter(lead__organisation__code=row) if row else cases.filter(lead=None)
    if by == "month":
        try:
            first = date.fromisoformat(f"{row}-01")
        except ValueError:
            raise BadInput(_("月份写成 2026-10。"), field="row") from None
        after = (first + timedelta(days=32)).replace(day=1)
        return _period(cases, first, after - timedelta(days=1))
    return cases.filter(**{BY[by]: row})
