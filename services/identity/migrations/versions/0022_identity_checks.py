"""Tries to prove an identity at a provider."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "identity_checks",
        sa.Column("voter_id", sa.String(36), sa.ForeignKey("voters.id"), primary_key=True),
        sa.Column("state_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("session_id", sa.String(36), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
