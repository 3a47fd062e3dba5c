"""Identity's signed word on what was sealed: a second way, past the urn, to the fingerprint of an election."""

from __future__ import annotations

import base64
import binascii
import json

from services.identity.contract.limits import AnyElection
from services.runtime.contracts.messages import Message


class OfElection(Message):
    """An election, by its uuid."""

    election: AnyElection


class Sealing(Message):
    """What identity recorded when the urn sealed an election, and its signature (hexadecimal Ed25519) of it."""

    election: str
    fingerprint: str
    receipt_key: str
    identity_key: str
    signature: str


def signed_text(election: str, fingerprint: str, receipt_key: str) -> str:
    """Return what is signed: a line that says what follows, then compact JSON. No permit begins so."""
    fields = {"election": election, "fingerprint": fingerprint, "receipt_key": receipt_key}
    return "isoloir sealing 1\n" + json.dumps(fields, separators=(",", ":"))


SHORT_BYTES = 10
"""Of a fingerprint that people compare: another election with the same takes 2^80 tries (docs/adr/0029)."""


def short_form(fingerprint: str) -> str:
    """Return a fingerprint (base 64 without padding) as people compare it: « 7F3A 91C0 55DE 2B14 08EE ».

    What is no fingerprint has no short form: the empty string.
    """
    try:
        raw = base64.b64decode(fingerprint + "=" * (-len(fingerprint) % 4), validate=True)
    except (binascii.Error, ValueError):
        return ""
    digits = raw[:SHORT_BYTES].hex().upper()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
