"""The electoral roll: staged, committed, sealed, searched; and the bearers whom codes are made for."""

from __future__ import annotations

from typing import Annotated

from services.identity.contract.limits import (
    LARGEST_BEARER_PAGE,
    LARGEST_ROLL_PAGE,
    LONGEST_CELL,
    MOST_LINES,
    MOST_ROWS,
    AnyElection,
    ImportId,
    Query,
    RollPosition,
)
from services.runtime.contracts.kinds import Count, Length, Range, Token, VotingEventUuid
from services.runtime.contracts.messages import Message


class StageRoll(Message):
    """A part of a roll file; `first_line` is the line of its first row in the file, whose header is line 1."""

    voting_event: VotingEventUuid
    import_id: ImportId
    first_line: Annotated[int, Range(2, MOST_LINES)]
    rows: Annotated[list[dict[str, Annotated[str, Length(0, LONGEST_CELL)]]], Count(0, MOST_ROWS)]


class Staged(Message):
    """How many rows were kept."""

    staged: int


class CommitRoll(Message):
    """`lines` is how many rows the file has; `complement`: they are added to the roll, or change it, and nobody leaves."""

    voting_event: VotingEventUuid
    import_id: ImportId
    lines: Annotated[int, Range(1, MOST_LINES)]
    complement: bool = False


class RollCounts(Message):
    """The size of the roll."""

    voters: int
    entitlements: int


class ListBearers(Message):
    """A page of bearers."""

    voting_event: VotingEventUuid
    after: Annotated[str, Length(0, 64)] | None = None
    limit: Annotated[int, Range(1, LARGEST_BEARER_PAGE)]


class NoticeAddress(Message):
    """Whom a voting notice is for; `posted` is false where the roll has no address to send it to."""

    name: str
    lines: list[str]
    place: str
    posted: bool


class Holder(Message):
    """A bearer's pseudonym in one election."""

    election: str
    holder: str


class Bearer(Message):
    """A voter as reassort knows one: pseudonyms, and the lines of the notice, which pass through."""

    bearer: str
    notice: NoticeAddress
    holders: list[Holder]


class Bearers(Message):
    """A page of bearers; on the last `next` is null. The first and the last say how many there are in all (`total`)."""

    bearers: list[Bearer]
    next: str | None
    total: int | None


class SearchRoll(Message):
    """A page of the roll of one of the voter's elections; an empty `query` finds everybody."""

    session: Token
    election: AnyElection
    query: Query = ""
    after: RollPosition | None = None
    limit: Annotated[int, Range(1, LARGEST_ROLL_PAGE)]


class RollEntry(Message):
    """What may be shown of a voter."""

    surname: str
    first_name: str
    assignment: str


class RollPage(Message):
    """A page of the roll; `total` is how many are found in all, null when they are too many to be shown."""

    voters: list[RollEntry]
    next: str | None
    total: int | None
