"""The jobs of the electoral roll: comparing a staged file with it, taking one over, and sealing.

Each is one transaction, tied to the lease by its last statement: a worker that is killed has changed nothing, and the next
one begins anew. An import taken over before answers the same, and so does a roll that is sealed.
"""

from __future__ import annotations

from typing import Any

from services.identity.contract.events import RollSealed
from services.identity.integrity import roll_integrity
from services.identity.roll import differences, electoral_roll
from services.identity.roll.differences import LossLimits
from services.identity.settings import Settings
from services.runtime.bus import outbox
from services.runtime.clock import utc_now
from services.runtime.hosting.resources import Resources
from services.runtime.jobs.running_job import RunningJob

READ = "read_roll"
COMPARE = "compare_roll"
COMMIT = "commit_roll"
SEAL = "seal_roll"


def compare_roll(resources: Resources[Settings], job: RunningJob) -> dict[str, Any]:
    """Say what a staged file would change. Request: CompareRoll. Out and refusals: differences.compare."""
    with resources.database.transaction() as session:
        found = differences.compare(session, **job.request, limits=_limits(resources.settings), report=job.report)
        job.confirm(session)
    return found.dump()


def commit_roll(resources: Resources[Settings], job: RunningJob) -> dict[str, Any]:
    """Make a staged file the roll. Request: CommitRoll. Out and refusals: electoral_roll.commit."""
    with resources.database.transaction() as session:
        counts = electoral_roll.commit(
            session, **job.request, limits=_limits(resources.settings), now=utc_now(), report=job.report
        )
        job.confirm(session)
    return counts.dump()


def seal_roll(resources: Resources[Settings], job: RunningJob) -> dict[str, Any]:
    """Fix the roll for good. Request: {voting_event, present}. Out and refusals: electoral_roll.seal; poll_book_not_empty.

    Where somebody is named as present the ballot box is told, in the same transaction, and seals the urns.
    """
    now, present = utc_now(), list(job.request.get("present", ()))
    with resources.database.transaction() as session:
        counts = electoral_roll.seal(session, job.request["voting_event"], now)
        roll_integrity.keep(session, job.request["voting_event"], resources.settings, now)
        if present:
            told = RollSealed(voting_event=job.request["voting_event"], present=present)
            outbox.publish(session, "identity", told)
        job.confirm(session)
    return counts.dump()


def _limits(settings: Settings) -> LossLimits:
    return LossLimits(settings.roll_loss_voters, settings.roll_loss_percent)
