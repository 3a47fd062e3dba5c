"""What became of a batch for the printer: all of its notices at once, where each by itself would take the most time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.notification.evidence import ended
from services.notification.models import Message, State
from services.notification.queue.message_queue import Claimed


def record(session: Session, channel: str, claimed: Sequence[Claimed], now: datetime) -> int:
    """Write down that messages are in a batch that is written; return how many. Others have passed to another process.

    Args:
        session: an open transaction.
        channel: the printer's: nobody reports what becomes of paper, and no campaign is sent on it.
        claimed: messages of one lease, at least one.
        now: the moment.
    """
    recorded = session.scalars(
        update(Message)
        .where(Message.id.in_([one.id for one in claimed]), Message.lease == claimed[0].lease)
        .values(
            state=State.SENT,
            sealed="",
            sent_at=now,
            attempts=Message.attempts + 1,
            reason=None,
            lease=None,
            leased_until=None,
            changed_at=now,
        )
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    ended.count(session, channel, State.SENT, len(recorded))
    return len(recorded)
