"""A connection is used again without a question, and asked where it has rested; a lost one is replaced unseen."""

import uuid
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, text

from services.runtime.storage import pooled
from services.runtime.storage.absence import is_away
from services.runtime.storage.database import Database


@pytest.fixture
def server(postgresql):
    url = f"postgresql+psycopg2://postgres@127.0.0.1:{postgresql.port}/postgres"
    made = create_engine(url, isolation_level="AUTOCOMMIT")
    yield made
    made.dispose()


@pytest.fixture
def database(postgresql, server):
    name = f"pooled_{uuid.uuid4().hex}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    made = Database(f"postgresql+psycopg2://postgres@127.0.0.1:{postgresql.port}/{name}", "ballot")
    yield made
    made.dispose()


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr(pooled, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


@pytest.fixture
def asked(database, monkeypatch):
    dialect, times = database.engine.dialect, []
    ping = dialect.do_ping
    monkeypatch.setattr(dialect, "do_ping", lambda connection: times.append(connection) or ping(connection))
    return times


def process_of(database):
    with database.reading() as session:
        return session.execute(text("SELECT pg_backend_pid()")).scalar_one()


def end(server, process):
    with server.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})


def test_only_what_has_rested_is_asked(database, clock, asked):
    first = process_of(database)
    for _ in range(3):
        clock.seconds += pooled.RESTED * 0.9
        assert process_of(database) == first
    assert asked == []
    clock.seconds += pooled.RESTED
    assert process_of(database) == first
    assert len(asked) == 1


def test_a_connection_lost_while_it_rested_is_replaced_unseen(database, clock, server):
    first = process_of(database)
    end(server, first)
    clock.seconds += pooled.RESTED
    assert process_of(database) != first


def test_one_lost_in_use_is_absence_and_gone_with_all_older_ones(database, clock, server, asked):
    with database.reading() as one, database.reading() as other:
        lost = [session.execute(text("SELECT pg_backend_pid()")).scalar_one() for session in (one, other)]
    for process in lost:
        end(server, process)
    with pytest.raises(Exception) as failed:
        process_of(database)
    assert is_away(failed.value)
    assert process_of(database) not in lost
    assert asked == []
