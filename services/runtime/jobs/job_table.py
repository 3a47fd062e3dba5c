"""The table of a service's jobs."""

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text, text

from services.runtime.contracts.jobs import JobState
from services.runtime.storage.database import UtcDateTime

UNFINISHED = (JobState.WAITING, JobState.RUNNING)
IS_UNFINISHED = text("state IN ('waiting', 'running')")

_metadata = MetaData()

JOB = Table(
    "job",
    _metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("request", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("step", String(40)),
    Column("done", Integer),
    Column("total", Integer),
    Column("step_began_at", UtcDateTime),
    Column("step_began_with", Integer),
    Column("position", String(200)),
    Column("result", Text),
    Column("reason", String(80)),
    Column("correlation_id", String(36), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("worker", String(100)),
    Column("lease", String(36)),
    Column("leased_until", UtcDateTime),
    Index(
        "job_unfinished",
        "kind",
        "subject",
        unique=True,
        postgresql_where=IS_UNFINISHED,
        sqlite_where=IS_UNFINISHED,
    ),
    Index("job_by_state", "state", "asked_at"),
)
"""Jobs: what was asked for (`kind`, `subject`, `request`), how far it is (`step`, `done` of `total`, `position` in its own
data), what came of it (`result`, or `reason`: a refusal's code or an error's kind), and who works on it until when."""


def job_table(metadata: MetaData) -> Table:
    """The jobs as a table of the service's own metadata."""
    return JOB.to_metadata(metadata)
