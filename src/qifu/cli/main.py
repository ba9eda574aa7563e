"""The `qifu` command: finds the subcommand by name and starts Django only for those that ask."""

import importlib
import os
import sys

import click

# name → (module:attribute, what it does). A module here is imported only when its command runs.
COMMANDS: dict[str, tuple[str, str]] = {
    "rules": ("qifu.cli.rules:rules", "政策条件：检查、出报告 · check policies, report on a firm"),
    "enterprises": (
        "qifu.cli.enterprises:enterprises",
        "企业：划型、代码、事实 · size, codes, facts",
    ),
    "city": ("qifu.cli.city:city", "城市包：检查、比较、载入 · check, diff, load a city pack"),
    "import": ("qifu.cli.imports:imports", "导入登记数据 · import the register"),
    "people": ("qifu.cli.people:people", "人员：建账户、注销 · add and forget people"),
    "tokens": ("qifu.cli.tokens:tokens", "程序的令牌：新建、查看、停用 · tokens of programs"),
    "journal": ("qifu.cli.journal:journal", "办理记录：封存、核验 · seal and verify the journal"),
    "appeals": (
        "qifu.cli.appeals:appeals",
        "诉求：派单建议、记录重放、步骤表 · route, suggest, replay, steps",
    ),
    "exchange": (
        "qifu.cli.exchange:exchange",
        "与外部热线交换：收工单、发办理情况 · orders in, statuses out",
    ),
    "channels": ("qifu.cli.channels:channels", "渠道：查找、导出 · find and export channels"),
    "clock": ("qifu.cli.clock:clock", "办理时限：到期日和逐日说明 · due dates and why"),
    "triage": (
        "qifu.cli.triage:triage",
        "读文本：分类、查重、热点 · classify texts, find repeats and topics",
    ),
    "index": ("qifu.cli.index:index", "实时索引：状态、核对、重建 · the live index of the city"),
    "worker": ("qifu.cli.worker:worker", "后台任务 · background work"),
    "tick": ("qifu.cli.worker:tick", "按时任务走一次 · run what is due once"),
    "demo": ("qifu.cli.demo:demo", "演示：准备并打开 · prepare and serve the demo"),
    "migrate": ("qifu.cli.demo:migrate", "建表或升级数据表 · make or upgrade the tables"),
    "serve": ("qifu.cli.demo:serve", "启动服务 · serve the pages"),
}


class Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.group(cls=Lazy)
def qifu() -> None:
    """Qifu 企服: an open platform through which a city serves its enterprises."""


def start_django(*, tables: bool = True) -> None:
    """For commands that need the database; the pure ones never call this.

    Says what to do where the database cannot be reached or has no tables yet.
    """
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qifu.config.settings")
    django.setup()
    if tables and "base_cityload" not in reach_database():
        raise click.ClickException(
            "数据库里还没有表，请先运行 · the database has no tables yet; first run: qifu migrate"
        )


def reach_database() -> list[str]:
    """The names of its tables; what the database says where it cannot be reached."""
    from django.db import Error, connection

    try:
        return connection.introspection.table_names()
    except Error as error:
        raise click.ClickException(
            f"连不上数据库 · the database cannot be reached: {error}"
        ) from None


def main() -> None:
    """The entry point; what it prints is UTF-8 wherever it runs."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8")
    qifu()
