"""Re-issues and their public register, append-only in the database itself."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

UTC = sa.DateTime(timezone=True)
NEXT = "NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM register_entries WHERE election = NEW.election)"
# SQLite's INSERT OR REPLACE deletes the old row without firing its DELETE trigger.
TWICE = (
    "EXISTS (SELECT 1 FROM register_entries WHERE election = NEW.election"
    " AND (spare = NEW.spare OR retired = NEW.retired))"
)


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "reissues",
        sa.Column("request", sa.String(36), primary_key=True),
        sa.Column("voting_event", sa.String(64), nullable=False),
        sa.Column("bearer", sa.String(64), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("sealed", sa.Text),
        sa.Column("holders", sa.Text),
        sa.Column("shown", sa.Text),
        sa.Column("until", UTC),
        sa.ForeignKeyConstraint(
            ["voting_event", "bearer"], ["bearers.voting_event", "bearers.bearer"], name="fk_reissues_bearer"
        ),
        sqlite_with_rowid=False,
    )
    taken = sa.text("state <> 'late'")
    op.create_index(
        "reissues_spare",
        "reissues",
        ["voting_event", "bearer", "rank"],
        unique=True,
        sqlite_where=taken,
        postgresql_where=taken,
    )
    op.create_index("reissues_shown", "reissues", ["until"])
    op.create_table(
        "registers",
        sa.Column("election", sa.String(64), primary_key=True),
        sa.Column("voting_event", sa.String(64), nullable=False),
        sa.Column("credentials", sa.Integer, nullable=False),
        sa.Column("spares", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["voting_event"], ["generations.voting_event"], name="fk_registers_generation"),
    )
    op.create_table(
        "register_entries",
        sa.Column("election", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("spare", sa.String(64), nullable=False),
        sa.Column("retired", sa.String(64), nullable=False),
        sa.Column("hour", sa.String(17), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("raw", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["election"], ["registers.election"], name="fk_register_entries_register"),
        sa.UniqueConstraint("election", "spare", name="uq_register_entries_spare"),
        sa.UniqueConstraint("election", "retired", name="uq_register_entries_retired"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION register_entries_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'the register is append-only' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER register_entries_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON register_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION register_entries_kept()"
    )
    op.execute(
        f"CREATE FUNCTION register_entries_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {NEXT} THEN "
        "RAISE EXCEPTION 'an entry follows the last one' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER register_entries_follow BEFORE INSERT ON register_entries "
        "FOR EACH ROW EXECUTE FUNCTION register_entries_follow()"
    )


def _guard_sqlite() -> None:
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER register_entries_no_{event.lower()} BEFORE {event} ON register_entries "
            "BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END"
        )
    for name, condition in (("follow", NEXT), ("no_replace", TWICE)):
        op.execute(
            f"CREATE TRIGGER register_entries_{name} BEFORE INSERT ON register_entries WHEN {condition} "
            "BEGIN SELECT RAISE(ABORT, 'an entry follows the last one'); END"
        )
