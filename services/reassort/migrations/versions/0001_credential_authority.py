"""The credential authority: who has codes, spares at rest, public credentials.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.runtime.bus.delivery_tables import create_delivery_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    create_delivery_tables(op)
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
