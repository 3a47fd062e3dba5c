"""Sealing keeps what was sealed; the job of a check computes it anew. It only reads: killed, it is begun anew."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.ballot.elections.elections import found
from services.ballot.integrity import chain_check, parts
from services.ballot.models import ChainEvent, Election
from services.ballot.settings import Settings
from services.runtime.hosting.resources import Resources
from services.runtime.integrity import admissions, checks, seals
from services.runtime.jobs.running_job import RunningJob

STEP = "checking"


def keep(session: Session, uuid: str, settings: Settings, now: datetime) -> None:
    """Keep what an election consists of, in the transaction that seals it. Raises urn_not_empty."""
    if found(session, uuid).sealed_at != now.replace(microsecond=0):
        # Sealed before, by another asker: what was kept then stays.
        return
    empty = parts.emptiness(session, uuid)
    seals.keep(session, uuid, parts.of_election(session, uuid, settings, lambda done, total: None), empty, now)


def check(resources: Resources[Settings], job: RunningJob) -> dict[str, Any]:
    """Compute anew what was sealed of an election. Request: {subject}. Out: checks.result. Raises election_unknown."""
    uuid = job.request["subject"]

    def report(done: int, total: int) -> None:
        job.report(STEP, done, total)

    with resources.database.reading() as session:
        sealed = seals.of(session, uuid)
        listed = seals.manifest(session, sealed.software) if sealed.software is not None else {}
        now = parts.of_election(session, uuid, resources.settings, report)
        differences = checks.against(sealed, listed, now) + chain_check.differences(session, uuid, report)
        admitted = admissions.of(session, uuid)
    looked_at = [*sealed.parts, *(["software"] if sealed.software else []), "chain"]
    return checks.result(uuid, looked_at, differences, admitted)


def ask_due(resources: Resources[Settings]) -> bool:
    """Have the elections checked that have not been for long; true if there was one."""
    every = timedelta(minutes=resources.settings.integrity_minutes)
    with resources.database.reading() as session:
        # Once the result is out, whoever wants checks the archive.
        finished = select(ChainEvent.election).where(ChainEvent.type == "Result")
        sealed = select(Election.uuid).where(Election.raw.is_not(None), Election.uuid.not_in(finished))
        due = checks.due(session, list(session.scalars(sealed.order_by(Election.uuid))), every) if every else []
    for uuid in due:
        with resources.database.transaction() as session:
            checks.ask(session, uuid)
    return bool(due)
