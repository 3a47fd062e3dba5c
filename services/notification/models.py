"""Tables of notification: messages to send, their state, and nothing of their content once they are gone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Index, Integer, String, Text, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.runtime.bus.delivery_tables import delivery_tables
from services.runtime.storage.database import UtcDateTime


class Base(DeclarativeBase):
    """Notification's own metadata: services share no table."""


class State(StrEnum):
    """Where a message stands; all but the first two are final, except that a bounce or a callback can follow a send.

    DELIVERED: the operator says that it came to the telephone.

    UNKNOWN: it was handed over, and the operator has told nothing for a time. What it tells later counts all the same.

    UNCERTAIN: the process or the connection ended while a message of a campaign was being handed over. It may have
    left, so it is not sent again by itself.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    FAILED = "failed"
    EXPIRED = "expired"
    UNCERTAIN = "uncertain"
    BOUNCED = "bounced"


IN_BATCH = "batch IS NOT NULL AND state IN ('queued', 'sending')"
"""Of an index: a batch that was begun is found among the few that are open, not among all that were printed."""


class Message(Base):
    """A message; `sealed` is emptied in a final state, `lease` names the process that is sending it.

    `reported` is the first final word of an operator's callback, which may come before the hand-over is recorded.
    `begun_at` is when the last attempt began to hand it over, if one did. Messages of a `campaign` are handed over at
    most once, after those that somebody waits for (`priority` 1 after 0). `report`: its sender is told what became of it.
    `operator` is who took a short message, `territory` where its number is from (ISO 3166): for evidence (D8).
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("messages_due", "channel", "state", "priority", "next_attempt_at", "id"),
        Index("messages_of_campaign", "campaign", "channel", "state"),
        Index("messages_begun", "channel", "begun_at"),
        Index("messages_by_time", "created_at"),
        Index("messages_expiring", "channel", "state", "expires_at"),
        Index("messages_batches", "channel", "batch", postgresql_where=text(IN_BATCH), sqlite_where=text(IN_BATCH)),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    channel: Mapped[str] = mapped_column(String(10))
    template: Mapped[str] = mapped_column(String(50))
    sealed: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(Integer)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(60))
    batch: Mapped[str | None] = mapped_column(String(32))
    lease: Mapped[str | None] = mapped_column(String(36))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    campaign: Mapped[str | None] = mapped_column(String(36))
    priority: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reported: Mapped[str | None] = mapped_column(String(10))
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    diagnostic: Mapped[str | None] = mapped_column(String(200))
    operator: Mapped[str | None] = mapped_column(String(20))
    territory: Mapped[str | None] = mapped_column(String(2))
    report: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


outbox, inbox, commands, processes = delivery_tables(Base.metadata)
