"""The time, in one place so that tests can name another."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment, aware, in UTC; Paris appears only at the edge (design.md, Databases)."""
    return datetime.now(UTC)


def cut_to_hour(moment: datetime) -> datetime:
    """The hour that a moment is in: as much as is kept where an exact time could be joined with a vote (L1)."""
    return moment.replace(minute=0, second=0, microsecond=0)
