"""Requests for another voting code, and what they are proved by."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add two columns to the roll, and four tables."""
    for table in ("voters", "staged_rows"):
        for column in ("numen_tag", "birth_date_tag"):
            op.add_column(table, sa.Column(column, sa.String(64)))
    op.create_table(
        "reissue_requests",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("voter_id", sa.String(36), sa.ForeignKey("voters.id"), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("masked", sa.String(12), nullable=False),
        sa.Column("asked_at", UTC, nullable=False),
    )
    open_ones = sa.text("state = 'open'")
    op.create_index(
        "reissue_requests_open",
        "reissue_requests",
        ["voter_id"],
        unique=True,
        sqlite_where=open_ones,
        postgresql_where=open_ones,
    )
    op.create_index("reissue_requests_of_voter", "reissue_requests", ["voter_id", "asked_at"])
    op.create_table(
        "reissue_links",
        sa.Column("voter_id", sa.String(36), sa.ForeignKey("voters.id"), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("sent_at", UTC, nullable=False),
        sa.Column("expires_at", UTC, nullable=False),
    )
    op.create_table(
        "phone_uses",
        sa.Column("phone_tag", sa.String(64), primary_key=True),
        sa.Column("voter_id", sa.String(36), sa.ForeignKey("voters.id"), primary_key=True),
    )
    op.create_index("ix_phone_uses_voter_id", "phone_uses", ["voter_id"])
    op.create_table(
        "shared_phones",
        sa.Column("phone_tag", sa.String(64), primary_key=True),
        sa.Column("masked", sa.String(12), nullable=False),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("last_at", UTC, nullable=False),
    )
