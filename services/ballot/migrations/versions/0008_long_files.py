"""Files that are too long for one row: the list of credentials of a large election.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLE = "chain_object_parts"
COLUMNS = ("election", "height", "position", "part")


def upgrade() -> None:
    """Make the append-only table of what follows."""
    op.create_table(
        TABLE,
        sa.Column("election", sa.String(64), primary_key=True),
        *(sa.Column(name, sa.Integer, primary_key=True, autoincrement=False) for name in COLUMNS[1:]),
        sa.Column("data", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            COLUMNS[:3], [f"chain_objects.{name}" for name in COLUMNS[:3]], name="fk_chain_object_parts_object"
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {TABLE}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '{TABLE} is append-only' USING ERRCODE = 'restrict_violation'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {TABLE}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_kept()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_{event.lower()} BEFORE {event} ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
        )
    same = " AND ".join(f"{name} = NEW.{name}" for name in COLUMNS)
    exists = f"EXISTS (SELECT 1 FROM {TABLE} WHERE {same})"  # noqa: S608
    op.execute(
        f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE} "
        f"WHEN {exists} BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
    )
