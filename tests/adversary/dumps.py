"""What lies on a service's own disk: its rows, dead rows, write-ahead log and journal, as whoever takes the machine has it.

Used by the test of a whole election (tests/integration/test_whole_election.py), which has all secrets to look for.
"""

from pathlib import Path

from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url

from services.runtime.service_names import SERVICES

NEVER_HELD = {
    "identity": ("code", "re-issued code", "link", "password", "answer", "tracker", "ballot", "permit"),
    "ballot": ("code", "re-issued code", "link", "password", "answer", "person", "permit"),
    "reassort": ("code", "re-issued code", "link", "password", "answer", "person", "tracker", "permit"),
    "notification": ("code", "re-issued code", "link", "password", "answer", "person", "tracker", "ballot", "permit"),
}
"""Service → kinds of secrets that must not be on its disk. Names are identity's, ballots and trackers the urn's."""
WAYS_IN = ("code", "re-issued code", "link", "password", "answer")
assert set(NEVER_HELD) == set(SERVICES)


def rows(url):
    """Every row of every table, as text."""
    engine = create_engine(url)
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
                yield table, repr(tuple(row))
    engine.dispose()


def content(path):
    """What a file holds; nothing where its living server has removed it since it was listed."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def files(url, cluster=None):
    """The files of a database: of SQLite with its write-ahead log, of PostgreSQL the tables with their dead rows.

    Args:
        url: of the service's database.
        cluster: the PostgreSQL server, where it is one.
    """
    made = make_url(url)
    if cluster is None:
        path = Path(str(made.database))
        return sorted(path.parent.glob(f"{path.name}*"))
    superuser = create_engine(made.set(username="postgres"), isolation_level="AUTOCOMMIT")
    with superuser.connect() as connection:
        connection.exec_driver_sql("CHECKPOINT")
        asked = "SELECT oid FROM pg_database WHERE datname = current_database()"
        oid = connection.exec_driver_sql(asked).scalar_one()
    superuser.dispose()
    return sorted(path for path in (cluster.data / "base" / str(oid)).iterdir() if path.is_file())


def write_ahead_log(cluster, since):
    """The segments of PostgreSQL's log that were written since a moment (of `time.time`); all services share them."""
    return sorted(path for path in (cluster.data / "pg_wal").iterdir() if _written(path) >= since)


def _written(path):
    try:
        return path.stat().st_mtime if path.is_file() else 0.0
    except FileNotFoundError:
        return 0.0
