"""The job that holds a mock election of every draft of a voting event, and its minutes.

A worker that is killed leaves nothing but files in the machine's temporary folder: the next one begins anew. Nothing of it
is written but the job's own result.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.ballot.ceremony import holding
from services.ballot.contract.ceremony import KeyGroup
from services.ballot.contract.mock import Minutes, MockElection, MockMinutes, StartMock
from services.ballot.contract.refusals import Code, refuse
from services.ballot.elections.definitions import definition_of
from services.ballot.mock import mock_election
from services.ballot.mock.mock_urn import Shape, private_database
from services.ballot.models import Ballot, Ceremony, Election
from services.ballot.settings import Settings
from services.ballot.urn import chain
from services.runtime.contracts.jobs import JobState
from services.runtime.hosting.resources import Resources
from services.runtime.jobs import job_queue, job_views
from services.runtime.jobs.running_job import RunningJob
from services.runtime.storage.database import Database

KIND = "mock_election"
STEP = "mock"
USUAL: Shape = ((1, 2), (2, 3))
"""Holders where the board has not named its own yet: one of two of the administration, two of three delegates."""


def ask(session: Session, request: StartMock) -> str:
    """Have the drafts of a voting event tried; the job's id.

    Raises Refusal election_unknown (it has none here), election_sealed (none of them is a draft any more).
    """
    drafts = select(Election.raw.is_(None)).where(Election.voting_event == request.voting_event)
    found = session.scalars(drafts).all()
    if not found:
        raise refuse(Code.ELECTION_UNKNOWN)
    if not any(found):
        raise refuse(Code.ELECTION_SEALED)
    return job_queue.ask(session, KIND, request.voting_event, request.dump())


def hold(resources: Resources[Settings], job: RunningJob) -> dict[str, Any]:
    """Hold the mock elections.

    Args:
        resources: of the ballot box; its database is read, and never written.
        job: its request is {voting_event, ballots}.

    Returns:
        {elections}: the minutes of each (contract/mock.py).
    """
    event, ballots = str(job.request["voting_event"]), int(job.request["ballots"])
    with resources.database.reading() as session:
        drafts = [definition_of(row) for row in _drafts(session, event)]
        shape = _shape(session, event)
    held: list[MockElection] = []

    def report(cast: int) -> None:
        job.report(STEP, len(held) * ballots + cast, len(drafts) * ballots)

    with private_database() as place:
        for draft in drafts:
            held.append(
                mock_election.hold(draft, shape, ballots, place, lambda uuid: _trace(resources.database, uuid), report)
            )
    return {"elections": [one.dump() for one in held]}


def minutes(session: Session, event: str) -> Minutes:
    """The last mock election of a voting event, and how far it is."""
    job = job_views.newest(session, KIND, event)
    if job is None:
        return Minutes(minutes=None)
    result = job.result if job.state is JobState.DONE and isinstance(job.result, dict) else {}
    return Minutes(
        minutes=MockMinutes(
            job=job.job,
            state=job.state,
            asked_at=job.asked_at,
            done=job.done,
            total=job.total,
            finished_at=job.finished_at,
            reason=job.reason,
            elections=[MockElection.load(one) for one in result.get("elections", ())],
        )
    )


def _drafts(session: Session, event: str) -> list[Election]:
    drafts = select(Election).where(Election.voting_event == event, Election.raw.is_(None))
    return list(session.scalars(drafts.order_by(Election.uuid)))


def _shape(session: Session, event: str) -> Shape:
    """As many holders, of whom as many are needed, as the board has named."""
    ceremony = session.get(Ceremony, event)
    if ceremony is None:
        return USUAL
    seats = holding.seats_of(session, ceremony)
    sizes = [(group, len(holding.group_seats(seats, group))) for group in KeyGroup]
    return [(holding.threshold_of(ceremony, group), size) for group, size in sizes if size]


def _trace(database: Database, uuid: str) -> int:
    """How many events and ballots the real urn has of an election."""
    with database.reading() as session:
        ballots = session.scalar(select(func.count()).select_from(Ballot).where(Ballot.election == uuid)) or 0
        last = chain.head(session, uuid)
    return ballots + (0 if last is None else last.height + 1)
