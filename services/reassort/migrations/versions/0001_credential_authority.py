"""The credential authority: who has codes, spares at rest, public credentials.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _delivery()
    op.create_table(
        "generations",
        sa.Column("voting_event", sa.String(64), primary_key=True),
        sa.Column("iterations", sa.Integer, nullable=False),
        sa.Column("spares", sa.Integer, nullable=False),
        sa.Column("batches", sa.Integer, nullable=False),
    )
    op.create_table(
        "bearers",
        sa.Column("voting_event", sa.String(64), primary_key=True),
        sa.Column("bearer", sa.String(64), primary_key=True),
        sa.Column("entitlements", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["voting_event"], ["generations.voting_event"], name="fk_bearers_generation"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "spares",
        sa.Column("voting_event", sa.String(64), primary_key=True),
        sa.Column("bearer", sa.String(64), primary_key=True),
        sa.Column("rank", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sealed_code", sa.Text, nullable=False),
        sa.Column("used", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["voting_event", "bearer"], ["bearers.voting_event", "bearers.bearer"], name="fk_spares_bearer"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "public_credentials",
        sa.Column("election", sa.String(64), primary_key=True),
        sa.Column("credential", sa.String(64), primary_key=True),
        sa.Column("voting_event", sa.String(64), nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["voting_event"], ["generations.voting_event"], name="fk_public_credentials_generation"
        ),
        sa.UniqueConstraint("election", "holder", "rank", name="uq_public_credentials_rank"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_public_credentials_voting_event", "public_credentials", ["voting_event"])
    op.create_table(
        "commitments",
        sa.Column("election", sa.String(64), primary_key=True),
        sa.Column("voting_event", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["voting_event"], ["generations.voting_event"], name="fk_commitments_generation"),
    )


def _delivery() -> None:
    op.create_table(
        "outbox",
        sa.Column(
            "sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("event_id", sa.String(36), nullable=False, unique=True),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("type", sa.String(80), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.String(36), nullable=False),
        sa.Column("created_at", UTC, nullable=False),
    )
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.String(36), primary_key=True),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("type", sa.String(80), nullable=False, index=True),
        sa.Column("payload", sa.Text()),
        sa.Column("correlation_id", sa.String(36), nullable=False),
        sa.Column("received_at", UTC, nullable=False),
        sa.Column("state", sa.String(10), nullable=False, index=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UTC, nullable=False),
        sa.Column("reason", sa.String(200)),
    )
    op.create_table(
        "command_done",
        sa.Column("idempotency_key", sa.String(64), primary_key=True),
        sa.Column("method", sa.String(80), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("done_at", UTC, nullable=False),
    )
