"""`qifu clock simulate`: last month under another rule set, without writing anything."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from qifu.cli.main import start_django

if TYPE_CHECKING:
    from qifu.appeals.selectors.simulate import Moved

EXAMPLES = 5
_COLUMNS = (
    "clock", "kind", "cases", "earlier", "later", "same", "on time", "late", "open", "stopped",
)  # fmt: skip
_HEAD = "时限 · 类型：件数，到期日提前、推后、不变，按时、超期、未到期、已终止（原来 → 换后）"


@click.command()
@click.option("--rule-set", "code", required=True, help="A rule set of the city, gd_21015 for one.")
@click.option(
    "--month",
    type=click.DateTime(["%Y-%m"]),
    help="提交的月份 · month of submission, 2026-10 (default: last month).",
)
def simulate(code: str, month: datetime | None) -> None:
    """另一套时限规则下的一个月 · A month's cases under another rule set; nothing is written."""
    start_django()
    from django.utils import timezone

    from qifu.appeals.selectors import simulate as counting
    from qifu.base.city import current_city
    from qifu.base.errors import Refused
    from qifu.rulebook.calendar_words import ClockError

    now = timezone.now()
    last = timezone.localdate(now).replace(day=1) - timedelta(days=1)
    wanted = date(month.year, month.month, 1) if month else last.replace(day=1)
    try:
        city = current_city()
        if city.clock_rules is None:
            raise click.ClickException("本市没有时限规则 · the city has no clock rules")
        rules = city.clock_rules.get(code)
        examples: list[Moved] = []
        found = counting.tallies(
            _with_examples(counting.simulate(city, rules, wanted, now=now), examples)
        )
    except (ClockError, Refused) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{wanted:%Y-%m} → {rules.code} {rules.version}: {rules.name.zh} · {rules.name.en}")
    if not found:
        click.echo("这个月没有提交的诉求 · no case was submitted in that month")
        return
    click.echo(_HEAD)
    rows: list[tuple[str, ...]] = [_COLUMNS]
    for (name, kind), tally in sorted(found.items()):
        both = [f"{tally.was.get(s, 0)} → {tally.would_be.get(s, 0)}" for s in counting.STATUSES]
        ways = [str(tally.ways.get(way, 0)) for way in ("earlier", "later", "same")]
        rows.append((name, kind or "all", str(tally.clocks), *ways, *both))
    widths = [max(len(row[i]) for row in rows) for i in range(len(_COLUMNS))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
    for one in examples:
        after = f"{timezone.localtime(one.after):%Y-%m-%d %H:%M}" if one.after else "—"
        click.echo(
            f"  {one.number} {one.kind} {one.name}: "
            f"{timezone.localtime(one.before):%Y-%m-%d %H:%M} → {after}"
        )


def _with_examples(moved: "Iterator[Moved]", kept: "list[Moved]") -> "Iterator[Moved]":
    """The same, and the first few that move are kept."""
    for one in moved:
        if one.way != "same" and len(kept) < EXAMPLES:
            kept.append(one)
        yield one
