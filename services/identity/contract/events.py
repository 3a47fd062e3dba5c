"""What identity tells the other services."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from services.runtime.contracts.kinds import (
    Count,
    ElectionUuid,
    Length,
    MessageUuid,
    Pseudonym,
    ReissueUuid,
    VotingEventUuid,
)
from services.runtime.contracts.messages import Event, Message

MOST_ELECTIONS = 100


class ReissueChannel(StrEnum):
    """How a new code reaches the voter."""

    SMS = "sms"
    SCREEN = "screen"


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
