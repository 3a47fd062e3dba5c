"""The databases themselves: counted, and emptied of all that does not stay."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import psycopg2
from sqlalchemy.engine import URL

from deploy.production.backup import dumps
from deploy.production.erasure.tables import KEPT

PATIENT = "-c statement_timeout=0 -c lock_timeout=120s"


class NotErased(Exception):
    """What a person is told, in French: nothing, or no more than the services before this one, was erased."""


def rows(url: URL) -> dict[str, int]:
    """Table → how many rows it has.

    Raises:
        NotErased: the database cannot be reached, or this account may not.
    """
    if dumps.kind_of(url) == dumps.SQLITE:
        return dumps.rows(url)
    return {str(name): int(count) for name, count in asked(url, "SELECT name, rows FROM public.isoloir_rows()")}


def left(service: str, counted: dict[str, int]) -> dict[str, int]:
    """Of the tables that are emptied, those that still have rows."""
    return {name: count for name, count in counted.items() if count and name not in KEPT[service]}


def empty(service: str, url: URL) -> None:
    """Empty every table of a service's database but those that stay: all of them or none.

    Args:
        service: whose database it is.
        url: of the erasing account (PostgreSQL), or the file (SQLite).

    Raises:
        NotErased: the database refuses, or cannot be reached.
    """
    if dumps.kind_of(url) == dumps.SQLITE:
        _empty_file(service, url)
    else:
        asked(url, "SELECT public.isoloir_erase()")


def asked(url: URL, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement in a transaction of its own; what it answers.

    Raises:
        NotErased: the database refuses, or cannot be reached.
    """
    if dumps.kind_of(url) == dumps.SQLITE:
        with closing(sqlite3.connect(f"file:{url.database}?mode=ro", uri=True)) as file:
            return list(file.execute(statement))
    try:
        connection = psycopg2.connect(
            host=url.host, port=url.port, user=url.username, password=url.password, dbname=url.database,
            connect_timeout=10, options=PATIENT,
        )  # fmt: skip
    except psycopg2.OperationalError as error:  # the driver's own words name host and cause, and no password
        raise NotErased(f"base inaccessible : {str(error).strip()}") from None
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())
    except psycopg2.errors.RestrictViolation:
        raise NotErased("la base refuse : le terme de deux ans n'est pas passé.") from None
    except (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.UndefinedFunction):
        raise NotErased(
            f"le compte {url.username} ne peut pas effacer : créez le compte d'effacement (docs/operations.md)."
        ) from None
    except psycopg2.Error as error:
        raise NotErased(f"la base refuse : {str(error).strip()}") from None
    finally:
        connection.close()


def _empty_file(service: str, url: URL) -> None:
    with closing(sqlite3.connect(str(url.database), isolation_level=None, timeout=30)) as file:
        # What is deleted is overwritten, here and in the pages that VACUUM leaves.
        file.execute("PRAGMA secure_delete=ON")
        file.execute("BEGIN IMMEDIATE")
        try:
            file.execute("PRAGMA defer_foreign_keys=ON")
            guards = list(file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
            for name, _ in guards:
                file.execute(f'DROP TRIGGER "{name}"')
            for table in dumps.rows(url).keys() - KEPT[service]:
                file.execute(f'DELETE FROM "{table}"')  # noqa: S608 - its own tables' names
            if file.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
                file.execute("DELETE FROM sqlite_sequence")
            for _, text in guards:
                file.execute(text)
            file.execute("COMMIT")
        except BaseException:
            file.execute("ROLLBACK")
            raise
        file.execute("VACUUM")
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
