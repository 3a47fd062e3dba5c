"""What the board has decided is done: a vote suspended, resumed, stopped (E7).

The dates stay: a suspension puts no closing off, and an urn is closed in its time whether it is suspended or not.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from services.ballot.belenios import canonical
from services.ballot.elections import closing
from services.ballot.elections.suspensions import suspended
from services.ballot.models import Election
from services.ballot.models import Interruption as Row
from services.ballot.tally import tally_job
from services.ballot.urn import chain
from services.ballot.urn.chain import EventType
from services.identity.contract.events import BoardAct, BoardDecided
from services.runtime.integrity import admissions, checks


def apply(session: Session, event: BoardDecided, now: datetime) -> None:
    """Do what two members of the board have decided; what is so already, or is over, changes nothing."""
    election = session.scalars(select(Election).where(Election.uuid == event.election).with_for_update()).one_or_none()
    if election is None or election.raw is None:
        return
    if event.act == BoardAct.ADMIT:
        # Also after the closing: what runs until the result is what was admitted.
        admissions.keep(session, event.election, event.changes, event.reason, event.members, now)
        checks.ask(session, event.election)
        return
    last = chain.head(session, event.election)
    if last is None or last.type not in (EventType.SETUP, EventType.BALLOT):
        return
    if event.act == BoardAct.STOP:
        if now >= election.opens_at:
            closing.close(session, event.election, event.reason, now)
            tally_job.ask(session, event.election)
        return
    suspends = event.act == BoardAct.SUSPEND
    if suspended(session, [event.election]) == ({event.election} if suspends else set()):
        return
    newest = session.scalar(select(func.max(Row.number)).where(Row.election == event.election))
    values = {
        "election": event.election,
        "number": 1 if newest is None else newest + 1,
        "suspends": suspends,
        "at": now,
        "reason": event.reason,
        "members": canonical.dumps(list(event.members)),
    }
    session.execute(insert(Row).values(**values))
