"""Messages that only one service can open: the bus, the databases and the logs between carry them closed.

A sealed box of NaCl (X25519, XSalsa20-Poly1305) over JSON. Used for whatever holds a code or a link on its way to
notification, the one that has to print it.
"""

import json
from typing import Any

from nacl.encoding import Base64Encoder, HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox


class CannotOpen(ValueError):
    """The box was sealed for another key, or altered."""


def new_keypair() -> tuple[str, str]:
    """A fresh pair (private key, public key), each 32 bytes in hexadecimal."""
    private = PrivateKey.generate()
    return private.encode(HexEncoder).decode(), private.public_key.encode(HexEncoder).decode()


def seal(public_key: str, payload: dict[str, Any]) -> str:
    """Close `payload` so that only the holder of the private key opens it. In: 64 hex digits, a JSON object. Out: base64."""
    box = SealedBox(PublicKey(public_key.encode(), HexEncoder))
    return box.encrypt(json.dumps(payload, ensure_ascii=False).encode(), Base64Encoder).decode()


def open_sealed(private_key: str, text: str) -> dict[str, Any]:
    """The payload of a sealed box. Raises CannotOpen, which says nothing of the content."""
    box = SealedBox(PrivateKey(private_key.encode(), HexEncoder))
    try:
        opened: dict[str, Any] = json.loads(box.decrypt(text.encode(), Base64Encoder))
    except (CryptoError, ValueError, TypeError):
        raise CannotOpen("the sealed message cannot be opened with this key") from None
    return opened
