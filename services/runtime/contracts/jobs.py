"""What is said of long work, the same in the contract of every service that has some."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from services.runtime.contracts.kinds import Length
from services.runtime.contracts.messages import Message, Nothing
from services.runtime.contracts.methods import Idempotent, Question

SHARED = Idempotent(
    "who asks again while the job is unfinished gets the same job, and a finished one finds its work done"
)
"""What a repetition of a command that starts a job does."""


class JobState(StrEnum):
    """Where a job is. `refused` is the domain's no; `failed` waits for an operator, who may ask anew."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class JobOf(Message):
    """A job by its id."""

    job: Annotated[str, Length(1, 36)]


class JobAsked(Message):
    """The id of the job that a command found or made."""

    job: str


class JobDescription(Message):
    """A job as it is now.

    `subject` is what it is about; `step` a code for what is being done, `done` of `total` how much of it where that is
    counted, and `remaining_seconds` an estimate from its pace. `result` is what a job that is done came to; `reason` a
    refusal's code, or the kind of the last error of a job that failed or is tried again.
    """

    job: str
    kind: str
    subject: str
    state: JobState
    step: str | None
    done: int | None
    total: int | None
    remaining_seconds: int | None
    result: Any | None
    reason: str | None
    attempts: int
    asked_at: datetime
    started_at: datetime | None
    changed_at: datetime
    finished_at: datetime | None


class JobList(Message):
    """The jobs under way, then the newest of the others."""

    jobs: list[JobDescription]


JOB = Question("job", JobOf, JobDescription)
"""Looks at a job. A job that was refused is answered as its refusal, as if the asker had waited for it."""
JOBS = Question("jobs", Nothing, JobList)
