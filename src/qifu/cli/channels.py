"""`qifu channels`: find where to turn, and the channel list as a spreadsheet."""

import sys
from datetime import datetime
from pathlib import Path

import click

from qifu.cli.main import start_django


@click.group()
def channels() -> None:
    """渠道：查找、导出 · Channels: find where to turn, export the list."""


@channels.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """导出为表格 · Write every entry to FILE as CSV, for `qifu import channels`."""
    start_django()
    from qifu.jobs.channels import export_channels

    try:
        count = export_channels(file)
    except OSError as error:
        click.echo(f"{error.filename}: {error.strerror}", err=True)
        sys.exit(1)
    click.echo(f"{file}: {count} 条 · {count} entries")


@channels.command()
@click.argument("text", nargs=-1)
@click.option("--zone", default="", help="A district, by its code in zones.yaml.")
@click.option("--kind", default="", help="A kind of channels.yaml, hotline for example.")
@click.option("--need", default="", help="A need of channels.yaml, finance for example.")
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]),
    help="Open or closed at this moment, Asia/Shanghai. Default: now.",
)
@click.option("--open", "only_open", is_flag=True, help="Only those that are open then.")
@click.option("--most", default=10, show_default=True, type=click.IntRange(min=1))
def find(
    text: tuple[str, ...],
    zone: str,
    kind: str,
    need: str,
    at: datetime | None,
    only_open: bool,
    most: int,
) -> None:
    """按大白话查找 · Find by plain words, and say why and whether it is open."""
    start_django()
    from django.utils import timezone

    from qifu.base.calendar import calendar_in_force
    from qifu.base.city import current_city
    from qifu.base.errors import Refused
    from qifu.organisations.selectors.channels import find_channels

    moment = timezone.make_aware(at) if at else timezone.now()
    try:
        city = current_city()
    except Refused as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    _check_codes(city.channels, [str(z["code"]) for z in city.zones], zone, kind, need)
    found = find_channels(
        city,
        text=" ".join(text),
        zone=zone,
        kind=kind,
        need=need,
        at=moment,
        open_at=moment if only_open else None,
        calendar=calendar_in_force(),
    )
    if not found:
        click.echo("没有找到，可以换个说法，或拨当地热线 · nothing found: try other words")
        sys.exit(1)
    for one in found[:most]:
        name = one.channel.name
        click.echo(f"{one.channel.code}  {name['zh']} · {name['en']}")
        for row in one.channel.document.get("telephones") or ():
            click.echo(f"    {row['number']}")
        click.echo(f"    {opening_words(one.opening)}")
        for zh, en in one.why:
            click.echo(f"    {zh} · {en}")
    if len(found) > most:
        more = len(found) - most
        click.echo(f"还有 {more} 条 · {more} more")


def _check_codes(document: object, zones: list[str], zone: str, kind: str, need: str) -> None:
    """A usage error for a district, kind or need that the city has not."""
    from collections.abc import Mapping

    top = document if isinstance(document, Mapping) else {}
    for option, code, known in (
        ("--zone", zone, zones),
        ("--kind", kind, [row["code"] for row in top.get("kinds") or ()]),
        ("--need", need, [row["code"] for row in top.get("needs") or ()]),
    ):
        if code and code not in known:
            message = f"没有这一项 · no such code: {code}; {', '.join(known)}"
            raise click.BadParameter(message, param_hint=option)


def opening_words(opening: object) -> str:
    """One line that says whether it is open, in both languages."""
    from qifu.organisations.logic.opening import Opening

    assert isinstance(opening, Opening)
    if not opening.known:
        return "服务时间不详 · hours not known"
    if opening.always:
        return "7×24 小时 · round the clock"
    moment = opening.until if opening.open else opening.next_open
    when = "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
    zh = f"开着{f'，到 {when}' if when else ''}" if opening.open else "现在不开"
    en = f"open{f' until {when}' if when else ''}" if opening.open else "closed"
    if not opening.open and when:
        zh, en = f"{zh}，{when} 开", f"{en}, opens {when}"
    if opening.provisional:
        zh, en = f"{zh}（放假安排未公布，暂定）", f"{en} (provisional: holidays not yet published)"
    return f"{zh} · {en}"
