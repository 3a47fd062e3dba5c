"""A database as a stream of bytes, and back: pg_dump's custom format for PostgreSQL, the file itself for SQLite."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ, connection
from sqlalchemy.engine import URL

POSTGRESQL, SQLITE = "postgresql", "sqlite"


class BackupFailed(Exception):
    """What a person is told, in French: a missing program, a base that cannot be read, a target that is not empty."""


def kind_of(url: URL) -> str:
    """POSTGRESQL or SQLITE."""
    return url.get_backend_name()


@contextmanager
def dumped(url: URL) -> Iterator[tuple[IO[bytes], dict[str, int]]]:
    """A consistent copy of a database while it serves.

    Args:
        url: of an account that may read every table: the owner's.

    Yields:
        The copy, to read to its end; the rows of each table in that very copy.

    Raises:
        BackupFailed: pg_dump is not installed, or it failed.
    """
    if kind_of(url) == SQLITE:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.sqlite"
            with closing(_read_only(url)) as source:
                source.execute("VACUUM INTO ?", (str(copy),))
            with closing(sqlite3.connect(copy)) as taken, copy.open("rb") as stream:
                yield stream, _rows_of_sqlite(taken)
        return
    with closing(_connected(url)) as snapshot:
        snapshot.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
        with snapshot.cursor() as cursor:
            # What is counted and what is dumped is the same moment.
            cursor.execute("SELECT pg_export_snapshot()")
            [number] = cursor.fetchone() or [""]
        rows = _rows_of_postgresql(snapshot)
        command = [_program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={number}"]
        with subprocess.Popen(
            command, env=_environment(url), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            if process.stdout is None or process.stderr is None:
                raise AssertionError("pipes were asked for")
            yield process.stdout, rows
            said = process.stderr.read().decode(errors="replace").strip()
            if process.wait():
                raise BackupFailed(f"pg_dump a échoué : {said}")


def restore(url: URL, stream: IO[bytes]) -> None:
    """Fill an empty database from a copy, all or nothing.

    Args:
        url: of the account that is to own the tables.
        stream: what `dumped` gave, of the same kind of database.

    Raises:
        BackupFailed: the database has tables, pg_restore is not installed, or it failed.
    """
    if tables(url):
        raise BackupFailed("la base n’est pas vide : rien n’a été restauré. Créez-en une neuve.")
    if kind_of(url) == SQLITE:
        target = Path(str(url.database))
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        with part.open("wb") as file:
            shutil.copyfileobj(stream, file)
        part.replace(target)
        return
    command = [
        _program("pg_restore"),
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        f"--dbname={url.database}",
    ]
    with subprocess.Popen(command, env=_environment(url), stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        if process.stdin is None or process.stderr is None:
            raise AssertionError("pipes were asked for")
        try:
            shutil.copyfileobj(stream, process.stdin)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it says why it ended
        said = process.stderr.read().decode(errors="replace").strip()
        if process.wait():
            raise BackupFailed(f"pg_restore a échoué, et rien n’a été restauré : {said}")


def tables(url: URL) -> list[str]:
    """The names of a database's tables; none where it is empty, or no file yet."""
    if kind_of(url) == SQLITE:
        if not url.database or not Path(url.database).exists():
            return []
        with closing(_read_only(url)) as file:
            return _tables_of_sqlite(file)
    with closing(_connected(url)) as server:
        return _tables_of_postgresql(server)


def rows(url: URL) -> dict[str, int]:
    """Table → its rows."""
    if kind_of(url) == SQLITE:
        with closing(_read_only(url)) as file:
            return _rows_of_sqlite(file)
    with closing(_connected(url)) as server:
        return _rows_of_postgresql(server)


def _read_only(url: URL) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{url.database}?mode=ro", uri=True)


def _tables_of_sqlite(taken: sqlite3.Connection) -> list[str]:
    listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    return [name for (name,) in taken.execute(listed)]


def _rows_of_sqlite(taken: sqlite3.Connection) -> dict[str, int]:
    return {
        name: taken.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - its own tables' names
        for name in _tables_of_sqlite(taken)
    }


def _tables_of_postgresql(taken: connection) -> list[str]:
    with taken.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        return [name for (name,) in cursor.fetchall()]


def _rows_of_postgresql(taken: connection) -> dict[str, int]:
    counted = {}
    with taken.cursor() as cursor:
        for name in _tables_of_postgresql(taken):
            cursor.execute(sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(name)))
            [counted[name]] = cursor.fetchone() or [0]
    return counted


def _connected(url: URL) -> connection:
    try:
        return psycopg2.connect(
            host=url.host,
            port=url.port,
            user=url.username,
            password=url.password,
            dbname=url.database,
            connect_timeout=10,
        )
    except psycopg2.OperationalError as error:  # the driver's own words name host and cause, and no password
        raise BackupFailed(f"base inaccessible : {str(error).strip()}") from None


def _environment(url: URL) -> dict[str, str]:
    """Not in arguments, which every process of the machine could read."""
    given = {
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password else None,
        "PGDATABASE": url.database,
    }
    return os.environ | {name: value for name, value in given.items() if value}


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupFailed(f"{name} manque : installez postgresql-client, de la version du serveur ou plus récent.")
    return found
