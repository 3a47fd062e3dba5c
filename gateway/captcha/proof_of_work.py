"""ALTCHA: work that the browser does instead of a code to copy. Challenges are signed, for one form, for ten minutes.

The gateway keeps nothing: what it has given out comes back signed, and identity remembers what was spent.
"""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import altcha
from flask import current_app

from gateway.captcha import load_testers
from gateway.clients import services
from services.runtime.refusals import Refusal

FORMS = ("access", "activation", "login", "password", "assistance", "reissue")
"""The forms that a challenge can be for."""

LIFETIME = timedelta(minutes=10)
ALGORITHM = "SHA-256"
ROUNDS = 1  # of SHA-256 for each number tried
LONGEST = 4000  # characters of a payload


@dataclass(frozen=True)
class Proof:
    """Work that was done: what identity is to remember, and until when."""

    fingerprint: str
    expires_at: datetime


def new_challenge(form: str, key: bytes, max_number: int) -> dict[str, Any]:
    """An ALTCHA challenge (version 2, deterministic: some number up to `max_number` solves it), ready for JSON."""
    challenge = altcha.create_challenge(
        ALGORITHM,
        ROUNDS,
        counter=secrets.randbelow(max_number),
        expires_at=datetime.now(UTC) + LIFETIME,
        data={"form": form},
        hmac_secret=key,
    )
    given: dict[str, Any] = challenge.to_dict()
    return given


def verify(payload: str, form: str, key: bytes) -> Proof:
    """The work in an ALTCHA payload (base64 of JSON). Refusals: challenge_required, challenge_wrong, challenge_expired."""
    if not payload:
        raise Refusal("challenge_required")
    if len(payload) > LONGEST:
        raise Refusal("challenge_wrong")
    result = altcha.verify_solution(payload, key)
    if result.expired:
        raise Refusal("challenge_expired")
    if not result.verified:
        raise Refusal("challenge_wrong")
    challenge = json.loads(base64.b64decode(payload))["challenge"]
    parameters = challenge["parameters"]
    if parameters.get("data") != {"form": form}:
        raise Refusal("challenge_wrong")
    # Everything that was signed is now known to be ours; the signature alone tells one challenge from another.
    return Proof(
        fingerprint=sha256(challenge["signature"].encode()).hexdigest(),
        expires_at=datetime.fromtimestamp(parameters["expiresAt"], UTC),
    )


def spend(payload: str, form: str) -> None:
    """Accept a payload, once; from load testers any. Refusals: challenge_required, …_wrong, …_expired, …_spent."""
    settings = current_app.extensions["isoloir_settings"]
    proof = _of_a_tester() if load_testers.is_one() else verify(payload, form, settings.key_of_challenges())
    try:
        services().identity.spend_proof(proof.fingerprint, form, proof.expires_at)
    except Refusal as refusal:
        if refusal.code == "proof_spent":
            raise Refusal("challenge_spent") from None
        raise


def _of_a_tester() -> Proof:
    """A proof that nobody worked for: identity has as much to remember as for a voter."""
    return Proof(fingerprint=secrets.token_hex(32), expires_at=datetime.now(UTC) + LIFETIME)


def challenge_for(form: str) -> dict[str, Any]:
    """A new challenge of the running application."""
    settings = current_app.extensions["isoloir_settings"]
    return new_challenge(form, settings.key_of_challenges(), settings.challenge_max_number)
