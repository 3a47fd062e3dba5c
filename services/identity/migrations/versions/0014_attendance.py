"""Attendance comes in batches without an order: no signature waits any longer."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Enter what waits in the poll book, and drop the table that it waited in."""
    op.execute(
        "INSERT INTO poll_book (id, voter_id, election, signed_in_hour)"
        " SELECT id, voter_id, election, signed_in_hour FROM recent_signatures"
        " WHERE NOT EXISTS (SELECT 1 FROM poll_book WHERE poll_book.voter_id = recent_signatures.voter_id"
        " AND poll_book.election = recent_signatures.election) ORDER BY id"
    )
    op.drop_table("recent_signatures")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION signatures_are_kept()")
    op.create_table(
        "attendance_progress",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
    )
