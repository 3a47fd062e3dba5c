"""Campaigns, the moment a send begins, bounces."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and what finds rows by them."""
    op.add_column("messages", sa.Column("campaign", sa.String(length=36), nullable=True))
    op.add_column("messages", sa.Column("begun_at", UTC, nullable=True))
    op.add_column("messages", sa.Column("diagnostic", sa.String(length=200), nullable=True))
    op.add_column("messages", sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index("messages_due", "messages")
    op.create_index("messages_due", "messages", ["channel", "state", "priority", "next_attempt_at", "id"], unique=False)
    op.create_index("messages_of_campaign", "messages", ["campaign", "channel", "state"], unique=False)
    op.create_index("messages_begun", "messages", ["channel", "begun_at"], unique=False)
