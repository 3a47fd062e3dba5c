"""What the WebAuthn library does for us: what a browser is asked, and whether its authenticator's answer is believed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, generate_challenge
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.identity.agents.passkeys.relying_party import RelyingParty

NAME = "Isoloir"
"""As authenticators show it beside the account."""
TIMEOUT = 120_000
"""Milliseconds that a browser leaves for finding the key."""
TRANSPORTS = {transport.value: transport for transport in AuthenticatorTransport}


class NotBelieved(Exception):
    """An answer that is not of this challenge, this portal or this key, or is none; the library's words are the cause."""


@dataclass(frozen=True)
class KnownKey:
    """A passkey as it is kept: id and public key in URL-safe base64, the last count, the ways to its authenticator."""

    credential_id: str
    public_key: str
    sign_count: int
    transports: Sequence[str] = ()


def new_challenge() -> str:
    """A challenge of 64 random bytes, in URL-safe base64."""
    return bytes_to_base64url(generate_challenge())


def registration_options(
    party: RelyingParty, challenge: str, *, agent: str, email: str, name: str, known: Sequence[KnownKey]
) -> str:
    """What navigator.credentials.create() is given, as JSON. An authenticator that has one of the known keys makes no other.

    No attestation is asked for: whose make a key is concerns nobody.
    """
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=NAME,
        user_id=agent.encode(),
        user_name=email,
        user_display_name=name,
        challenge=base64url_to_bytes(challenge),
        timeout=TIMEOUT,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement(party.user_verification),
        ),
        exclude_credentials=[_descriptor(key) for key in known],
    )
    return options_to_json(options)


def log_in_options(party: RelyingParty, challenge: str, known: Sequence[KnownKey]) -> str:
    """What navigator.credentials.get() is given, as JSON: one of the known keys."""
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=base64url_to_bytes(challenge),
        timeout=TIMEOUT,
        allow_credentials=[_descriptor(key) for key in known],
        user_verification=UserVerificationRequirement(party.user_verification),
    )
    return options_to_json(options)


def registered(party: RelyingParty, challenge: str, answer: str) -> KnownKey:
    """The key that an authenticator has made for a challenge. Raises NotBelieved."""
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            require_user_verification=party.user_verification == "required",
        )
        transports = json.loads(answer)["response"].get("transports") or []
    # The library reads what anybody may have written: whatever it stumbles over is no answer.
    except Exception as error:
        raise NotBelieved from error
    return KnownKey(
        bytes_to_base64url(found.credential_id),
        bytes_to_base64url(found.credential_public_key),
        found.sign_count,
        [one for one in TRANSPORTS if one in transports],
    )


def named_key(answer: str) -> str:
    """The id of the key that an answer names, not yet believed. Raises NotBelieved."""
    try:
        found: Any = json.loads(answer)["id"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise NotBelieved from error
    if not isinstance(found, str) or not found or len(found) > 1400 or not found.isascii():
        raise NotBelieved
    return found


def count_after(party: RelyingParty, challenge: str, answer: str, key: KnownKey) -> int:
    """What the authenticator of a key counts, where the answer is its own for this challenge. Raises NotBelieved.

    Whether it counts on is the caller's to judge (`counts_on`): a copied key is told apart from an answer that is none.
    """
    try:
        return verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=0,
            require_user_verification=party.user_verification == "required",
        ).new_sign_count
    except Exception as error:
        raise NotBelieved from error


def counts_on(before: int, after: int) -> bool:
    """Whether an authenticator counted on. One that does not count says 0 each time (WebAuthn, 6.1.1)."""
    return before == after == 0 or after > before


def _descriptor(key: KnownKey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(
        id=base64url_to_bytes(key.credential_id),
        transports=[TRANSPORTS[one] for one in key.transports if one in TRANSPORTS] or None,
    )
