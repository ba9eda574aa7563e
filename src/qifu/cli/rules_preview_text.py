"""A preview as text for the terminal: tables, and a bar for every threshold."""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal

import click

from qifu.cli.rules_text import STATUS
from qifu.rulebook.engine.preview_results import (
    Breakdown,
    Change,
    Cost,
    Curve,
    Point,
    Preview,
    Reach,
    Spending,
)
from qifu.rulebook.words import Words, money

# lines of a table, and of a curve that was not asked for by name
MOST_PARTS = 12
MOST_POINTS = 11
BAR = 40
COLUMNS = Words("企业,可享,可能可享,只差一条", "firms,eligible,maybe,one short").of


def print_preview(found: Preview, *, language: str, whole: bool) -> None:
    """Print it; curves with every point if `whole`, else with some."""
    title = f"{found.title.of(language)}  [{found.policy} v{found.version}]"
    click.secho(f"{title}  {found.as_of} · {STATUS[found.status].of(language)}", bold=True)
    if not found.in_force:
        told = "这一天它不在有效期内" if language == "zh" else "It is not in force that day"
        click.echo(told)
    reach = found.reach
    names = COLUMNS(language).split(",")
    click.echo("  ".join(f"{name} {n:,}" for name, n in zip(names, _numbers(reach), strict=True)))
    if found.cost and found.cost_of_maybe and found.spending:
        _print_cost(found.cost, found.cost_of_maybe, found.spending, language)
    if found.change:
        _print_change(found.change, found.cost, language)
    for breakdown in found.breakdowns:
        _print_parts(breakdown, language)
    for by in found.not_split:
        zh, en = f"没有数据，不分：{by}", f"not divided, no column: {by}"
        click.secho(zh if language == "zh" else en, dim=True)
    for curve in found.curves:
        _print_curve(curve, language, whole=whole)
    if found.curves:
        _legend(language)


def _numbers(reach: Reach) -> tuple[int, int, int, int]:
    return reach.firms, reach.eligible, reach.maybe, reach.near_miss


def _yuan(amount: float, language: str) -> str:
    return money(Decimal(f"{amount:.2f}")).of(language)


def _between(low: float, high: float | None, language: str) -> str:
    least = _yuan(low, language)
    if high is None:
        return f"至少 {least}" if language == "zh" else f"at least {least}"
    if round(high - low, 2) <= 0:
        return least
    most = _yuan(high, language)
    return f"{least} 至 {most}" if language == "zh" else f"{least} to {most}"


def _print_cost(cost: Cost, maybe: Cost, spending: Spending, language: str) -> None:
    zh = language == "zh"
    for name, one in (
        ("可享的企业合计" if zh else "All eligible together", cost),
        ("可能可享的另计" if zh else "Those who may be, apart", maybe),
    ):
        told = f"{name}: {_between(one.low, one.high, language)}"
        if one.unbounded:
            others = _yuan(one.high_of_others, language)
            told += (
                f"（{one.unbounded:,} 家的金额算不出上限，其余最多 {others}）"
                if zh
                else f" ({one.unbounded:,} firms without upper end, the others up to {others})"
            )
        click.echo(told)
    name = "预计支出" if zh else "Expected spending"
    told = f"{name}: {_between(spending.low, spending.high, language)}"
    if spending.total is not None:
        total = _yuan(spending.total, language)
        told += f"（总额 {total}）" if zh else f" (budget {total})"
    click.secho(told, bold=True)
    if spending.short_of:
        gap = _yuan(spending.short_of, language)
        click.echo(f"可享的企业就已超出总额 {gap}" if zh else f"Eligible firms exceed it by {gap}")
    if spending.turned_away:
        away, most = spending.turned_away, spending.firms
        click.echo(
            f"名额 {most} 家，至少 {away:,} 家可享而轮不到"
            if zh
            else f"For {most} firms; at least {away:,} eligible ones get nothing"
        )


def _print_change(change: Change, cost: Cost | None, language: str) -> None:
    zh = language == "zh"
    gained, lost, kept = f"{change.gained:,}", f"{change.lost:,}", f"{change.kept:,}"
    click.echo(
        f"和第 {change.version} 版比：新增可享 {gained}，不再可享 {lost}，不变 {kept}"
        if zh
        else f"Against version {change.version}: {gained} gained, {lost} lost, {kept} kept"
    )
    if change.cost and cost:
        was = _between(change.cost.low, change.cost.high, language)
        click.echo(f"原来合计 {was}" if zh else f"Before: {was} together")


def _print_parts(breakdown: Breakdown, language: str) -> None:
    parts = sorted(
        (p for p in breakdown.parts if any(_numbers(p.reach)[1:])),
        key=lambda p: -(p.reach.eligible + p.reach.maybe),
    )
    shown = {part.code for part in parts[:MOST_PARTS]}
    rows = [
        [part.name.of(language) or part.code, *(f"{n:,}" for n in _numbers(part.reach))]
        for part in breakdown.parts
        if part.code in shown
    ]
    if not rows:
        return
    click.echo()
    _table([breakdown.name.of(language), *COLUMNS(language).split(",")], rows)
    if len(parts) > MOST_PARTS:
        more = len(parts) - MOST_PARTS
        click.secho(f"另有 {more} 行" if language == "zh" else f"{more} rows more", dim=True)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(_width, column)) for column in zip(head, *rows, strict=True)]
    for n, row in enumerate([head, *rows]):
        first = _padded(row[0], widths[0])
        others = (" " * (w - _width(c)) + c for c, w in zip(row[1:], widths[1:], strict=True))
        click.secho("  ".join([first, *others]), dim=n == 0)


def _print_curve(curve: Curve, language: str, *, whole: bool) -> None:
    label, required = curve.label.of(language), curve.required.of(language)
    click.secho(f"\n{label}: {required}  [{curve.condition}]", bold=True)
    every = curve.points
    step = 1 if whole else max(1, -(-len(every) // MOST_POINTS))
    kept = [p for n, p in enumerate(every) if n % step == 0 or n == curve.present]
    most = max((point.eligible + point.maybe for point in every), default=0)
    names = [point.words.of(language) for point in kept]
    width = max(map(_width, names))
    digits = max(len(f"{point.eligible:,}") for point in kept)
    for point, name in zip(kept, names, strict=True):
        present = curve.present >= 0 and point is every[curve.present]
        mark = "▶" if present else " "
        line = f"{mark} {' ' * (width - _width(name))}{name} {_bar(point, most)}"
        line += f" {point.eligible:>{digits},}"
        if point.maybe:
            line += f" + {point.maybe:,}"
        if point.cost:
            line += f"  {_between(point.cost.low, point.cost.high, language)}"
        click.secho(line, bold=present)


def _bar(point: Point, most: int) -> str:
    if not most:
        return " " * BAR
    sure = round(BAR * point.eligible / most)
    both = round(BAR * (point.eligible + point.maybe) / most)
    return "█" * sure + "░" * (both - sure) + " " * (BAR - both)


def _legend(language: str) -> None:
    click.secho(
        "\n▶ 现在的门槛  █ 可享  ░ 可能可享；金额是可享企业的合计，没有扣到总额以内"
        if language == "zh"
        else "\n▶ as it is  █ eligible  ░ maybe; amounts of the eligible, before any budget",
        dim=True,
    )


def _width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
