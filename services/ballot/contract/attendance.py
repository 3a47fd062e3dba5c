"""Attendance: who has voted, by pseudonym, without any order."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from services.runtime.contracts.kinds import LARGEST_INTEGER, Range
from services.runtime.contracts.messages import Message

Counted = Annotated[int, Range(0, LARGEST_INTEGER)]


class PartOfAttendance(Message):
    """Which part of which batch; both are counted from 0."""

    batch: Counted
    part: Counted


class AttendanceEnd(Message):
    """What a closed urn has told of attendance in all: who has entered as many has the whole list (R211-572).

    `closed_at` is null while the urn takes ballots, or may still tell of some. `head` is the digest of EndBallots, the last
    event of the voting; `ballots` those that count, one for each who has voted; `last_batch` the number of the election's
    last batch, null where nobody has voted.
    """

    closed_at: datetime | None
    head: str
    ballots: int
    last_batch: int | None


class AttendancePart(Message):
    """Holders who have voted in an election, sorted, and the hour in which the batch was cut.

    `election` is null where there is no such batch yet.
    """

    election: str | None
    hour: datetime | None
    parts: int
    holders: list[str]
