"""Attendance is handed over in batches."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make two tables; batches are append-only in the database itself."""
    op.create_table(
        "attendance_batches",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("election", sa.String(64), nullable=False),
        sa.Column("after_height", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("hour", UTC, nullable=False),
        sa.ForeignKeyConstraint(["election"], ["elections.uuid"], name="fk_attendance_batches_election"),
    )
    op.create_index("ix_attendance_batches_election", "attendance_batches", ["election", "height"])
    op.create_table(
        "attendance_turns",
        sa.Column("election", sa.String(64), primary_key=True),
        sa.Column("period", UTC, nullable=False),
        sa.Column("final", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["election"], ["elections.uuid"], name="fk_attendance_turns_election"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION attendance_batches_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'attendance_batches is append-only' USING ERRCODE = 'restrict_violation'; END $$"
        )
        op.execute(
            "CREATE TRIGGER attendance_batches_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON attendance_batches "
            "FOR EACH STATEMENT EXECUTE FUNCTION attendance_batches_kept()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER attendance_batches_no_{event.lower()} BEFORE {event} ON attendance_batches "
            "BEGIN SELECT RAISE(ABORT, 'attendance_batches is append-only'); END"
        )
    op.execute(
        "CREATE TRIGGER attendance_batches_no_replace BEFORE INSERT ON attendance_batches "
        "WHEN EXISTS (SELECT 1 FROM attendance_batches WHERE number = NEW.number) "
        "BEGIN SELECT RAISE(ABORT, 'attendance_batches is append-only'); END"
    )
