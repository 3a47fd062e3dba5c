"""The queue of jobs: asked for once, claimed with a lease, renewed by progress, ended with a result or a refusal.

Two askers of the same work share one job. A worker that dies lets its lease run out, and the next one goes on from what
is stored; only the holder of the lease may write.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, and_, or_, select, update
from sqlalchemy.orm import Session

from services.runtime.clock import utc_now
from services.runtime.contracts.jobs import JobState
from services.runtime.jobs.job_table import IS_UNFINISHED, JOB, UNFINISHED
from services.runtime.refusals import Refusal
from services.runtime.storage.upsert import upsert
from services.runtime.telemetry import correlation

MOST_ATTEMPTS = 12
"""Attempts in a row that got no further before a job is put aside for an operator."""
LONGEST_PAUSE = 300.0  # seconds between two attempts


class LeaseLost(Exception):
    """Another worker has the job: whatever the present transaction changed must be rolled back."""


@dataclass(frozen=True)
class Claimed:
    """A job that this worker, and no other, may work on as long as it renews the lease."""

    id: str
    kind: str
    subject: str
    request: dict[str, Any] = field(repr=False)
    position: str | None
    attempts: int
    lease: str
    correlation_id: str


@dataclass(frozen=True)
class Progress:
    """How far a job is: the present step, a code; and how many of how many units of it are done, where it counts."""

    step: str
    done: int | None = None
    total: int | None = None


def ask(session: Session, kind: str, subject: str, request: dict[str, Any]) -> str:
    """Find the unfinished job of this kind and subject, or make one.

    Args:
        session: The asker's transaction.
        kind: One of the service's declared jobs.
        subject: What it is about; two requests that must not share a job need two subjects. At most 64 characters.
        request: What the work needs to know, as JSON values.

    Returns:
        The job's id.
    """
    now = utc_now()
    row = {
        "id": correlation.new_id(),
        "kind": kind,
        "subject": subject,
        "request": json.dumps(request, ensure_ascii=False),
        "state": JobState.WAITING,
        "correlation_id": correlation.current_id(),
        "asked_at": now,
        "changed_at": now,
        "next_attempt_at": now,
        "attempts": 0,
    }
    add = (
        upsert(session, JOB)
        .values(row)
        .on_conflict_do_nothing(index_elements=["kind", "subject"], index_where=IS_UNFINISHED)
    )
    unfinished = select(JOB.c.id).where(JOB.c.kind == kind, JOB.c.subject == subject, JOB.c.state.in_(UNFINISHED))
    while True:
        if cast("CursorResult[object]", session.execute(add)).rowcount == 1:
            return str(row["id"])
        # Locked, so that it cannot finish between this look and the asker's own commit.
        found = session.scalar(unfinished.with_for_update())
        if found is not None:
            return str(found)


def is_due(session: Session, kinds: Collection[str]) -> bool:
    """Whether a job of these kinds waits for a worker, without taking it."""
    return session.execute(_due(kinds, utc_now()).limit(1)).first() is not None


def claim(session: Session, kinds: Collection[str], *, worker: str, lease: timedelta) -> Claimed | None:
    """Take the oldest job of these kinds that is due, or None.

    A job whose worker died again and again without getting any further is put aside instead (`failed`).
    """
    now = utc_now()
    row = session.execute(_due(kinds, now).limit(1).with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    if row.attempts >= MOST_ATTEMPTS:
        _end(session, row.id, JobState.FAILED, reason="worker_died")
        return None
    held = correlation.new_id()
    session.execute(
        update(JOB)
        .where(JOB.c.id == row.id)
        .values(
            state=JobState.RUNNING,
            attempts=row.attempts + 1,
            worker=worker[:100],
            lease=held,
            leased_until=now + lease,
            started_at=row.started_at or now,
            changed_at=now,
            step=None,
            done=None,
            total=None,
        )
    )
    return Claimed(
        row.id,
        row.kind,
        row.subject,
        json.loads(row.request),
        row.position,
        row.attempts + 1,
        held,
        row.correlation_id,
    )


def renew(session: Session, claimed: Claimed, progress: Progress | None, *, lease: timedelta) -> None:
    """Keep the lease, and write the progress down where there is news. Raises LeaseLost."""
    now = utc_now()
    values: dict[str, Any] = {"leased_until": now + lease}
    if progress is not None:
        known = session.execute(select(JOB.c.step, JOB.c.done).where(JOB.c.id == claimed.id)).one()
        values |= {"step": progress.step, "done": progress.done, "total": progress.total, "changed_at": now}
        if known.step != progress.step or known.done is None:
            values |= {"step_began_at": now, "step_began_with": progress.done}
    _write(session, claimed, values)


def confirm(session: Session, claimed: Claimed, *, lease: timedelta, position: str | None = None) -> None:
    """In a transaction that changes something for the job: hold the lease until it commits. Raises LeaseLost.

    `position` says where in its own data the work goes on after this transaction; getting there is what counts as
    progress, so the attempts begin anew.
    """
    values: dict[str, Any] = {"leased_until": utc_now() + lease}
    if position is not None:
        values |= {"position": position, "attempts": 1}
    _write(session, claimed, values)


def finish(session: Session, claimed: Claimed, result: dict[str, Any]) -> None:
    """End the job with its result. Raises LeaseLost."""
    _write(session, claimed, _ended(JobState.DONE, json.dumps(result, ensure_ascii=False), None))


def refuse(session: Session, claimed: Claimed, refusal: Refusal) -> None:
    """End the job with the domain's no, which every asker gets. Raises LeaseLost."""
    details = json.dumps(refusal.details, ensure_ascii=False)
    _write(session, claimed, _ended(JobState.REFUSED, details, refusal.code))


def fail(session: Session, claimed: Claimed, kind: str) -> JobState:
    """Note an unforeseen error: tried again after a pause, put aside after too many. Raises LeaseLost.

    Args:
        session: A transaction.
        claimed: The job.
        kind: The error's class; its words could repeat what is secret.

    Returns:
        `waiting` or `failed`.
    """
    # As stored: attempts begin anew whenever the work got further.
    attempts = session.scalar(select(JOB.c.attempts).where(JOB.c.id == claimed.id)) or 0
    if attempts >= MOST_ATTEMPTS:
        _write(session, claimed, _ended(JobState.FAILED, None, kind))
        return JobState.FAILED
    pause = min(LONGEST_PAUSE, 2.0 ** (attempts - 1))
    _write(session, claimed, _given_back() | {"reason": kind, "next_attempt_at": utc_now() + timedelta(seconds=pause)})
    return JobState.WAITING


def release(session: Session, claimed: Claimed) -> None:
    """Give the job back because this worker is told to stop: no attempt is counted. Raises LeaseLost."""
    _write(session, claimed, _given_back() | {"attempts": JOB.c.attempts - 1})


def _due(kinds: Collection[str], now: datetime) -> Any:
    waiting = and_(JOB.c.state == JobState.WAITING, JOB.c.next_attempt_at <= now)
    abandoned = and_(JOB.c.state == JobState.RUNNING, JOB.c.leased_until <= now)
    return select(JOB).where(JOB.c.kind.in_(list(kinds)), or_(waiting, abandoned)).order_by(JOB.c.asked_at)


def _write(session: Session, claimed: Claimed, values: dict[str, Any]) -> None:
    held = and_(JOB.c.id == claimed.id, JOB.c.lease == claimed.lease)
    if cast("CursorResult[object]", session.execute(update(JOB).where(held).values(values))).rowcount != 1:
        raise LeaseLost


def _given_back() -> dict[str, Any]:
    return {"state": JobState.WAITING, "lease": None, "leased_until": None, "changed_at": utc_now()}


def _ended(state: JobState, result: str | None, reason: str | None) -> dict[str, Any]:
    now = utc_now()
    return {
        "state": state,
        "result": result,
        "reason": reason,
        "lease": None,
        "leased_until": None,
        "changed_at": now,
        "finished_at": now,
    }


def _end(session: Session, job: str, state: JobState, reason: str) -> None:
    session.execute(update(JOB).where(JOB.c.id == job).values(_ended(state, None, reason)))
