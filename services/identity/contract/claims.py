"""Claims about the roll, and requests for assistance."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from services.identity.contract.entrance.sessions import Person
from services.identity.contract.limits import (
    ACCEPTED,
    EXAMINED,
    FRENCH,
    LARGEST_QUEUE_PAGE,
    REJECTED,
    Address,
    AfterNumber,
    AssistanceAnswer,
    AssistanceState,
    AssistanceSubject,
    AssistanceText,
    ClaimAnswer,
    ClaimState,
    ClaimSubject,
    ClaimText,
    Language,
    OwnElectionUuid,
    PersonName,
)
from services.runtime.contracts.kinds import Number, OneOf, Range, Token
from services.runtime.contracts.messages import Message


class SubmitClaim(Message):
    """A claim about the roll."""

    session: Token
    election: OwnElectionUuid | None = None
    subject: ClaimSubject
    text: ClaimText


class ClaimSubmitted(Message):
    """The number that the claim is found again by."""

    claim: int
    submitted_at: datetime


class Claim(Message):
    """A claim as its voter sees it."""

    claim: int
    election: str | None
    subject: str
    text: str
    state: str
    answer: str | None
    submitted_at: datetime
    answered_at: datetime | None


class Claims(Message):
    """The voter's claims, the newest first."""

    claims: list[Claim]


class ListClaimsQueue(Message):
    """A page of the queue of claims: a state or all of them, after a number."""

    state: ClaimState | None = None
    after: AfterNumber | None = None
    limit: Annotated[int, Range(1, LARGEST_QUEUE_PAGE)]


class QueuedClaim(Claim):
    """A claim with its voter, null when taken off the roll since."""

    voter: Person | None


class ClaimsQueue(Message):
    """A page of the queue of claims, the oldest first."""

    claims: list[QueuedClaim]
    next: int | None


class AnswerClaim(Message):
    """The state that a claim is put into; accepted and rejected ones carry an answer."""

    claim: Number
    state: Annotated[str, OneOf(EXAMINED, ACCEPTED, REJECTED)]
    answer: ClaimAnswer = ""


class ClaimAnswered(Message):
    """A claim after an answer."""

    claim: int
    state: str


class SubmitAssistance(Message):
    """A request for assistance, with a session when the voter is signed in, and the language to write back in."""

    session: Token | None = None
    email: Address
    name: PersonName
    subject: AssistanceSubject
    text: AssistanceText
    language: Language = FRENCH


class AssistanceSubmitted(Message):
    """The number that the request is found again by."""

    request: int


class ListAssistance(Message):
    """A page of the queue of requests for assistance: a state or all of them, after a number."""

    state: AssistanceState | None = None
    after: AfterNumber | None = None
    limit: Annotated[int, Range(1, LARGEST_QUEUE_PAGE)]


class AssistanceRequest(Message):
    """A request for assistance; `signed_in` tells whether a voter was, `language` what it is in."""

    request: int
    email: str
    name: str
    signed_in: bool
    language: str
    subject: str
    text: str
    state: str
    answer: str | None
    submitted_at: datetime
    answered_at: datetime | None


class AssistanceQueue(Message):
    """A page of the queue of requests for assistance, the oldest first."""

    requests: list[AssistanceRequest]
    next: int | None


class AnswerAssistance(Message):
    """An answer, sent by e-mail."""

    request: Number
    answer: AssistanceAnswer


class AssistanceAnswered(Message):
    """The request that was answered."""

    request: int
