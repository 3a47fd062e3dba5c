"""The roll is searched and paged election by election, by indexes: what a search looks in moves to the entitlements."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Move the column, count the voters of each election, make the indexes."""
    op.add_column("entitlements", sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
    op.add_column("elections", sa.Column("voters", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE entitlements SET search_text ="
        " (SELECT substr(voters.search_text, 1, 500) FROM voters WHERE voters.id = entitlements.voter_id)"
    )
    op.execute(
        "UPDATE elections SET voters = (SELECT count(*) FROM entitlements WHERE entitlements.election = elections.uuid)"
    )
    op.drop_column("voters", "search_text")
    op.drop_index("ix_entitlements_election", table_name="entitlements")
    op.create_index("entitlements_by_name", "entitlements", ["election", "search_text", "voter_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX entitlements_by_word ON entitlements USING gin"
            " (array_to_tsvector(string_to_array(ltrim(replace(search_text, ' ', ' ' || election)), ' ')))"
        )
