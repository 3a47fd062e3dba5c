"""Whoever was authenticated before the closing may finish (R211-563): for how many minutes.

Revision ID: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column, with what the law allows for what is there already."""
    op.add_column("voting_events", sa.Column("grace_minutes", sa.Integer, nullable=False, server_default="30"))
