"""`qifu tick` and `qifu worker`: what runs later, once or for ever."""

import click

from qifu.cli.main import start_django


@click.command()
def tick() -> None:
    """Do everything that is due now, once; for cron."""
    start_django()
    from qifu.jobs.webhooks import send_due
    from qifu.jobs.work import one_round

    done, ran = one_round()
    sent = send_due()
    click.echo(f"{done} outbox rows done, jobs run: {', '.join(ran) or 'none'}")
    if sent:
        click.echo(f"{sent} webhooks tried")


@click.command()
@click.option("--pause", default=2.0, show_default=True, help="Seconds between rounds.")
def worker(pause: float) -> None:
    """Serve the outbox and the schedule until stopped."""
    start_django()
    from qifu.jobs.work import work

    try:
        work(pause=pause)
    except KeyboardInterrupt:
        click.echo("stopped")
