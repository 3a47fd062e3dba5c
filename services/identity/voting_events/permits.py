"""Permits: signed statements that a holder may vote in an election, which ballot checks without asking identity."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta

from nacl.signing import SigningKey


def issue(private_key: str, *, election: str, holder: str, now: datetime, lifetime: timedelta) -> tuple[str, datetime]:
    """Return (permit, moment of expiry).

    `private_key` is an Ed25519 seed in hexadecimal. The permit is base64url(compact JSON) + "." + base64url(signature
    over the ASCII of the first part), without padding. Nothing in it names the voter but the pseudonym.
    """
    expires_at = datetime.fromtimestamp(int((now + lifetime).timestamp()), tz=now.tzinfo)
    claims = {
        "election": election,
        "holder": holder,
        "issued_at": int(now.timestamp()),
        "expires_at": int(expires_at.timestamp()),
    }
    body = _base64url(json.dumps(claims, separators=(",", ":")).encode())
    signature = SigningKey(bytes.fromhex(private_key)).sign(body.encode("ascii")).signature
    return f"{body}.{_base64url(signature)}", expires_at


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
