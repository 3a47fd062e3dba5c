"""What became of the message with a re-issued code; it may be sent again."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add three columns. The message of a request that is there already has another number, which nobody told us."""
    op.add_column("reissue_requests", sa.Column("message", sa.String(36)))
    op.add_column("reissue_requests", sa.Column("delivery", sa.String(10)))
    op.add_column("reissue_requests", sa.Column("resent", sa.Integer, nullable=False, server_default="0"))
    op.create_index("ix_reissue_requests_message", "reissue_requests", ["message"])
