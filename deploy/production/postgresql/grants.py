"""The rights of a service's accounts: ``python -m deploy.production.postgresql.grants SERVICE``.

Of the running one, of the relay's, and of the one that erases after the term, where it was created (erasing.py).

Run after every migration, by the account that owns the tables. What is not granted is taken back.
"""

import importlib
import sys
from typing import Any

import psycopg2
from psycopg2 import sql
from sqlalchemy.engine import make_url

from deploy.production.postgresql import erasing
from deploy.production.postgresql.rights import rights_of
from services.runtime import settings
from services.runtime.bus.delivery_tables import OUTBOX, PROCESS

RELAY_ACCOUNT = "isoloir_relay"
RELAY_RIGHTS = {OUTBOX.name: "SELECT, UPDATE, DELETE", PROCESS.name: "SELECT, INSERT, UPDATE, DELETE"}
"""Table → what the relay may do there: take events from the outbox, and say that it is alive."""
OWNER = "_owner"
"""What the name of the owner's account ends with; the running account's is the same without."""


def grant(connection: Any, service: str, runtime: str, relay: str) -> None:
    """Give ``runtime`` and ``relay`` their rights. ``connection``: psycopg2's, of the account that owns the tables."""
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        tables = [name for (name,) in cursor.fetchall()]
        for account in (runtime, relay):
            _run(cursor, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {account}", account)
            _run(cursor, "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {account}", account)
            _run(cursor, "GRANT USAGE ON SCHEMA public TO {account}", account)
        for table in tables:
            _grant(cursor, rights_of(service, table), table, runtime)
        _run(cursor, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {account}", runtime)
        for table in RELAY_RIGHTS.keys() & set(tables):
            _grant(cursor, RELAY_RIGHTS[table], table, relay)
        erasing.allow(cursor, service, runtime + erasing.ERASING)


def _grant(cursor: Any, rights: str, table: str, account: str) -> None:
    _run(cursor, f"GRANT {rights} ON TABLE public.{{table}} TO {{account}}", account, table)


def _run(cursor: Any, statement: str, account: str, table: str = "") -> None:
    names = {"account": sql.Identifier(account)} | ({"table": sql.Identifier(table)} if table else {})
    cursor.execute(sql.SQL(statement).format(**names))


def main(service: str) -> None:
    """Grant in the database of ``service``, whose URL its settings give; nothing to do on SQLite."""
    loaded = settings.load(importlib.import_module(f"services.{service}.settings").Settings)
    url = make_url(loaded.database_url)
    if url.get_backend_name() != "postgresql":
        return
    account = str(url.username)
    if not account.endswith(OWNER):
        raise SystemExit(f"isoloir: migrations are run by the account that owns the tables, …{OWNER}, not by {account}")
    connection = psycopg2.connect(
        host=url.host, port=url.port, user=account, password=url.password, dbname=url.database, connect_timeout=10
    )
    try:
        grant(connection, service, account.removesuffix(OWNER), RELAY_ACCOUNT)
    finally:
        connection.close()


if __name__ == "__main__":
    main(sys.argv[1])
