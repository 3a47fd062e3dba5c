"""The time, in one place so that tests can name another."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment, aware, in UTC; Paris appears only at the edge (design.md, Databases)."""
    return datetime.now(UTC)
