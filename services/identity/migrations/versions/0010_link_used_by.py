"""Which browser has used a link, for whoever asks again because the answer was lost."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add one column to the links."""
    op.add_column("links", sa.Column("used_by", sa.String(64)))
