"""`qifu demo` and `qifu serve`: from an empty folder to a page in the browser."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import click

from qifu.cli.city import read_or_exit
from qifu.cli.main import reach_database, start_django

START_OVER = "make demo-reset 从头开始 · starts over"


def _loopback_only(host: str) -> None:
    from qifu.config.env import is_loopback, read_environment

    if read_environment().demo and not is_loopback(host):
        raise click.BadParameter(
            f"{host}: with QIFU_DEMO=1 there are accounts with a public password, "
            "so the server binds to 127.0.0.1 only",
            param_hint="--host",
        )


def _prepare() -> None:
    """The folder for the database is there, and the database answers."""
    from django.conf import settings

    settings.QIFU_VAR.mkdir(parents=True, exist_ok=True)
    reach_database()


def _gunicorn(host: str, port: int, workers: int) -> list[str]:
    return [
        str(Path(sys.prefix, "bin", "gunicorn")), "qifu.config.wsgi:application",
        "--bind", f"{host}:{port}", "--workers", str(workers), "--threads", "4",
        "--worker-class", "gthread", "--graceful-timeout", "20", "--log-level", "warning",
    ]  # fmt: skip


def run_server(host: str, port: int, workers: int = 2) -> int:
    """The web server and the worker, as two processes that end together; gives the exit code."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "qifu.config.settings"}
    worker = subprocess.Popen(
        [sys.executable, "-m", "qifu", "worker"], env=environment, start_new_session=True
    )
    server = subprocess.Popen(
        _gunicorn(host, port, workers), env=environment, start_new_session=True
    )

    def stop(_signal: int, _frame: object) -> None:
        server.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        return server.wait()
    finally:
        worker.terminate()
        worker.wait()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
def serve(host: str, port: int, workers: int) -> None:
    """Serve the site and its worker."""
    _loopback_only(host)
    start_django()
    sys.exit(run_server(host, port, workers))


@click.command()
def migrate() -> None:
    """Make the tables, or bring those of an older version up to date."""
    start_django(tables=False)
    from django.core.management import call_command

    _prepare()
    call_command("migrate", verbosity=1)


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--firms", default=2000, show_default=True, type=click.IntRange(10, 100_000))
@click.option("--appeals", default=300, show_default=True, type=click.IntRange(0, 300))
@click.option("--only-load", is_flag=True, help="Load and stop; do not serve.")
def demo(port: int, firms: int, appeals: int, only_load: bool) -> None:
    """The demo city: migrate, load, serve on 127.0.0.1, say who can sign in."""
    start_django(tables=False)
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from qifu.base.errors import Refused
    from qifu.jobs.city import load_city
    from qifu.jobs.demo import load_demo
    from qifu.jobs.demo_appeals import load_demo_appeals
    from qifu.jobs.demo_draft import load_demo_draft
    from qifu.organisations.actions.made_up import load_made_up_cases

    if not settings.QIFU_DEMO:
        raise click.UsageError("the demo needs QIFU_DEMO=1 (make demo sets it)")
    click.echo("Preparing the database …")
    _prepare()
    call_command("migrate", verbosity=0)
    pack = read_or_exit(settings.QIFU_CITY)
    if not pack.demo:
        raise click.ClickException(f"{settings.QIFU_CITY}: 没有 demo.yaml · has no demo.yaml")
    try:
        loaded = load_city(pack, now=timezone.now())
    except Refused as error:
        raise click.ClickException(f"{error}\n{START_OVER}") from None
    for line in loaded:
        click.echo(f"City: {line}")
    with click.progressbar(length=firms, label="Made-up firms") as bar:
        people = load_demo(pack, firms=firms, now=timezone.now(), progress=bar.update)
    load_made_up_cases(now=timezone.now(), disputed=str(pack.demo.get("disputed") or ""))
    with click.progressbar(length=appeals, label="Made-up appeals") as bar:
        load_demo_appeals(pack, now=timezone.now(), most=appeals, progress=bar.update)
    load_demo_draft(pack, now=timezone.now())
    click.echo("\n演示账户 · Demo accounts (密码 password: " + people[0].password + ")")
    for person in people:
        click.echo(f"  {person.username:18} {person.shown}")
    if only_load:
        return
    click.echo(f"\n  →  http://127.0.0.1:{port}\n\nStop with Ctrl-C.", err=False)
    sys.stdout.flush()
    sys.exit(run_server("127.0.0.1", port))
