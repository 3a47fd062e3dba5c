"""Sessions of voters, and permits."""

from __future__ import annotations

from datetime import datetime

from services.identity.contract.limits import AnyElection
from services.identity.contract.voting_events import ElectionShown, VotingEventShown
from services.runtime.contracts.kinds import Token
from services.runtime.contracts.messages import Message


class SessionToken(Message):
    """The token of a session."""

    session: Token


class Person(Message):
    """A voter, to the voter and to operators."""

    surname: str
    first_name: str
    identifier: str
    assignment: str


class OwnElection(ElectionShown):
    """An election of the voter's, and whether the poll book is signed."""

    signed: bool


class ResumedSession(Message):
    """All that the voter's pages need; `last_connection` is the one before this session."""

    voter: Person
    last_connection: datetime | None
    activated: bool
    expires_at: datetime
    voting_event: VotingEventShown
    elections: list[OwnElection]


class IssuePermit(Message):
    """A permit for one of the voter's elections."""

    session: Token
    election: AnyElection


class PermitIssued(Message):
    """A signed permit (services.identity.contract.permits)."""

    permit: str
    expires_at: datetime
