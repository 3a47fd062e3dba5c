"""The second factor: six digits that a telephone makes from a secret and the time (TOTP, RFC 6238)."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

import pyotp
from nacl.encoding import Base64Encoder
from nacl.secret import SecretBox

ISSUER = "Isoloir"
SECONDS = 30
DRIFT = 1
"""How many steps a telephone's clock may be early or late."""


def new_secret() -> str:
    """A new secret of 160 bits, in base 32."""
    return pyotp.random_base32()


def uri(secret: str, email: str) -> str:
    """What a telephone reads from the square code."""
    return pyotp.TOTP(secret, interval=SECONDS).provisioning_uri(name=email, issuer_name=ISSUER)


def seal(key: str, secret: str) -> str:
    """The secret as it is kept: nobody makes digits from a copy of the database alone."""
    return _box(key).encrypt(secret.encode(), encoder=Base64Encoder).decode()


def opened(key: str, sealed: str) -> str:
    """The secret that was sealed."""
    return _box(key).decrypt(sealed.encode(), encoder=Base64Encoder).decode()


def step_of(secret: str, typed: str, after: int, now: datetime) -> int | None:
    """The step whose digits were typed, where it comes after the last one that has served; None for other digits."""
    digits = "".join(typed.split())
    made = pyotp.TOTP(secret, interval=SECONDS)
    here = int(now.timestamp()) // SECONDS
    found = None
    for drift in range(-DRIFT, DRIFT + 1):
        # All are compared, whatever was found.
        right = hmac.compare_digest(made.at(now + timedelta(seconds=drift * SECONDS)).encode(), digits.encode())
        if right and here + drift > after:
            found = here + drift
    return found


def _box(key: str) -> SecretBox:
    return SecretBox(hmac.digest(bytes.fromhex(key), b"agents|second factor", "sha256"))
