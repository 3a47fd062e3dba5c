"""Whoever was authenticated before the closing may finish (R211-563): for how many minutes.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column, with what the law allows for what is there already; the guard of sealed elections covers it."""
    op.add_column("elections", sa.Column("grace_minutes", sa.Integer, nullable=False, server_default="30"))
