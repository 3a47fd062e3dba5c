"""What operators see of the messages: counts and failures, no content, no address."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from services.notification.contract.reports import Count, Failure, MessageState
from services.notification.models import Message, State


def message_counts(session: Session, campaign: str | None = None) -> list[Count]:
    """Return how many there are by channel and state, sorted; of one campaign, or of all messages."""
    chosen = [Message.campaign == campaign] if campaign is not None else []
    rows = session.execute(
        select(Message.channel, Message.state, func.count())
        .where(*chosen)
        .group_by(Message.channel, Message.state)
        .order_by(Message.channel, Message.state)
    )
    return [Count(channel=channel, state=state, count=count) for channel, state, count in rows]


def list_failures(session: Session, limit: int, campaign: str | None = None) -> list[Failure]:
    """Return the newest messages that failed, expired, bounced, may not have left, or wait with a reason."""
    chosen = [Message.campaign == campaign] if campaign is not None else []
    rows = session.scalars(
        select(Message)
        .where(
            *chosen,
            or_(
                Message.state.in_([State.FAILED, State.EXPIRED, State.UNCERTAIN, State.BOUNCED]),
                and_(Message.state == State.QUEUED, Message.reason.is_not(None)),
            ),
        )
        .order_by(Message.changed_at.desc(), Message.id)
        .limit(limit)
    )
    return [
        Failure(
            message_id=row.id,
            channel=row.channel,
            template=row.template,
            state=row.state,
            attempts=row.attempts,
            reason=row.reason,
            diagnostic=row.diagnostic,
            at=row.changed_at,
        )
        for row in rows
    ]


def describe(session: Session, messages: Sequence[str]) -> list[MessageState]:
    """Return what became of these messages; those that nobody knows are left out."""
    rows = session.scalars(select(Message).where(Message.id.in_(messages)).order_by(Message.created_at, Message.id))
    return [
        MessageState(
            message_id=row.id,
            channel=row.channel,
            template=row.template,
            state=row.state,
            reason=row.reason,
            at=row.changed_at,
        )
        for row in rows
    ]
