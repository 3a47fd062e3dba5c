"""The job that commits anew to the lists that credentials were withdrawn from: no event may take as long as a whole list.

Two elections are two transactions; what is committed to is not stale any more, so a worker that is killed loses nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.reassort.codes import generation
from services.reassort.models import Commitment
from services.reassort.settings import Settings
from services.runtime.hosting.resources import Resources
from services.runtime.jobs import job_queue
from services.runtime.jobs.running_job import RunningJob

KIND = "commit_credentials"
STEP = "committing"


def ask(session: Session, voting_event: str) -> None:
    """Have the lists of a voting event committed to anew where they need it."""
    job_queue.ask(session, KIND, voting_event, {"voting_event": voting_event})


def ask_due(resources: Resources[Settings]) -> None:
    """Loop: ask again for what a job that was ending just then has not seen."""
    with resources.database.reading() as session:
        due = session.scalars(select(Commitment.voting_event).where(Commitment.digest == "").distinct()).all()
    for voting_event in due:
        with resources.database.transaction() as session:
            ask(session, voting_event)


def commit_credentials(resources: Resources[Settings], job: RunningJob) -> dict[str, Any]:
    """Commit anew. Request: {voting_event}. Out: {elections}, how many lists were committed to."""
    voting_event = job.request["voting_event"]
    with resources.database.reading() as session:
        stale = select(Commitment.election).where(Commitment.voting_event == voting_event, Commitment.digest == "")
        elections = session.scalars(stale.order_by(Commitment.election)).all()
    done = 0
    for number, election in enumerate(elections):
        job.report(STEP, number, len(elections))
        with resources.database.transaction() as session:
            generation.locked(session, voting_event)
            done += generation.commit_again(session, election)
            job.confirm(session)
    return {"elections": done}
