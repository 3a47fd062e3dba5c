"""Messages whose sender is told what became of them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column."""
    op.add_column("messages", sa.Column("report", sa.Boolean, nullable=False, server_default=sa.false()))
