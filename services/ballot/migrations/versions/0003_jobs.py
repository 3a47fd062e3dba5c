"""Long work as rows."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the jobs."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "job",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("step", sa.String(40)),
        sa.Column("done", sa.Integer),
        sa.Column("total", sa.Integer),
        sa.Column("step_began_at", moment),
        sa.Column("step_began_with", sa.Integer),
        sa.Column("position", sa.String(200)),
        sa.Column("result", sa.Text),
        sa.Column("reason", sa.String(80)),
        sa.Column("correlation_id", sa.String(36), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("started_at", moment),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("finished_at", moment),
        sa.Column("next_attempt_at", moment, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("worker", sa.String(100)),
        sa.Column("lease", sa.String(36)),
        sa.Column("leased_until", moment),
    )
    unfinished = sa.text("state IN ('waiting', 'running')")
    op.create_index(
        "job_unfinished",
        "job",
        ["kind", "subject"],
        unique=True,
        postgresql_where=unfinished,
        sqlite_where=unfinished,
    )
    op.create_index("job_by_state", "job", ["state", "asked_at"])
