"""One database per service: SQLite files by default, PostgreSQL where a URL says so."""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from services.runtime import deadline
from services.runtime.storage import pooled
from services.runtime.storage.absence import WriterBusy
from services.runtime.time_limits import TimeLimits

EVENT_KEY = "event_key"
"""In `info` of a session that writes: the key that its service signs events with."""
ORDINARY_SECONDS = 30.0
"""Whoever waits longer than this asked for work over everything, and not for a page."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. Naive values are refused on the way in, aware values come out, on SQLite too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In: an aware datetime of any zone. Raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime must not reach the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Out: an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WritingQuestion(Exception):
    """A question tried to write."""


_only_reading: ContextVar[bool] = ContextVar("only_reading", default=False)


@contextmanager
def only_reading(only: bool = True) -> Iterator[None]:
    """Within this, no database of this process opens a transaction that writes; `only=False` lifts it again."""
    token = _only_reading.set(only)
    try:
        yield
    finally:
        _only_reading.reset(token)


@contextmanager
def rehearsed(session: Session, only: bool) -> Iterator[None]:
    """Within this, changes are made; where they are `only` rehearsed, they are undone at its end, whatever came of them."""
    savepoint = session.begin_nested()
    try:
        yield
        session.flush()
    except BaseException:
        savepoint.rollback()
        raise
    if only:
        savepoint.rollback()
        session.expire_all()
    else:
        savepoint.commit()


class Database:
    """The database of one service.

    In: `url` of SQLAlchemy's form, `service` whose migrations it follows, `limits` of time, `event_key` that the service's
    events are signed with (64 hexadecimal digits; empty: they are not signed). Transactions are short by rule:
    no call to another service, no mail, no password hashing, no proof checking inside one.

    On PostgreSQL every connection has its limits from the start. Who waits longer than for a page, and background work,
    which nobody waits for, stretch them for their own transactions (`_stretch`). What meets a limit is rolled back, and
    absence.is_away: a caller is told to come again, a loop comes again by itself.
    """

    def __init__(self, url: str, service: str, limits: TimeLimits | None = None, event_key: str = "") -> None:
        self.service = service
        self._info = {EVENT_KEY: event_key}
        self.committed: list[Callable[[], None]] = []
        """Called after each transaction of this process, for those who need not look again and again."""
        self.limits = limits or TimeLimits()
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # One writer at a time is SQLite's rule; waiting for it here instead of in its busy loop keeps the event loop free.
        self._writer = threading.Lock()
        options: dict[str, Any] = {"hide_parameters": True}
        if self.is_sqlite:
            if self.url.database and self.url.database != ":memory:":
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            options["connect_args"] = {"check_same_thread": False, "timeout": 30}
        else:
            # The one that was used last is warm, and need not be asked whether it still is one.
            options |= {"pool_size": 5, "max_overflow": 15, "pool_timeout": self.limits.connect, "pool_use_lifo": True}
            options["connect_args"] = {
                # libpq knows whole seconds, and 1 means 2.
                "connect_timeout": max(2, round(self.limits.connect)),
                "options": " ".join(
                    f"-c {name}={round(seconds * 1000)}"
                    for name, seconds in (
                        ("lock_timeout", self.limits.lock),
                        ("statement_timeout", self.limits.statement),
                        ("idle_in_transaction_session_timeout", self.limits.idle),
                    )
                ),
            }
        self.engine = create_engine(self.url, **options)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _configure_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            event.listen(self.engine, "begin", self._stretch)
            pooled.ask_those_that_rested(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose changes are committed together at the end, or not at all where an exception passes.

        Raises WritingQuestion while a question is answered, and DeadlinePassed, before anything is done, where whoever
        asked waits no longer.
        """
        if _only_reading.get():
            raise WritingQuestion("a question opens no transaction: make it a command")
        deadline.check()
        with (
            self._alone(),
            Session(self.engine, expire_on_commit=False, info=self._info) as session,
            session.begin(),
        ):
            yield session
        for tell in self.committed:
            tell()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        seconds = deadline.remaining()
        if not self._writer.acquire(timeout=self.limits.background if seconds is None else seconds):
            raise WriterBusy("another transaction is writing")
        try:
            yield
        finally:
            self._writer.release()

    def _stretch(self, connection: Connection) -> None:
        """Give the transaction that begins the time that its caller has, where that is more than a page's."""
        seconds = deadline.remaining()
        if seconds is None:
            milliseconds = round(self.limits.background * 1000)
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")
        elif seconds > ORDINARY_SECONDS:
            milliseconds = round(seconds * 1000)
            connection.exec_driver_sql(
                f"SET LOCAL statement_timeout = {milliseconds}; SET LOCAL lock_timeout = {milliseconds}"
            )

    @cached_property
    def _readers(self) -> Engine:
        """The engine of those who read: made once, since each question of each page is asked by it."""
        options: dict[str, Any] = {"reading": True}
        if not self.is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        return self.engine.execution_options(**options)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to read one consistent state; the database itself refuses to write in it. Connects at first use."""
        with Session(self._readers, expire_on_commit=False) as session:
            yield session

    def upgrade(self) -> None:
        """Bring the schema to the newest migration of the service."""
        from services.runtime.storage import migration

        migration.upgrade(self.engine, self.service)

    def answers(self) -> None:
        """Raise SQLAlchemy's error where the database does not answer."""
        # As a reader: a writer of SQLite would wait for the one that writes now, which may be a long job.
        with self.engine.connect().execution_options(reading=True) as connection:
            connection.execute(text("SELECT 1"))

    def check(self) -> None:
        """Raise SQLAlchemy's error where the database does not answer, or takes nothing any more (a full disk).

        A row of the outbox is written and erased in one transaction, and on PostgreSQL a table of this connection's own
        grows: tables that happen to have room inside would hide that the disk has none.
        """
        with self.transaction() as session:
            if not self.is_sqlite:
                session.execute(text("CREATE TEMPORARY TABLE IF NOT EXISTS probe (data text) ON COMMIT DELETE ROWS"))
                session.execute(text("INSERT INTO probe SELECT repeat('x', 1000) FROM generate_series(1, 100)"))
            probe = f"probe-{secrets.token_hex(8)}"
            session.execute(
                text(
                    "INSERT INTO outbox (event_id, source, type, payload, correlation_id, created_at)"
                    " VALUES (:probe, '', '', '', '', CURRENT_TIMESTAMP)"
                ),
                {"probe": probe},
            )
            session.execute(text("DELETE FROM outbox WHERE event_id = :probe"), {"probe": probe})

    def dispose(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()


def _configure_sqlite(dbapi_connection: Any, _record: Any) -> None:
    # SQLAlchemy begins transactions itself (below); the driver must not do it behind its back.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: what was acknowledged survives a power cut.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    # Said each time: the connection may have been used the other way before.
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
