"""What the urn tells the other services."""

from __future__ import annotations

from typing import Annotated, ClassVar

from services.runtime.contracts.kinds import LARGEST_INTEGER, ElectionUuid, Form, Range, ReissueUuid, RemovalUuid
from services.runtime.contracts.messages import Event, Message


class ElectionSealed(Event):
    """An election is fixed for good: its hash (unpadded base64 of a SHA-256), and the key that signs its receipts."""

    type: ClassVar[str] = "election_sealed"

    election: ElectionUuid
    fingerprint: Annotated[str, Form("[A-Za-z0-9+/]{43}")]
    receipt_key: Annotated[str, Form("[0-9a-f]{64}")]


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


class WithdrawalAnswered(Event):
    """The credentials of a removal are gone from every list (`done`), or an election was sealed and nothing was changed."""

    type: ClassVar[str] = "withdrawal_answered"

    removal: RemovalUuid
    done: bool
