"""Tables of identity."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create everything."""
    _delivery()
    op.create_table(
        "voting_events",
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("opens_at", UTC, nullable=False),
        sa.Column("closes_at", UTC, nullable=False),
        sa.Column("profile", sa.String(length=20), nullable=False),
        sa.Column("codes_listed_at", UTC, nullable=True),
        sa.Column("roll_sealed_at", UTC, nullable=True),
        sa.PrimaryKeyConstraint("uuid"),
        sa.UniqueConstraint("rank"),
    )
    op.create_table(
        "access_requests",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("voting_event", sa.String(length=36), nullable=False),
        sa.Column("identifier", sa.String(length=254), nullable=False),
        sa.Column("requested_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["voting_event"], ["voting_events.uuid"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_access_requests_requested_at"), "access_requests", ["requested_at"], unique=False)
    op.create_table(
        "elections",
        sa.Column("uuid", sa.String(length=14), nullable=False),
        sa.Column("voting_event", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=50), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["voting_event"], ["voting_events.uuid"]),
        sa.PrimaryKeyConstraint("uuid"),
        sa.UniqueConstraint("voting_event", "code"),
    )
    op.create_index(op.f("ix_elections_voting_event"), "elections", ["voting_event"], unique=False)
    op.create_table(
        "roll_imports",
        sa.Column("import_id", sa.String(length=36), nullable=False),
        sa.Column("voting_event", sa.String(length=36), nullable=False),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.Column("entitlements", sa.Integer(), nullable=False),
        sa.Column("committed_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["voting_event"], ["voting_events.uuid"]),
        sa.PrimaryKeyConstraint("import_id"),
    )
    op.create_index(op.f("ix_roll_imports_voting_event"), "roll_imports", ["voting_event"], unique=False)
    op.create_table(
        "staged_rows",
        sa.Column("import_id", sa.String(length=36), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("voting_event", sa.String(length=36), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["voting_event"], ["voting_events.uuid"]),
        sa.PrimaryKeyConstraint("import_id", "line"),
    )
    op.create_index(op.f("ix_staged_rows_voting_event"), "staged_rows", ["voting_event"], unique=False)
    op.create_table(
        "voters",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("voting_event", sa.String(length=36), nullable=False),
        sa.Column("identifier", sa.String(length=254), nullable=False),
        sa.Column("surname", sa.String(length=100), nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("assignment", sa.String(length=200), nullable=False),
        sa.Column("address1", sa.String(length=100), nullable=False),
        sa.Column("address2", sa.String(length=100), nullable=False),
        sa.Column("postcode", sa.String(length=10), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["voting_event"], ["voting_events.uuid"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("voting_event", "identifier"),
    )
    op.create_index("voters_by_event", "voters", ["voting_event", "id"], unique=False)
    op.create_table(
        "accounts",
        sa.Column("voter_id", sa.String(length=36), nullable=False),
        sa.Column("password_hash", sa.String(length=60), nullable=False),
        sa.Column("activated_at", UTC, nullable=False),
        sa.Column("failed_log_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", UTC, nullable=True),
        sa.Column("last_connection_at", UTC, nullable=True),
        sa.ForeignKeyConstraint(["voter_id"], ["voters.id"]),
        sa.PrimaryKeyConstraint("voter_id"),
    )
    op.create_table(
        "entitlements",
        sa.Column("voter_id", sa.String(length=36), nullable=False),
        sa.Column("election", sa.String(length=14), nullable=False),
        sa.Column("lookup_tag", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["election"], ["elections.uuid"]),
        sa.ForeignKeyConstraint(["voter_id"], ["voters.id"]),
        sa.PrimaryKeyConstraint("voter_id", "election"),
        sa.UniqueConstraint("lookup_tag"),
    )
    op.create_index(op.f("ix_entitlements_election"), "entitlements", ["election"], unique=False)
    op.create_table(
        "links",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("voter_id", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("expires_at", UTC, nullable=False),
        sa.Column("superseded_at", UTC, nullable=True),
        sa.Column("consumed_at", UTC, nullable=True),
        sa.ForeignKeyConstraint(["voter_id"], ["voters.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(op.f("ix_links_voter_id"), "links", ["voter_id"], unique=False)
    op.create_table(
        "poll_book",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("voter_id", sa.String(length=36), nullable=False),
        sa.Column("election", sa.String(length=14), nullable=False),
        sa.Column("signed_in_hour", UTC, nullable=False),
        sa.ForeignKeyConstraint(["election"], ["elections.uuid"]),
        sa.ForeignKeyConstraint(["voter_id"], ["voters.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("voter_id", "election"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_poll_book_election"), "poll_book", ["election"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("voter_id", sa.String(length=36), nullable=False),
        sa.Column("opened_at", UTC, nullable=False),
        sa.Column("last_seen_at", UTC, nullable=False),
        sa.Column("previous_connection_at", UTC, nullable=True),
        sa.ForeignKeyConstraint(["voter_id"], ["voters.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(op.f("ix_sessions_voter_id"), "sessions", ["voter_id"], unique=False)
    _make_poll_book_append_only()


def _make_poll_book_append_only() -> None:
    # R211-569: the attendance list only grows during the vote. In the database, so that no code can forget it.
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            CREATE FUNCTION poll_book_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'the poll book is append-only';
            END $$
            """
        )
        op.execute(
            "CREATE TRIGGER poll_book_rows BEFORE UPDATE OR DELETE ON poll_book "
            "FOR EACH ROW EXECUTE FUNCTION poll_book_only_grows()"
        )
        op.execute(
            "CREATE TRIGGER poll_book_whole BEFORE TRUNCATE ON poll_book "
            "FOR EACH STATEMENT EXECUTE FUNCTION poll_book_only_grows()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER poll_book_no_{verb.lower()} BEFORE {verb} ON poll_book "
            "BEGIN SELECT RAISE(ABORT, 'the poll book is append-only'); END"
        )


def _delivery() -> None:
    op.create_table(
        "outbox",
        sa.Column(
            "sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("event_id", sa.String(36), nullable=False, unique=True),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("type", sa.String(80), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.String(36), nullable=False),
        sa.Column("created_at", UTC, nullable=False),
    )
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.String(36), primary_key=True),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("type", sa.String(80), nullable=False, index=True),
        sa.Column("payload", sa.Text()),
        sa.Column("correlation_id", sa.String(36), nullable=False),
        sa.Column("received_at", UTC, nullable=False),
        sa.Column("state", sa.String(10), nullable=False, index=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UTC, nullable=False),
        sa.Column("reason", sa.String(200)),
    )
    op.create_table(
        "command_done",
        sa.Column("idempotency_key", sa.String(64), primary_key=True),
        sa.Column("method", sa.String(80), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("done_at", UTC, nullable=False),
    )
