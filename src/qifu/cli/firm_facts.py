"""`qifu enterprises facts`: one firm of the database as facts that `qifu rules report` reads."""

import json
from datetime import datetime
from pathlib import Path

import click

from qifu.cli.main import start_django
from qifu.organisations.logic.register_values import validate_uscc


@click.command()
@click.argument("code")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="只取截至这一天的说法 · only what was said for days up to this one.",
)
@click.option("--derived", is_flag=True, help="连同推算的事实 · with what follows from them.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="写进文件 · write a file instead of printing.",
)
def facts(code: str, as_of: datetime | None, derived: bool, out: Path | None) -> None:
    """一家企业的事实 · The facts of one firm in the database, as flat JSON.

    For `qifu rules report --facts`. Without --as-of what counts now, as on the firm's own page;
    derived facts are worked out for that day, or for today.
    """
    known, zh, en = validate_uscc(code)
    if known is None:
        raise click.BadParameter(f"{zh} · {en}", param_hint="CODE")
    start_django()
    from django.utils.timezone import localdate

    from qifu.base.city import current_city
    from qifu.base.errors import Refused
    from qifu.organisations.selectors.command_line import facts_by, firm_by_code

    firm = firm_by_code(known)
    if firm is None:
        raise click.ClickException(f"没有登记这家企业 · no such firm: {known}")
    try:
        city = current_city()
    except Refused as error:
        raise click.ClickException(str(error)) from None
    day = as_of.date() if as_of else localdate()
    held = facts_by(firm, day, city.catalogue) if as_of else firm.facts
    view = city.with_derived(held, as_of=day)[0] if derived else city.usable(held)
    text = json.dumps(dict(sorted(view.items())), ensure_ascii=False, indent=2) + "\n"
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from None
    click.echo(f"{known}: {len(view)} 条事实 facts → {out}")
