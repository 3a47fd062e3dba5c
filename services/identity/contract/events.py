"""What identity tells the other services."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import Annotated, ClassVar

from services.identity.contract.limits import MOST_PRESENT, PresentName
from services.runtime.contracts.kinds import (
    Count,
    ElectionUuid,
    Length,
    MessageUuid,
    Pseudonym,
    ReissueUuid,
    RemovalUuid,
    VotingEventUuid,
)
from services.runtime.contracts.messages import Event, Message

MOST_ELECTIONS = 100


class ReissueChannel(StrEnum):
    """How a new code reaches the voter."""

    SMS = "sms"
    SCREEN = "screen"


class BoardAct(StrEnum):
    """What two members of the board decide about a vote."""

    SUSPEND = "suspend"
    RESUME = "resume"
    STOP = "stop"
    ADMIT = "admit_change"
    """A change of software or configuration after the sealing, with its reason."""


class BoardDecided(Event):
    """Two members of the board, one of whom presides or keeps the minutes, have decided; `members` are their names.

    `changes`: digests of what they admit, where that is the act.
    """

    type: ClassVar[str] = "board_decided"

    election: ElectionUuid
    act: BoardAct
    reason: Annotated[str, Length(1, 1000)]
    members: Annotated[list[str], Count(2, 2)]
    changes: Annotated[list[str], Count(0, 3)] = dataclasses.field(default_factory=list)


class RollSealed(Event):
    """The roll is fixed for good, before the board; `present`: the names of those who attend, at the urns' sealing too."""

    type: ClassVar[str] = "roll_sealed"

    voting_event: VotingEventUuid
    present: Annotated[list[PresentName], Count(1, MOST_PRESENT)]


class HolderIn(Message):
    """A voter's pseudonym in one election."""

    election: ElectionUuid
    holder: Pseudonym


class ReissueGranted(Event):
    """A voter whose identity was proved, twice, shall have another voting code.

    `sealed` is whom to send it to, for notification alone; for the screen, the one-time public key of the browser that
    will show it, so that neither identity nor any database can read the code.
    """

    type: ClassVar[str] = "reissue_granted"

    request: ReissueUuid
    voting_event: VotingEventUuid
    bearer: Pseudonym
    channel: ReissueChannel
    sealed: Annotated[str, Length(1, 4000)]
    holders: Annotated[list[HolderIn], Count(1, MOST_ELECTIONS)]


class ReissueResent(Event):
    """The message with the code of a re-issue definitely did not arrive: the same code goes out again.

    `message` is the number of the new message, `sealed` whom to send it to, for notification alone.
    """

    type: ClassVar[str] = "reissue_resent"

    request: ReissueUuid
    message: MessageUuid
    sealed: Annotated[str, Length(1, 4000)]


class RemovalAsked(Event):
    """A voter whose codes are made shall leave elections before they are sealed: `leaves`; `stays`: those left to him."""

    type: ClassVar[str] = "removal_asked"

    removal: RemovalUuid
    voting_event: VotingEventUuid
    bearer: Pseudonym
    leaves: Annotated[list[HolderIn], Count(1, MOST_ELECTIONS)]
    stays: Annotated[list[HolderIn], Count(0, MOST_ELECTIONS)]
