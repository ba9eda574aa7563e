"""One-time tokens: long enough not to be guessed, kept only as a digest."""

import hashlib
import secrets


def fresh_token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token. Random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
