"""The turnout of the vote before, hour by hour, as an operator gives it.

Revision ID: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "earlier_turnout",
        sa.Column("election", sa.String(14), sa.ForeignKey("elections.uuid"), primary_key=True),
        sa.Column("hour", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("share", sa.Integer, nullable=False),
    )
