"""Elections: drafted, given trustees, sealed, described, closed."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Annotated

from services.ballot.contract.limits import (
    MOST_ANSWERS,
    MOST_MEMBERS,
    MOST_QUESTIONS,
    MOST_STATES,
    AnswerText,
    Description,
    File,
    Member,
    Name,
    Permit,
    QuestionText,
    Reason,
    State,
)
from services.runtime.contracts.changes import Change
from services.runtime.contracts.kinds import (
    LEGAL_GRACE,
    Count,
    ElectionUuid,
    GraceMinutes,
    Moment,
    Range,
    VotingEventUuid,
)
from services.runtime.contracts.messages import Message


class Question(Message):
    """A question as the operator writes it; whether its numbers agree is checked when the election is created."""

    question: QuestionText
    answers: Annotated[list[AnswerText], Count(1, MOST_ANSWERS)]
    blank: bool = False
    minimum: Annotated[int, Range(0, MOST_ANSWERS)]
    maximum: Annotated[int, Range(1, MOST_ANSWERS)]


class CreateElection(Message):
    """The draft of an election.

    `revoting`: whether voters may vote again until the closing, their last ballot counting; R211-562 wants false.
    `correct`: whether a draft that is known with another content becomes this one. `dry_run`: whether to say what would
    come of it, and change nothing.
    """

    uuid: ElectionUuid
    voting_event: VotingEventUuid
    name: Name
    description: Description
    questions: Annotated[list[Question], Count(1, MOST_QUESTIONS)]
    opens_at: Moment
    closes_at: Moment
    grace_minutes: GraceMinutes = LEGAL_GRACE
    revoting: bool = False
    correct: bool = False
    dry_run: bool = False


class ElectionCreated(Message):
    """The draft is there, or would be; `changes`: of what was there before."""

    uuid: str
    changes: list[Change] = dataclasses.field(default_factory=list)


class SealingChecks(Message):
    """Whether an election may be sealed: its keys, and the credentials that were committed to and that have come.

    `holders`: how many voters were committed to; null where nothing was committed to yet. `untried`: holders of keys who
    have not yet decrypted with theirs.
    """

    sealed: bool
    keys: bool
    holders: int | None
    expected: int | None
    received: int
    untried: list[str] = dataclasses.field(default_factory=list)


class OfElection(Message):
    """Whatever concerns one election."""

    election: ElectionUuid


class SetTrustees(OfElection):
    """The trustees file of a draft."""

    trustees: File


class TrusteesSet(Message):
    """The public key that ballots will be encrypted for."""

    public_key: str


class SealElection(OfElection):
    """Sealing; `present` are the names of the board's members who attend (L7)."""

    present: Annotated[list[Member], Count(0, MOST_MEMBERS)]


class Sealed(Message):
    """What sealing fixed: the election's hash, the key of its receipts, the first event's hash, how many credentials."""

    election_hash: str
    receipt_key: str
    head: str
    credentials: int


class Interruption(Message):
    """The board has suspended a vote, or resumed it: when, why, and which members have decided it."""

    suspends: bool
    at: datetime
    reason: str
    members: list[str]


class Described(Message):
    """What anybody may know of an election. The trustees and the file are public once there.

    `ballots`: in the urn; `replaced`: how many of them do not count because the same voter has voted again, which `revoting`
    says whether he may.
    `present`: who attended the sealing; `closed_at` and `close_reason`: when the urn was closed, and why; « closes_at » is
    the time that was set.
    """

    election: str | None
    state: State
    opens_at: datetime
    closes_at: datetime
    grace_minutes: int
    election_hash: str | None
    receipt_key: str | None
    head: str | None
    height: int | None
    ballots: int
    credentials: int
    trustees: str | None
    result: str | None
    sealed_at: datetime | None = None
    present: list[str] = dataclasses.field(default_factory=list)
    closed_at: datetime | None = None
    close_reason: str | None = None
    interruptions: list[Interruption] = dataclasses.field(default_factory=list)
    revoting: bool = False
    replaced: int = 0

    @property
    def counted(self) -> int:
        """How many ballots count: one for each who has voted."""
        return self.ballots - self.replaced


class ElectionStates(Message):
    """Elections to ask for, and a voter's own permits to be told in which he has voted."""

    elections: Annotated[list[ElectionUuid], Count(0, MOST_STATES)]
    permits: Annotated[list[Permit], Count(0, MOST_STATES)] = dataclasses.field(default_factory=list)


class States(Message):
    """The state of each election, by uuid; one that the ballot box does not know yet is a draft.

    `voted`: the elections, of those that the permits are for, in which their holders have voted; `revoting`: those in which
    whoever has voted may vote again.
    """

    states: dict[str, State]
    voted: list[str]
    revoting: list[str] = dataclasses.field(default_factory=list)


class CloseElection(OfElection):
    """Closing by the bureau, with its reason."""

    reason: Reason


class Closed(Message):
    """The head of the chain, and how many ballots are in the urn for good."""

    head: str
    ballots: int
