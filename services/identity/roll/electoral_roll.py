"""The electoral roll: a staged file becomes the roll all or nothing, until the roll is sealed (E1, E2, L3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from services.identity.contract.event.roll import RollCounts
from services.identity.models import (
    Election,
    Entitlement,
    RollImport,
    StagedEntitlement,
    StagedRow,
    Voter,
)
from services.identity.roll import differences, import_checks, leaving, staging
from services.identity.voting_events import voting_events
from services.runtime.contracts.problems import Code as ProblemCode
from services.runtime.contracts.problems import invalid_request, problem

CHUNK = 1000


def commit(
    session: Session,
    *,
    voting_event: str,
    import_id: str,
    lines: int,
    complement: bool = False,
    removing: int = 0,
    limits: differences.LossLimits | None = None,
    now: datetime,
    report: Callable[[str], None] = lambda step: None,
) -> RollCounts:
    """Make the staged rows the roll of the voting event; return its size.

    Voters are told apart by identifier: known ones are updated, new ones added, those absent removed with their
    account. `lines` is how many rows the file has. An import committed before answers the same and changes nothing.
    A `complement` leaves those absent where they are. It may come until the roll is sealed (E2), also once codes are made:
    new voters then have theirs by another generation, and known ones keep the elections that theirs are for.
    Where more voters leave than `limits` allow without a word, `removing` is their number, as whoever asks has typed it.
    Raises roll_would_lose {count}, import_incomplete {expected, staged}, roll_invalid {total, errors}, roll_sealed,
    roll_in_use (codes were made for the roll in place), voting_event_unknown, invalid_request for the id of another voting
    event's import.

    A handful of statements over whole tables, however long the roll; `report` is told before each group of them what it
    does (checking, removing, adding, entitling). Minutes for the largest rolls: for a worker process. On PostgreSQL
    readers are served meanwhile, on SQLite writers of this database wait.
    """
    done = session.get(RollImport, import_id)
    if done is not None:
        if done.voting_event != voting_event:
            raise invalid_request({"import_id": [problem(ProblemCode.REPEATED)]})
        return RollCounts(voters=done.voters, entitlements=done.entitlements)
    report("checking")
    import_checks.require_ready(
        session, voting_event=voting_event, import_id=import_id, lines=lines, complement=complement
    )
    differences.require_agreed(
        session, voting_event, import_id, limits=limits, agreed=0 if complement else removing, complement=complement
    )
    _replace(session, voting_event, import_id, report, complement=complement)
    counts = size(session, voting_event)
    staging.forget(session, voting_event)
    session.add(
        RollImport(
            import_id=import_id,
            voting_event=voting_event,
            committed_at=now,
            voters=counts.voters,
            entitlements=counts.entitlements,
        )
    )
    session.flush()
    return counts


def seal(session: Session, voting_event: str, now: datetime) -> RollCounts:
    """Fix the roll for good (L3); return its size. A second call does nothing.

    Raises voting_event_unknown, removal_under_way {count}: the urn has not answered yet for voters who leave.
    """
    event = voting_events.find(session, voting_event)
    if event.roll_sealed_at is None:
        leaving.require_none(session, voting_event)
        event.roll_sealed_at = now
        event.version += 1
        staging.forget(session, voting_event)
    return size(session, voting_event)


def size(session: Session, voting_event: str) -> RollCounts:
    """Return how many voters and entitlements the roll has."""
    voters = select(func.count()).select_from(Voter).where(Voter.voting_event == voting_event)
    entitlements = (
        select(func.count())
        .select_from(Entitlement)
        .join(Voter, Voter.id == Entitlement.voter_id)
        .where(Voter.voting_event == voting_event)
    )
    return RollCounts(voters=session.scalar(voters) or 0, entitlements=session.scalar(entitlements) or 0)


def _replace(
    session: Session, voting_event: str, import_id: str, report: Callable[[str], None], *, complement: bool
) -> None:
    """Make voters and entitlements those of the import; a complement leaves those alone whom it does not name.

    What stays as it is is not written again: most lines of a corrected roll are those of the one before.
    """
    report("removing")
    _withdraw(session, voting_event, import_id, complement=complement)
    if not complement:
        _remove(session, voting_event, import_id)
    report("adding")
    staged = StagedRow.import_id == import_id
    different = or_(
        *(getattr(Voter, name).is_distinct_from(getattr(StagedRow, name)) for name in differences.VOTER_COLUMNS)
    )
    session.execute(
        update(Voter)
        .where(Voter.id == StagedRow.voter_id, staged, different)
        .values({name: getattr(StagedRow, name) for name in differences.VOTER_COLUMNS})
        .execution_options(synchronize_session=False)
    )
    names = ("voting_event", "identifier", *differences.VOTER_COLUMNS)
    session.execute(
        insert(Voter).from_select(
            ["id", *names],
            select(StagedRow.voter_id, *(getattr(StagedRow, name) for name in names))
            .where(staged, ~exists().where(Voter.id == StagedRow.voter_id))
            .order_by(StagedRow.voter_id),
        )
    )
    report("entitling")
    session.execute(
        update(Entitlement)
        .where(Entitlement.voter_id == StagedRow.voter_id, staged, Entitlement.search_text != StagedRow.search_text)
        .values(search_text=StagedRow.search_text)
        .execution_options(synchronize_session=False)
    )
    wanted = StagedEntitlement.import_id == import_id
    right = StagedEntitlement
    session.execute(
        insert(Entitlement).from_select(
            ["voter_id", "election", "lookup_tag", "search_text"],
            select(right.voter_id, right.election, right.lookup_tag, StagedRow.search_text)
            .join(StagedRow, and_(StagedRow.import_id == right.import_id, StagedRow.line == right.line))
            .where(wanted, ~exists().where(Entitlement.lookup_tag == right.lookup_tag))
            .order_by(right.voter_id),
        )
    )
    leaving.count_voters(session, voting_event)
    leaving.count_territories(session, voting_event)


def _withdraw(session: Session, voting_event: str, import_id: str, *, complement: bool) -> None:
    """Delete the entitlements that the import does not have; of a complement, those of its own voters."""
    elections = select(Election.uuid).where(Election.voting_event == voting_event)
    kept = exists().where(
        StagedEntitlement.import_id == import_id, StagedEntitlement.lookup_tag == Entitlement.lookup_tag
    )
    chosen = [Entitlement.election.in_(elections), ~kept]
    if complement:
        chosen.append(exists().where(StagedRow.import_id == import_id, StagedRow.voter_id == Entitlement.voter_id))
    session.execute(delete(Entitlement).where(*chosen).execution_options(synchronize_session=False))


def _remove(session: Session, voting_event: str, import_id: str) -> None:
    """Delete the voters whom the import does not have, with all that is theirs."""
    kept = exists().where(StagedRow.import_id == import_id, StagedRow.voter_id == Voter.id)
    # Locked first, so that nobody writes to them, or lets them in, between their other rows' deletion and theirs.
    gone = session.scalars(
        select(Voter.id).where(Voter.voting_event == voting_event, ~kept).order_by(Voter.id).with_for_update()
    ).all()
    for start in range(0, len(gone), CHUNK):
        chunk = gone[start : start + CHUNK]
        leaving.forget(session, chunk)
