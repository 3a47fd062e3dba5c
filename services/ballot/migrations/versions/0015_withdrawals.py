"""Credentials of voters who leave the roll before sealing.

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = {"withdrawals": ("removal",), "withdrawn_holders": ("election", "holder")}
KEPT = (
    "EXISTS (SELECT 1 FROM elections WHERE uuid = OLD.election AND raw IS NOT NULL) OR NOT EXISTS "
    "(SELECT 1 FROM withdrawn_holders WHERE election = OLD.election AND holder = OLD.holder)"
)
"""When a credential may not go."""


def upgrade() -> None:
    """Make the append-only tables, and let go what they name."""
    op.create_table(
        "withdrawals",
        sa.Column("removal", sa.String(36), primary_key=True),
        sa.Column("done", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "withdrawn_holders",
        sa.Column("election", sa.String(64), primary_key=True),
        sa.Column("holder", sa.String(64), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.add_column("credential_commitments", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table, key in TABLES.items():
        _append_only(postgresql, table, key)
    if postgresql:
        op.execute(
            "CREATE OR REPLACE FUNCTION credentials_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {KEPT} THEN RAISE EXCEPTION 'credentials are kept' USING ERRCODE = 'restrict_violation'; END IF; "
            "RETURN OLD; END $$"
        )
        return
    op.execute("DROP TRIGGER credentials_kept")
    op.execute(
        f"CREATE TRIGGER credentials_kept BEFORE DELETE ON credentials WHEN {KEPT} "
        "BEGIN SELECT RAISE(ABORT, 'credentials are kept'); END"
    )


def _append_only(postgresql: bool, table: str, key: tuple[str, ...]) -> None:
    if postgresql:
        op.execute(
            f"CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_kept()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    exists = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN {exists} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
