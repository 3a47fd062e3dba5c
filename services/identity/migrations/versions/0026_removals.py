"""Voters who are taken off the roll one by one.

Revision ID: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "removals",
        sa.Column("removal", sa.String(36), primary_key=True),
        sa.Column("voting_event", sa.String(36), sa.ForeignKey("voting_events.uuid"), nullable=False),
        sa.Column("voter_id", sa.String(36), nullable=False),
        sa.Column("elections", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("agent_id", sa.String(36), sa.ForeignKey("agents.id")),
        sa.Column("actor", sa.String(300), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("codes_made", sa.Boolean, nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("settled_at", moment),
    )
    op.create_index("removals_by_event", "removals", ["voting_event", "asked_at"])
    op.create_index("removals_by_voter", "removals", ["voter_id"])
