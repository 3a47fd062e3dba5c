"""A roll file that an operator sends from a page (E1, docs/adr/0050): kept in pieces until it is read, then in lines.

It is here and on no portal's disk: whichever portal answers next finds it. One for each voting event: another takes its
place. Whoever changes one holds the voting event, as every import does.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.identity.contract.event import uploads as contract
from services.identity.contract.refusals import Code, refuse
from services.identity.models import Agent, RollUpload, RollUploadPiece, StagedRow
from services.identity.roll import roll_jobs, staging
from services.identity.voting_events import voting_events
from services.runtime.contracts.problems import Code as ProblemCode
from services.runtime.contracts.problems import invalid_request, problem
from services.runtime.jobs import job_queue
from services.runtime.storage.database import Database
from services.runtime.storage.upsert import upsert

FORGOTTEN = 20_000
"""Lines that are forgotten in one transaction."""


def begin(session: Session, wanted: contract.OpenRollUpload, agent: Agent, now: datetime) -> None:
    """A file is coming: what was sent before, and every line that waits, is forgotten. A second time changes nothing.

    Raises:
        Refusal: voting_event_unknown, roll_sealed; roll_in_use, where codes are made and the file would replace the roll.
    """
    event = staging.open_roll(session, wanted.voting_event)
    if event.codes_listed_at is not None and not wanted.complement:
        raise refuse(Code.ROLL_IN_USE)
    if session.get(RollUpload, wanted.upload) is not None:
        return
    staging.forget(session, event.uuid)
    session.add(
        RollUpload(
            import_id=wanted.upload,
            voting_event=event.uuid,
            name=wanted.name,
            complement=wanted.complement,
            agent=agent.name,
            sent_at=now,
        )
    )
    session.flush()


def require_none(session: Session, import_id: str) -> None:
    """Do nothing unless a file that was sent has this number. Raises invalid_request.

    Its lines come from its pieces alone: whoever staged others under its number, by the operator API, would change what
    another operator was shown and confirms.
    """
    if session.get(RollUpload, import_id) is not None:
        raise invalid_request({"import_id": [problem(ProblemCode.REPEATED)]})


def add_piece(session: Session, piece: contract.RollPiece) -> None:
    """Keep a piece of a file. Raises roll_upload_unknown: it is read already, abandoned, or another has taken its place."""
    found = find(session, piece.upload)
    if found.pieces is not None:
        raise refuse(Code.ROLL_UPLOAD_UNKNOWN)
    try:
        content = base64.b64decode(piece.content, validate=True)
    except binascii.Error:
        raise invalid_request({"content": [problem(ProblemCode.WRONG_FORM)]}) from None
    row = {"import_id": piece.upload, "number": piece.number, "content": content}
    session.execute(
        upsert(session, RollUploadPiece)
        .values(row)
        .on_conflict_do_update(index_elements=["import_id", "number"], set_={"content": content})
    )


def read(session: Session, upload: str, pieces: int) -> str:
    """Have the file read, once all its pieces are here; the job's id.

    Raises:
        Refusal: roll_upload_unknown, import_incomplete {expected, staged}.
    """
    found = find(session, upload)
    if found.job is not None:
        return found.job
    of_it = select(func.count(), func.max(RollUploadPiece.number)).where(RollUploadPiece.import_id == upload)
    here, last = session.execute(of_it).one()
    if (here, last) != (pieces, pieces - 1):
        raise refuse(Code.IMPORT_INCOMPLETE, expected=pieces, staged=here)
    found.pieces = pieces
    found.job = job_queue.ask(session, roll_jobs.READ, upload, {"upload": upload})
    return found.job


def shown(session: Session, voting_event: str) -> contract.RollUploadShown:
    """The file that was sent last for a voting event and still waits."""
    newest = (
        select(RollUpload)
        .where(RollUpload.voting_event == voting_event)
        .order_by(RollUpload.sent_at.desc(), RollUpload.import_id)
        .limit(1)
    )
    found = session.scalar(newest)
    if found is None:
        return contract.RollUploadShown(upload=None)
    return contract.RollUploadShown(
        upload=contract.RollUploadSent(
            upload=found.import_id,
            name=found.name,
            complement=found.complement,
            agent=found.agent,
            sent_at=found.sent_at,
            job=found.job,
            lines=found.lines,
            repairs=json.loads(found.repairs or "[]"),
        )
    )


def find(session: Session, upload: str) -> RollUpload:
    """A file, its voting event locked for the rest of the transaction. Raises roll_upload_unknown."""
    event = session.scalar(select(RollUpload.voting_event).where(RollUpload.import_id == upload))
    if event is not None:
        voting_events.find(session, event)
    found = session.get(RollUpload, upload, populate_existing=True)
    if found is None:
        raise refuse(Code.ROLL_UPLOAD_UNKNOWN)
    return found


def forget_abandoned(database: Database, now: datetime, kept: timedelta) -> None:
    """Delete files that nobody has imported in time, and their lines, some at a time: nobody waits long for the roll."""
    with database.reading() as session:
        late = list(session.scalars(select(RollUpload.import_id).where(RollUpload.sent_at < now - kept)))
        lines = {
            upload: session.scalar(select(func.max(StagedRow.line)).where(StagedRow.import_id == upload)) or 0
            for upload in late
        }
    for upload in late:
        for first in range(2, lines[upload] + 1, FORGOTTEN):
            with database.transaction() as session:
                _forget(session, upload, range(first, first + FORGOTTEN))
        with database.transaction() as session:
            _forget(session, upload, staging.ALL_LINES)
            staging.forget_files(session, RollUpload.import_id == upload)


def _forget(session: Session, upload: str, lines: range) -> None:
    event = session.scalar(select(RollUpload.voting_event).where(RollUpload.import_id == upload))
    if event is not None:
        # Its commit holds the voting event: where one ends now, the file is gone.
        voting_events.find(session, event)
        staging.forget(session, event, import_id=upload, lines=lines)


class Pieces(io.RawIOBase):
    """The bytes of a file that came in pieces, one of which is in memory at a time.

    In: identity's database, the file's number.
    """

    def __init__(self, database: Database, upload: str) -> None:
        super().__init__()
        self._database, self._upload = database, upload
        self._number, self._rest = 0, b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As io.RawIOBase has it."""
        if not self._rest:
            with self._database.reading() as session:
                piece = session.get(RollUploadPiece, (self._upload, self._number))
                self._rest = b"" if piece is None else piece.content
            self._number += 1
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


class SentFile:
    """A file that came in pieces, as services.files reads files.

    In: identity's database, the file's number.
    """

    def __init__(self, database: Database, upload: str) -> None:
        self._database, self._upload = database, upload

    def open(self, _mode: Literal["rb"], /) -> AbstractContextManager[Any]:
        """Open it anew."""
        return io.BufferedReader(Pieces(self._database, self._upload), contract.PIECE_BYTES)
