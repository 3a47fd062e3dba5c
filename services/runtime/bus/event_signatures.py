"""Events are signed by the service that tells them, when they are written into its outbox, and refused by readers otherwise.

The relay, the broker and whoever writes into somebody else's outbox or queue can withhold an event or repeat it (inboxes
know it by its id); none of them can make one, or change one on its way. Ed25519 over the canonical JSON of what an event
says and who says it.
"""

import json
from collections.abc import Mapping
from typing import Any

from nacl.encoding import Base64Encoder
from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

SIGNED = ("id", "source", "type", "payload")
CONTEXT = b"isoloir.event.1\n"
"""Sets these signatures apart from all others, should a key ever be used twice by mistake."""


def sign(private_key: str, event: Mapping[str, Any]) -> str:
    """Sign an event.

    Args:
        private_key: the sender's Ed25519 seed, 64 hexadecimal digits.
        event: an envelope with at least `id`, `source`, `type` and `payload`.

    Returns:
        The signature, 88 characters of Base64.
    """
    signed = SigningKey(bytes.fromhex(private_key)).sign(_signed_bytes(event))
    return Base64Encoder.encode(signed.signature).decode()


def is_signed_by(public_key: str, event: Mapping[str, Any]) -> bool:
    """Whether an envelope's `signature` is its sender's.

    Args:
        public_key: the sender's Ed25519 public key, 64 hexadecimal digits.
        event: an envelope that has come from anywhere; only its form has been looked at.
    """
    try:
        signature = Base64Encoder.decode(str(event.get("signature")).encode())
        VerifyKey(bytes.fromhex(public_key)).verify(_signed_bytes(event), signature)
    except (CryptoError, ValueError, TypeError):
        return False
    return True


def _signed_bytes(event: Mapping[str, Any]) -> bytes:
    said = {name: event[name] for name in SIGNED}
    return CONTEXT + json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
