"""What the urn tells the other services."""

from __future__ import annotations

from typing import Annotated, ClassVar

from services.runtime.contracts.kinds import LARGEST_INTEGER, ElectionUuid, Form, Pseudonym, Range, ReissueUuid
from services.runtime.contracts.messages import Event, Message


class BallotAccepted(Event):
    """A ballot of this holder is in the urn for good; which one, and when, is not said (L1)."""

    type: ClassVar[str] = "ballot_accepted"

    election: ElectionUuid
    holder: Pseudonym


class UrnHead(Message):
    """Where the chain of an urn stood: -1 and nothing before it is sealed."""

    election: ElectionUuid
    height: Annotated[int, Range(-1, LARGEST_INTEGER)]
    head: Annotated[str, Form("[0-9a-f]{64}")] | None


class Activated(Event):
    """The spares of a re-issue work from now on. All its elections are there, also those where the holder has voted."""

    type: ClassVar[str] = "activated"

    request: ReissueUuid
    elections: list[UrnHead]


class TooLate(Event):
    """Every urn of a re-issue was closed: nothing was changed."""

    type: ClassVar[str] = "too_late"

    request: ReissueUuid
