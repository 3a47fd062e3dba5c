"""Transactions are all or nothing, also when many write at once; times are aware or refused."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, StatementError

from services.runtime.bus.delivery_tables import INBOX
from services.runtime.storage.database import UtcDateTime
from tests.servers.quick_disk import AS_IN_PRODUCTION

FULL = 2
"""As SQLite has it."""


def count(database, table):
    with database.reading() as session:
        return len(session.execute(select(table)).all())


def test_a_transaction_that_raises_leaves_nothing(database, notes):
    with pytest.raises(RuntimeError), database.transaction() as session:
        session.execute(insert(notes).values(text="a"))
        raise RuntimeError
    assert count(database, notes) == 0


def test_what_was_written_is_told_of_once_it_is_there(database, notes):
    told = []
    database.committed.append(lambda: told.append(count(database, notes)))
    with database.transaction() as session:
        session.execute(insert(notes).values(text="a"))
        assert told == []
    assert told == [1]
    with pytest.raises(RuntimeError), database.transaction() as session:
        raise RuntimeError
    assert told == [1]


def test_what_was_acknowledged_survives_a_power_cut(tmp_path):
    connection = sqlite3.connect(tmp_path / "any.sqlite")
    AS_IN_PRODUCTION(connection, None)
    told = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    connection.close()
    assert told == ["wal", FULL]


def test_reading_keeps_nothing(database, notes):
    with pytest.raises(DBAPIError), database.reading() as session:
        session.execute(insert(notes).values(text="a"))
    assert count(database, notes) == 0
    with database.transaction() as session:  # on the same connection
        session.execute(insert(notes).values(text="a"))
    assert count(database, notes) == 1


def test_many_threads_write_without_losing_a_row(database, notes):
    def write(number):
        for turn in range(20):
            with database.transaction() as session:
                session.execute(insert(notes).values(text=f"{number}-{turn}"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database, notes) == 160


def test_a_time_keeps_its_moment_whatever_its_zone():
    noumea = timezone(timedelta(hours=11))
    moment = datetime(2026, 12, 11, 3, 0, tzinfo=noumea)
    assert UtcDateTime().process_bind_param(moment, None) == datetime(2026, 12, 10, 16, 0, tzinfo=UTC)


def test_a_naive_time_is_refused(database):
    row = {
        "event_id": "1", "source": "a", "type": "b", "payload": "{}", "correlation_id": "c", "state": "pending",
        "attempts": 0, "received_at": datetime(2026, 12, 3, 8, 0), "next_attempt_at": datetime(2026, 12, 3, 8, 0),  # noqa: DTZ001
    }  # fmt: skip
    with pytest.raises(StatementError), database.transaction() as session:
        session.execute(insert(INBOX).values(row))
