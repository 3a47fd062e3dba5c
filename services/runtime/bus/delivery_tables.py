"""The tables that every service has for the bus: outbox, inbox, the commands already done, and who is alive."""

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
    Column("signature", String(88), nullable=False, server_default=""),
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

PROCESS = Table(
    "process_alive",
    _metadata,
    Column("process", String(120), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
"""Signs of life: the service's processes, its workers, and the relay, which thereby shows that it reaches this database."""


def delivery_tables(metadata: MetaData) -> tuple[Table, Table, Table, Table]:
    """Outbox, inbox, commands done and who is alive, as tables of the service's own metadata."""
    return (
        OUTBOX.to_metadata(metadata),
        INBOX.to_metadata(metadata),
        COMMAND.to_metadata(metadata),
        PROCESS.to_metadata(metadata),
    )
