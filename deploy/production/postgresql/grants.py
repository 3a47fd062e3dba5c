"""The relay's rights on a service's outbox: ``python -m deploy.production.postgresql.grants SERVICE`` after a migration."""

import importlib
import sys
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql
from sqlalchemy.engine import make_url

from services.runtime import settings

RELAY_ACCOUNT = "isoloir_relay"
STATEMENTS = Path(__file__).with_name("grants.sql")


def grant(connection: Any, relay: str) -> None:
    """Run grants.sql for the account ``relay``. ``connection``: psycopg2's, of the account that owns the tables."""
    text = STATEMENTS.read_text(encoding="utf-8").replace(':"relay"', "{relay}")
    with connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL(text).format(relay=sql.Identifier(relay)))


def main(service: str) -> None:
    """Grant in the database of ``service``, whose URL its settings give; nothing to do on SQLite."""
    loaded = settings.load(importlib.import_module(f"services.{service}.settings").Settings)
    url = make_url(loaded.database_url)
    if url.get_backend_name() != "postgresql":
        return
    connection = psycopg2.connect(
        host=url.host, port=url.port, user=url.username, password=url.password, dbname=url.database, connect_timeout=10
    )
    try:
        grant(connection, RELAY_ACCOUNT)
    finally:
        connection.close()


if __name__ == "__main__":
    main(sys.argv[1])
