"""The two jobs of the electoral roll: taking a staged file over, and sealing.

Each is one transaction, tied to the lease by its last statement: a worker that is killed has changed nothing, and the next
one begins anew. An import taken over before answers the same, and so does a roll that is sealed.
"""

from __future__ import annotations

from typing import Any

from services.identity.roll import electoral_roll
from services.identity.settings import Settings
from services.runtime.clock import utc_now
from services.runtime.hosting.resources import Resources
from services.runtime.jobs.running_job import RunningJob

COMMIT = "commit_roll"
SEAL = "seal_roll"


def commit_roll(resources: Resources[Settings], job: RunningJob) -> dict[str, Any]:
    """Make a staged file the roll. Request: {voting_event, import_id, lines}. Out and refusals: electoral_roll.commit."""
    with resources.database.transaction() as session:
        counts = electoral_roll.commit(session, **job.request, now=utc_now(), report=job.report)
        job.confirm(session)
    return counts.dump()


def seal_roll(resources: Resources[Settings], job: RunningJob) -> dict[str, Any]:
    """Fix the roll for good. Request: {voting_event}. Out and refusals: electoral_roll.seal."""
    with resources.database.transaction() as session:
        counts = electoral_roll.seal(session, job.request["voting_event"], utc_now())
        job.confirm(session)
    return counts.dump()
