"""Bearers who leave the roll before sealing.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and count the commitments."""
    op.create_table(
        "withdrawals",
        sa.Column("removal", sa.String(36), primary_key=True),
        sa.Column("voting_event", sa.String(64), nullable=False),
        sa.Column("bearer", sa.String(64), nullable=False),
        sa.Column("before", sa.String(64), nullable=False),
        sa.Column("after", sa.String(64), nullable=False),
        sa.Column("holders", sa.Text),
        sa.Column("state", sa.String(8), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("withdrawals_bearer", "withdrawals", ["voting_event", "bearer"])
    op.add_column("commitments", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
