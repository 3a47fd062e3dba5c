"""Voters who are taken off the roll one by one, until it is sealed: asked for, followed, and told in the record (E2)."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Annotated

from services.identity.contract.limits import ElectionCode, Identifier
from services.runtime.contracts.kinds import Count, Length, Line, OneOf, RemovalUuid, Token, VotingEventUuid
from services.runtime.contracts.messages import Message

WAITING, DONE, REFUSED = "waiting", "done", "refused"
"""The urn has not answered yet; the voter is off the roll; an election was sealed already, and nothing was changed."""
LONGEST_REASON = 500


class RemoveVoter(Message):
    """Take a voter off the rolls of these elections, by their codes; of all, where none is named.

    `removal`: its number, made by whoever asks. `reason` is public: it names nobody. `dry_run`: say what would be done.
    """

    removal: RemovalUuid
    voting_event: VotingEventUuid
    identifier: Identifier
    elections: Annotated[list[ElectionCode], Count(0, 100)] = dataclasses.field(default_factory=list)
    reason: Annotated[str, Line, Length(10, LONGEST_REASON)]
    dry_run: bool = False


class AskRemoval(RemoveVoter):
    """The same, by whose token, or by whose session where it is asked from a page.

    With neither, by the shared token of a demonstration.
    """

    token: Token | None = None
    session: Token | None = None


class Removal(Message):
    """A removal: whom it is about, by name and assignment, null once he is off the roll; the codes of the elections that he
    leaves, and of those in which he stays; `codes_made`: whether his voting code is void by it, in those that he leaves.
    """

    removal: str
    state: Annotated[str, OneOf(WAITING, DONE, REFUSED)]
    who: str | None
    assignment: str | None
    leaves: list[str]
    stays: list[str]
    codes_made: bool


class OfRemoval(Message):
    """A removal by its number."""

    removal: RemovalUuid


class RemovalTold(Message):
    """What anybody may know of a removal: when, by whom, why, and from the rolls of which elections. Not of whom."""

    at: datetime
    who: str
    reason: str
    elections: list[str]


class RemovalsTold(Message):
    """The removals of a voting event, by time."""

    removals: list[RemovalTold]
