"""The job that seals an election: the list of its credentials, spares included, may have millions of lines.

The list is written to a file first, with nothing locked. Then all is one transaction, tied to the lease by its last
statement: a worker that is killed has changed nothing, and the next one begins anew. An election that is sealed answers with
its sealing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.ballot.elections import elections
from services.ballot.integrity import integrity_job
from services.ballot.models import Election
from services.ballot.settings import Settings
from services.ballot.urn import receipt
from services.identity.contract.events import RollSealed
from services.runtime.clock import utc_now
from services.runtime.hosting.resources import Resources
from services.runtime.jobs import job_queue
from services.runtime.jobs.running_job import RunningJob

KIND = "seal_election"
STEP = "sealing"


def ask_all(session: Session, event: RollSealed) -> None:
    """The roll is sealed before the board: have the urns of its event sealed that are not yet, with the same names."""
    drafts = select(Election.uuid).where(Election.voting_event == event.voting_event, Election.raw.is_(None))
    for uuid in session.scalars(drafts.order_by(Election.uuid)).all():
        job_queue.ask(session, KIND, uuid, {"election": uuid, "present": list(event.present)})


def seal_election(resources: Resources[Settings], job: RunningJob) -> dict[str, Any]:
    """Fix an election for good. Request: {election, present}. Out and refusals: elections.seal."""
    job.report(STEP)
    key = receipt.public_key(resources.settings.receipt_private_key)

    def report(done: int, total: int) -> None:
        job.report(STEP, done, total)

    uuid, present, now = job.request["election"], job.request["present"], utc_now()

    def confirm(session: Session) -> None:
        integrity_job.keep(session, uuid, resources.settings, now)
        job.confirm(session)

    return elections.seal(resources.database, uuid, present, now, key, report, confirm).dump()
