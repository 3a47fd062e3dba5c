"""The queue of messages: claiming with a lease, and recording what came of it.

A claim is a lease: no other process takes the row meanwhile, and a process that dies gives it back by letting the
lease run out. Only the holder of the lease records a result.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from services.notification.evidence import ended, settled
from services.notification.models import Message, State
from services.notification.queue.outcomes import Outcome, Result

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 24
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_PAUSE_AWAY = timedelta(minutes=5)
_OPEN = (State.QUEUED, State.SENDING)
_PACE_LOCK = 7_253_004_512  # only has to be ours


@dataclass(frozen=True)
class Claimed:
    """A message that this process, and no other, may send until `leased_until`."""

    id: str
    template: str
    sealed: str = field(repr=False)
    attempts: int
    expires_at: datetime | None
    created_at: datetime
    batch: str | None
    campaign: str | None
    lease: str
    leased_until: datetime


def expire(session: Session, channel: str, now: datetime) -> int:
    """Take the messages of `channel` out whose time is over and erase their content; return how many."""
    statement = (
        update(Message)
        .where(
            Message.channel == channel,
            Message.state.in_(_OPEN),
            Message.expires_at <= now,
            or_(Message.state == State.QUEUED, Message.leased_until <= now),
        )
        .values(state=State.EXPIRED, sealed="", reason="expired", lease=None, leased_until=None, changed_at=now)
        .execution_options(synchronize_session=False)
    )
    # Those that somebody is told of are few; a campaign that expires is a number, not a list.
    told = session.scalars(statement.where(Message.report).returning(Message.id)).all()
    settled.tell(session, [(message_id, State.EXPIRED, True) for message_id in told])
    expired = len(told) + cast("CursorResult[object]", session.execute(statement)).rowcount
    ended.count(session, channel, State.EXPIRED, expired)
    return expired


def miss_news(session: Session, channel: str, *, now: datetime, after: timedelta) -> int:
    """Put the messages of `channel` that an operator has told nothing of for so long into the state unknown; how many."""
    statement = (
        update(Message)
        .where(Message.channel == channel, Message.state == State.SENT, Message.sent_at <= now - after)
        .values(state=State.UNKNOWN, reason="no_news", changed_at=now)
        .execution_options(synchronize_session=False)
    )
    missed = cast("CursorResult[object]", session.execute(statement)).rowcount
    ended.count(session, channel, State.UNKNOWN, missed)
    return missed


def give_up_uncertain(session: Session, now: datetime) -> int:
    """Take the messages of campaigns out that a process began to hand over and did not live to record; how many.

    They may have left: sending them again could be a second message to the same voter.
    """
    statement = (
        update(Message)
        .where(
            Message.state == State.SENDING,
            Message.leased_until <= now,
            Message.campaign.is_not(None),
            Message.begun_at.is_not(None),
        )
        .values(state=State.UNCERTAIN, sealed="", reason="interrupted", lease=None, leased_until=None, changed_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[object]", session.execute(statement)).rowcount


@dataclass(frozen=True)
class Pace:
    """How many messages may be begun within a time, by all processes together."""

    most: int
    within: timedelta

    @classmethod
    def of(cls, per_second: float) -> Pace | None:
        """So many a second; a fraction is one in more than a second, 0 no limit."""
        if not per_second:
            return None
        most = max(1, int(per_second))
        return cls(most, timedelta(seconds=most / per_second))


def allowance(session: Session, channel: str, *, now: datetime, pace: Pace | None, most: int) -> int:
    """Return how many messages of `channel` may be claimed now, at most `most`.

    The pace holds for all processes together: what was begun within its time counts, and what is leased.
    """
    if pace is None:
        return most
    if session.get_bind().dialect.name == "postgresql":
        # Two processes that count at once would each take the whole allowance.
        session.execute(select(func.pg_advisory_xact_lock(_PACE_LOCK)))
    # One statement: between two, a message that is begun meanwhile would be in neither count.
    taken = session.scalar(
        select(func.count())
        .select_from(Message)
        .where(
            Message.channel == channel,
            or_(
                Message.begun_at > now - pace.within,
                and_(Message.state == State.SENDING, Message.leased_until > now),
            ),
        )
    )
    return max(0, min(most, pace.most - (taken or 0)))


def begin(session: Session, claimed: Claimed, now: datetime) -> bool:
    """Note that the message is about to be handed over; False when the lease has passed to another process."""
    statement = (
        update(Message)
        .where(Message.id == claimed.id, Message.lease == claimed.lease, Message.leased_until > now)
        .values(begun_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[object]", session.execute(statement)).rowcount == 1


def claim(session: Session, channel: str, *, now: datetime, limit: int) -> list[Claimed]:
    """Lease up to `limit` messages of `channel` that are due.

    Those that somebody waits for go before those of campaigns; among each, those first that have waited longest.
    """
    _take_back(session, channel, now)
    ids = session.scalars(
        select(Message.id)
        .where(
            Message.channel == channel,
            Message.state == State.QUEUED,
            Message.next_attempt_at <= now,
            or_(Message.expires_at.is_(None), Message.expires_at > now),
        )
        # The order of the index messages_due: a claim costs the same however many wait.
        .order_by(Message.priority, Message.next_attempt_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    return _lease(session, ids, now)


def claim_batch(session: Session, channel: str, *, now: datetime, size: int, settle: timedelta) -> list[Claimed]:
    """Lease the messages of one batch, which stay together for ever.

    A batch begun and not finished comes first. A new one is made when `size` messages are due or when none has come
    in for `settle`: otherwise notices that trickle in would each be a file of their own. The name of a batch follows
    from its messages.
    """
    due = and_(Message.channel == channel, Message.state.in_(_OPEN), _due(now))
    batch = session.scalar(
        select(Message.batch).where(due, Message.batch.is_not(None)).order_by(Message.batch).limit(1)
    )
    if batch is not None:
        ids = session.scalars(
            select(Message.id).where(due, Message.batch == batch).order_by(Message.id).with_for_update(skip_locked=True)
        ).all()
        return _lease(session, ids, now)
    waiting = session.execute(
        select(Message.id, Message.created_at)
        .where(Message.channel == channel, Message.state == State.QUEUED, Message.batch.is_(None), _due(now))
        # The order of the index messages_due: a batch costs the same however many wait.
        .order_by(Message.priority, Message.next_attempt_at, Message.id)
        .limit(size)
        .with_for_update(skip_locked=True)
    ).all()
    if not waiting or (len(waiting) < size and now - max(row.created_at for row in waiting) < settle):
        return []
    ids = [row.id for row in waiting]
    name = hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()[:16]
    session.execute(
        update(Message).where(Message.id.in_(ids)).values(batch=name).execution_options(synchronize_session=False)
    )
    return _lease(session, ids, now)


def record(session: Session, claimed: Claimed, outcome: Outcome, *, now: datetime, jitter: random.Random) -> bool:
    """Write down what came of an attempt; return False when the lease has passed to another process meanwhile."""
    attempts = claimed.attempts + 1
    values: dict[str, object] = {
        "attempts": attempts,
        # What the operator told meanwhile is later news than the hand-over.
        "reason": case((Message.reported.is_not(None), Message.reason), else_=outcome.reason or None),
        "lease": None,
        "leased_until": None,
        "changed_at": now,
    }
    if outcome.operator:
        values |= {"operator": outcome.operator, "territory": outcome.territory or None}
    if outcome.perhaps_sent and claimed.campaign is not None:
        values |= {"state": State.UNCERTAIN, "sealed": ""}
    elif outcome.result is Result.DELIVERED:
        state = func.coalesce(Message.reported, State.SENT.value)
        values |= {"state": state, "sealed": "", "sent_at": now}
    elif outcome.result is Result.REFUSED or (outcome.result is Result.RETRY and attempts >= MOST_ATTEMPTS):
        values |= {"state": State.FAILED, "sealed": ""}
    else:
        longest = LONGEST_PAUSE_AWAY if outcome.result is Result.AWAY else LONGEST_PAUSE
        values |= {"state": State.QUEUED, "next_attempt_at": now + pause(attempts, longest, jitter)}
    statement = (
        update(Message)
        .where(Message.id == claimed.id, Message.lease == claimed.lease)
        .values(values)
        .returning(Message.id, Message.channel, Message.state, Message.report)
        .execution_options(synchronize_session=False)
    )
    rows = session.execute(statement).all()
    settled.tell(session, [(row.id, row.state, row.report) for row in rows])
    for row in rows:
        ended.count(session, row.channel, row.state)
    return bool(rows)


def pause(attempts: int, longest: timedelta, jitter: random.Random) -> timedelta:
    """Return how long to wait after `attempts`: doubling from 30 s up to `longest`, give or take a fifth.

    The jitter keeps a campaign that failed together from coming back together.
    """
    doubled = FIRST_PAUSE * (1 << min(attempts - 1, 16))
    return min(doubled, longest) * jitter.uniform(0.8, 1.2)


def _take_back(session: Session, channel: str, now: datetime) -> None:
    # The lease stays written: a process that was late and not replaced meanwhile can still record its result.
    session.execute(
        update(Message)
        .where(Message.channel == channel, Message.state == State.SENDING, Message.leased_until <= now)
        .values(state=State.QUEUED)
        .execution_options(synchronize_session=False)
    )


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(
        or_(
            and_(Message.state == State.QUEUED, Message.next_attempt_at <= now),
            and_(Message.state == State.SENDING, Message.leased_until <= now),
        ),
        or_(Message.expires_at.is_(None), Message.expires_at > now),
    )


def _lease(session: Session, ids: Sequence[str], now: datetime) -> list[Claimed]:
    if not ids:
        return []
    lease, until = str(uuid.uuid4()), now + LEASE
    session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        # An earlier attempt that was recorded is over: only one begun under this lease may have left.
        .values(state=State.SENDING, lease=lease, leased_until=until, begun_at=None, changed_at=now)
        .execution_options(synchronize_session=False)
    )
    rows = session.scalars(select(Message).where(Message.id.in_(ids)).execution_options(populate_existing=True)).all()
    by_id = {row.id: row for row in rows}
    return [
        Claimed(
            id=row.id,
            template=row.template,
            sealed=row.sealed,
            attempts=row.attempts,
            expires_at=row.expires_at,
            created_at=row.created_at,
            batch=row.batch,
            campaign=row.campaign,
            lease=lease,
            leased_until=until,
        )
        for row in (by_id[message_id] for message_id in ids)
    ]
