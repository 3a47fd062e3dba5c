"""The job that reads a roll file sent from a page: its form, its lines, then what they would change (E1, docs/adr/0050).

Lines are staged in transactions of their own, each tied to the lease: a worker that is killed leaves whole parts, and the
next one goes on after them. Nothing of the roll in force changes here. Once all lines are staged the file is deleted.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.files import roll_file
from services.files.csv_form import Repairs
from services.identity.contract.limits import MOST_LINES
from services.identity.contract.refusals import Code, refuse
from services.identity.models import RollUpload, RollUploadPiece
from services.identity.roll import differences, staging
from services.identity.roll.differences import LossLimits
from services.identity.roll.sent import uploads
from services.identity.settings import Settings
from services.runtime.hosting.resources import Resources
from services.runtime.jobs.running_job import RunningJob

PART = 1000
"""Lines of a transaction."""
CHECKING, STAGING = "reading", "staging"
STAGED = "staged"
"""The position of a job whose lines are all there."""


def read(resources: Resources[Settings], job: RunningJob) -> dict[str, Any]:
    """Read a file.

    Args:
        resources: of identity.
        job: its request is {upload}.

    Returns:
        RollDifferences: what the file would change.

    Raises:
        Refusal: roll_unreadable {total, problems}, roll_upload_unknown where it was abandoned meanwhile, and what a commit
            of it would be refused for.
    """
    upload = str(job.request["upload"])
    if job.position != STAGED:
        _stage(resources, job, upload)
    settings = resources.settings
    with resources.database.transaction() as session:
        found = uploads.find(session, upload)
        compared = differences.compare(
            session,
            voting_event=found.voting_event,
            import_id=upload,
            lines=found.lines or 0,
            complement=found.complement,
            limits=LossLimits(settings.roll_loss_voters, settings.roll_loss_percent),
            report=job.report,
        )
        job.confirm(session)
    return compared.dump()


def _stage(resources: Resources[Settings], job: RunningJob, upload: str) -> None:
    database, repairs = resources.database, Repairs()
    file = uploads.SentFile(database, upload)
    job.report(CHECKING)
    try:
        total = _counted(file, repairs, job)
        blank = roll_file.count_blank_rows(file)
    except roll_file.RollFileError as error:
        with database.transaction() as session:
            _drop_pieces(session, uploads.find(session, upload))
            job.confirm(session)
        raise refuse(Code.ROLL_UNREADABLE, total=len(error.problems), problems=list(error.problems)) from None
    done = int(job.position or 0)
    for chunk in roll_file.chunks(file, PART):
        last = chunk.first_line + len(chunk.rows) - 2
        if last <= done:
            continue
        job.report(STAGING, chunk.first_line - 2, total)
        with database.transaction() as session:
            found = uploads.find(session, upload)
            staging.stage(
                session,
                voting_event=found.voting_event,
                import_id=upload,
                first_line=chunk.first_line,
                rows=chunk.rows,
                holder_key=resources.settings.holder_key,
            )
            job.confirm(session, str(last))
    said = [*repairs.said(), *([f"Lignes vides à la fin du fichier, laissées de côté : {blank}."] if blank else [])]
    with database.transaction() as session:
        found = uploads.find(session, upload)
        found.lines, found.repairs = total, json.dumps(said, ensure_ascii=False)
        _drop_pieces(session, found)
        job.confirm(session, STAGED)


def _counted(file: uploads.SentFile, repairs: Repairs, job: RunningJob) -> int:
    total = 0
    for chunk in roll_file.chunks(file, PART, repairs):
        total += len(chunk.rows)
        if total > MOST_LINES - 1:
            raise roll_file.RollFileError(f"ligne {MOST_LINES} : plus de lignes qu’une liste ne peut en avoir.")
        job.report(CHECKING)
    return total


def _drop_pieces(session: Session, found: RollUpload) -> None:
    of_it = delete(RollUploadPiece).where(RollUploadPiece.import_id == found.import_id)
    session.execute(of_it.execution_options(synchronize_session=False))
