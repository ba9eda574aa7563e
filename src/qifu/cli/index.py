"""`qifu index`: what the live index of the city says of itself; check it, build it anew."""

import sys

import click

from qifu.cli.main import start_django


@click.group()
def index() -> None:
    """实时索引 · The live index: whom each policy reaches; kept by the worker in QIFU_VAR/index."""


@index.command()
def status() -> None:
    """Its day, sizes and how it was last saved; exit 1 where there is none that can be used."""
    start_django()
    from qifu.base.city import current_city
    from qifu.jobs.live_index import index_folder
    from qifu.organisations.selectors.command_line import number_of_firms
    from qifu.rulebook.engine.index import Torn, standing

    try:
        found = standing(index_folder())
    except Torn as error:
        click.echo(f"没有可用的索引 · no index: {error}。后台任务会重建 · the worker builds it")
        sys.exit(1)
    fits = found.stamp == current_city().facts_stamp
    click.echo(
        f"{index_folder()}\n"
        f"  日期 as of: {found.as_of}；第 {found.epoch:,} 次保存 saved\n"
        f"  企业 firms: {found.enterprises:,}（数据库 database {number_of_firms():,}）；"
        f"政策 policies: {len(found.policies):,}；条件行 rows: {found.rows:,}\n"
        f"  大小 size: {found.bytes / 1e6:,.1f} MB；未并入的变更 journal: {found.noted:,} B"
    )
    if not fits:
        click.echo("数据包已变，等待重建 · made with another pack: the worker builds it anew")
        sys.exit(1)


@index.command()
def rebuild() -> None:
    """Build it anew from the database."""
    start_django()
    from django.utils import timezone

    from qifu.base.city import current_city
    from qifu.base.errors import Refused
    from qifu.jobs.live_index import Busy, build_index

    try:
        firms = build_index(current_city(), on=timezone.localdate())
    except Busy:
        click.echo("另一个进程正在使用索引，请稍后再试 · another process holds it", err=True)
        sys.exit(1)
    except Refused as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(f"已重建 · built: {firms:,} 家企业 firms")


@index.command()
@click.option("--firms", type=click.IntRange(1, 100_000), default=20, show_default=True)
def check(firms: int) -> None:
    """Hold firms, drawn by lot, against whole reports; where one disagrees it is built anew.

    The worker does the same every hour. Exit 1 where something disagreed.
    """
    start_django()
    from django.utils import timezone

    from qifu.jobs.live_index import check_index

    wrong = check_index(timezone.now(), firms=firms)
    for one in wrong[:20]:
        click.echo(
            f"企业 firm {one.enterprise} · {one.policy}: 索引 index {one.index}, "
            f"报告 report {one.report}",
            err=True,
        )
    if wrong:
        click.echo(f"{len(wrong):,} 处不一致，已重建 · disagreements, built anew", err=True)
        sys.exit(1)
    click.echo("没有不一致 · nothing disagrees")
