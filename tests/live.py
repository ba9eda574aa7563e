"""What tests with a real server need: the address of the test's database, tokens of the demo."""

import os
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import httpx
from django.db import connection
from django.utils import timezone

from qifu.accounts.actions.tokens import make_token
from qifu.accounts.logic import SCOPES
from qifu.accounts.models import User
from qifu.organisations.models import Membership
from qifu.organisations.selectors import actor_for


def database_url() -> str:
    """DATABASE_URL for a process that is to work on the test's database."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    server, _slash, _other = os.environ["DATABASE_URL"].rpartition("/")
    return f"{server}/{name}"


def token_for(username: str, scopes: Iterable[str] = SCOPES) -> str:
    """A token of one of the demo's people, for their first organisation, from now on."""
    user = User.objects.get(username=username)
    member = Membership.objects.filter(user=user, ended_at=None).order_by("pk")[0]
    now = timezone.now()
    _token, secret = make_token(
        actor=actor_for(user, member.pk), name="测试程序", scopes=scopes,
        expires_at=now + timedelta(days=1), now=now,
    )  # fmt: skip
    return secret


class LiveProgram:
    """Asks a real server; a refusal fails the test with what was said."""

    def __init__(self, site: str, secret: str) -> None:
        self._client = httpx.Client(
            base_url=f"{site}/api/v1", headers={"Authorization": f"Bearer {secret}"}, timeout=20
        )

    def get(self, path: str) -> Any:
        return self._told(self._client.get(path))

    def post(self, path: str, body: Any) -> Any:
        return self._told(self._client.post(path, json=body))

    def close(self) -> None:
        self._client.close()

    @staticmethod
    def _told(answer: httpx.Response) -> Any:
        assert answer.is_success, f"{answer.request.url} {answer.status_code} {answer.text}"
        return answer.json()
