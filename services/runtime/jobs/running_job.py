"""A job while it is worked on: what its work reports, and the thread that renews the lease."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.runtime.jobs import job_queue
from services.runtime.jobs.job_queue import Claimed, LeaseLost, Progress
from services.runtime.storage.database import Database


class Interrupted(Exception):
    """The worker is told to stop: the work ends here, and goes on from what is stored in another process."""


class RunningJob:
    """What the function of a job is given.

    In: the database, the claim, and for how long a lease holds without being renewed.
    """

    def __init__(self, database: Database, claimed: Claimed, lease: timedelta) -> None:
        self._database = database
        self._claimed = claimed
        self._lease = lease
        self._news: Progress | None = None
        self._renewed = time.monotonic()
        self._lost = False
        self._stopping = False

    @property
    def request(self) -> dict[str, Any]:
        """What was asked for."""
        return self._claimed.request

    @property
    def position(self) -> str | None:
        """Where an earlier attempt left off, as it told `confirm`."""
        return self._claimed.position

    def report(self, step: str, done: int | None = None, total: int | None = None) -> None:
        """Say how far the work is, as often as one likes: it is written down once a second, never in the work's time.

        Raises LeaseLost, Interrupted: the work must end here. Not to be caught.
        """
        self._news = Progress(step, done, total)
        if self._lost:
            raise LeaseLost
        if self._stopping:
            raise Interrupted

    def confirm(self, session: Session, position: str | None = None) -> None:
        """Tie a transaction to the lease, as its last statement: it commits only if the job is still this worker's.

        In: where the work goes on after this transaction, for kinds that go on from a position. Raises LeaseLost.
        """
        job_queue.confirm(session, self._claimed, lease=self._lease, position=position)

    def stop(self) -> None:
        """Have the work end at its next report."""
        self._stopping = True

    def renew(self) -> None:
        """Write the last report down and renew the lease where there is need; called every second by another thread."""
        news, self._news = self._news, None
        if news is None and time.monotonic() - self._renewed < self._lease.total_seconds() / 3:
            return
        try:
            with self._database.transaction() as session:
                job_queue.renew(session, self._claimed, news, lease=self._lease)
            self._renewed = time.monotonic()
        except LeaseLost:
            self._lost = True
