"""Taking a message in: a row first, sending later."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from services.notification.channels.paper.channel import PaperChannel
from services.notification.contract.events import MessageRequested, NoticesRequested
from services.notification.models import Message, State
from services.runtime.storage.upsert import upsert

NOBODY_WAITS_FOR = {"attendance"}


def receive(session: Session, message: MessageRequested, now: datetime) -> None:
    """Queue a message; nothing happens when its id is known, so that an event told twice is a message sent once.

    A message of a `campaign` is handed over at most once. It waits, as those do that leave by the thousand at the full
    hour, behind messages that somebody asked for and sits waiting for.
    """
    session.execute(
        upsert(session, Message)
        .values(
            id=message.message_id,
            channel=message.channel,
            template=message.template,
            sealed=message.sealed,
            state=State.QUEUED,
            attempts=0,
            next_attempt_at=now,
            expires_at=message.expires_at,
            created_at=now,
            changed_at=now,
            campaign=message.campaign,
            report=message.report,
            priority=1 if message.campaign is not None or message.template in NOBODY_WAITS_FOR else 0,
        )
        .on_conflict_do_nothing()
    )


def receive_notices(session: Session, request: NoticesRequested, now: datetime) -> None:
    """Queue notices for the printer; nothing happens for those whose ids are known."""
    rows = [
        {
            "id": notice.message_id,
            "channel": PaperChannel.name,
            "template": request.template,
            "sealed": notice.sealed,
            "state": State.QUEUED,
            "attempts": 0,
            "next_attempt_at": now,
            "created_at": now,
            "changed_at": now,
            "report": False,
            "priority": 0,
        }
        for notice in request.notices
    ]
    if rows:
        session.execute(upsert(session, Message).values(rows).on_conflict_do_nothing())
