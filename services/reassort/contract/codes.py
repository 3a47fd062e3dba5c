"""Voting codes: made for a whole roll, counted, and the public parameters of their derivation."""

from __future__ import annotations

from services.runtime.contracts.kinds import VotingEventUuid
from services.runtime.contracts.messages import Message


class OfVotingEvent(Message):
    """Whatever concerns one voting event."""

    voting_event: VotingEventUuid


class CodeCounts(Message):
    """How much was generated; a notice was requested for each voter."""

    voters: int
    spares: int
    credentials: int
    notices: int


class CodeParametersOf(Message):
    """A voting event; without one, the parameters of the next."""

    voting_event: VotingEventUuid | None = None


class CodeParameters(Message):
    """The PBKDF2 iterations from a code to its credential."""

    iterations: int
