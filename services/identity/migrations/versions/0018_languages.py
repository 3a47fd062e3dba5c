"""The language that somebody is written to in."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add a column to voters, and to what is answered later."""
    op.add_column("voters", sa.Column("language", sa.String(2)))
    op.add_column("access_requests", sa.Column("language", sa.String(2), nullable=False, server_default="fr"))
    op.add_column("assistance_requests", sa.Column("language", sa.String(2), nullable=False, server_default="fr"))
