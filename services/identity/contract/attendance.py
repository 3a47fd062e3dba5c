"""Attendance: how many may sign the poll book, how many have."""

from __future__ import annotations

from datetime import datetime

from services.runtime.contracts.messages import Message


class PollBookSealed(Message):
    """The seal of an election's poll book, set when the urn is closed and every signature is in (R211-572).

    `digest` is over the signatures, `head` the urn's last event of the voting: together they fix who has signed and what was
    cast. `signature` is identity's, Ed25519, over `poll_book_seal.signed_text`; empty in a demonstration without keys.
    """

    at: datetime
    signed: int
    digest: str
    head: str
    signature: str


class ElectionAttendance(Message):
    """Counts of one election; `seal` is null while the poll book may still grow."""

    uuid: str
    entitled: int
    signed: int
    seal: PollBookSealed | None = None


class Attendance(Message):
    """Counts of all elections of a voting event, in the operator's order."""

    elections: list[ElectionAttendance]
