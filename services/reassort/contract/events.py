"""What the credential authority tells the urn and identity. Messages are asked of notification by its own
MessageRequested.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from services.identity.contract.events import MOST_ELECTIONS, HolderIn
from services.runtime.contracts.kinds import (
    LARGEST_INTEGER,
    Count,
    ElectionUuid,
    Form,
    Pseudonym,
    Range,
    ReissueUuid,
    RemovalUuid,
)
from services.runtime.contracts.messages import Event, Message

Counted = Annotated[int, Range(0, LARGEST_INTEGER)]
Credential = Annotated[str, Form("[0-9a-f]{64}")]


class CredentialEntry(Message):
    """A public credential: an encoded point, whom it is for, and whether it is active (0) or a spare (1 and more)."""

    holder: Pseudonym
    credential: Credential
    rank: Counted


class CredentialsIssued(Event):
    """Public credentials of one page of the roll, in the order of their points."""

    type: ClassVar[str] = "credentials_issued"

    election: ElectionUuid
    batch: Counted
    entries: list[CredentialEntry]


class CredentialsCommitted(Event):
    """All credentials of an election are sent: how many, for how many holders, and SHA-256 of the sorted points.

    `revision` counts the commitments of an election: the greatest is the last word. A version before it says 0.
    """

    type: ClassVar[str] = "credentials_committed"

    election: ElectionUuid
    holders: Counted
    count: Counted
    digest: Annotated[str, Form("[0-9a-f]{64}")]
    revision: Counted = 0


class Withdraw(Event):
    """Voters' credentials leave the lists of these elections, spares included, unless one of them is sealed: then none does.

    `removal` is identity's number of it, the same whenever it is asked again.
    """

    type: ClassVar[str] = "withdraw"

    removal: RemovalUuid
    holders: Annotated[list[HolderIn], Count(1, MOST_ELECTIONS)]


class RemovalOutcome(StrEnum):
    """What became of a removal: the credentials are gone, or an election was sealed already and nothing was changed."""

    DONE = "done"
    SEALED = "sealed"


class RemovalSettled(Event):
    """A removal is over for the credential authority and for the urn."""

    type: ClassVar[str] = "removal_settled"

    removal: RemovalUuid
    outcome: RemovalOutcome


class CredentialExchange(Message):
    """In one election: the holder, the credential to retire, and the spare to activate."""

    election: ElectionUuid
    holder: Pseudonym
    retired: Credential
    spare: Credential


class Activate(Event):
    """A re-issue was granted: exchange the holder's credentials wherever he can still vote, all at once."""

    type: ClassVar[str] = "activate"

    request: ReissueUuid
    elections: list[CredentialExchange]


class Outcome(StrEnum):
    """What became of a re-issue: the code is on its way, or every urn was closed already."""

    ISSUED = "issued"
    LATE = "late"


class ReissueSettled(Event):
    """A re-issue is over for the credential authority; after `late` the attempt was none."""

    type: ClassVar[str] = "reissue_settled"

    request: ReissueUuid
    outcome: Outcome
