"""The three tables that every service has for the bus: outbox, inbox, and the commands already done."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

from services.runtime.storage.database import UtcDateTime

_metadata = MetaData()
_Sequence = BigInteger().with_variant(Integer, "sqlite")

OUTBOX = Table(
    "outbox",
    _metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=True),
    Column("event_id", String(36), nullable=False, unique=True),
    Column("source", String(40), nullable=False),
    Column("type", String(80), nullable=False),
    Column("payload", Text, nullable=False),
    Column("correlation_id", String(36), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
"""Events to publish, in the order of their transactions; the relay erases a row once the broker has confirmed it."""

INBOX = Table(
    "inbox",
    _metadata,
    Column("event_id", String(36), primary_key=True),
    Column("source", String(40), nullable=False),
    Column("type", String(80), nullable=False),
    Column("payload", Text),
    Column("correlation_id", String(36), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("reason", String(200)),
    Index("inbox_due", "state", "source", "type", "received_at"),
)
"""Events received: state pending, done (payload erased) or parked (an operator must look)."""

COMMAND = Table(
    "command_done",
    _metadata,
    Column("idempotency_key", String(64), primary_key=True),
    Column("method", String(80), nullable=False),
    Column("response", Text, nullable=False),
    Column("done_at", UtcDateTime, nullable=False),
)
"""Commands done, by idempotency key, with the answer that a retry gets."""


def outbox_table(metadata: MetaData) -> Table:
    """The outbox as a table of the service's own metadata."""
    return OUTBOX.to_metadata(metadata)


def inbox_table(metadata: MetaData) -> Table:
    """The inbox as a table of the service's own metadata."""
    return INBOX.to_metadata(metadata)


def command_table(metadata: MetaData) -> Table:
    """The commands done as a table of the service's own metadata."""
    return COMMAND.to_metadata(metadata)


def create_delivery_tables(op: Any) -> None:
    """Create the three tables in a migration. In: alembic's operations object."""
    _metadata.create_all(op.get_bind(), checkfirst=False)


def index_inbox_by_what_is_due(op: Any) -> None:
    """In a migration: what made the tables before this index existed gets it, and loses the two that it replaces."""
    op.drop_index("ix_inbox_type", "inbox", if_exists=True)
    op.drop_index("ix_inbox_state", "inbox", if_exists=True)
    op.create_index("inbox_due", "inbox", ["state", "source", "type", "received_at"], if_not_exists=True)
