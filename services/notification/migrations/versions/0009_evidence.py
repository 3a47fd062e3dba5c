"""Who took a short message, and where its number is from; messages by the hour."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns and an index."""
    op.add_column("messages", sa.Column("operator", sa.String(20)))
    op.add_column("messages", sa.Column("territory", sa.String(2)))
    op.create_index("messages_by_time", "messages", ["created_at"])
