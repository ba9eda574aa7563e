"""Tokens: who asks, with which scope, how often. A cookie is never looked at."""

import hashlib
from typing import Any

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from qifu.accounts.actions.tokens import count_request, mark_used, minute_of
from qifu.accounts.models import ApiToken
from qifu.accounts.selectors.tokens import token_of_secret, used_in_minute
from qifu.api.refusals import PLAIN, NotKnown, TooMany, WrongScope
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import actor_for


class Asked(HttpRequest):
    """A request of a program, after its token was read."""

    actor: Actor
    token: ApiToken


def needs(request: HttpRequest, scope: str) -> None:
    """The token must have a scope; else 403 wrong_scope."""
    token: ApiToken = request.token  # type: ignore[attr-defined]
    if scope not in token.scopes:
        raise WrongScope(_("这个令牌没有 %(scope)s 权限。") % {"scope": scope}, field=scope)


def _wait(now: float) -> int:
    return 60 - int(now) % 60


def _address(request: HttpRequest) -> str:
    """A digest of where a request comes from: for counting, not for knowing."""
    found = str(get_client_ip_address(request) or "")
    return "ip:" + hashlib.sha256(found.encode()).hexdigest()[:60]


class BearerToken(HttpBearer):
    """`Authorization: Bearer qf_…`, read once a request; then the operation's scope."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Any:
        given = request.headers.get("Authorization", "")
        kind, _space, secret = given.partition(" ")
        return self.authenticate(request, secret if kind.lower() == "bearer" else "")

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """The token, its person as `request.actor`; NotKnown, TooMany or WrongScope."""
        now = timezone.now()
        found = token_of_secret(token.strip(), now=now)
        actor = actor_for(found.user, found.membership_id) if found else None
        ended = (
            found is None
            or actor is None
            or actor.membership is None
            or actor.membership.pk != found.membership_id
        )
        if ended:
            self._count_failed(request, secret=bool(token))
            raise NotKnown(_(PLAIN[401][1]))
        assert found is not None
        limit = settings.QIFU_API_PER_MINUTE
        used = count_request(f"t:{found.pk}", now=now)
        wait = _wait(now.timestamp())
        request.rate = (limit, max(0, limit - used), wait)  # type: ignore[attr-defined]
        if used > limit:
            raise TooMany(wait)
        mark_used(found, now=now)
        request.actor = actor  # type: ignore[attr-defined]
        request.token = found  # type: ignore[attr-defined]
        if self.scope:  # "" is for what every token may ask: who am I
            needs(request, self.scope)
        return found

    def _count_failed(self, request: HttpRequest, *, secret: bool) -> None:
        """Wrong secrets are counted by address; a request without one guesses nothing."""
        if not secret:
            return
        now, key = timezone.now(), _address(request)
        limit = settings.QIFU_API_FAILED_PER_MINUTE
        # looked up first: who is over the limit must not make the database write
        if used_in_minute(key, minute_of(now)) >= limit or count_request(key, now=now) > limit:
            raise TooMany(_wait(now.timestamp()))
