"""Permits: identity's signed word that a holder may vote in one election. All that the urn learns about a voter.

A permit is base64url(compact JSON) + "." + base64url(signature over the ASCII of the first part), without padding.
Nothing in it names the voter but the pseudonym.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

LONGEST = 2048

_FIELDS = {"election", "holder", "issued_at", "expires_at"}
_HOLDER = re.compile(r"[0-9a-f]{64}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")


class PermitInvalid(ValueError):
    """Not a permit, or not signed by identity."""


@dataclass(frozen=True)
class Permit:
    """What a permit says. `holder` is a pseudonym that only identity can resolve; times are whole seconds."""

    election: str
    holder: str
    issued_at: datetime
    expires_at: datetime


def sign(private_key: str, permit: Permit) -> str:
    """Return the permit as it travels. `private_key` is an Ed25519 seed in hexadecimal."""
    claims = {
        "election": permit.election,
        "holder": permit.holder,
        "issued_at": int(permit.issued_at.timestamp()),
        "expires_at": int(permit.expires_at.timestamp()),
    }
    body = _encoded(json.dumps(claims, separators=(",", ":")).encode())
    signature = SigningKey(bytes.fromhex(private_key)).sign(body.encode("ascii")).signature
    return f"{body}.{_encoded(signature)}"


def verify(text: str, public_key: str) -> Permit:
    """Return what a signed permit says, expired or not. Raises PermitInvalid. `public_key` is in hexadecimal."""
    body, dot, signature = text[: LONGEST + 1].partition(".")
    if not dot or len(text) > LONGEST:
        raise PermitInvalid
    try:
        # The signature comes first: nothing unsigned is parsed.
        VerifyKey(bytes.fromhex(public_key)).verify(body.encode("ascii"), _decoded(signature))
    except (BadSignatureError, ValueError) as error:
        raise PermitInvalid from error
    return _parsed(body)


def unverified_election(text: str) -> str:
    """Return the election that a permit names, whoever signed it: to compare with an address, not to believe.

    Raises PermitInvalid.
    """
    if len(text) > LONGEST:
        raise PermitInvalid
    return _parsed(text.partition(".")[0]).election


def _parsed(body: str) -> Permit:
    try:
        value = json.loads(_decoded(body))
    except (ValueError, RecursionError) as error:
        raise PermitInvalid from error
    if not isinstance(value, dict) or set(value) != _FIELDS:
        raise PermitInvalid
    if not isinstance(value["election"], str) or not isinstance(value["holder"], str):
        raise PermitInvalid
    if not _HOLDER.fullmatch(value["holder"]):
        raise PermitInvalid
    return Permit(value["election"], value["holder"], _moment(value["issued_at"]), _moment(value["expires_at"]))


def _moment(seconds: Any) -> datetime:
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        raise PermitInvalid
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise PermitInvalid from error


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes:
    if not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url")
    text = text.rstrip("=")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error
