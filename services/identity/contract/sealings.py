"""Identity's signed word on what was sealed: a second way, past the urn, to the fingerprint of an election."""

from __future__ import annotations

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
