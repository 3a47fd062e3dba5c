"""The ballot box, append-only in the database itself.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)

APPEND_ONLY = ("ballots", "chain_events", "chain_objects", "closings", "partial_decryptions")

# (name, table, event, condition under which the change is refused, message). NEW and OLD read the same in both
# databases; a condition of "1 = 1" refuses always.
_SEALED = "EXISTS (SELECT 1 FROM elections WHERE uuid = {row}.election AND raw IS NOT NULL)"
_ENDED = "EXISTS (SELECT 1 FROM chain_events WHERE election = NEW.election AND type = 'EndBallots')"
GUARDS = (
    ("elections_frozen", "elections", "UPDATE", "OLD.raw IS NOT NULL", "a sealed election is frozen"),
    ("elections_kept", "elections", "DELETE", "OLD.raw IS NOT NULL", "a sealed election is kept"),
    ("credentials_fixed", "credentials", "INSERT", _SEALED.format(row="NEW"), "credentials are fixed at sealing"),
    (
        "credentials_states",
        "credentials",
        "UPDATE",
        "NOT (NEW.election = OLD.election AND NEW.credential = OLD.credential AND NEW.holder = OLD.holder"
        " AND NEW.rank = OLD.rank AND ((OLD.state = 'active' AND NEW.state = 'retired')"
        " OR (OLD.state = 'spare' AND NEW.state = 'active')))",
        "a credential only goes from spare to active and from active to retired",
    ),
    ("credentials_kept", "credentials", "DELETE", "1 = 1", "credentials are kept"),
    (
        "commitments_fixed",
        "credential_commitments",
        "UPDATE",
        _SEALED.format(row="OLD"),
        "the commitment is fixed at sealing",
    ),
    ("commitments_kept", "credential_commitments", "DELETE", "1 = 1", "commitments are kept"),
    (
        "ballots_while_open",
        "ballots",
        "INSERT",
        f"NOT {_SEALED.format(row='NEW')} OR {_ENDED}",
        "ballots are accepted between sealing and EndBallots",
    ),
    (
        "chain_events_contiguous",
        "chain_events",
        "INSERT",
        "NEW.height <> (SELECT COALESCE(MAX(height), -1) + 1 FROM chain_events WHERE election = NEW.election)",
        "an event follows the last one",
    ),
    (
        "chain_events_ended",
        "chain_events",
        "INSERT",
        f"NEW.type IN ('Ballot', 'EndBallots') AND {_ENDED}",
        "nothing enters the urn after EndBallots",
    ),
)

# SQLite's INSERT OR REPLACE deletes the old row without firing its DELETE trigger: refuse the second row before that.
REPLACEMENTS = (
    ("elections", ("uuid = NEW.uuid",)),
    ("closings", ("election = NEW.election",)),
    (
        "chain_objects",
        (
            "election = NEW.election AND height = NEW.height AND position = NEW.position",
            "election = NEW.election AND hash = NEW.hash",
        ),
    ),
    ("chain_events", ("election = NEW.election AND hash = NEW.hash",)),
    ("partial_decryptions", ("election = NEW.election AND owner = NEW.owner",)),
    (
        "ballots",
        tuple(
            f"election = NEW.election AND {column} = NEW.{column}"
            for column in ("height", "holder", "credential", "tracker")
        ),
    ),
)


def upgrade() -> None:
    """Create the tables, then the guards."""
    _delivery()
    _create_elections()
    _create_credentials()
    _create_chain()
    _create_ballots()
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in APPEND_ONLY:
        for event in ("UPDATE", "DELETE"):
            _guard(postgresql, f"{table}_no_{event.lower()}", table, event, "1 = 1", f"{table} is append-only")
    for guard in GUARDS:
        _guard(postgresql, *guard)
    if postgresql:
        for table in (*APPEND_ONLY, "credentials", "credential_commitments", "elections"):
            _refuse_truncate(table)
        return
    for table, conditions in REPLACEMENTS:
        exists = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {condition})" for condition in conditions)  # noqa: S608
        _guard(postgresql, f"{table}_no_replace", table, "INSERT", exists, f"{table} is append-only")


def _create_elections() -> None:
    op.create_table(
        "elections",
        sa.Column("uuid", sa.String(64), primary_key=True),
        sa.Column("voting_event", sa.String(64), nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("opens_at", UTC, nullable=False),
        sa.Column("closes_at", UTC, nullable=False),
        sa.Column("trustees", sa.Text),
        sa.Column("public_key", sa.String(64)),
        sa.Column("raw", sa.Text),
        sa.Column("hash", sa.String(43)),
        sa.Column("sealed_at", UTC),
        sa.Column("present", sa.Text),
    )
    op.create_table(
        "closings",
        sa.Column("election", sa.String(64), primary_key=True),
        sa.Column("closed_at", UTC, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["election"], ["elections.uuid"], name="fk_closings_election"),
    )


def _create_credentials() -> None:
    op.create_table(
        "credentials",
        sa.Column("election", sa.String(64), primary_key=True),
        sa.Column("credential", sa.String(64), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.UniqueConstraint("election", "holder", "rank", name="uq_credentials_holder_rank"),
        sa.CheckConstraint("state IN ('active', 'spare', 'retired')", name="ck_credentials_state"),
        sa.CheckConstraint("rank >= 0", name="ck_credentials_rank"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "credential_commitments",
        sa.Column("election", sa.String(64), primary_key=True),
        sa.Column("holders", sa.Integer, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )


def _create_chain() -> None:
    op.create_table(
        "chain_events",
        sa.Column("election", sa.String(64), primary_key=True),
        sa.Column("height", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("raw", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["election"], ["elections.uuid"], name="fk_chain_events_election"),
        sa.UniqueConstraint("election", "hash", name="uq_chain_events_hash"),
    )
    # The guards ask for an EndBallots event at every ballot.
    op.create_index("ix_chain_events_type", "chain_events", ["election", "type", "height"])
    op.create_table(
        "chain_objects",
        sa.Column("election", sa.String(64), primary_key=True),
        sa.Column("height", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["election", "height"], ["chain_events.election", "chain_events.height"], name="fk_chain_objects_event"
        ),
        sa.UniqueConstraint("election", "hash", name="uq_chain_objects_hash"),
    )
    op.create_table(
        "partial_decryptions",
        sa.Column("election", sa.String(64), primary_key=True),
        sa.Column("owner", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["election", "height"],
            ["chain_events.election", "chain_events.height"],
            name="fk_partial_decryptions_event",
        ),
    )


def _create_ballots() -> None:
    op.create_table(
        "ballots",
        sa.Column("election", sa.String(64), primary_key=True),
        sa.Column("height", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("credential", sa.String(64), nullable=False),
        sa.Column("tracker", sa.String(43), nullable=False),
        sa.ForeignKeyConstraint(
            ["election", "height"], ["chain_events.election", "chain_events.height"], name="fk_ballots_event"
        ),
        sa.ForeignKeyConstraint(
            ["election", "credential"],
            ["credentials.election", "credentials.credential"],
            name="fk_ballots_credential",
        ),
        sa.UniqueConstraint("election", "holder", name="uq_ballots_holder"),
        sa.UniqueConstraint("election", "credential", name="uq_ballots_credential"),
        sa.UniqueConstraint("election", "tracker", name="uq_ballots_tracker"),
    )


def _guard(postgresql: bool, name: str, table: str, event: str, condition: str, message: str) -> None:
    if not postgresql:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    returned = "OLD" if event == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END IF; "
        f"RETURN {returned}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _refuse_truncate(table: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{table} is kept' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_no_truncate()"
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
