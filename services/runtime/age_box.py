"""What is sealed for somebody who is not on the bus: age, a format that others' tools open too (age-encryption.org)."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

import pyrage

from services.runtime.sealing_box import CannotOpen


class NotAKey(ValueError):
    """The text is no age key of the kind that is asked for."""


def new_identity() -> tuple[str, str]:
    """Draw a key.

    Returns:
        The private one (AGE-SECRET-KEY-1…), and the public one that belongs to it (age1…).
    """
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipient_of(identity: str) -> str:
    """Return the public key of a private one. Raises NotAKey."""
    return str(_identity(identity).to_public())


def seal(recipient: str, payload: dict[str, Any]) -> str:
    """Close a JSON object for the holder of the private key.

    Args:
        recipient: age1…
        payload: Anything that JSON can say.

    Returns:
        An age file in base64.

    Raises:
        NotAKey: `recipient` is none.
    """
    return base64.b64encode(seal_bytes(recipient, json.dumps(payload, ensure_ascii=False).encode())).decode()


def seal_bytes(recipient: str, content: bytes) -> bytes:
    """Close bytes for the holder of the private key; return an age file. Raises NotAKey."""
    try:
        known = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise NotAKey("not an age recipient") from None
    return bytes(pyrage.encrypt(content, [known]))


class Opener:
    """A private key, ready to open many. Its repr shows nothing."""

    def __init__(self, identity: str) -> None:
        """Take a private key. Raises NotAKey."""
        self._identity = _identity(identity)

    def open(self, text: str) -> dict[str, Any]:
        """Return what `seal` closed. Raises CannotOpen, which says nothing of the content."""
        try:
            opened = json.loads(pyrage.decrypt(base64.b64decode(text, validate=True), [self._identity]))
        except (pyrage.DecryptError, binascii.Error, ValueError):
            raise CannotOpen("the sealed message cannot be opened with this key") from None
        if not isinstance(opened, dict):
            raise CannotOpen("the sealed message holds no object")
        return opened


def _identity(text: str) -> Any:
    # A key file of age has comments.
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    try:
        return pyrage.x25519.Identity.from_str("".join(lines))
    except pyrage.IdentityError:
        raise NotAKey("not an age identity") from None
