"""The closed set of refusals that callers of identity can tell apart."""

from __future__ import annotations

from enum import StrEnum

from services.runtime.refusals import Refusal


class Code(StrEnum):
    """Each code is a part of the contract: the gateway has one status and one phrase for each."""

    INVALID_REQUEST = "invalid_request"
    BUSY = "busy"
    NO_VOTING_EVENT = "no_voting_event"
    VOTING_EVENT_UNKNOWN = "voting_event_unknown"
    VOTING_EVENT_IN_PLACE = "voting_event_in_place"
    VOTING_EVENT_DIFFERS = "voting_event_differs"
    ROLL_INVALID = "roll_invalid"
    ROLL_SEALED = "roll_sealed"
    ROLL_IN_USE = "roll_in_use"
    IMPORT_INCOMPLETE = "import_incomplete"
    LINK_UNKNOWN = "link_unknown"
    LINK_EXPIRED = "link_expired"
    LINK_USED = "link_used"
    PASSWORD_REFUSED = "password_refused"  # noqa: S105 - a code, not a password
    LOG_IN_REFUSED = "log_in_refused"
    ACCOUNT_LOCKED = "account_locked"
    SESSION_EXPIRED = "session_expired"
    NOT_ENTITLED = "not_entitled"
    ELECTION_ELSEWHERE = "election_elsewhere"
    ELECTION_NOT_SEALED = "election_not_sealed"
    PERMIT_INVALID = "permit_invalid"
    PERMIT_EXPIRED = "permit_expired"
    PERMIT_OTHER_SESSION = "permit_other_session"
    CAPTCHA_WRONG = "captcha_wrong"
    CAPTCHA_EXPIRED = "captcha_expired"
    PROOF_SPENT = "proof_spent"
    ANSWER_REFUSED = "answer_refused"
    ACTIVATION_NOT_PREPARED = "activation_not_prepared"
    NOT_IN_THIS_PROFILE = "not_in_this_profile"
    NOT_AVAILABLE_YET = "not_available_yet"
    TOO_MANY_CLAIMS = "too_many_claims"
    TOO_MANY_REQUESTS = "too_many_requests"
    CLAIM_UNKNOWN = "claim_unknown"
    ASSISTANCE_UNKNOWN = "assistance_unknown"
    ALREADY_ANSWERED = "already_answered"
    REISSUE_CLOSED = "reissue_closed"
    REISSUE_USED_UP = "reissue_used_up"
    REISSUE_NOTHING_LEFT = "reissue_nothing_left"
    REISSUE_PROOF_MISSING = "reissue_proof_missing"
    REISSUE_PROOF_WRONG = "reissue_proof_wrong"
    REISSUE_RESTING = "reissue_resting"
    REISSUE_NOT_FAILED = "reissue_not_failed"
    PHONE_REFUSED = "phone_refused"
    PHONE_SHARED = "phone_shared"
    IDENTIFIER_UNKNOWN = "identifier_unknown"
    AGENT_LOG_IN_REFUSED = "agent_log_in_refused"
    AGENT_LOCKED = "agent_locked"
    AGENT_SESSION_EXPIRED = "agent_session_expired"
    RIGHT_MISSING = "right_missing"
    INVITATION_UNKNOWN = "invitation_unknown"
    SECOND_FACTOR_WRONG = "second_factor_wrong"
    AGENT_KNOWN = "agent_known"
    AGENT_UNKNOWN = "agent_unknown"
    AGENT_HIMSELF = "agent_himself"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - a code
    VOTER_UNKNOWN = "voter_unknown"
    LINK_ON_ITS_WAY = "link_on_its_way"
    ADDRESS_TAKEN = "address_taken"
    REISSUE_UNDER_WAY = "reissue_under_way"
    APPROVAL_WAITING = "approval_waiting"
    APPROVAL_UNKNOWN = "approval_unknown"
    APPROVAL_OWN = "approval_own"
    TOO_MANY_TOKENS = "too_many_tokens"
    CAMPAIGN_UNKNOWN = "campaign_unknown"
    JOB_UNKNOWN = "job_unknown"


def refuse(code: Code, **details: object) -> Refusal:
    """Return the refusal to raise; `details` must be JSON-able and hold no secret."""
    return Refusal(code.value, **details)
