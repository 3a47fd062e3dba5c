"""Spares take the place of credentials: what was exchanged, and which requests were answered."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

UTC = sa.DateTime(timezone=True)
TABLES = {
    "activations": "election = NEW.election AND (spare = NEW.spare OR retired = NEW.retired)",
    "reissues": "request = NEW.request",
}
"""Table → when SQLite's INSERT OR REPLACE would replace a row."""


def upgrade() -> None:
    """Make two append-only tables."""
    op.create_table(
        "activations",
        sa.Column("election", sa.String(64), primary_key=True),
        sa.Column("spare", sa.String(64), primary_key=True),
        sa.Column("retired", sa.String(64), nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("hour", UTC, nullable=False),
        sa.UniqueConstraint("election", "retired", name="uq_activations_retired"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reissues",
        sa.Column("request", sa.String(36), primary_key=True),
        sa.Column("heads", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    for table, replaced in TABLES.items():
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation'; END $$"
            )
            op.execute(
                f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_kept()"
            )
            continue
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        exists = f"EXISTS (SELECT 1 FROM {table} WHERE {replaced})"  # noqa: S608
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {exists} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
