"""`qifu tokens`: tokens of programs for scripts, made as the page makes them."""

import sys
from typing import TYPE_CHECKING, NoReturn

import click

from qifu.cli.main import start_django

if TYPE_CHECKING:
    from qifu.accounts.models import ApiToken
    from qifu.organisations.permissions import Actor


@click.group()
def tokens() -> None:
    """Tokens with which programs use the API."""


def _stop(words: str) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(1)


def _person(username: str, organisation: str = "") -> "Actor":
    """The person, acting for the organisation named or for their first one."""
    from qifu.accounts.selectors import person_by_username
    from qifu.organisations.selectors import actor_for, memberships_of

    user = person_by_username(username)
    if user is None:
        _stop(f"没有这个账户 · no account called {username}")
    actor = actor_for(user)
    if not organisation:
        return actor
    for one in memberships_of(actor):
        if one.organisation.code == organisation:
            return actor_for(user, one.pk)
    _stop(f"{username} 不是这个单位的成员 · is no member of {organisation}")


@tokens.command()
@click.option("--user", "username", required=True, help="Whose token: the name for signing in.")
@click.option("--at", "organisation", default="", help="Code of the firm or unit to act for.")
@click.option("--name", default="qifu tokens make", show_default=True, help="Shown in lists.")
@click.option("--scopes", required=True, help="Comma-separated; `all` for every one.")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1), help="Its life.")
def make(username: str, organisation: str, name: str, scopes: str, days: int) -> None:
    """Make a token and print its secret, this once; what it is for goes to stderr."""
    start_django()
    from datetime import timedelta

    from django.utils import timezone

    from qifu.accounts.actions.tokens import make_token
    from qifu.accounts.logic import SCOPES
    from qifu.base.errors import BadInput, Refused

    asked = list(SCOPES) if scopes == "all" else [one.strip() for one in scopes.split(",")]
    unknown = [one for one in asked if one not in SCOPES]
    if unknown:
        _stop(f"--scopes: {', '.join(unknown)}?\n{', '.join(SCOPES)}")
    now = timezone.now()
    try:
        token, secret = make_token(
            actor=_person(username, organisation), name=name, scopes=asked,
            expires_at=now + timedelta(days=days), now=now,
        )  # fmt: skip
    except BadInput as error:
        _stop("\n".join(str(words) for words in error.fields.values()) or str(error))
    except Refused as error:
        _stop(str(error))
    click.echo(_line(token), err=True)
    click.echo(secret)


@tokens.command("list")
@click.option("--user", "username", required=True, help="Whose tokens.")
def list_tokens(username: str) -> None:
    """Number, beginning, state, expiry, scopes and name of a person's tokens, newest first."""
    start_django()
    from qifu.accounts.selectors.tokens import tokens_of

    for token in tokens_of(_person(username)):
        click.echo(_line(token))


@tokens.command()
@click.option("--user", "username", required=True, help="Whose token it is.")
@click.argument("number", type=click.IntRange(1))
def revoke(username: str, number: int) -> None:
    """End a token by its number: from now on it opens nothing."""
    start_django()
    from django.utils import timezone

    from qifu.accounts.actions.tokens import revoke_token
    from qifu.accounts.selectors.tokens import tokens_of
    from qifu.base.errors import Refused

    actor = _person(username)
    token = tokens_of(actor).filter(pk=number).first()
    if token is None:
        _stop(f"{username} 没有这个令牌 · has no token {number}")
    try:
        revoke_token(token, actor=actor, now=timezone.now())
    except Refused as error:
        _stop(str(error))
    click.echo(_line(token))


def _line(token: "ApiToken") -> str:
    """One token as the list shows it."""
    from django.utils import timezone

    ended = token.revoked_at is not None
    state = "revoked" if ended else "expired" if token.expires_at <= timezone.now() else "live"
    until = f"{timezone.localtime(token.expires_at):%Y-%m-%d %H:%M}"
    return f"{token.pk}  {token.prefix}…  {state}  {until}  {','.join(token.scopes)}  {token.name}"
