"""`qifu clock`: due dates that explain themselves; no database, no Django."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from qifu.rulebook.calendar_days import Calendar
    from qifu.rulebook.workdays import Due

NATIONAL_CALENDAR = Path(__file__).resolve().parents[3] / "cities" / "national" / "calendar"
_FROM = "--from"


@click.group()
def clock() -> None:
    """办理时限 · Deadlines: when something is due, and why that day."""


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
    files: tuple[Path, ...],
    language: str,
    as_json: bool,
) -> None:
    """到期时间和逐日说明 · The due moment and the reason for every day on the way to it."""
    if (working_days is None) == (calendar_days is None):
        raise click.UsageError(
            "--working-days 与 --calendar-days 须给出其中一个 / "
            "give exactly one of --working-days and --calendar-days"
        )
    if roll and calendar_days is None:
        raise click.UsageError(
            "--roll 只用于 --calendar-days / --roll goes with --calendar-days only"
        )
    moments = [_moment(text) for text in starts]
    calendar = _calendar(files)
    found = [_due(moment, working_days, calendar_days, roll, calendar) for moment in moments]
    if as_json:
        shapes = [one.to_json(language) for one in found]
        shown = shapes if len(shapes) > 1 else shapes[0]
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for number, one in enumerate(found):
        if number:
            click.echo()
        _print(one, language)


def _moment(text: str) -> datetime:
    from qifu.rulebook.calendar_words import ClockError
    from qifu.rulebook.workdays import arrival_day

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} 不是时间，请写成 2026-09-29T16:00+08:00 / is not a moment like that",
            param_hint=_FROM,
        ) from None
    try:
        arrival_day(moment)
    except ClockError as error:
        raise click.BadParameter(str(error), param_hint=_FROM) from None
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
    calendar: "Calendar",
) -> "Due":
    from qifu.rulebook.calendar_words import ClockError
    from qifu.rulebook.workdays import due_by_calendar_days, due_by_working_days

    try:
        if working_days is not None:
            return due_by_working_days(moment, working_days, calendar)
        assert calendar_days is not None
        return due_by_calendar_days(moment, calendar_days, calendar, roll=roll)
    except ClockError as error:
        days = "--working-days" if working_days is not None else "--calendar-days"
        hint = _FROM if error.about == "start" else days
        raise click.BadParameter(str(error), param_hint=hint) from None


def _print(one: "Due", language: str) -> None:
    """The sentence, then a line for every day."""
    from qifu.rulebook.due_words import explain

    english = language == "en"
    click.echo(explain(one).en if english else explain(one).zh)
    for day in one.trace:
        mark = "✓" if day.counts else "·"
        click.echo(f"  {mark} {day.date}  {day.why_en if english else day.why_zh}")
