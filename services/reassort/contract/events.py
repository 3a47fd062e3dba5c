"""What the credential authority tells the urn. Notices are asked of notification by its own MessageRequested."""

from __future__ import annotations

from typing import Annotated, ClassVar

from services.runtime.contracts.kinds import LARGEST_INTEGER, ElectionUuid, Form, Pseudonym, Range
from services.runtime.contracts.messages import Event, Message

Counted = Annotated[int, Range(0, LARGEST_INTEGER)]


class CredentialEntry(Message):
    """A public credential: an encoded point, whom it is for, and whether it is active (0) or a spare (1 and more)."""

    holder: Pseudonym
    credential: Annotated[str, Form("[0-9a-f]{64}")]
    rank: Counted


class CredentialsIssued(Event):
    """Public credentials of one page of the roll, in the order of their points."""

    type: ClassVar[str] = "credentials_issued"

    election: ElectionUuid
    batch: Counted
    entries: list[CredentialEntry]


class CredentialsCommitted(Event):
    """All credentials of an election are sent: how many, for how many holders, and SHA-256 of the sorted points."""

    type: ClassVar[str] = "credentials_committed"

    election: ElectionUuid
    holders: Counted
    count: Counted
    digest: Annotated[str, Form("[0-9a-f]{64}")]
