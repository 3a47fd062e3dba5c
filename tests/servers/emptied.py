"""PostgreSQL databases that one test after another uses: emptied between them, as one takes half a second to make.

The template notes every command that defines something, in whichever of its copies: where a test has defined something,
its database is not used again.
"""

import io
from collections.abc import Collection
from contextlib import closing
from typing import Any

import psycopg2
from psycopg2 import sql

NOTING = """
    CREATE SCHEMA defined;
    CREATE TABLE defined.command (tag text);
    CREATE FUNCTION defined.note() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        -- A table of one connection alone goes with it.
        IF TG_TAG LIKE 'DROP %' OR EXISTS (
            SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name IS DISTINCT FROM 'pg_temp'
        ) THEN
            INSERT INTO defined.command VALUES (TG_TAG);
        END IF;
    END $$;
    CREATE EVENT TRIGGER note_defined ON ddl_command_end EXECUTE FUNCTION defined.note();
    ALTER EVENT TRIGGER note_defined ENABLE ALWAYS;
"""
FORGOTTEN = "DELETE FROM defined.command WHERE xmin = pg_current_xact_id()::xid"
"""What this transaction has defined is no test's doing."""
RELATIONS = """
    SELECT relkind, relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
    WHERE n.nspname = 'public' AND relkind IN ('r', 'S') ORDER BY relname
"""
OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class EmptiedDatabases:
    """What the databases of one template are when nothing has happened in them."""

    def __init__(self, port: int, template: str) -> None:
        self._port = port
        self._kept: dict[str, Any] = {}
        """Database → a connection that has read its catalogue: for a new one that is more work than to empty it."""
        with closing(self._connection(template)) as connection, connection.cursor() as cursor:
            cursor.execute(RELATIONS)
            relations = cursor.fetchall()
            tables = [name for kind, name in relations if kind == "r"]
            self._seeds = {table: rows for table in tables if (rows := _copied(cursor, table))}
            # Triggers that keep what is written stay silent, foreign keys too.
            emptied = [sql.SQL("SET LOCAL session_replication_role = replica")]
            emptied += [sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in tables]
            emptied += [
                sql.SQL("SELECT setval({}::regclass, 1, false)").format(sql.Literal(f'public."{name}"'))
                for kind, name in relations
                if kind == "S"
            ]
            self._emptied = sql.SQL("; ").join(emptied).as_string(cursor)

    def empty(self, name: str, added: Collection[str] = ()) -> bool:
        """Make a database what its template is.

        Args:
            name: A database of the template.
            added: Tables that were put into it without being noted.

        Returns:
            False where a test has changed more than rows: it is of no more use.
        """
        connection = self._kept.pop(name, None) or self._connection(name)
        try:
            with connection, connection.cursor() as cursor:
                served = self._empty(cursor, added)
        except psycopg2.OperationalError:  # it was cut, or the server restarted
            connection.close()
            return False
        if served:
            self._kept[name] = connection
        else:
            connection.close()
        return served

    def _empty(self, cursor: Any, added: Collection[str]) -> bool:
        cursor.execute(f"{OTHERS}; SELECT tag FROM defined.command")
        if cursor.fetchall():
            return False
        for table in added:
            cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(table)))
        cursor.execute(f"{FORGOTTEN}; {self._emptied}" if added else self._emptied)
        for table, rows in self._seeds.items():
            cursor.copy_expert(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table)), io.BytesIO(rows))
        return True

    def _connection(self, name: str) -> Any:
        return psycopg2.connect(host="127.0.0.1", port=self._port, user="postgres", dbname=name)


def _copied(cursor: Any, table: str) -> bytes:
    rows = io.BytesIO()
    cursor.copy_expert(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table)), rows)
    return rows.getvalue()
