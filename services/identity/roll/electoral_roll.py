"""The electoral roll: a staged file becomes the roll all or nothing, until the roll is sealed (E1, E2, L3)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from services.identity.contract.refusals import Code, refuse
from services.identity.contract.roll import RollCounts
from services.identity.models import (
    Account,
    AssistanceRequest,
    CampaignMessage,
    Claim,
    Election,
    Entitlement,
    FourEyes,
    Link,
    PhoneUse,
    ReissueLink,
    ReissueRequest,
    RollImport,
    StagedEntitlement,
    StagedRow,
    UndeliveredNotice,
    Voter,
    VoterMessage,
    VoterSession,
)
from services.identity.roll import roll_lines, staging
from services.identity.voting_events import voting_events
from services.runtime.contracts.problems import Code as ProblemCode
from services.runtime.contracts.problems import invalid_request, problem

ERRORS_SHOWN = 200
CHUNK = 1000
_COLUMNS = (
    "page_tag",
    "surname",
    "first_name",
    "assignment",
    "address1",
    "address2",
    "postcode",
    "city",
    "numen_tag",
    "birth_date_tag",
)
"""Columns of a voter that another roll may change."""
OF_A_VOTER = (
    Account,
    Link,
    VoterSession,
    CampaignMessage,
    ReissueRequest,
    ReissueLink,
    PhoneUse,
    UndeliveredNotice,
    VoterMessage,
)
"""What goes with a voter who is taken off the roll."""
WRITTEN_BY_A_VOTER = (Claim, AssistanceRequest, FourEyes)
"""What stays on record without its author."""


def commit(
    session: Session,
    *,
    voting_event: str,
    import_id: str,
    lines: int,
    complement: bool = False,
    now: datetime,
    report: Callable[[str], None] = lambda step: None,
) -> RollCounts:
    """Make the staged rows the roll of the voting event; return its size.

    Voters are told apart by identifier: known ones are updated, new ones added, those absent removed with their
    account. `lines` is how many rows the file has. An import committed before answers the same and changes nothing.
    A `complement` leaves those absent where they are. It may come until the roll is sealed (E2), also once codes are made:
    new voters then have theirs by another generation, and known ones keep the elections that theirs are for.
    Raises import_incomplete {expected, staged}, roll_invalid {total, errors}, roll_sealed, roll_in_use (codes were
    made for the roll in place), voting_event_unknown, invalid_request for the id of another voting event's import.

    A handful of statements over whole tables, however long the roll; `report` is told before each group of them what it
    does (checking, removing, adding, entitling). Minutes for the largest rolls: for a worker process. On PostgreSQL
    readers are served meanwhile, on SQLite writers of this database wait.
    """
    done = session.get(RollImport, import_id)
    if done is not None:
        if done.voting_event != voting_event:
            raise invalid_request({"import_id": [problem(ProblemCode.REPEATED)]})
        return RollCounts(voters=done.voters, entitlements=done.entitlements)
    event = staging.open_roll(session, voting_event)
    if event.codes_listed_at is not None and not complement:
        raise refuse(Code.ROLL_IN_USE)
    of_import = (StagedRow.import_id == import_id, StagedRow.voting_event == voting_event)
    staged = session.scalar(select(func.count()).select_from(StagedRow).where(*of_import))
    if staged != lines:
        raise refuse(Code.IMPORT_INCOMPLETE, expected=lines, staged=staged)
    report("checking")
    _check(session, of_import, import_id if complement and event.codes_listed_at is not None else None)
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

    Raises voting_event_unknown.
    """
    event = voting_events.find(session, voting_event)
    if event.roll_sealed_at is None:
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


def _check(session: Session, of_import: Sequence[ColumnElement[bool]], with_codes: str | None = None) -> None:
    """Raise roll_invalid {total, errors} when lines have problems or name a voter twice; the first lines are shown.

    `with_codes`: the import, where its voters that are known have codes for the elections that they have.
    """
    first = session.execute(
        select(StagedRow.wrong_columns).where(*of_import).order_by(StagedRow.line).limit(1)
    ).scalar_one()
    if first is not None:
        # With another header every line would be wrong for the same reason: say it once.
        wrong = roll_lines.header_problems(dict.fromkeys(json.loads(first), ""))
        raise _invalid([problem.described() for problem in wrong], len(wrong))
    # Lines without problem alone: the identifier of others is not recorded.
    seen = func.min(StagedRow.line).over(partition_by=StagedRow.identifier)
    good = (
        select(StagedRow.line, literal(None).label("problems"), seen.label("first_line"))
        .where(*of_import, StagedRow.problems.is_(None))
        .subquery()
    )
    twice = select(good).where(good.c.first_line < good.c.line)
    bad = select(StagedRow.line, StagedRow.problems, StagedRow.line).where(*of_import, StagedRow.problems.is_not(None))
    errors: list[dict[str, object]] = []
    total = 0
    for line, problems, first_line in session.execute(twice.union_all(bad).order_by("line")):
        described = json.loads(problems) if problems else [roll_lines.duplicate(line, first_line).described()]
        total += len(described)
        errors.extend(described[: ERRORS_SHOWN - len(errors)])
    for line in [] if with_codes is None else session.scalars(_with_other_elections(with_codes)):
        total += 1
        errors.extend([roll_lines.entitlements_fixed(line).described()][: ERRORS_SHOWN - len(errors)])
    if total:
        raise _invalid(errors, total)


def _with_other_elections(import_id: str) -> Select[int]:
    """Lines of an import that give a voter of the roll other elections than the roll does."""
    staged = and_(StagedEntitlement.import_id == StagedRow.import_id, StagedEntitlement.line == StagedRow.line)
    more = exists().where(staged, ~exists().where(Entitlement.lookup_tag == StagedEntitlement.lookup_tag))
    fewer = exists().where(
        Entitlement.voter_id == StagedRow.voter_id,
        ~exists().where(staged, StagedEntitlement.lookup_tag == Entitlement.lookup_tag),
    )
    known = exists().where(Voter.id == StagedRow.voter_id)
    return (
        select(StagedRow.line).where(StagedRow.import_id == import_id, known, or_(more, fewer)).order_by(StagedRow.line)
    )


def _invalid(errors: Sequence[dict[str, object]], total: int) -> Exception:
    return refuse(Code.ROLL_INVALID, total=total, errors=errors[:ERRORS_SHOWN])


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
    different = or_(*(getattr(Voter, name).is_distinct_from(getattr(StagedRow, name)) for name in _COLUMNS))
    session.execute(
        update(Voter)
        .where(Voter.id == StagedRow.voter_id, staged, different)
        .values({name: getattr(StagedRow, name) for name in _COLUMNS})
        .execution_options(synchronize_session=False)
    )
    names = ("voting_event", "identifier", *_COLUMNS)
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
    of_roll = select(func.count()).where(Entitlement.election == Election.uuid).scalar_subquery()
    session.execute(
        update(Election)
        .where(Election.voting_event == voting_event)
        .values(voters=of_roll)
        .execution_options(synchronize_session=False)
    )


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
        for table in OF_A_VOTER:
            session.execute(delete(table).where(table.voter_id.in_(chunk)))
        for written in WRITTEN_BY_A_VOTER:
            session.execute(update(written).where(written.voter_id.in_(chunk)).values(voter_id=None))
        session.execute(delete(Voter).where(Voter.id.in_(chunk)))
