"""What an asker or an operator sees of jobs: state, progress, an estimate, and what came of it."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Row, case, select
from sqlalchemy.orm import Session

from services.runtime.clock import utc_now
from services.runtime.contracts.jobs import JobDescription, JobList, JobState
from services.runtime.jobs.job_table import JOB, UNFINISHED
from services.runtime.refusals import Refusal

LISTED = 50
JOB_UNKNOWN = "job_unknown"


def look(session: Session, job: str) -> JobDescription:
    """Look at a job.

    Args:
        session: To read with.
        job: Its id, as `job_queue.ask` gave it.

    Returns:
        The job in any state but refused.

    Raises:
        Refusal: job_unknown; and of a job that was refused, its own refusal, as if the asker had waited for it.
    """
    row = session.execute(select(JOB).where(JOB.c.id == job)).one_or_none()
    if row is None:
        raise Refusal(JOB_UNKNOWN)
    if row.state == JobState.REFUSED:
        raise Refusal(row.reason, **json.loads(row.result))
    return _view(row)


def listed(session: Session) -> JobList:
    """The jobs that an operator wants to see: those under way first, then the newest of the others."""
    first = case((JOB.c.state.in_(UNFINISHED), 0), else_=1)
    rows = session.execute(select(JOB).order_by(first, JOB.c.asked_at.desc()).limit(LISTED))
    return JobList(jobs=[_view(row) for row in rows])


def newest(session: Session, kind: str, subject: str) -> JobDescription | None:
    """The last job of a kind that was asked for about something, in any state; None where there was none."""
    of_subject = select(JOB).where(JOB.c.kind == kind, JOB.c.subject == subject)
    row = session.execute(of_subject.order_by(JOB.c.asked_at.desc()).limit(1)).one_or_none()
    return None if row is None else _view(row)


def _view(row: Row[Any]) -> JobDescription:
    return JobDescription(
        job=row.id,
        kind=row.kind,
        subject=row.subject,
        state=JobState(row.state),
        step=row.step,
        done=row.done,
        total=row.total,
        remaining_seconds=_remaining(row),
        result=json.loads(row.result) if row.state == JobState.DONE else None,
        reason=row.reason,
        attempts=row.attempts,
        asked_at=row.asked_at,
        started_at=row.started_at,
        changed_at=row.changed_at,
        finished_at=row.finished_at,
    )


def _remaining(row: Row[Any]) -> int | None:
    """Seconds left of the present step at the pace that it has had, or None where there is no pace yet."""
    if row.state != JobState.RUNNING or row.total is None or row.step_began_with is None:
        return None
    covered: int = row.done - row.step_began_with
    left: int = row.total - row.done
    elapsed: float = (row.changed_at - row.step_began_at).total_seconds()
    if covered <= 0 or elapsed <= 0:
        return None
    # What has passed since the last report is taken off: the estimate goes on falling between two reports.
    since = (utc_now() - row.changed_at).total_seconds()
    estimate: int = round(elapsed / covered * left - since)
    return max(0, estimate)
