"""Closing the urn: the EndBallots event, by the bureau, or by itself when the grace period is over (L9, L12)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.ballot.contract.elections import Closed
from services.ballot.contract.limits import State
from services.ballot.contract.refusals import Code, refuse
from services.ballot.elections.elections import ends_at, locked, state_of
from services.ballot.models import Closing, Election
from services.ballot.urn import chain
from services.ballot.urn.chain import EventType

REASON_OF_TIME = "closes_at"


def close(session: Session, uuid: str, reason: str, now: datetime) -> Closed:
    """Write EndBallots; from then on the database itself refuses ballots. Closing again changes nothing.

    Raises Refusal election_unknown, election_not_open (a draft, or before the opening).
    """
    election = locked(session, uuid)
    if election is None:
        raise refuse(Code.ELECTION_UNKNOWN)
    last = chain.head(session, uuid)
    if last is None or state_of(election, last.type, now) in (State.DRAFT, State.SEALED):
        raise refuse(Code.ELECTION_NOT_OPEN)
    if last.type in (EventType.SETUP, EventType.BALLOT):
        last = chain.append(session, uuid, EventType.END_BALLOTS, after=last)
        session.execute(insert(Closing).values(election=uuid, closed_at=now, reason=reason))
    return Closed(head=last.hash, ballots=chain.ballot_count(session, uuid))


def due(session: Session, now: datetime) -> list[str]:
    """The sealed elections whose grace period is over and whose urn is not closed yet."""
    past = session.scalars(
        select(Election)
        .outerjoin(Closing, Closing.election == Election.uuid)
        .where(Election.raw.is_not(None), Election.closes_at <= now, Closing.election.is_(None))
        .order_by(Election.uuid)
    )
    return [election.uuid for election in past if ends_at(election) <= now]
