"""Permits: identity's signed word that a holder may vote in one election. All that the urn learns about a voter."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from services.ballot.contract.refusals import Code, refuse

MAX_LENGTH = 2048

_KEYS = {"election", "holder", "issued_at", "expires_at"}
_HOLDER = re.compile(r"[0-9a-f]{64}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")


@dataclass(frozen=True)
class Permit:
    """A permit whose signature and dates hold. ``holder`` is a pseudonym that only identity can resolve."""

    election: str
    holder: str


def verify(text: str, public_key_hex: str, now: datetime) -> Permit:
    """The permit of ``text`` = base64url(JSON) "." base64url(signature over the first part).

    Raises Refusal permit_invalid (not one, or not signed by identity), permit_expired.
    """
    if len(text) > MAX_LENGTH:
        raise refuse(Code.PERMIT_INVALID)
    body, dot, signature = text.partition(".")
    if not dot:
        raise refuse(Code.PERMIT_INVALID)
    try:
        # The signature comes first: nothing unsigned is parsed.
        VerifyKey(bytes.fromhex(public_key_hex)).verify(body.encode("ascii"), _decoded(signature))
        value = json.loads(_decoded(body))
    except (BadSignatureError, ValueError, RecursionError) as error:
        raise refuse(Code.PERMIT_INVALID) from error
    _check_shape(value)
    if now.timestamp() >= value["expires_at"]:
        raise refuse(Code.PERMIT_EXPIRED)
    return Permit(election=value["election"], holder=value["holder"])


def _decoded(text: str) -> bytes:
    if not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url")
    text = text.rstrip("=")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def _check_shape(value: Any) -> None:
    if not isinstance(value, dict) or set(value) != _KEYS:
        raise refuse(Code.PERMIT_INVALID)
    times = (value["issued_at"], value["expires_at"])
    if not isinstance(value["election"], str) or not isinstance(value["holder"], str):
        raise refuse(Code.PERMIT_INVALID)
    if not all(isinstance(time, int) and not isinstance(time, bool) for time in times):
        raise refuse(Code.PERMIT_INVALID)
    if not _HOLDER.fullmatch(value["holder"]):
        raise refuse(Code.PERMIT_INVALID)
