"""Spare voting codes at rest: NaCl SecretBox under the code key."""

from __future__ import annotations

from nacl.encoding import Base64Encoder
from nacl.secret import SecretBox


def close(code_key_hex: str, code: str) -> str:
    """The code, encrypted and authenticated, in base64. The key is 64 hex digits."""
    return SecretBox(bytes.fromhex(code_key_hex)).encrypt(code.encode("ascii"), encoder=Base64Encoder).decode("ascii")


def reveal(code_key_hex: str, sealed: str) -> str:
    """The code of a spare. Raises nacl.exceptions.CryptoError for another key or an altered text."""
    return SecretBox(bytes.fromhex(code_key_hex)).decrypt(sealed.encode("ascii"), encoder=Base64Encoder).decode("ascii")
