"""Signs of life of the processes that work on this database."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the table."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "process_alive",
        sa.Column("process", sa.String(120), primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("at", moment, nullable=False),
    )
