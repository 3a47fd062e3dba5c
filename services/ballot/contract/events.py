"""What the urn tells the other services."""

from __future__ import annotations

from typing import ClassVar

from services.runtime.contracts.kinds import ElectionUuid, Pseudonym
from services.runtime.contracts.messages import Event


class BallotAccepted(Event):
    """A ballot of this holder is in the urn for good; which one, and when, is not said (L1)."""

    type: ClassVar[str] = "ballot_accepted"

    election: ElectionUuid
    holder: Pseudonym
