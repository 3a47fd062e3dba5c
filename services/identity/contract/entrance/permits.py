"""Permits: identity's signed word about a holder in one election. All that the urn learns about a voter.

A permit is base64url(compact JSON) + "." + base64url(signature over the ASCII of the first part), without padding.
Nothing in it names the voter but the pseudonym. It carries what identity recorded when the election was sealed, so that
a booth does not have to believe the urn, and is good for one use: a browser holds permits to prepare a ballot only.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

LONGEST = 2048

_TEXTS = {
    "election": re.compile(r"[1-9A-HJ-NP-Za-km-z]{14,64}"),
    "holder": re.compile(r"[0-9a-f]{64}"),
    "session": re.compile(r"[0-9a-f]{64}"),
    "fingerprint": re.compile(r"[A-Za-z0-9+/]{43}"),
    "receipt_key": re.compile(r"[0-9a-f]{64}"),
}
_MOMENTS = ("issued_at", "expires_at", "votes_until")
_FIELDS = {*_TEXTS, *_MOMENTS, "use"}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")


class PermitInvalid(ValueError):
    """Not a permit, or not signed by identity."""


class Use(StrEnum):
    """What a permit is good for."""

    BOOTH = "booth"
    """To be given what a ballot is made with; the browser holds it, and shows it to identity when it casts."""
    CAST = "cast"
    """To cast a ballot now: from identity by the gateway to the urn, never seen by a browser."""
    STATE = "state"
    """To be told whether the holder has voted."""


@dataclass(frozen=True)
class Permit:
    """What a permit says; times are whole seconds.

    `holder` is a pseudonym that only identity can resolve, `session` a keyed tag of the session that it was issued to,
    another one in each election. `fingerprint` is the hash of the sealed election, `receipt_key` the key of its receipts.
    `votes_until` is when that session can vote no more: the closing, and the end of the grace period for a session that was
    opened before the closing (R211-563). Which of the two, and no moment of a log-in, is all that the urn learns.
    """

    election: str
    holder: str
    use: Use
    session: str
    fingerprint: str
    receipt_key: str
    issued_at: datetime
    expires_at: datetime
    votes_until: datetime


def sign(private_key: str, permit: Permit) -> str:
    """Return the permit as it travels. `private_key` is an Ed25519 seed in hexadecimal."""
    claims = {
        "election": permit.election,
        "holder": permit.holder,
        "use": permit.use.value,
        "session": permit.session,
        "fingerprint": permit.fingerprint,
        "receipt_key": permit.receipt_key,
        **{name: int(getattr(permit, name).timestamp()) for name in _MOMENTS},
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
    if not all(isinstance(value[name], str) and form.fullmatch(value[name]) for name, form in _TEXTS.items()):
        raise PermitInvalid
    if value["use"] not in tuple(Use):
        raise PermitInvalid
    return Permit(
        **{name: value[name] for name in _TEXTS},
        use=Use(value["use"]),
        issued_at=_moment(value["issued_at"]),
        expires_at=_moment(value["expires_at"]),
        votes_until=_moment(value["votes_until"]),
    )


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
