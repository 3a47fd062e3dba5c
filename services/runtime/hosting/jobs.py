"""Long work of a service: declared by kind beside its loops, worked one at a time in its worker process."""

from __future__ import annotations

import contextvars
import inspect
import os
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from nameko.extensions import DependencyProvider

from services.runtime.hosting.background import BackgroundLoop
from services.runtime.hosting.resources import Resources
from services.runtime.jobs import job_queue
from services.runtime.jobs.job_queue import Claimed, LeaseLost
from services.runtime.jobs.running_job import Interrupted, RunningJob
from services.runtime.refusals import Refusal
from services.runtime.telemetry import correlation, logs

log = logs.get_logger("isoloir.job")

Work = Callable[[Resources[Any], RunningJob], dict[str, Any]]

POLL = 0.2  # seconds between two looks for a job


class Job(DependencyProvider):
    """A kind of job as an attribute of a service class: `roll_commit = Job("commit_roll", commit_roll)`.

    Args:
        kind: What `job_queue.ask` is called with.
        work: A plain function of the service's resources and the running job; returns the result, JSON values.
            It may be killed at any moment and called again, perhaps while a first call has not noticed yet that it has
            lost its lease: what it changes must be the same when done twice, or be tied to the lease (`job.confirm`).
            A Refusal ends the job and reaches whoever asked; any other exception is tried again later.
    """

    def __init__(self, kind: str, work: Work) -> None:
        self.kind = kind
        self.work = work


def jobs_of(service_class: type) -> dict[str, Work]:
    """The jobs that a service class declares: kind → work."""
    members = inspect.getmembers(service_class, lambda member: isinstance(member, Job))
    return {job.kind: job.work for _, job in members}


class JobWorker:
    """Takes jobs of a service one after the other and works on them. In: the resources, and what `jobs_of` found."""

    def __init__(self, resources: Resources[Any], jobs: dict[str, Work]) -> None:
        self._resources = resources
        self._jobs = jobs
        self._lease = timedelta(seconds=resources.settings.job_lease_seconds)
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._running: RunningJob | None = None
        self._stopping = False

    def make_loop(self, every: float = POLL) -> BackgroundLoop:
        """The loop that takes jobs, not yet started. In: seconds between two looks."""
        return BackgroundLoop(f"{self._resources.service}.jobs", self.step, every)

    def stop(self) -> None:
        """Have the present job end at its next report, and take no other."""
        self._stopping = True
        if self._running is not None:
            self._running.stop()

    def step(self) -> bool:
        """Work on one job; False where none is due."""
        database = self._resources.database
        with database.reading() as session:
            # A look before the claim, which on SQLite would keep writers out five times a second.
            if self._stopping or not job_queue.is_due(session, self._jobs):
                return False
        with database.transaction() as session:
            claimed = job_queue.claim(session, self._jobs, worker=self._name, lease=self._lease)
        if claimed is not None:
            contextvars.copy_context().run(self._work, claimed)
        return claimed is not None

    def _work(self, claimed: Claimed) -> None:
        correlation.bind(claimed.correlation_id)
        log.info("job_started", kind=claimed.kind, job=claimed.id, attempts=claimed.attempts)
        started = time.monotonic()
        running = self._running = RunningJob(self._resources.database, claimed, self._lease)
        if self._stopping:
            running.stop()
        renewal = BackgroundLoop(f"{self._resources.service}.job_lease", running.renew, every=1.0)
        renewal.start()
        result: dict[str, Any] = {}
        ended: BaseException | None = None
        try:
            result = self._jobs[claimed.kind](self._resources, running)
        except Exception as error:
            ended = error
        finally:
            renewal.stop()
            self._running = None
        try:
            outcome = self._note(claimed, result, ended)
        except LeaseLost:
            outcome = "lease_lost"
        say = log.error if outcome in {"waiting", "failed"} else log.info
        say(
            "job_ended",
            kind=claimed.kind,
            job=claimed.id,
            outcome=outcome,
            seconds=round(time.monotonic() - started, 1),
            **({"exc_info": ended} if outcome in {"waiting", "failed"} else {}),
        )

    def _note(self, claimed: Claimed, result: dict[str, Any], ended: BaseException | None) -> str:
        """Write down what came of it; the outcome in a word, for the log."""
        if isinstance(ended, LeaseLost):
            raise ended
        with self._resources.database.transaction() as session:
            if ended is None:
                job_queue.finish(session, claimed, result)
                return "done"
            if isinstance(ended, Refusal):
                job_queue.refuse(session, claimed, ended)
                return ended.code
            if isinstance(ended, Interrupted):
                job_queue.release(session, claimed)
                return "interrupted"
            return str(job_queue.fail(session, claimed, type(ended).__name__))
