"""What members of the board decide together about a vote: suspend, resume, stop (E7)."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Annotated

from services.identity.contract.events import BoardAct
from services.identity.contract.limits import AnyElection
from services.identity.contract.staff.support import Reason
from services.runtime.contracts.kinds import Count, Form, Number, OneOf, Token
from services.runtime.contracts.messages import Message

MOST_CHANGES = 3
"""Of the urn's machine, of identity's, of the portal's."""
ChangeDigest = Annotated[str, Form("[0-9a-f]{64}")]
ActName = Annotated[str, OneOf(*BoardAct)]


class AskBoardAct(Message):
    """What a member asks for, for one election, and why; `changes`: digests of what is to be admitted."""

    session: Token
    election: AnyElection
    act: ActName
    reason: Reason
    changes: Annotated[list[ChangeDigest], Count(0, MOST_CHANGES)] = dataclasses.field(default_factory=list)


class BoardActAsked(Message):
    """The number of what waits."""

    number: int


class OfBoard(Message):
    """What waits on one election."""

    session: Token
    election: AnyElection


class WaitingAct(Message):
    """What waits for a second member; `own`: asked for by whoever looks."""

    number: int
    act: ActName
    reason: str
    asked_by: str
    role: str
    own: bool
    asked_at: datetime
    expires_at: datetime
    changes: list[str] = dataclasses.field(default_factory=list)


class WaitingActs(Message):
    """What waits, the oldest first."""

    acts: list[WaitingAct]


class DecideBoardAct(Message):
    """Whether a second member agrees."""

    session: Token
    number: Number
    approve: bool


class OfDecisions(Message):
    """The decisions about one election. `session`: of whoever may read the journal, who is told the names."""

    election: AnyElection
    session: Token | None = None


class DecidingMember(Message):
    """A member who asked for a decision, or agreed to it, when; `name` null for whoever is not told."""

    role: str
    at: datetime
    name: str | None


class Decision(Message):
    """What two members have decided, the one who asked for it and the one who agreed."""

    act: ActName
    reason: str
    asked: DecidingMember
    agreed: DecidingMember


class Decisions(Message):
    """What was decided, the oldest first."""

    decisions: list[Decision]
