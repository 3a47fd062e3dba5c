"""Entry points that several services have alike: jobs that one may look at, and events that were put aside."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.runtime.bus import condition
from services.runtime.contracts.condition import RETRY_PARKED, Retried, RetryParked
from services.runtime.contracts.jobs import JOB, JOBS, JobDescription, JobList, JobOf
from services.runtime.contracts.messages import Nothing
from services.runtime.hosting.entrypoints import command, question
from services.runtime.jobs import job_views


class ParkedEventEntryPoints:
    """What an operator asks of a service that takes events in."""

    @command(RETRY_PARKED)
    def retry_parked(self, request: RetryParked, session: Session) -> Retried:
        """Have events that were put aside tried again."""
        return Retried(retried=condition.retry_parked(session, request.event))


class JobEntryPoints:
    """What whoever has asked for long work looks at meanwhile."""

    @question(JOB)
    def job(self, request: JobOf, session: Session) -> JobDescription:
        """How far a job is, or what it came to."""
        return job_views.look(session, request.job)

    @question(JOBS)
    def jobs(self, _request: Nothing, session: Session) -> JobList:
        """The jobs under way, and the newest of the others."""
        return job_views.listed(session)
