"""What a portal publishes of the sealing of an election: read, and held to the signature that it bears."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

FIELDS = ("election", "fingerprint", "receipt_key")


class NotTheSealing(ValueError):
    """The message is French and says what is wrong."""


@dataclass(frozen=True)
class Sealing:
    """As identity signed it."""

    election: str
    fingerprint: str
    receipt_key: str


def is_sealing(told: Any) -> bool:
    """Tell whether what a portal published as a sealing is signed with the key that it names."""
    try:
        fields = {name: str(told[name]) for name in FIELDS}
        # As services/identity/contract/event/sealings.py writes it.
        signed = "isoloir sealing 1\n" + json.dumps(fields, separators=(",", ":"))
        VerifyKey(bytes.fromhex(told["identity_key"])).verify(signed.encode(), bytes.fromhex(told["signature"]))
    except (ValueError, KeyError, TypeError, BadSignatureError):
        return False
    return True


def read(text: str, election: str) -> Sealing:
    """The sealing of an election. Raises NotTheSealing."""
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not is_sealing(told):
        raise NotTheSealing("le scellement n'est pas lisible, ou sa signature est fausse.")
    found = Sealing(**{name: str(told[name]) for name in FIELDS})
    if found.election != election:
        raise NotTheSealing("ce scellement est celui d'un autre scrutin.")
    return found
