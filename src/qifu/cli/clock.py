"""`qifu clock`: due dates that explain themselves, and the calendar that they stand on.

`due` needs no database and no Django; `years` reads the database where there is one.
"""

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qifu.cli.clock_simulate import simulate
from qifu.cli.main import reach_database, start_django

if TYPE_CHECKING:
    from qifu.rulebook.calendar_days import Calendar
    from qifu.rulebook.workdays import Due, Pause

NATIONAL_CALENDAR = Path(__file__).resolve().parents[3] / "cities" / "national" / "calendar"
_FROM, _PAUSE = "--from", "--pause"
_STATUS = {
    "published": "已公布 published",
    "uploaded": "已上传 uploaded",
    "provisional": "暂定 provisional",
}
# so many cases between two words about how far it is
_TOLD_EVERY = 500


@click.group()
def clock() -> None:
    """办理时限 · Deadlines: when something is due, and why that day."""


clock.add_command(simulate)


@clock.command()
@click.option(
    _FROM,
    "starts",
    multiple=True,
    required=True,
    metavar="MOMENT",
    help="收到的时间，带时区 · moment of arrival, like 2026-09-29T16:00+08:00; may be given again.",
)
@click.option("--working-days", type=int, metavar="N", help="第 N 个工作日 · the N-th working day.")
@click.option("--calendar-days", type=int, metavar="N", help="第 N 天 · the N-th day.")
@click.option("--roll", is_flag=True, help="逢非工作日顺延 · roll on to the next working day.")
@click.option(
    _PAUSE,
    "pauses",
    multiple=True,
    metavar="FROM/TO",
    help="暂停计时 · the clock stood still from one moment to another; may be given again.",
)
@click.option(
    "--calendar",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="某一年的放假安排 · calendar of one more year, YAML or JSON; may be given again.",
)
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON · print JSON.")
def due(
    starts: tuple[str, ...],
    working_days: int | None,
    calendar_days: int | None,
    roll: bool,
    pauses: tuple[str, ...],
    files: tuple[Path, ...],
    language: str,
    as_json: bool,
) -> None:
    """到期时间和逐日说明 · The due moment and the reason for every day on the way to it."""
    if (working_days is None) == (calendar_days is None):
        raise click.UsageError(
            "--working-days 与 --calendar-days 须给出其中一个 · "
            "give exactly one of --working-days and --calendar-days"
        )
    if roll and calendar_days is None:
        raise click.UsageError(
            "--roll 只用于 --calendar-days · --roll goes with --calendar-days only"
        )
    moments = [_moment(text) for text in starts]
    stops = [_pause(text) for text in pauses]
    calendar = _calendar(files)
    found = [_due(moment, working_days, calendar_days, roll, stops, calendar) for moment in moments]
    if as_json:
        shapes = [one.to_json(language) for one in found]
        shown = shapes if len(shapes) > 1 else shapes[0]
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for number, one in enumerate(found):
        if number:
            click.echo()
        _print(one, language)


@clock.command()
@click.option("--json", "as_json", is_flag=True, help="输出 JSON · print JSON.")
def years(as_json: bool) -> None:
    """每一年的放假安排从哪里来 · Where the calendar of each year comes from."""
    start_django(tables=False)
    from qifu.base.calendar import calendar_in_force, calendar_of, uploads_in_force

    stored = _has_calendar()
    known = calendar_in_force() if stored else calendar_of(0)
    uploads = {upload.year: upload for upload in uploads_in_force()} if stored else {}
    rows = [
        {
            "year": year,
            "status": str(whence.status),
            "working_days": sum(
                day.counts for day in known.days(date(year, 1, 1), date(year, 12, 31))
            ),
            "source": whence.source,
            "version": uploads[year].pk if year in uploads else None,
            "uploaded_at": uploads[year].uploaded_at.isoformat() if year in uploads else None,
        }
        for year, whence in known.years.items()
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        version = f"（第 {row['version']} 版 version）" if row["version"] else ""
        click.echo(
            f"{row['year']}  {_STATUS[str(row['status'])]}  "
            f"{row['working_days']} 个工作日 working days  {row['source']}{version}"
        )
    if not stored:
        click.echo("没有数据库，只列数据包里的年份 · no database: years of the pack only", err=True)


@clock.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def upload(file: Path) -> None:
    """上传一年的放假安排，重算未完时限 · Take in a year's calendar; count open clocks again.

    May be run again: the same file changes nothing, and clocks left over are counted then.
    """
    start_django()
    from django.utils import timezone

    from qifu.appeals.actions import recompute_clocks
    from qifu.base.calendar import calendar_version, record_calendar
    from qifu.base.errors import Refused
    from qifu.rulebook.documents import load_one
    from qifu.rulebook.findings import RuleError

    before = calendar_version()
    try:
        document = load_one(file)
        kept = record_calendar(
            document.data,
            uploaded_by=None,
            now=timezone.now(),
            file=document.file,
            document=document,
        )
    except (RuleError, Refused) as error:
        for finding in getattr(error, "findings", (error,)):
            click.echo(str(finding), err=True)
        click.echo("没有保存 · nothing was kept", err=True)
        sys.exit(1)
    if calendar_version() == before:
        click.echo(f"{kept.year} 年的安排没有变化 · no difference (version {kept.pk})")
    else:
        click.echo(f"{kept.year} 年的安排已保存，第 {kept.pk} 版 · kept as version {kept.pk}")
    counted = recompute_clocks(now=timezone.now(), progress=_Told())
    click.echo(
        f"重算 {counted.clocks} 个未完时限：{counted.moved} 个改期，"
        f"{counted.confirmed} 个由暂定变为确定\n"
        f"{counted.clocks} open clocks counted again: {counted.moved} moved, "
        f"{counted.confirmed} became certain"
    )


class _Told:
    """Says on stderr how many cases are done, now and then."""

    def __init__(self) -> None:
        self.cases = 0

    def __call__(self, count: int) -> None:
        before, self.cases = self.cases, self.cases + count
        if self.cases // _TOLD_EVERY > before // _TOLD_EVERY:
            click.echo(f"{self.cases} …", err=True)


def _has_calendar() -> bool:
    """Whether there is a database with the table of uploads."""
    try:
        return "base_calendarupload" in reach_database()
    except click.ClickException:
        return False


def _pause(text: str) -> "Pause":
    from qifu.rulebook.workdays import Pause

    start, _, end = text.partition("/")
    return Pause(_moment(start, _PAUSE), _moment(end, _PAUSE))


def _moment(text: str, option: str = _FROM) -> datetime:
    from qifu.rulebook.calendar_words import ClockError
    from qifu.rulebook.workdays import arrival_day

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} 不是时间，请写成 2026-09-29T16:00+08:00 · is not a moment like that",
            param_hint=option,
        ) from None
    try:
        arrival_day(moment)
    except ClockError as error:
        raise click.BadParameter(str(error), param_hint=option) from None
    return moment


def _calendar(files: tuple[Path, ...]) -> "Calendar":
    from qifu.rulebook.calendar_days import load_calendar
    from qifu.rulebook.calendar_words import ClockError
    from qifu.rulebook.findings import RuleError

    try:
        return load_calendar(NATIONAL_CALENDAR, further=files)
    except (RuleError, ClockError) as error:
        raise click.BadParameter(str(error), param_hint="--calendar") from None


def _due(
    moment: datetime,
    working_days: int | None,
    calendar_days: int | None,
    roll: bool,
    pauses: list["Pause"],
    calendar: "Calendar",
) -> "Due":
    from qifu.rulebook.calendar_words import ClockError
    from qifu.rulebook.workdays import due_by_calendar_days, due_with_pauses

    try:
        if working_days is not None:
            return due_with_pauses(moment, working_days, pauses, calendar)
        assert calendar_days is not None
        return due_by_calendar_days(moment, calendar_days, calendar, roll=roll, pauses=pauses)
    except ClockError as error:
        days = "--working-days" if working_days is not None else "--calendar-days"
        hint = {"start": _FROM, "pause": _PAUSE}.get(error.about, days)
        raise click.BadParameter(str(error), param_hint=hint) from None


def _print(one: "Due", language: str) -> None:
    """The sentence, then a line for every day."""
    from qifu.rulebook.due_words import explain

    english = language == "en"
    click.echo(explain(one).en if english else explain(one).zh)
    for day in one.trace:
        mark = "✓" if day.counts else "·"
        click.echo(f"  {mark} {day.date}  {day.why_en if english else day.why_zh}")
