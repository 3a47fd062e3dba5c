"""Paper notices that were not handed over (D2): recorded by operators, and their voters told what is left."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from services.identity.contract.entrance.sessions import Person
from services.identity.contract.limits import LARGEST_QUEUE_PAGE, AfterNumber, Identifier
from services.runtime.contracts.kinds import OneOf, Range
from services.runtime.contracts.messages import Message

RETURNED, ABSENT, MOVED, REFUSED, SPOILT = "returned", "absent", "moved", "refused", "spoilt"
REASONS = (RETURNED, ABSENT, MOVED, REFUSED, SPOILT)
"""Came back by post; nobody there at the hand-over; works elsewhere now; not wanted; lost or damaged on the way."""
Reason = Annotated[str, OneOf(*REASONS)]


class RecordNotice(Message):
    """A notice that did not come into its voter's hands, and why."""

    identifier: Identifier
    reason: Reason


class NoticeRecorded(Message):
    """Whether it is news: the voter is written to once."""

    new: bool


class ListNotices(Message):
    """A page of them, after a number."""

    after: AfterNumber | None = None
    limit: Annotated[int, Range(1, LARGEST_QUEUE_PAGE)]


class UndeliveredNotice(Message):
    """A notice that was not handed over.

    `reissues` is how many codes were re-issued to its voter since, `voted` whether he has signed the poll book anywhere: who
    has neither is to be looked for.
    """

    number: int
    voter: Person
    reason: str
    recorded_at: datetime
    reissues: int
    voted: bool


class UndeliveredNotices(Message):
    """A page, the oldest first."""

    notices: list[UndeliveredNotice]
    next: int | None
