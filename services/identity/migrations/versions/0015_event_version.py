"""A voting event counts its changes, so that a portal that knows it need not read it again for each page."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Count from one."""
    op.add_column("voting_events", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
