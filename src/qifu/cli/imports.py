"""`qifu import`: data from elsewhere, good rows in, bad rows to a file with the reason."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qifu.cli.main import start_django

if TYPE_CHECKING:
    from qifu.organisations.permissions import Actor

# what a row leaves open, in the words of `RegisterReader`
NOTES = {
    "capital absent": "没有注册资金",
    "capital zero": "注册资金为零",
    "capital foreign": "外币注册资金",
    "capital no unit": "注册资金没有单位",
    "capital too large": "注册资金大得不可能",
    "capital too fine": "注册资金小于一分",
    "capital unreadable": "注册资金读不懂",
    "founding date unknown": "成立日期不明",
    "legal form unknown": "企业类型不明",
    "region unknown": "所在地不明",
    "city unknown": "只知道省",
    "district unknown": "只知道市",
}


file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
bad_option = click.option(
    "--bad",
    "bad_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rows that cannot be read go (default: FILE.bad.csv in the current folder).",
)


def bad_file(file: Path) -> Path:
    """Where bad rows go if nothing else is said."""
    return Path(f"{file.name}.bad.csv")


def officer(username: str, permission: str, otherwise: str) -> "Actor":
    """The person as one who may do this; else the command ends with `otherwise`."""
    from qifu.accounts.selectors import person_by_username
    from qifu.organisations.selectors import actor_with

    actor = actor_with(person_by_username(username), permission)
    if actor is None:
        click.echo(f"{username}: {otherwise}", err=True)
        sys.exit(1)
    return actor


@contextmanager
def loading(file: Path, count: Callable[[], int]) -> Iterator[Callable[[int], None]]:
    """A bar over the rows of a file; one that cannot be read ends the command with the reason."""
    from qifu.base.errors import Refused
    from qifu.base.table_files import UnreadableFile

    try:
        with click.progressbar(length=count(), label=file.name) as bar:
            yield bar.update
    except (UnreadableFile, Refused) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"{error.filename}: {error.strerror}", err=True)
        sys.exit(1)


def tell_bad(path: Path | None) -> None:
    if path:
        click.echo(f"不能用的行和原因 · bad rows, with the reason: {path}")


@click.group("import")
def imports() -> None:
    """Bring data in. Every import may be run again without doubles."""


@imports.command()
@file_argument
@bad_option
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day for which the register says so (default: today).",
)
def enterprises(file: Path, bad_path: Path | None, as_of: datetime | None) -> None:
    """Firms from the register: CSV (UTF-8 or GB18030) or Parquet."""
    start_django()
    from django.utils import timezone

    from qifu.jobs.register import import_enterprises
    from qifu.organisations.logic.register import count_rows

    now = timezone.now()
    day = as_of.date() if as_of else timezone.localdate(now)
    began = timezone.now()
    with loading(file, lambda: count_rows(file)) as progress:
        done = import_enterprises(
            file, bad_path=bad_path or bad_file(file), as_of=day, now=now, progress=progress
        )
    seconds = (timezone.now() - began).total_seconds()
    loaded = done.loaded
    click.echo(
        f"{seconds:.0f} 秒读入 {done.rows:,} 行：新增 {loaded.new:,}，有变化 {loaded.changed:,}，"
        f"没有变化 {loaded.same:,}，不能用 {done.bad:,}；写入 {loaded.facts:,} 条事实\n"
        f"{done.rows:,} rows in {seconds:.0f} s: {loaded.new:,} new, {loaded.changed:,} changed, "
        f"{loaded.same:,} as before, {done.bad:,} bad; {loaded.facts:,} facts written"
    )
    for note, count in sorted(done.notes.items()):
        click.echo(f"  {NOTES.get(note, note)} {note}: {count:,}")
    tell_bad(done.bad_file)


@imports.command()
@file_argument
@click.option(
    "--by", "username", required=True, help="The intake officer in whose name the rows come in."
)
@click.option(
    "--channel", default="import", show_default=True, help="For rows that name no channel."
)
@bad_option
def appeals(file: Path, username: str, channel: str, bad_path: Path | None) -> None:
    """Appeals of another channel: CSV (UTF-8 or GB18030) with id, firm or contact, text, time."""
    start_django()
    from django.utils import timezone

    from qifu.jobs.appeals import import_appeals, read_appeals

    now = timezone.now()
    actor = officer(username, "appeals.intake", "不是受理岗人员 · is no intake officer")
    with loading(file, lambda: sum(1 for _ in read_appeals(file))) as progress:
        done = import_appeals(
            file,
            actor=actor,
            channel=channel,
            bad_path=bad_path or bad_file(file),
            now=now,
            progress=progress,
        )
    seconds = (timezone.now() - now).total_seconds()
    click.echo(
        f"{seconds:.0f} 秒读入 {done.rows:,} 行：新增 {done.new:,}，早已在库 {done.known:,}，"
        f"不能用 {done.bad:,}\n"
        f"{done.rows:,} rows in {seconds:.0f} s: {done.new:,} new, {done.known:,} known, "
        f"{done.bad:,} bad"
    )
    tell_bad(done.bad_file)


@imports.command()
@file_argument
@click.option(
    "--by", "username", required=True, help="The officer in whose name the entries are changed."
)
@bad_option
def channels(file: Path, username: str, bad_path: Path | None) -> None:
    """The channel list: CSV as `qifu channels export` writes it, or some of its columns."""
    start_django()
    from django.utils import timezone

    from qifu.jobs.channels import import_channels, read_channels

    now = timezone.now()
    actor = officer(username, "channels.edit", "不维护渠道 · does not keep the channel list")
    with loading(file, lambda: sum(1 for _ in read_channels(file))) as progress:
        done = import_channels(
            file, actor=actor, bad_path=bad_path or bad_file(file), now=now, progress=progress
        )
    click.echo(
        f"{done.rows:,} 行：新增 {done.new:,}，有变化 {done.changed:,}，没有变化 {done.same:,}，"
        f"不能用 {done.bad:,}\n"
        f"{done.rows:,} rows: {done.new:,} new, {done.changed:,} changed, "
        f"{done.same:,} as before, {done.bad:,} bad"
    )
    if done.unread:
        click.echo(f"不认识的列 · columns not read: {', '.join(done.unread)}")
    tell_bad(done.bad_file)
