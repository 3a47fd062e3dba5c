"""The closed set of refusals of the ballot box: what a caller can tell apart, and nothing more."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from services.runtime.refusals import Refusal


class Code(StrEnum):
    """Why the ballot box says no."""

    INVALID_REQUEST = "invalid_request"
    ELECTION_UNKNOWN = "election_unknown"
    ELECTION_DIFFERS = "election_differs"
    ELECTION_SEALED = "election_sealed"
    ELECTION_NOT_OPEN = "election_not_open"
    ELECTION_SUSPENDED = "election_suspended"
    ELECTION_CLOSED = "election_closed"
    ELECTION_NOT_CLOSED = "election_not_closed"
    TRUSTEES_INVALID = "trustees_invalid"
    TRUSTEES_MISSING = "trustees_missing"
    CREDENTIALS_INCOMPLETE = "credentials_incomplete"
    URN_NOT_EMPTY = "urn_not_empty"
    TOO_MANY_CREDENTIALS = "too_many_credentials"
    PERMIT_INVALID = "permit_invalid"
    PERMIT_EXPIRED = "permit_expired"
    PERMIT_OTHER_ELECTION = "permit_other_election"
    BALLOT_MALFORMED = "ballot_malformed"
    BALLOT_INVALID = "ballot_invalid"
    CREDENTIAL_UNKNOWN = "credential_unknown"
    CREDENTIAL_NOT_YOURS = "credential_not_yours"
    CREDENTIAL_RETIRED = "credential_retired"
    ALREADY_VOTED = "already_voted"
    TALLY_MISSING = "tally_missing"
    DECRYPTION_INVALID = "decryption_invalid"
    DECRYPTIONS_MISSING = "decryptions_missing"
    KEYS_WITHOUT_ADMINISTRATION = "keys_without_administration"
    KEYS_TWO_THIRDS = "keys_two_thirds"
    KEYS_TOO_MANY = "keys_too_many"
    KEYS_THRESHOLD = "keys_threshold"
    KEYS_SUBSTITUTE = "keys_substitute"
    KEYS_UNTRIED = "keys_untried"
    CEREMONY_UNKNOWN = "ceremony_unknown"
    CEREMONY_UNDER_WAY = "ceremony_under_way"
    CEREMONY_ELSEWHERE = "ceremony_elsewhere"
    KEY_NOT_YOURS = "key_not_yours"
    KEY_MESSAGE_INVALID = "key_message_invalid"
    KEY_NOT_USABLE = "key_not_usable"
    JOB_UNKNOWN = "job_unknown"


def refuse(code: Code, **details: Any) -> Refusal:
    """The refusal to raise; ``details`` are JSON-able and hold no secret, no holder and no ballot."""
    return Refusal(code.value, **details)
