"""The job that adds up the ballots of a closed urn, asked for by the closing itself.

A worker that is killed has stored nothing, and the next one begins anew: the urn is closed, so the sum is the same. It is
stored in one transaction, tied to the lease, and only where it is not there yet.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.ballot.settings import Settings
from services.ballot.tally import tallying
from services.runtime.hosting.resources import Resources
from services.runtime.jobs import job_queue
from services.runtime.jobs.running_job import RunningJob

KIND = "tally"
STEP = "adding_ballots"


def ask(session: Session, election: str) -> str:
    """Have the ballots of an election added up; the job's id."""
    return job_queue.ask(session, KIND, election, {"election": election})


def add_up(resources: Resources[Settings], job: RunningJob) -> dict[str, Any]:
    """Add the ballots up. Request: {election}. Refusals: those of tallying.add_up."""

    def report(done: int, total: int) -> None:
        job.report(STEP, done, total)

    tallying.add_up(resources.database, job.request["election"], report, job.confirm)
    return {}
