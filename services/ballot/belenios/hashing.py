"""SHA-256 in the two spellings of the protocol (section 1)."""

from __future__ import annotations

import base64
import hashlib


def sha_hex(text: str | bytes) -> str:
    """HEX of the protocol: names of archive objects and events."""
    return hashlib.sha256(text.encode("utf-8") if isinstance(text, str) else text).hexdigest()


def sha_b64(text: str | bytes) -> str:
    """B64 of the protocol: 43 characters, standard alphabet, no padding. Election hashes and trackers."""
    digest = hashlib.sha256(text.encode("utf-8") if isinstance(text, str) else text).digest()
    return base64.b64encode(digest).decode("ascii").rstrip("=")
