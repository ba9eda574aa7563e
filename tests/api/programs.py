"""A program with a token, as tests write it."""

import json
from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from typing import Any

from django.test import Client

from qifu.accounts.actions.tokens import make_token
from qifu.accounts.models import ApiToken
from qifu.organisations.permissions import Actor
from tests.conftest import NOW

ROOT = "/api/v1"
_keys = count(1)


class Program:
    """Asks the API with one token; every create gets a key of its own where none is given."""

    def __init__(self, secret: str, token: ApiToken | None = None) -> None:
        self.secret, self.token, self.client = secret, token, Client()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret:
            headers.setdefault("Authorization", f"Bearer {self.secret}")
        data = b"" if body is None else json.dumps(body).encode()
        kind = "application/json" if body is not None else ""
        return self.client.generic(method, ROOT + path, data, content_type=kind, headers=headers)

    def form(self, path: str, files: Any = (), **fields: Any) -> Any:
        """A form with files, as curl -F sends it."""
        headers = {"Idempotency-Key": f"test-key-{next(_keys):06d}"}
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        sent = {**fields, "files": list(files)}
        return self.client.post(ROOT + path, sent, headers=headers)

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        headers.setdefault("Idempotency_Key", f"test-key-{next(_keys):06d}")
        return self.ask("POST", path, body, **headers)


def program(actor: Actor, scopes: Iterable[str], *, days: int = 30) -> Program:
    """A program with a token of this person, made as the page makes it."""
    if not actor.may("programs.connect"):  # a role without it: what its token may do is asked too
        allowed = actor.may_codes | {"programs.connect"}
        actor = Actor(
            user=actor.user, membership=actor.membership, organisation=actor.organisation,
            role=actor.role, may_codes=allowed,
        )  # fmt: skip
    token, secret = make_token(
        actor=actor, name="测试程序", scopes=scopes, expires_at=NOW + timedelta(days=days), now=NOW
    )
    return Program(secret, token)
