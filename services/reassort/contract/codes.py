"""Voting codes: made page by page, counted, and the public parameters of their derivation."""

from __future__ import annotations

from typing import Annotated

from services.reassort.contract.limits import LARGEST_PAGE
from services.runtime.contracts.kinds import Length, Range, VotingEventUuid
from services.runtime.contracts.messages import Message


class GenerateCodes(Message):
    """A page of the roll; `after` is the `next` of the page before, null for the first."""

    voting_event: VotingEventUuid
    after: Annotated[str, Length(0, 64)] | None = None
    limit: Annotated[int, Range(1, LARGEST_PAGE)] = 100


class CodesGenerated(Message):
    """What a page did: bearers newly served, bearers served since the beginning, where the next page begins (null after
    the last), and, said with the last page, how many of the roll have no codes yet."""

    generated: int
    next: str | None
    total_generated: int
    missing: int | None


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
