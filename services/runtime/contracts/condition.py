"""How a service is, as an operator wants to know it: who is alive, what waits, what was put aside. The same for all."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from services.runtime.contracts.kinds import Length
from services.runtime.contracts.messages import Message, Nothing
from services.runtime.contracts.methods import CONDITION_SECONDS, Command, Idempotent, Question


class Process(Message):
    """A process that writes a sign of life into the service's database; `silent_seconds` since the last one."""

    process: str
    kind: str
    started_at: datetime
    silent_seconds: int


class Parked(Message):
    """An event that failed too often and waits for an operator; `reason` is the kind of its last error."""

    event: str
    source: str
    type: str
    attempts: int
    reason: str | None
    correlation_id: str
    received_at: datetime


class Disk(Message):
    """Room where a process writes: the share that is free, in percent."""

    path: str
    free_percent: int


class Condition(Message):
    """A service as it is now. `now`: its clock. Counts stop at 10,001; ages are of the oldest, null where none waits.

    `outbox`: events that the relay has not taken yet; `inbox`: events that were received and not worked off.
    `parked`: the oldest of `parked_count`. `backend`: of ballot, what computes its checks where the answer came from.
    `integrity`: how much the last checks found not to be as it was sealed.
    """

    service: str
    now: datetime
    outbox: int
    outbox_oldest_seconds: int | None
    inbox: int
    inbox_oldest_seconds: int | None
    parked_count: int
    parked: list[Parked]
    processes: list[Process]
    disks: list[Disk]
    backend: str | None = None
    integrity: int = 0


class RetryParked(Message):
    """One event that is parked, or all of them."""

    event: Annotated[str, Length(1, 36)] | None = None


class Retried(Message):
    """How many events are tried again."""

    retried: int


CONDITION = Question("condition", Nothing, Condition, seconds=CONDITION_SECONDS)
RETRY_PARKED = Command(
    "retry_parked",
    RetryParked,
    Retried,
    repeated=Idempotent("an event that is tried again is no longer parked"),
)
