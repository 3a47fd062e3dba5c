"""An election may have a short name, for where there is little room.

Revision ID: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; elections that are there have none, and are called by their name."""
    op.add_column("elections", sa.Column("short_name", sa.String(60), nullable=False, server_default=""))
