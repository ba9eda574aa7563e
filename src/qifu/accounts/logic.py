"""Secrets of programs, scopes, and keys of repeated requests; no database, no clock."""

import hashlib
import re
import secrets
from collections.abc import Iterable

PREFIX = "qf_"
SHOWN = 8  # characters of the secret that lists may show: enough to tell tokens apart
# what a token may be allowed; the role of its person still decides what is there for it
SCOPES = (
    "firms.read", "facts.read", "facts.write", "policies.read", "policies.write",
    "reports.write", "people.manage", "messages", "casework", "journal.read", "appeals.read",
    "appeals.write", "channels.read", "figures.read", "exchange", "webhooks",
)  # fmt: skip
IDEMPOTENCY_KEY = re.compile(r"[A-Za-z0-9._:-]{8,100}")


def fresh_secret() -> str:
    """`qf_` and 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a secret: SHA-256; random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def shown_part(secret: str) -> str:
    """The beginning of a secret, for lists."""
    return secret[: len(PREFIX) + SHOWN]


def known_scopes(scopes: Iterable[str]) -> list[str]:
    """Those that exist, each once, in the order of the list."""
    asked = set(scopes)
    return [scope for scope in SCOPES if scope in asked]
