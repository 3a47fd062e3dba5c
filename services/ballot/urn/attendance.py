"""Attendance as the urn hands it over: by batches of holders that tell no order (docs/adr/0005).

A batch is cut when a period is over and at least a minimal number have voted since the last one, and once more when the
urn is closed. Identity fetches it in parts, sorted by pseudonym: nothing of it is ever written in an outbox, a queue or
an inbox, and the order and the time of a vote never reach the service that knows names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, insert, or_, select
from sqlalchemy.orm import Session

from services.ballot.contract.attendance import AttendanceEnd, AttendancePart
from services.ballot.elections.elections import found
from services.ballot.models import AttendanceBatch, AttendanceTurn, Ballot, ChainEvent, Closing, Election
from services.ballot.urn import chain
from services.ballot.urn.chain import EventType
from services.runtime.clock import cut_to_hour
from services.runtime.storage.upsert import upsert

PART = 250
"""Holders in one part at least, where the batch has as many: what identity enters in one transaction hides in as many."""
_RANGE = 2**32


@dataclass(frozen=True)
class Rhythm:
    """How often batches are cut, at most, and how many votes are enough for one."""

    period: timedelta
    minimum: int


def beginning_of_period(now: datetime, length: timedelta) -> datetime:
    """Return when the period of `length` began that `now` is in, counted from midnight UTC; `now` for no length."""
    if not length:
        return now
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (now - midnight) // length * length


def due(session: Session, rhythm: Rhythm, now: datetime) -> list[str]:
    """Return the sealed elections to be looked at: in a new period, or closed and not handed over to the last vote."""
    period = beginning_of_period(now, rhythm.period)
    closed = exists().where(Closing.election == Election.uuid)
    unfinished = or_(AttendanceTurn.period.is_(None), AttendanceTurn.period < period, closed)
    return list(
        session.scalars(
            select(Election.uuid)
            .outerjoin(AttendanceTurn, AttendanceTurn.election == Election.uuid)
            .where(Election.raw.is_not(None), Election.opens_at <= now, unfinished)
            .where(or_(AttendanceTurn.final.is_(None), ~AttendanceTurn.final))
            .order_by(Election.uuid)
        )
    )


def cut(session: Session, uuid: str, rhythm: Rhythm, now: datetime) -> bool:
    """Cut the next batch of an election, where one is due; return whether there was one.

    Whoever looks does so once a period: a batch cut when the last vote that it lacked comes in would tell when that was.
    """
    opens_at = session.execute(select(Election.opens_at).where(Election.uuid == uuid)).scalar_one()
    period = beginning_of_period(now, rhythm.period)
    first = {"election": uuid, "period": beginning_of_period(opens_at, rhythm.period), "final": False}
    session.execute(upsert(session, AttendanceTurn).values(first).on_conflict_do_nothing())
    turn = session.get_one(AttendanceTurn, uuid, with_for_update=True)
    closed = session.get(Closing, uuid) is not None
    if turn.final or (turn.period >= period and not closed):
        return False
    turn.period = period
    turn.final = closed
    after = session.scalar(select(func.max(AttendanceBatch.height)).where(AttendanceBatch.election == uuid)) or 0
    height = chain.ballot_count(session, uuid)
    # Whoever votes again is in the poll book already: neither told a second time nor one of those to hide among.
    again = chain.replaced_count(session, uuid, height) - chain.replaced_count(session, uuid, after)
    voters = height - after - again
    if not voters or (voters < rhythm.minimum and not closed):
        return False
    last = session.scalar(select(func.max(AttendanceBatch.number)))
    session.execute(
        insert(AttendanceBatch).values(
            # Without a gap, and in the order of the commits: identity asks for the number after the last one it has.
            number=0 if last is None else last + 1,
            election=uuid,
            after_height=after,
            height=height,
            parts=max(1, voters // PART),
            hour=cut_to_hour(now),
        )
    )
    return True


def part_of(session: Session, number: int, part: int) -> AttendancePart:
    """Return a part of a batch: the holders whose pseudonyms are in one of equal ranges, sorted; nothing where none is."""
    batch = session.get(AttendanceBatch, number)
    if batch is None or part >= batch.parts:
        return AttendancePart(election=None, hour=None, parts=0, holders=[])
    holders = (
        select(Ballot.holder)
        .where(Ballot.election == batch.election, Ballot.height > batch.after_height, Ballot.height <= batch.height)
        .where(Ballot.replaces == 0, Ballot.holder >= _bound(part, batch.parts))
        .order_by(Ballot.holder)
    )
    if part + 1 < batch.parts:
        holders = holders.where(Ballot.holder < _bound(part + 1, batch.parts))
    return AttendancePart(
        election=batch.election, hour=batch.hour, parts=batch.parts, holders=list(session.scalars(holders))
    )


def end_of(session: Session, uuid: str) -> AttendanceEnd:
    """Return what was told of attendance in all, once the last batch is cut. Raises Refusal election_unknown."""
    found(session, uuid)
    closing, turn = session.get(Closing, uuid), session.get(AttendanceTurn, uuid)
    if closing is None or turn is None or not turn.final:
        return AttendanceEnd(closed_at=None, head="", ballots=0, last_batch=None)
    ended = select(ChainEvent.hash).where(ChainEvent.election == uuid, ChainEvent.type == EventType.END_BALLOTS)
    return AttendanceEnd(
        closed_at=closing.closed_at,
        head=session.scalars(ended).one(),
        ballots=chain.counted(session, uuid),
        last_batch=session.scalar(select(func.max(AttendanceBatch.number)).where(AttendanceBatch.election == uuid)),
    )


def _bound(part: int, parts: int) -> str:
    return f"{-(-part * _RANGE // parts):08x}"
