"""Sessions of voters, and permits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from services.identity.contract.entrance.permits import LONGEST
from services.identity.contract.event.voting_events import ElectionShown
from services.identity.contract.limits import AnyElection, Language
from services.runtime.contracts.kinds import Length, Token, VotingEventUuid
from services.runtime.contracts.messages import Message


class SessionToken(Message):
    """The token of a session."""

    session: Token


class ResumeSession(SessionToken):
    """A session, and the language of the page that it is seen on, which its voter is written to in; null, as before.

    `elections`: whether the page shows them, which saves it a second question.
    """

    language: Language | None = None
    elections: bool = False


class Person(Message):
    """A voter, to the voter and to operators."""

    surname: str
    first_name: str
    identifier: str
    assignment: str


class OwnElection(ElectionShown):
    """An election of the voter's; `permit` has the urn tell whether he has voted, null where it is not sealed here."""

    permit: str | None


class ResumedSession(Message):
    """Who is signed in, at every page; `last_connection` is the one before this session, `now` the server's time.

    `votes_until`: when this session can vote no more: the closing, or the end of the grace period where the session was
    opened before the closing. `version` counts the changes of the voting event: whoever knows it in that version need not
    ask for it again. `elections`: the voter's, as own_elections lists them, where they were asked for.
    """

    voter: Person
    last_connection: datetime | None
    activated: bool
    expires_at: datetime
    votes_until: datetime
    voting_event: VotingEventUuid
    version: int
    now: datetime
    elections: list[OwnElection] | None = None


class OwnElections(Message):
    """The voter's elections, in the operator's order."""

    elections: list[OwnElection]


class IssuePermit(Message):
    """A permit for one of the voter's elections."""

    session: Token
    election: AnyElection


class ConfirmPermit(Message):
    """A ballot is to be cast: by a session, with the permit that was issued to it."""

    session: Token
    permit: Annotated[str, Length(1, LONGEST)]


class PermitIssued(Message):
    """A signed permit (services.identity.contract.entrance.permits)."""

    permit: str
    expires_at: datetime


class PermitConfirmed(Message):
    """A permit to cast, for some moments."""

    permit: str
