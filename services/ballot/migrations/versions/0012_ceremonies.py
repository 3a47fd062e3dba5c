"""Key ceremonies: who holds which key, and the public messages that make them.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "ceremonies",
        sa.Column("voting_event", sa.String(64), primary_key=True),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("threshold", sa.Integer, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trustees", sa.Text),
        sa.Column("public_key", sa.String(64)),
    )
    op.create_table(
        "key_seats",
        sa.Column("voting_event", sa.String(64), primary_key=True),
        sa.Column("owner", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key_group", sa.String(16), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("agent", sa.String(36), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("replaces", sa.Integer),
        sa.Column("certificate", sa.Text),
        sa.Column("polynomial", sa.Text),
        sa.Column("output", sa.Text),
        sa.Column("trial", sa.Text),
        sa.Column("replacing_since", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text),
        sa.ForeignKeyConstraint(["voting_event"], ["ceremonies.voting_event"], name="fk_key_seats_ceremony"),
        sa.UniqueConstraint("voting_event", "key_group", "position", name="uq_key_seats_position"),
        sa.CheckConstraint("key_group IN ('administration', 'delegates')", name="ck_key_seats_group"),
    )
