"""What a sealing fixed and whether it is still so, the same in the contract of every service that seals something (E5)."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from services.runtime.contracts.messages import Message

PARTS = (
    "software",
    "configuration",
    "election",
    "lists",
    "credentials",
    "chain",
    "event",
    "roll",
    "attendance",
)
"""What is looked at, each part by itself; words for people stand where they are shown."""


ADMISSIBLE = ("software", "configuration")
"""Parts whose change two members of the board may admit, with a reason: an upgrade, a setting."""


class Difference(Message):
    """What is not as it was sealed: in which part, what it is (a file, a setting, a row), its value then and now.

    `sealed` is null for what was not there at the sealing, or what needs none to be wrong; `now` for what has gone.
    """

    part: str
    what: str
    sealed: str | None
    now: str | None


class Admission(Message):
    """A change that two members of the board admitted; `change` is its digest."""

    at: datetime
    change: str
    reason: str
    members: list[str]


class Integrity(Message):
    """What was sealed, and what the last check found.

    `emptiness`: how many there were at the sealing of what must not be there yet (ballots, signatures), by name.
    `software`: digest of the software that sealed. `checking`: whether a check is under way. `parts`: those that the last
    check compared. `differences`: the first of `total`. `change`: digest of what of them may be admitted, null where
    nothing may. `admitted`: what was. `alarm`: how many differences nobody has admitted.
    """

    sealed_at: datetime | None
    emptiness: dict[str, int]
    software: str | None
    checking: bool
    checked_at: datetime | None
    parts: list[str]
    differences: list[Difference]
    total: int
    alarm: int
    change: str | None = None
    admitted: list[Admission] = dataclasses.field(default_factory=list)
