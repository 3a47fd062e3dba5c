"""Identity's database for a measurement: a private PostgreSQL, its tables empty, and one voting event."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from deploy.local.postgresql import LocalCluster
from services.runtime.storage.database import Database

EVENT = "event"
"""The voting event's number."""


@contextmanager
def empty() -> Iterator[Database]:
    """The database, by the account that owns its tables; gone afterwards."""
    cluster = LocalCluster()
    try:
        cluster.start()
        database = Database(cluster.another_system().owner_urls()["identity"], "identity")
        database.upgrade()
        yield database
    finally:
        cluster.close()


def open_event(session: Session, begins: datetime) -> None:
    """The voting event, which goes on for a week or so."""
    session.execute(
        text(
            "INSERT INTO voting_events (uuid, rank, name, opens_at, closes_at, profile)"
            " VALUES (:event, 1, 'Banc d’essai', :begin, :end, '2022')"
        ),
        {"event": EVENT, "begin": begins, "end": begins + timedelta(days=8)},
    )
