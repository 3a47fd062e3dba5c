"""Mock elections: asked for before the sealing, and the minutes of the last one."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from services.runtime.contracts.jobs import JobState
from services.runtime.contracts.kinds import Range, VotingEventUuid
from services.runtime.contracts.messages import Message

FEWEST_BALLOTS, MOST_BALLOTS = 4, 200
BALLOTS = 20


class Check(StrEnum):
    """What a mock election checks, in its order. Whoever shows it has the words."""

    KEYS = "keys"
    SEALED = "sealed"
    CAST = "cast"
    RECEIPT = "receipt"
    SECOND = "second"
    FOREIGN = "foreign"
    CLOSED = "closed"
    LATE = "late"
    TOO_FEW = "too_few"
    UNSEALED = "unsealed"
    COUNTED = "counted"
    VERIFIED = "verified"
    NO_TRACE = "no_trace"


class StartMock(Message):
    """Have every draft of a voting event voted in, closed, unsealed and counted; `ballots`: in each."""

    voting_event: VotingEventUuid
    ballots: Annotated[int, Range(FEWEST_BALLOTS, MOST_BALLOTS)] = BALLOTS


class OfMock(Message):
    """The mock election of a voting event."""

    voting_event: VotingEventUuid


class MockLine(Message):
    """One check: whether it held; `count` and `detail` say what was seen, where there is something to say."""

    check: str
    held: bool
    count: int | None = None
    detail: str = ""


class MockAnswer(Message):
    """A list, how many test ballots were for it, and how many were counted; `answer` null: blank votes."""

    answer: str | None
    cast: int
    counted: int | None


class MockQuestion(Message):
    """A question with its answers."""

    question: str
    answers: list[MockAnswer]


class MockElection(Message):
    """The mock election of one draft: whose it is, what it was called, its checks up to the first that did not hold."""

    election: str
    name: str
    lines: list[MockLine]
    questions: list[MockQuestion]

    @property
    def held(self) -> bool:
        """Whether all was checked, and held."""
        return len(self.lines) == len(Check) and all(line.held for line in self.lines)


class MockMinutes(Message):
    """The last mock election of a voting event, null where there was none; `elections` once it has ended.

    `reason`: why it came to nothing, a refusal's code or the kind of an error.
    """

    job: str
    state: JobState
    asked_at: datetime
    done: int | None
    total: int | None
    finished_at: datetime | None
    reason: str | None
    elections: list[MockElection] = dataclasses.field(default_factory=list)


class Minutes(Message):
    """What there is."""

    minutes: MockMinutes | None
