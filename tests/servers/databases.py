"""Databases of a service for its tests, migrated once and then had in milliseconds: a copied SQLite file, or a PostgreSQL
database from a template, emptied for the next test."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from sqlalchemy import Table, create_engine, text
from sqlalchemy.orm import Session

from deploy.local.postgresql import RELAY
from deploy.production.postgresql.grants import grant
from deploy.production.postgresql.rights import EVERYTHING
from services.runtime.storage.database import Database
from services.runtime.time_limits import TimeLimits
from tests.servers.emptied import FORGOTTEN, NOTING, EmptiedDatabases

PATIENT = TimeLimits(connect=60, lock=60, statement=120)
"""Who waits for another in a test waits as long as the machine is slow. The real limits have tests of their own."""


class MigratedDatabases:
    """In: the service; a folder among those of the session, which share what was migrated once; the port of a PostgreSQL
    server, asked for at first use."""

    def __init__(self, service: str, folder: Path, port: Callable[[], int]) -> None:
        self.service = service
        self.folder = folder
        self._port = port
        self._template = ""
        self._emptied: EmptiedDatabases | None = None
        self._spare: list[str] = []
        self._added: dict[str, list[str]] = {}

    @contextmanager
    def fresh(self, kind: str, folder: Path) -> Iterator[Database]:
        """An empty, migrated database of its own. In: "sqlite" or "postgresql", the test's folder."""
        made = self._sqlite(folder) if kind == "sqlite" else self._postgresql()
        _compiled_once(made)
        try:
            yield made
        finally:
            made.dispose()
            if kind != "sqlite":
                self._take_back(str(made.url.database))

    def add(self, made: Database, table: Table) -> None:
        """Put a table of a test's own into a fresh database, for the running account to read and write."""
        if made.url.get_backend_name() == "sqlite":
            table.create(made.engine)
            return
        owner = create_engine(self._url(str(made.url.database)))
        with owner.begin() as connection:
            table.create(connection)
            connection.execute(text(f"GRANT {EVERYTHING} ON TABLE {table.name} TO {self._account}"))
            connection.execute(text(FORGOTTEN))
        owner.dispose()
        self._added.setdefault(str(made.url.database), []).append(table.name)

    def migrated_file(self, folder: Path) -> Path:
        """An empty, migrated SQLite file `<service>.sqlite` in the folder, for whoever opens it himself."""
        template = self.folder.parent / f"migrated-{self.service}.sqlite"
        if not template.exists():
            _migrate(Database(f"sqlite:///{template}", self.service))
        return Path(shutil.copy(template, folder / f"{self.service}.sqlite"))

    def _sqlite(self, folder: Path) -> Database:
        return Database(f"sqlite:///{self.migrated_file(folder)}", self.service)

    def _postgresql(self) -> Database:
        if not self._template:
            self._template = f"{self.service}_{uuid.uuid4().hex}"
            self._run(f"CREATE DATABASE {self._template}")
            _migrate(Database(self._url(self._template), self.service))
            connection = psycopg2.connect(host="127.0.0.1", port=self._port(), user="postgres", dbname=self._template)
            grant(connection, self.service, self._account, f"isoloir_{RELAY}")
            with connection, connection.cursor() as cursor:
                cursor.execute(NOTING)
            connection.close()
        if not self._spare:
            self._spare.append(f"{self.service}_{uuid.uuid4().hex}")
            self._run(f"CREATE DATABASE {self._spare[0]} TEMPLATE {self._template}")
        return Database(self._url(self._spare.pop(), self._account), self.service, PATIENT)

    def _take_back(self, name: str) -> None:
        self._emptied = self._emptied or EmptiedDatabases(self._port(), self._template)
        if self._emptied.empty(name, self._added.pop(name, [])):
            self._spare.append(name)
        else:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    @property
    def _account(self) -> str:
        """The account of the running service, which owns nothing: what it may not do, no test of a rule may need."""
        return f"isoloir_{self.service}"

    def _url(self, name: str, account: str = "postgres") -> str:
        return f"postgresql+psycopg2://{account}@127.0.0.1:{self._port()}/{name}"

    def _run(self, statement: str) -> None:
        server = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(statement))
        server.dispose()


@contextmanager
def owners_transaction(database: Database) -> Iterator[Session]:
    """A transaction of an account that may do all that triggers let it: the running one is refused before they are asked."""
    if database.is_sqlite:
        with database.transaction() as session:
            yield session
        return
    owned = Database(database.url.set(username="postgres").render_as_string(hide_password=False), database.service)
    try:
        with owned.transaction() as session:
            yield session
    finally:
        owned.dispose()


COMPILED: dict[str, tuple[Any, dict[Any, Any]]] = {}
"""Kind of database → the dialect of the first one of this process, and what was compiled with it."""


def _compiled_once(made: Database) -> None:
    """Have the statements that were compiled for one database serve the next: that is a third of a small test's work."""
    dialect, statements = COMPILED.setdefault(made.engine.dialect.name, (made.engine.dialect, {}))
    made.engine.dialect = dialect
    made.engine.update_execution_options(compiled_cache=statements)


def _migrate(database: Database) -> None:
    database.upgrade()
    database.dispose()
