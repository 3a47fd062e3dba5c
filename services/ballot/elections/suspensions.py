"""Whether a vote is suspended, and when and why it was: while it is, no ballot is taken (E7)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from services.ballot.belenios import canonical
from services.ballot.contract.elections import Interruption
from services.ballot.contract.limits import State
from services.ballot.contract.refusals import Code, refuse
from services.ballot.models import Interruption as Row

# Built once: every page of every voter asks it, and building a question costs more than asking it.
_NEWEST = (
    select(Row.election, func.max(Row.number).label("number"))
    .where(Row.election.in_(bindparam("elections", expanding=True)))
    .group_by(Row.election)
    .subquery()
)
_SUSPENDED = (
    select(Row.election)
    .join(_NEWEST, (Row.election == _NEWEST.c.election) & (Row.number == _NEWEST.c.number))
    .where(Row.suspends.is_(True))
)


def suspended(session: Session, uuids: Sequence[str]) -> set[str]:
    """Those of these elections that are suspended: of each, its newest row by key."""
    return set(session.scalars(_SUSPENDED, {"elections": list(uuids)}))


def shown(state: State, is_suspended: bool) -> State:
    """The state with its suspension: it matters while ballots would be taken, or will be."""
    return State.SUSPENDED if is_suspended and state in (State.OPEN, State.CLOSING) else state


_LAST = select(Row.suspends).where(Row.election == bindparam("uuid")).order_by(Row.number.desc()).limit(1)
"""Made once: every vote asks it twice."""


def refuse_while_suspended(session: Session, uuid: str) -> None:
    """Raises election_suspended."""
    if session.connection().scalar(_LAST, {"uuid": uuid}):
        raise refuse(Code.ELECTION_SUSPENDED)


def listed(session: Session, uuid: str) -> list[Interruption]:
    """All suspensions and resumptions of an election, the oldest first."""
    rows = session.scalars(select(Row).where(Row.election == uuid).order_by(Row.number))
    return [
        Interruption(suspends=row.suspends, at=row.at, reason=row.reason, members=canonical.loads(row.members))
        for row in rows
    ]
