"""pytest plugin: SQLite in this process does not wait for the disk, nor does PostgreSQL (deploy/local/postgresql.py).

Crashes are simulated by killing processes, never by cutting the power: what a process has written, the operating system has.
Processes that a test starts wait as they do in production, and one test holds that they would.
"""

from typing import Any

from services.runtime.storage import database

AS_IN_PRODUCTION = database._configure_sqlite


def _quick(connection: Any, record: Any) -> None:
    AS_IN_PRODUCTION(connection, record)
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()


database._configure_sqlite = _quick
