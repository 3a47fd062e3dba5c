"""What is due, over or begun is found at the same cost however many messages wait or have left."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

IN_BATCH = sa.text("batch IS NOT NULL AND state IN ('queued', 'sending')")


def upgrade() -> None:
    """Replace indexes over all messages by some that lead to the open ones."""
    op.drop_index("ix_messages_batch", "messages")
    op.drop_index("ix_messages_expires_at", "messages")
    op.create_index("messages_expiring", "messages", ["channel", "state", "expires_at"], unique=False)
    op.create_index(
        "messages_batches",
        "messages",
        ["channel", "batch"],
        unique=False,
        postgresql_where=IN_BATCH,
        sqlite_where=IN_BATCH,
    )
