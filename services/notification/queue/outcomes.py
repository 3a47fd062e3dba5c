"""What came of trying to send a message, whatever the channel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """Four ends of an attempt."""

    DELIVERED = "delivered"
    RETRY = "retry"
    """Refused for the moment, for this message: again later, but not for ever."""
    AWAY = "away"
    """The channel itself does not work or is not set up: again later, for as long as it takes."""
    REFUSED = "refused"
    """Refused for good."""


@dataclass(frozen=True)
class Outcome:
    """`reason` is a short code for operators. Never a server's own words: those repeat addresses.

    `perhaps_sent`: the message may have been handed over all the same. `operator` and `territory` are for evidence: who
    took it, and where the number is from (ISO 3166); empty where there is no such thing.
    """

    result: Result
    reason: str = ""
    perhaps_sent: bool = False
    operator: str = ""
    territory: str = ""


DELIVERED = Outcome(Result.DELIVERED)
