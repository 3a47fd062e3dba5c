"""The key of an election's receipts is fixed when it is sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add a column; the guard of sealed elections covers it."""
    op.add_column("elections", sa.Column("receipt_key", sa.String(64)))
