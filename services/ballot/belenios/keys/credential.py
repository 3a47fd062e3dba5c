"""Voters' credentials (section 2)."""

from __future__ import annotations

import hashlib
import re
import secrets

from ..errors import Malformed
from ..group import ED25519

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CREDENTIAL_LENGTH = 22
UUID_LENGTH = 14

_UUID = re.compile(f"[{BASE58}]{{{UUID_LENGTH},64}}")
_CREDENTIAL = re.compile(f"[{BASE58}]{{5}}-[{BASE58}]{{6}}-[{BASE58}]{{5}}-[{BASE58}]{{6}}")


def new_uuid() -> str:
    """A random election uuid: 14 Base58 characters."""
    return random_base58(UUID_LENGTH)


def is_uuid(text: str) -> bool:
    """Whether ``text`` may be an election uuid (14 to 64 Base58 characters)."""
    return _UUID.fullmatch(text) is not None


def random_base58(length: int) -> str:
    """``length`` uniform Base58 characters."""
    return "".join(secrets.choice(BASE58) for _ in range(length))


def new_credential() -> str:
    """A random private credential, as shown: 22 Base58 characters in groups 5-6-5-6."""
    return format_credential(random_base58(CREDENTIAL_LENGTH))


def format_credential(symbols: str) -> str:
    """Write 22 Base58 characters with dashes 5-6-5-6. Raises Malformed("bad-credential")."""
    text = f"{symbols[:5]}-{symbols[5:11]}-{symbols[11:16]}-{symbols[16:]}"
    return check_credential(text)


def check_credential(text: str) -> str:
    """Return a private credential that has the format. Raises Malformed("bad-credential")."""
    if not _CREDENTIAL.fullmatch(text):
        raise Malformed("bad-credential", "22 Base58 characters written 5-6-5-6")
    return text


def private_from_credential(uuid: str, credential: str) -> int:
    """The secret of a credential in one election: double SHA-256, modulo q. Raises Malformed("bad-credential")."""
    check_credential(credential)
    digits = b"".join(
        hashlib.sha256(f"derive_credential|{uuid}|{half}|{credential}".encode()).digest() for half in (0, 1)
    )
    return int.from_bytes(digits, "big") % ED25519.q


def public_credential(secret: int) -> str:
    """The public credential ``g^secret``, as published."""
    return ED25519.encode(ED25519.base_mul(secret))
