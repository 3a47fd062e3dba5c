"""The support cell: what two agents have to agree to, and which messages a voter was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

UTC = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "four_eyes",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("voter_id", sa.String(36), sa.ForeignKey("voters.id")),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("asked_by", sa.String(36), sa.ForeignKey("agents.id"), nullable=False),
        sa.Column("asked_at", UTC, nullable=False),
        sa.Column("expires_at", UTC, nullable=False),
        sa.Column("decided_by", sa.String(36), sa.ForeignKey("agents.id")),
        sa.Column("decided_at", UTC),
    )
    op.create_index("ix_four_eyes_voter_id", "four_eyes", ["voter_id"])
    op.create_index("four_eyes_queue", "four_eyes", ["state", "number"])
    op.create_table(
        "voter_messages",
        sa.Column("message_id", sa.String(36), primary_key=True),
        sa.Column("voter_id", sa.String(36), sa.ForeignKey("voters.id"), nullable=False),
        sa.Column("template", sa.String(50), nullable=False),
        sa.Column("asked_at", UTC, nullable=False),
    )
    op.create_index("voter_messages_of_voter", "voter_messages", ["voter_id", "asked_at"])
