"""The territory of each voter, by which turnout is counted, and how many voters each election has of each.

A roll that is there has the departments of its postal codes.

Revision ID: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

FILL = """
    SET territory = CASE
        WHEN length(CODE) <> 5 OR length(ltrim(CODE, '0123456789')) > 0 THEN ''
        WHEN substr(CODE, 1, 2) = '20' THEN CASE WHEN CODE < '20200' THEN '2A' ELSE '2B' END
        WHEN substr(CODE, 1, 2) IN ('97', '98') THEN substr(CODE, 1, 3)
        ELSE substr(CODE, 1, 2) END
    WHERE postcode IS NOT NULL
""".replace("CODE", "replace(postcode, ' ', '')")


def upgrade() -> None:
    """Add the columns, fill them, and count."""
    op.add_column("staged_rows", sa.Column("territory", sa.String(60)))
    op.add_column("voters", sa.Column("territory", sa.String(60), nullable=False, server_default=""))
    op.create_table(
        "election_territories",
        sa.Column("election", sa.String(14), sa.ForeignKey("elections.uuid"), primary_key=True),
        sa.Column("territory", sa.String(60), primary_key=True),
        sa.Column("voters", sa.Integer, nullable=False),
    )
    for table in ("voters", "staged_rows"):
        op.execute("UPDATE " + table + FILL)
    op.execute(
        "INSERT INTO election_territories (election, territory, voters)"
        " SELECT entitlements.election, voters.territory, count(*)"
        " FROM entitlements JOIN voters ON voters.id = entitlements.voter_id"
        " GROUP BY entitlements.election, voters.territory"
    )
