"""The poll book is sealed when the urn is closed and every signature is in: no signature comes after it.

Revision ID: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of seals, append-only; and have the database refuse signatures of a sealed election."""
    op.create_table(
        "poll_book_seals",
        sa.Column("election", sa.String(14), sa.ForeignKey("elections.uuid"), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION poll_book_seals_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'poll_book_seals is append-only' USING ERRCODE = 'restrict_violation'; END $$"
        )
        op.execute(
            "CREATE TRIGGER poll_book_seals_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON poll_book_seals "
            "FOR EACH STATEMENT EXECUTE FUNCTION poll_book_seals_kept()"
        )
        op.execute(
            "CREATE FUNCTION poll_book_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF EXISTS (SELECT 1 FROM poll_book_seals WHERE election = NEW.election) THEN "
            "RAISE EXCEPTION 'the poll book is sealed' USING ERRCODE = 'restrict_violation'; END IF; "
            "RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER poll_book_sealed BEFORE INSERT ON poll_book "
            "FOR EACH ROW EXECUTE FUNCTION poll_book_sealed()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER poll_book_seals_no_{event.lower()} BEFORE {event} ON poll_book_seals "
            "BEGIN SELECT RAISE(ABORT, 'poll_book_seals is append-only'); END"
        )
    # INSERT OR REPLACE deletes without firing the trigger above.
    op.execute(
        "CREATE TRIGGER poll_book_seals_no_replace BEFORE INSERT ON poll_book_seals "
        "WHEN EXISTS (SELECT 1 FROM poll_book_seals WHERE election = NEW.election) "
        "BEGIN SELECT RAISE(ABORT, 'poll_book_seals is append-only'); END"
    )
    op.execute(
        "CREATE TRIGGER poll_book_sealed BEFORE INSERT ON poll_book "
        "WHEN EXISTS (SELECT 1 FROM poll_book_seals WHERE election = NEW.election) "
        "BEGIN SELECT RAISE(ABORT, 'the poll book is sealed'); END"
    )
