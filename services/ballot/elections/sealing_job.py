"""The job that seals an election: the list of its credentials, spares included, may have millions of lines.

The list is written to a file first, with nothing locked. Then all is one transaction, tied to the lease by its last
statement: a worker that is killed has changed nothing, and the next one begins anew. An election that is sealed answers with
its sealing.
"""

from __future__ import annotations

from typing import Any

from services.ballot.elections import elections
from services.ballot.settings import Settings
from services.ballot.urn import receipt
from services.runtime.clock import utc_now
from services.runtime.hosting.resources import Resources
from services.runtime.jobs.running_job import RunningJob

KIND = "seal_election"
STEP = "sealing"


def seal_election(resources: Resources[Settings], job: RunningJob) -> dict[str, Any]:
    """Fix an election for good. Request: {election, present}. Out and refusals: elections.seal."""
    job.report(STEP)
    key = receipt.public_key(resources.settings.receipt_private_key)

    def report(done: int, total: int) -> None:
        job.report(STEP, done, total)

    uuid, present = job.request["election"], job.request["present"]
    return elections.seal(resources.database, uuid, present, utc_now(), key, report, job.confirm).dump()
