"""`qifu people`: the first accounts of a new system, and forgetting a person."""

import sys

import click

from qifu.cli.main import start_django


@click.group()
def people() -> None:
    """Accounts of people."""


@people.command()
@click.argument("username")
@click.option("--name", required=True, help="The person's name as colleagues see it.")
@click.option("--unit", "code", required=True, help="Code of the unit (or firm).")
@click.option("--role", required=True, help="A role of the city pack, unit_admin for example.")
@click.password_option(help="Asked for when not given; at least 10 characters.")
def add(username: str, name: str, code: str, role: str, password: str) -> None:
    """Make an account and give it a role; for the first administrator of a unit."""
    start_django()
    from django.db import transaction
    from django.utils import timezone

    from qifu.accounts.actions import create_user
    from qifu.base.errors import BadInput, Refused
    from qifu.organisations.actions.appoint import appoint

    try:
        with transaction.atomic():
            user = create_user(username=username, password=password, display_name=name)
            appoint(user, code=code, role=role, now=timezone.now())
    except BadInput as error:
        for field, message in (error.fields or {"": error.message}).items():
            click.echo(f"{field}: {message}" if field else str(message), err=True)
        sys.exit(1)
    except Refused as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(f"{username}: {role} @ {code}")


@people.command()
@click.argument("username")
@click.confirmation_option(prompt="This cannot be undone. Forget this person?")
def forget(username: str) -> None:
    """Delete what identifies a person; what they did stays, without a name."""
    start_django()
    from django.utils import timezone

    from qifu.accounts.selectors import person_by_username
    from qifu.base.errors import Refused
    from qifu.organisations.actions.privacy import forget_person

    user = person_by_username(username)
    if user is None:
        click.echo(f"没有这个账户 · no account called {username}", err=True)
        sys.exit(1)
    try:
        counts = forget_person(user, actor_id=None, now=timezone.now())
    except Refused as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(", ".join(f"{count} {what}" for what, count in counts.items()))
