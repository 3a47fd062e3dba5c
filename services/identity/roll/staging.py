"""Receiving a roll file part by part (E1): each line is judged and prepared when it arrives.

This is most of the work of an import, done in many short transactions; `roll.commit` then only moves rows.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from services.identity.contract.limits import MOST_LINES
from services.identity.contract.refusals import Code, refuse
from services.identity.models import RollUpload, RollUploadPiece, StagedEntitlement, StagedRow, Voter, VotingEvent
from services.identity.reissue import known_facts
from services.identity.roll import roll_lines, search
from services.identity.voting_events import holders, voting_events

CHUNK = 1000
ALL_LINES = range(2, MOST_LINES + 1)
MOST_COLUMNS = 200
"""Names of wrong columns that are kept for the report."""


def open_roll(session: Session, voting_event: str) -> VotingEvent:
    """Return the voting event, locked, while its roll may change. Raises voting_event_unknown, roll_sealed."""
    event = voting_events.find(session, voting_event)
    if event.roll_sealed_at is not None:
        raise refuse(Code.ROLL_SEALED)
    return event


def stage(
    session: Session,
    *,
    voting_event: str,
    import_id: str,
    first_line: int,
    rows: Sequence[Mapping[str, str]],
    holder_key: str,
) -> int:
    """Keep rows of a roll file for `roll.commit`; the same lines again replace themselves. Return how many were kept.

    `first_line` is the line of the first row in the file, whose header is line 1. Raises voting_event_unknown,
    roll_sealed.
    """
    # A commit locks the voting event too, and forgets all that is staged: the voters found here are those it will find.
    open_roll(session, voting_event)
    elections = {election.code: election.uuid for election in voting_events.elections_of(session, voting_event)}
    forget(session, voting_event, import_id=import_id, lines=range(first_line, first_line + len(rows)))
    for start in range(0, len(rows), CHUNK):
        _stage(session, voting_event, import_id, first_line + start, rows[start : start + CHUNK], elections, holder_key)
    return len(rows)


def forget(session: Session, voting_event: str, *, import_id: str | None = None, lines: range | None = None) -> None:
    """Delete what is staged for the voting event: all of it, files that were sent too, or the given lines of one import."""
    if import_id is None:
        forget_files(session, RollUpload.voting_event == voting_event)
    for table in (StagedEntitlement, StagedRow):
        chosen = [table.voting_event == voting_event]
        if import_id is not None and lines is not None:
            chosen = [table.import_id == import_id, table.line >= lines.start, table.line < lines.stop]
        session.execute(delete(table).where(*chosen).execution_options(synchronize_session=False))


def forget_lines(session: Session, voting_event: str, chosen: ColumnElement[bool]) -> None:
    """Delete lines of staged files that hold no longer, since a voter has changed: no such file can be imported any more.

    It was read, and shown to whoever agreed, before. The line of a voter who has left would bring him back unseen, under the
    number, and so the pseudonyms, whose codes are void; that of an address which a correction has given would add another.
    """
    found = select(StagedRow.import_id, StagedRow.line).where(StagedRow.voting_event == voting_event, chosen)
    for import_id, line in session.execute(found).all():
        forget(session, voting_event, import_id=import_id, lines=range(line, line + 1))


def forget_files(session: Session, chosen: ColumnElement[bool]) -> None:
    """Delete files that were sent from a page, and their pieces."""
    of_them = select(RollUpload.import_id).where(chosen)
    quietly = {"synchronize_session": False}
    session.execute(delete(RollUploadPiece).where(RollUploadPiece.import_id.in_(of_them)).execution_options(**quietly))
    session.execute(delete(RollUpload).where(chosen).execution_options(**quietly))


def _stage(
    session: Session,
    voting_event: str,
    import_id: str,
    first_line: int,
    rows: Sequence[Mapping[str, str]],
    elections: Mapping[str, str],
    holder_key: str,
) -> None:
    faulty: list[dict[str, object]] = []
    entries: dict[int, roll_lines.Entry] = {}
    codes = set(elections)
    for line, columns in enumerate(rows, first_line):
        judged = roll_lines.judged(line, columns, codes)
        if isinstance(judged, roll_lines.Entry):
            entries[line] = judged
        else:
            faulty.append(_faulty(line, columns, judged))
    known = _known(session, voting_event, [entry.identifier for entry in entries.values()])
    good: list[dict[str, object]] = []
    entitled: list[dict[str, object]] = []
    shared = {"import_id": import_id, "voting_event": voting_event}
    for line, entry in entries.items():
        voter_id = known.get(entry.identifier) or str(uuid.uuid4())
        voter = {
            "voter_id": voter_id,
            "page_tag": holders.page_tag(holder_key, voter_id),
            **known_facts.tags(holder_key, voter_id, entry.numen, entry.birth_date),
            **columns_of(entry),
        }
        good.append({**shared, "line": line, **voter})
        for code in entry.elections:
            tag = holders.lookup_tag(holder_key, holders.holder(holder_key, elections[code], voter_id))
            right = {"voter_id": voter_id, "election": elections[code], "lookup_tag": tag}
            entitled.append({**shared, "line": line, **right})
    if faulty:
        session.execute(insert(StagedRow), [{**shared, **row} for row in faulty])
    if good:
        session.execute(insert(StagedRow), good)
    if entitled:
        session.execute(insert(StagedEntitlement), entitled)


def columns_of(entry: roll_lines.Entry) -> dict[str, str]:
    """Return the columns of a voter's row that come from the file."""
    return {
        "identifier": entry.identifier,
        "surname": entry.surname,
        "first_name": entry.first_name,
        "assignment": entry.assignment,
        "address1": entry.address1,
        "address2": entry.address2,
        "postcode": entry.postcode,
        "city": entry.city,
        "territory": entry.territory,
        "search_text": search.searchable(entry.surname, entry.first_name, entry.assignment),
    }


def _faulty(line: int, columns: Mapping[str, str], problems: Sequence[roll_lines.Problem]) -> dict[str, object]:
    wrong = not roll_lines.has_roll_columns(columns)
    return {
        "line": line,
        "problems": json.dumps([problem.described() for problem in problems]),
        "wrong_columns": json.dumps(list(columns)[:MOST_COLUMNS]) if wrong else None,
    }


def _known(session: Session, voting_event: str, identifiers: Sequence[str]) -> dict[str, str]:
    found = session.execute(
        select(Voter.identifier, Voter.id).where(Voter.voting_event == voting_event, Voter.identifier.in_(identifiers))
    )
    return {row.identifier: row.id for row in found}
