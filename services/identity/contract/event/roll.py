"""The electoral roll: staged, committed, sealed, searched; and the bearers whom codes are made for."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import Annotated

from services.identity.contract.limits import (
    LARGEST_BEARER_PAGE,
    LARGEST_DIFFERENCE_PAGE,
    LARGEST_ROLL_PAGE,
    LONGEST_CELL,
    MOST_LINES,
    MOST_PRESENT,
    MOST_ROWS,
    AnyElection,
    ImportId,
    PresentName,
    Query,
    RollPosition,
)
from services.runtime.contracts.kinds import Count, Form, Length, OneOf, Range, Token, VotingEventUuid
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
    """`lines` is how many rows the file has; `complement`: they are added to the roll, or change it, and nobody leaves.

    `removing`: how many voters leave, typed by whoever asks, where there are many (RollDifferences.confirm).
    """

    voting_event: VotingEventUuid
    import_id: ImportId
    lines: Annotated[int, Range(1, MOST_LINES)]
    complement: bool = False
    removing: Annotated[int, Range(0, MOST_LINES)] = 0


class CompareRoll(Message):
    """A staged file, as CommitRoll has it, to be compared with the roll in force."""

    voting_event: VotingEventUuid
    import_id: ImportId
    lines: Annotated[int, Range(1, MOST_LINES)]
    complement: bool = False


class FieldChanged(Message):
    """A column of the file, and how many voters of the roll it changes."""

    column: str
    voters: int


class ElectionDifference(Message):
    """How many voters an election has, and how many come and go."""

    code: str
    voters: int
    added: int
    removed: int


class RollDifferences(Message):
    """What a file would change; `voters`: of the roll in force. `confirm`: so many leave that their number is typed."""

    voters: int
    added: int
    removed: int
    changed: int
    fields: list[FieldChanged]
    elections: list[ElectionDifference]
    confirm: bool


class DifferenceKind(StrEnum):
    """What a file does to a voter."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class ListDifferences(Message):
    """A page of the voters whom a staged file adds, removes or changes."""

    voting_event: VotingEventUuid
    import_id: ImportId
    kind: Annotated[str, OneOf(*DifferenceKind)]
    complement: bool = False
    after: Annotated[str, Form("[0-9a-f-]{0,36}")] = ""
    limit: Annotated[int, Range(1, LARGEST_DIFFERENCE_PAGE)] = LARGEST_DIFFERENCE_PAGE


class Difference(Message):
    """A voter: `line` of the file, null where it does not have him; `columns`: those that change."""

    kind: DifferenceKind
    identifier: str
    line: int | None
    columns: list[str]


class DifferencePage(Message):
    """Some of them; `next` is null on the last page."""

    entries: list[Difference]
    next: str | None


class OfImport(Message):
    """A staged file."""

    voting_event: VotingEventUuid
    import_id: ImportId


class SealRoll(Message):
    """Sealing of the roll. `present`: who attends; where somebody is named, the urns are sealed after it, so too."""

    voting_event: VotingEventUuid
    present: Annotated[list[PresentName], Count(0, MOST_PRESENT)] = dataclasses.field(default_factory=list)


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
