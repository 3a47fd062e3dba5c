"""Lines of a roll file are judged and prepared when they are received. What was staged before has to be sent again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the staging tables anew."""
    op.drop_table("staged_rows")
    op.create_table(
        "staged_rows",
        sa.Column("import_id", sa.String(length=36), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("voting_event", sa.String(length=36), nullable=False),
        sa.Column("problems", sa.Text(), nullable=True),
        sa.Column("wrong_columns", sa.Text(), nullable=True),
        sa.Column("voter_id", sa.String(length=36), nullable=True),
        sa.Column("identifier", sa.String(length=254), nullable=True),
        sa.Column("surname", sa.String(length=100), nullable=True),
        sa.Column("first_name", sa.String(length=100), nullable=True),
        sa.Column("assignment", sa.String(length=200), nullable=True),
        sa.Column("address1", sa.String(length=100), nullable=True),
        sa.Column("address2", sa.String(length=100), nullable=True),
        sa.Column("postcode", sa.String(length=10), nullable=True),
        sa.Column("city", sa.String(length=100), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=True),
        sa.Column("page_tag", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["voting_event"], ["voting_events.uuid"]),
        sa.PrimaryKeyConstraint("import_id", "line"),
    )
    op.create_index(op.f("ix_staged_rows_voting_event"), "staged_rows", ["voting_event"], unique=False)
    op.create_index("staged_rows_by_voter", "staged_rows", ["import_id", "voter_id"], unique=False)
    op.create_table(
        "staged_entitlements",
        sa.Column("import_id", sa.String(length=36), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("election", sa.String(length=14), nullable=False),
        sa.Column("voting_event", sa.String(length=36), nullable=False),
        sa.Column("voter_id", sa.String(length=36), nullable=False),
        sa.Column("lookup_tag", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["voting_event"], ["voting_events.uuid"]),
        sa.PrimaryKeyConstraint("import_id", "line", "election"),
    )
    op.create_index(op.f("ix_staged_entitlements_voting_event"), "staged_entitlements", ["voting_event"], unique=False)
    op.create_index("staged_entitlements_by_tag", "staged_entitlements", ["import_id", "lookup_tag"], unique=False)
