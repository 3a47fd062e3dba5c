"""What the urn says when it seals an election: recorded once, never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the table, append-only in the database itself."""
    op.create_table(
        "sealed_elections",
        sa.Column("election", sa.String(14), sa.ForeignKey("elections.uuid"), primary_key=True),
        sa.Column("fingerprint", sa.String(43), nullable=False),
        sa.Column("receipt_key", sa.String(64), nullable=False),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION sealed_elections_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'sealed_elections is append-only' USING ERRCODE = 'restrict_violation'; END $$"
        )
        op.execute(
            "CREATE TRIGGER sealed_elections_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON sealed_elections "
            "FOR EACH STATEMENT EXECUTE FUNCTION sealed_elections_kept()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER sealed_elections_no_{event.lower()} BEFORE {event} ON sealed_elections "
            "BEGIN SELECT RAISE(ABORT, 'sealed_elections is append-only'); END"
        )
    # INSERT OR REPLACE deletes without firing the trigger above.
    op.execute(
        "CREATE TRIGGER sealed_elections_no_replace BEFORE INSERT ON sealed_elections "
        "WHEN EXISTS (SELECT 1 FROM sealed_elections WHERE election = NEW.election AND "
        "(fingerprint <> NEW.fingerprint OR receipt_key <> NEW.receipt_key)) "
        "BEGIN SELECT RAISE(ABORT, 'sealed_elections is append-only'); END"
    )
