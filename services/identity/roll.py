"""Importing the electoral roll: staged line by line, then committed all or nothing (E1, E2, L3)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from services.identity import holders, roll_lines, search, voting_events
from services.identity.errors import Code, refuse
from services.identity.models import (
    Account,
    AssistanceRequest,
    CampaignMessage,
    Claim,
    Entitlement,
    Link,
    RollImport,
    StagedRow,
    Voter,
    VoterSession,
    VotingEvent,
)

ERRORS_SHOWN = 200
CHUNK = 1000


def stage(
    session: Session, *, voting_event: str, import_id: str, first_line: int, rows: Sequence[Mapping[str, str]]
) -> int:
    """Keep rows of a roll file for `commit`; the same lines again replace themselves. Return how many were kept.

    `first_line` is the line of the first row in the file, whose header is line 1. Raises voting_event_unknown,
    roll_sealed.
    """
    _open_roll(session, voting_event)
    session.execute(
        delete(StagedRow).where(
            StagedRow.import_id == import_id,
            StagedRow.line >= first_line,
            StagedRow.line < first_line + len(rows),
        )
    )
    if rows:
        session.execute(
            insert(StagedRow),
            [
                {
                    "import_id": import_id,
                    "line": first_line + offset,
                    "voting_event": voting_event,
                    "columns": json.dumps(row),
                }
                for offset, row in enumerate(rows)
            ],
        )
    return len(rows)


def commit(
    session: Session, *, voting_event: str, import_id: str, lines: int, holder_key: str, now: datetime
) -> dict[str, int]:
    """Make the staged rows the roll of the voting event; return {voters, entitlements}.

    Voters are told apart by identifier: known ones are updated, new ones added, those absent removed with their
    account. `lines` is how many rows the file has. An import committed before answers the same and changes nothing.
    Raises import_incomplete {expected, staged}, roll_invalid {total, errors}, roll_sealed, roll_in_use (codes were
    made for the roll in place), voting_event_unknown.
    """
    done = session.get(RollImport, import_id)
    if done is not None and done.voting_event == voting_event:
        return {"voters": done.voters, "entitlements": done.entitlements}
    event = _open_roll(session, voting_event)
    if event.codes_listed_at is not None:
        raise refuse(Code.ROLL_IN_USE)
    staged = session.scalar(
        select(func.count())
        .select_from(StagedRow)
        .where(StagedRow.import_id == import_id, StagedRow.voting_event == voting_event)
    )
    if staged != lines:
        raise refuse(Code.IMPORT_INCOMPLETE, expected=lines, staged=staged)
    elections = {election.code: election.uuid for election in voting_events.elections_of(session, voting_event)}
    _check(session, voting_event, import_id, set(elections))
    # The rows cannot have changed since: the voting event is locked.
    counts = _replace(session, voting_event, import_id, elections, holder_key)
    session.execute(delete(StagedRow).where(StagedRow.voting_event == voting_event))
    session.add(RollImport(import_id=import_id, voting_event=voting_event, committed_at=now, **counts))
    session.flush()
    return counts


def seal(session: Session, voting_event: str, now: datetime) -> dict[str, int]:
    """Fix the roll for good (L3); return {voters, entitlements}. A second call does nothing.

    Raises voting_event_unknown.
    """
    event = voting_events.find(session, voting_event)
    if event.roll_sealed_at is None:
        event.roll_sealed_at = now
        session.execute(delete(StagedRow).where(StagedRow.voting_event == voting_event))
    voters = select(func.count()).select_from(Voter).where(Voter.voting_event == voting_event)
    entitlements = (
        select(func.count())
        .select_from(Entitlement)
        .join(Voter, Voter.id == Entitlement.voter_id)
        .where(Voter.voting_event == voting_event)
    )
    return {"voters": session.scalar(voters) or 0, "entitlements": session.scalar(entitlements) or 0}


def _open_roll(session: Session, voting_event: str) -> VotingEvent:
    event = voting_events.find(session, voting_event)
    if event.roll_sealed_at is not None:
        raise refuse(Code.ROLL_SEALED)
    return event


def _check(session: Session, voting_event: str, import_id: str, election_codes: set[str]) -> None:
    shown: list[roll_lines.Problem] = []
    total = 0
    first_seen: dict[str, int] = {}
    for position, (line, columns) in enumerate(_staged_rows(session, voting_event, import_id)):
        if position == 0 and (wrong := roll_lines.header_problems(columns)):
            # With another header every line would be wrong for the same reason: say it once.
            shown, total = wrong[:ERRORS_SHOWN], len(wrong)
            break
        problems = roll_lines.problems_of(line, columns, election_codes)
        if not problems:
            first = first_seen.setdefault(roll_lines.entry_of(columns).identifier, line)
            if first != line:
                problems = [roll_lines.duplicate(line, first)]
        total += len(problems)
        shown.extend(problems[: ERRORS_SHOWN - len(shown)])
    if total:
        raise refuse(Code.ROLL_INVALID, total=total, errors=[problem.described() for problem in shown])


def _replace(
    session: Session, voting_event: str, import_id: str, elections: Mapping[str, str], holder_key: str
) -> dict[str, int]:
    known = {
        row.identifier: row.id
        for row in session.execute(select(Voter.identifier, Voter.id).where(Voter.voting_event == voting_event))
    }
    before = select(Voter.id).where(Voter.voting_event == voting_event)
    session.execute(
        delete(Entitlement).where(Entitlement.voter_id.in_(before)).execution_options(synchronize_session=False)
    )
    voters = entitlements = 0
    rows = _staged_rows(session, voting_event, import_id)
    while chunk := list(islice(rows, CHUNK)):
        added: list[dict[str, str]] = []
        changed: list[dict[str, str]] = []
        entitled: list[dict[str, str]] = []
        for _, columns in chunk:
            entry = roll_lines.entry_of(columns)
            known_id = known.pop(entry.identifier, None)
            voter_id = known_id or str(uuid.uuid4())
            tag = holders.page_tag(holder_key, voter_id)
            row = {"id": voter_id, "voting_event": voting_event, "page_tag": tag, **_columns(entry)}
            (changed if known_id else added).append(row)
            for code in entry.elections:
                tag = holders.lookup_tag(holder_key, holders.holder(holder_key, elections[code], voter_id))
                entitled.append({"voter_id": voter_id, "election": elections[code], "lookup_tag": tag})
        if added:
            session.execute(insert(Voter), added)
        if changed:
            session.execute(update(Voter), changed)
        session.execute(insert(Entitlement), entitled)
        voters += len(chunk)
        entitlements += len(entitled)
    _remove(session, list(known.values()))
    return {"voters": voters, "entitlements": entitlements}


def _columns(entry: roll_lines.Entry) -> dict[str, str]:
    return {
        "identifier": entry.identifier,
        "surname": entry.surname,
        "first_name": entry.first_name,
        "assignment": entry.assignment,
        "address1": entry.address1,
        "address2": entry.address2,
        "postcode": entry.postcode,
        "city": entry.city,
        "search_text": search.searchable(entry.surname, entry.first_name, entry.assignment),
    }


def _remove(session: Session, voter_ids: Sequence[str]) -> None:
    for start in range(0, len(voter_ids), CHUNK):
        chunk = voter_ids[start : start + CHUNK]
        for table in (Account, Link, VoterSession, CampaignMessage):
            session.execute(delete(table).where(table.voter_id.in_(chunk)))
        # What people wrote stays on record, without its author.
        for written in (Claim, AssistanceRequest):
            session.execute(update(written).where(written.voter_id.in_(chunk)).values(voter_id=None))
        session.execute(delete(Voter).where(Voter.id.in_(chunk)))


def _staged_rows(session: Session, voting_event: str, import_id: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, columns) in the order of the file, a chunk in memory at a time."""
    after = -1
    while True:
        chunk = session.execute(
            select(StagedRow.line, StagedRow.columns)
            .where(StagedRow.import_id == import_id, StagedRow.voting_event == voting_event, StagedRow.line > after)
            .order_by(StagedRow.line)
            .limit(CHUNK)
        ).all()
        if not chunk:
            return
        for line, columns in chunk:
            yield line, json.loads(columns)
        after = chunk[-1][0]
