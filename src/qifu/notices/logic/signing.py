"""The body of a webhook and its signature (Standard Webhooks), and secrets kept sealed."""

import base64
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from standardwebhooks.webhooks import Webhook as Signer

PREFIX = "whsec_"
# what only the government side is told stands under this name
DESK = "desk"


class Unreadable(Exception):
    """A secret was sealed with another key: SECRET_KEY has changed since."""


def fresh_secret() -> str:
    """A new signing secret: 32 random bytes in the form that the libraries take."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _box(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"qifu webhook secrets")
    return Fernet(base64.urlsafe_b64encode(derived.derive(key.encode())))


def seal(secret: str, key: str) -> str:
    """The secret as it is stored; `key` is the deployment's SECRET_KEY."""
    return _box(key).encrypt(secret.encode()).decode()


def unseal(sealed: str, key: str) -> str:
    """The secret again. Raises Unreadable."""
    try:
        return _box(key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def body_of(
    *, kind: str, at: datetime, sequence: int, data: Mapping[str, Any], for_firm: bool
) -> bytes:
    """The JSON that is sent: {type, timestamp, sequence, data}. A firm is not told of the desk."""
    told = {name: value for name, value in data.items() if not (for_firm and name == DESK)}
    content = {
        "type": kind,
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "sequence": sequence,
        "data": told,
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def headers_of(*, number: str, at: datetime, body: bytes, secret: str) -> dict[str, str]:
    """The three headers of Standard Webhooks; `number` is the same at every attempt."""
    moment = at.astimezone(UTC)
    return {
        "webhook-id": number,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Signer(secret).sign(number, moment, body.decode()),
    }
