"""`qifu exchange`: orders of an outside hotline in, statuses out, by files."""

import sys

import click

from qifu.cli.main import start_django

OUTCOMES = {
    "made": "新收 made",
    "same": "没有变化 same",
    "changed": "有变化 changed",
    "conflict": "冲突 conflict",
    "refused": "不能收 refused",
    "acknowledged": "确认 acknowledged",
}


@click.group()
def exchange() -> None:
    """与外部热线交换 · Exchange with an outside hotline, by files in QIFU_VAR/exchange."""


@exchange.command()
@click.option("--partner", default="", help="只和这一家交换 · only this partner of the pack.")
def run(partner: str) -> None:
    """Take in every file that waits and write the statuses that wait. Safe to repeat, and to kill.

    The worker does the same every minute.
    """
    start_django()
    from django.conf import settings
    from django.utils import timezone

    from qifu.base.errors import Refused
    from qifu.jobs.exchange import run_exchange

    try:
        rounds = run_exchange(
            settings.QIFU_VAR / "exchange", now=timezone.now(), partner=partner,
            progress=lambda name: click.echo(f"  {name}"),
        )  # fmt: skip
    except Refused as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    if not rounds:
        click.echo("数据包里没有交换对象 · the pack names no partner (appeals.yaml, exchange)")
    for ran in rounds:
        rows = "，".join(f"{OUTCOMES[name]} {count:,}" for name, count in sorted(ran.rows.items()))
        click.echo(
            f"{ran.partner}: {ran.files} 个文件收入 files in"
            f"{f'（{rows}）' if rows else ''}；{ran.again} 个收过 known；"
            f"{ran.unreadable} 个读不懂 unreadable；确认 acknowledged {ran.acknowledged:,}；"
            f"{ran.written} 个文件、{ran.statuses:,} 条办理情况写出 statuses out"
        )
        for words in ran.failed:
            click.echo(f"  {words}", err=True)
    if any(ran.failed for ran in rounds):
        sys.exit(1)


@exchange.command()
def status() -> None:
    """What waits on both sides: files, conflicts, statuses not sent or not acknowledged."""
    start_django()
    from django.conf import settings
    from django.utils import timezone

    from qifu.appeals.selectors.exchange_files import standing_of
    from qifu.base.city import current_city
    from qifu.base.errors import Refused
    from qifu.jobs.exchange import city_partners, waiting_files

    try:
        partners = city_partners(current_city())
    except Refused as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    if not partners:
        click.echo("数据包里没有交换对象 · the pack names no partner (appeals.yaml, exchange)")
    for partner in partners:
        folder = settings.QIFU_VAR / "exchange" / partner / "in"
        waiting = waiting_files(folder)
        others = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        left = sorted(others - {path.name for path in waiting})
        at = standing_of(partner)
        last = (
            f"{at.last_file} {timezone.localtime(at.last_at):%Y-%m-%d %H:%M}" if at.last_at else "—"
        )
        click.echo(
            f"{partner}: {folder}\n"
            f"  等待的文件 files waiting: {len(waiting)}；收过 taken: {at.files}；"
            f"最近 last: {last}\n"
            f"  工单 orders: {at.orders:,}；待处理冲突 conflicts open: {at.conflicts:,}\n"
            f"  办理情况 statuses: {at.statuses:,}；未发 not sent: {at.unsent:,}；"
            f"未确认 not acknowledged: {at.unacknowledged:,}"
        )
        if left:
            click.echo(f"  不读的名字 names that are not read: {', '.join(left)}")
