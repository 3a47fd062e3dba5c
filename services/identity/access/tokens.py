"""Random tokens handed to people; the database sees only their hash."""

from __future__ import annotations

import hashlib
import secrets


def fresh() -> str:
    """Return a new token of 256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return the hexadecimal SHA-256 of a token. No salt or slow hash: a token of 256 bits cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()
