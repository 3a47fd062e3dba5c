"""Confirmations of votes leave together, in another order than that of the urn."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table of confirmations to be mailed."""
    op.create_table(
        "attendance_mails",
        sa.Column("entry", sa.String(length=36), nullable=False),
        sa.Column("due_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["poll_book.id"]),
        sa.PrimaryKeyConstraint("entry"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_attendance_mails_due_at"), "attendance_mails", ["due_at"], unique=False)
