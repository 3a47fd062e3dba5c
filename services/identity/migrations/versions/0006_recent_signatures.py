"""Signatures wait in a small table for the end of their period: the poll book itself is never rewritten to hide an order."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table; confirmations that are still to be mailed move to it."""
    op.create_table(
        "recent_signatures",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("voter_id", sa.String(length=36), nullable=False),
        sa.Column("election", sa.String(length=14), nullable=False),
        sa.Column("signed_in_hour", UTC, nullable=False),
        sa.Column("due_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["election"], ["elections.uuid"]),
        sa.ForeignKeyConstraint(["voter_id"], ["voters.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("voter_id", "election"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_recent_signatures_due_at"), "recent_signatures", ["due_at"], unique=False)
    # They are in the poll book already, which is append-only: entering them there again does nothing.
    op.execute(
        "INSERT INTO recent_signatures (id, voter_id, election, signed_in_hour, due_at)"
        " SELECT id, voter_id, election, signed_in_hour, due_at"
        " FROM poll_book JOIN attendance_mails ON attendance_mails.entry = poll_book.id"
    )
    op.drop_table("attendance_mails")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CLUSTER poll_book USING poll_book_pkey")
    _let_signatures_go_to_the_poll_book_alone()


def _let_signatures_go_to_the_poll_book_alone() -> None:
    # R211-569, as for the poll book: in the database, so that no code can forget it.
    entered = "EXISTS (SELECT 1 FROM poll_book WHERE voter_id = OLD.voter_id AND election = OLD.election)"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"""
            CREATE FUNCTION signatures_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' AND {entered} THEN
                    RETURN OLD;
                END IF;
                RAISE EXCEPTION 'the poll book is append-only';
            END $$
            """
        )
        op.execute(
            "CREATE TRIGGER recent_signatures_rows BEFORE UPDATE OR DELETE ON recent_signatures "
            "FOR EACH ROW EXECUTE FUNCTION signatures_are_kept()"
        )
        op.execute(
            "CREATE TRIGGER recent_signatures_whole BEFORE TRUNCATE ON recent_signatures "
            "FOR EACH STATEMENT EXECUTE FUNCTION poll_book_only_grows()"
        )
        return
    for verb, allowed in (("UPDATE", "0"), ("DELETE", entered)):
        op.execute(
            f"CREATE TRIGGER recent_signatures_no_{verb.lower()} BEFORE {verb} ON recent_signatures "
            f"WHEN NOT {allowed} BEGIN SELECT RAISE(ABORT, 'the poll book is append-only'); END"
        )
