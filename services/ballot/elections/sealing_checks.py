"""Whether an election may be sealed, asked of all elections before the first thing is fixed for good."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.ballot.ceremony import holding
from services.ballot.contract.elections import SealingChecks
from services.ballot.elections import credentials
from services.ballot.elections.elections import found
from services.ballot.models import Commitment


def look(session: Session, uuid: str) -> SealingChecks:
    """Say what sealing would find; its digest alone is not recomputed here. Raises election_unknown."""
    election = found(session, uuid)
    commitment = session.scalars(select(Commitment).where(Commitment.election == uuid)).one_or_none()
    return SealingChecks(
        sealed=election.raw is not None,
        keys=election.trustees is not None,
        untried=[] if election.raw is not None else holding.untried(session, election.voting_event),
        holders=None if commitment is None else commitment.holders,
        expected=None if commitment is None else commitment.count,
        received=credentials.count(session, uuid),
    )
