"""What operators see of the messages: counts and failures, no content, no address."""

from __future__ import annotations

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from services.notification.models import Message, State


def message_counts(session: Session) -> list[dict[str, object]]:
    """Return [{channel, state, count}], sorted."""
    rows = session.execute(
        select(Message.channel, Message.state, func.count())
        .group_by(Message.channel, Message.state)
        .order_by(Message.channel, Message.state)
    )
    return [{"channel": channel, "state": state, "count": count} for channel, state, count in rows]


def list_failures(session: Session, limit: int) -> list[dict[str, object]]:
    """Return the newest messages that failed, expired, or wait with a reason."""
    rows = session.scalars(
        select(Message)
        .where(
            or_(
                Message.state.in_([State.FAILED, State.EXPIRED]),
                and_(Message.state == State.QUEUED, Message.reason.is_not(None)),
            )
        )
        .order_by(Message.changed_at.desc(), Message.id)
        .limit(limit)
    )
    return [
        {
            "message_id": row.id,
            "channel": row.channel,
            "template": row.template,
            "attempts": row.attempts,
            "reason": row.reason,
            "at": row.changed_at,
        }
        for row in rows
    ]
