"""A roll file that an operator sends from a page: in pieces, read by a job, then compared and taken over as any other."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from services.identity.contract.limits import LARGEST_PROBLEM_PAGE, MOST_LINES, ImportId
from services.runtime.contracts.kinds import Form, Length, Range, Token, VotingEventUuid, no_control
from services.runtime.contracts.messages import Message

PIECE_BYTES = 512 * 1024
"""Bytes of a piece."""
MOST_PIECES = 4096
LONGEST_PIECE = PIECE_BYTES // 3 * 4 + 8
"""Characters of a piece in base 64."""
FileName = Annotated[str, Length(1, 200), no_control]


class OpenRollUpload(Message):
    """A file is coming; what was sent before for this voting event is forgotten. `upload` is made by whoever sends.

    `complement`: its lines are added to the roll, or change it, and nobody leaves.
    """

    session: Token
    upload: ImportId
    voting_event: VotingEventUuid
    name: FileName
    complement: bool = False


class RollPiece(Message):
    """The piece `number`, from 0; `content` in base 64."""

    upload: ImportId
    number: Annotated[int, Range(0, MOST_PIECES - 1)]
    content: Annotated[str, Length(1, LONGEST_PIECE), Form("[A-Za-z0-9+/]+={0,2}")]


class ReadRoll(Message):
    """All `pieces` have come: read them."""

    upload: ImportId
    pieces: Annotated[int, Range(1, MOST_PIECES)]


class RollUploadSent(Message):
    """A file: its name, who has sent it and when; `job` reads it, null while pieces are missing.

    `lines` and `repairs`, sentences on what was read otherwise than it stands, are there once it is read. The job's result
    is RollDifferences; its refusals roll_unreadable {total, problems}, roll_invalid {total, errors}, and those of a commit.
    """

    upload: str
    name: str
    complement: bool
    agent: str
    sent_at: datetime
    job: str | None
    lines: int | None
    repairs: list[str]


class RollUploadShown(Message):
    """The file that was sent for a voting event and is not the roll yet; null where there is none."""

    upload: RollUploadSent | None


class ListRollProblems(Message):
    """What is wrong with the lines of a staged file, from the line after `after` on: so many lines of it."""

    voting_event: VotingEventUuid
    import_id: ImportId
    complement: bool = False
    after: Annotated[int, Range(0, MOST_LINES)] = 0
    limit: Annotated[int, Range(1, LARGEST_PROBLEM_PAGE)] = LARGEST_PROBLEM_PAGE


class RollProblem(Message):
    """One thing wrong: the line in the file (the header is line 1), the column, what is wrong, what to do."""

    line: int
    column: str
    problem: str
    remedy: str


class RollProblems(Message):
    """Some of them; `next` is null on the last page."""

    problems: list[RollProblem]
    next: int | None
