"""Which message carries a re-issued code: when it has arrived, the code is forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column."""
    op.add_column("reissues", sa.Column("message", sa.String(36)))
    op.create_index("ix_reissues_message", "reissues", ["message"])
