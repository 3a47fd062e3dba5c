"""The poll book (émargement): signed when the urn says that it holds a ballot, once per voter and election (L8, L10).

The urn tells it in batches that have no order (docs/adr/0005). Nothing is kept of a batch but the signatures: a holder
never stands in this database, not even in its log.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Mapped, Session

from services.identity.contract.attendance import ElectionAttendance, PollBookSealed
from services.identity.contract.refusals import Code, refuse
from services.identity.letters.requests import ATTENDANCE, LetterSettings, request_email
from services.identity.models import (
    AttendanceProgress,
    Election,
    Entitlement,
    PollBookEntry,
    PollBookSeal,
    Voter,
    VotingEvent,
)
from services.identity.voting_events import holders, voting_events
from services.runtime.storage.upsert import upsert
from services.runtime.telemetry import logs

log = logs.get_logger()

_ONLY = 1


@dataclass(frozen=True)
class Position:
    """Which part of which batch of the urn comes next, both from 0."""

    batch: int
    part: int

    def after(self, parts: int) -> Position:
        """Return the position after this one in a batch of `parts`."""
        return Position(self.batch, self.part + 1) if self.part + 1 < parts else Position(self.batch + 1, 0)


def position(session: Session) -> Position:
    """Return what the urn is to be asked for next."""
    kept = session.get(AttendanceProgress, _ONLY)
    return Position(0, 0) if kept is None else Position(kept.batch, kept.part)


def enter(
    session: Session,
    letters: LetterSettings,
    *,
    holder_key: str,
    at: Position,
    parts: int,
    election: str,
    signers: Sequence[str],
    hour: datetime,
) -> bool:
    """Sign the poll book for the voters behind a part of a batch and request their e-mails; false where it is done already.

    Args:
        session: of one transaction, in which all of it happens.
        letters: what is needed to write to voters.
        holder_key: the key of pseudonyms.
        at: which part this is.
        parts: how many the batch has.
        election: the election that they have voted in.
        signers: their pseudonyms.
        hour: in which the batch was cut.
    """
    if not _advance(session, at, at.after(parts)):
        return False
    voters = _behind(session, holder_key, election, signers)
    if len(voters) < len(signers):
        # People must look: the counts of urn and poll book will differ by as many. The others do not wait for it.
        log.error("unknown_signers", election=election, count=len(signers) - len(voters))
    name = session.execute(select(Election.name).where(Election.uuid == election)).scalar_one()
    # By random keys: in the order of pseudonyms, the rows would tell which is whose to whoever has the urn's.
    rows = [
        {"id": key, "voter_id": voter, "election": election, "signed_in_hour": hour}
        for key, voter in sorted((str(uuid.uuid4()), voter) for voter in voters)
    ]
    signing = upsert(session, PollBookEntry).on_conflict_do_nothing().returning(PollBookEntry.voter_id)
    for voter in session.scalars(signing, rows).all() if rows else ():
        # No tracker and no time: the message confirms the signature, it must not tie a person to a ballot.
        request_email(session, letters, voters[voter], template=ATTENDANCE, values={"election": name}, expires_at=None)
    return True


def _advance(session: Session, before: Position, after: Position) -> bool:
    """Move on, unless another process has; the row is locked until the transaction ends."""
    first = {"id": _ONLY, "batch": 0, "part": 0}
    session.execute(upsert(session, AttendanceProgress).values(first).on_conflict_do_nothing())
    moved = session.execute(
        update(AttendanceProgress)
        .where(AttendanceProgress.id == _ONLY)
        .where(AttendanceProgress.batch == before.batch, AttendanceProgress.part == before.part)
        .values(batch=after.batch, part=after.part)
        .returning(AttendanceProgress.id)
        .execution_options(synchronize_session=False)
    )
    return moved.scalar_one_or_none() is not None


def _behind(session: Session, holder_key: str, election: str, signers: Sequence[str]) -> Mapping[str, Voter]:
    tags = [holders.lookup_tag(holder_key, holder) for holder in signers]
    found = session.scalars(
        select(Voter)
        .join(Entitlement, Entitlement.voter_id == Voter.id)
        .where(Entitlement.lookup_tag.in_(tags), Entitlement.election == election)
    )
    return {voter.id: voter for voter in found}


def is_signed(voter_id: Mapped[str], election: Mapped[str]) -> ColumnElement[bool]:
    """Return the condition that the voter has signed for the election, to be asked in a statement."""
    return exists().where(PollBookEntry.voter_id == voter_id, PollBookEntry.election == election)


def counts(session: Session, voting_event: str) -> list[ElectionAttendance]:
    """Count entitlements and signatures of each election, in the operator's order. Raises voting_event_unknown."""
    if session.get(VotingEvent, voting_event) is None:
        raise refuse(Code.VOTING_EVENT_UNKNOWN)
    elections = [election.uuid for election in voting_events.elections_of(session, voting_event)]
    entitled = _by_election(session, Entitlement, elections)
    signed = _by_election(session, PollBookEntry, elections)
    seals = _seals(session, elections)
    return [
        ElectionAttendance(uuid=uuid, entitled=entitled.get(uuid, 0), signed=signed.get(uuid, 0), seal=seals.get(uuid))
        for uuid in elections
    ]


def _seals(session: Session, elections: Sequence[str]) -> dict[str, PollBookSealed]:
    return {
        one.election: PollBookSealed(
            at=one.at, signed=one.signed, digest=one.digest, head=one.head, signature=one.signature
        )
        for one in session.scalars(select(PollBookSeal).where(PollBookSeal.election.in_(elections)))
    }


def _by_election(
    session: Session, table: type[Entitlement] | type[PollBookEntry], elections: Sequence[str]
) -> dict[str, int]:
    counted = select(table.election, func.count()).where(table.election.in_(elections))
    return {row[0]: row[1] for row in session.execute(counted.group_by(table.election))}
