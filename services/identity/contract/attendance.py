"""Attendance: how many may sign the poll book, how many have."""

from __future__ import annotations

from services.runtime.contracts.messages import Message


class ElectionAttendance(Message):
    """Counts of one election."""

    uuid: str
    entitled: int
    signed: int


class Attendance(Message):
    """Counts of all elections of a voting event, in the operator's order."""

    elections: list[ElectionAttendance]
