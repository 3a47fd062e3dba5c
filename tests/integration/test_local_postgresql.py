"""The private cluster: each account reaches its own database, the relay reaches the outboxes."""

import os
import signal
import threading

import psycopg2
import pytest

from deploy.local.postgresql import RELAY, LocalCluster, ServiceDatabases
from services.runtime.service_names import SERVICES


def _connect(databases: ServiceDatabases, account: str, service: str):  # type: ignore[no-untyped-def]
    connection = psycopg2.connect(host="127.0.0.1", port=databases.port, user=account, dbname=databases.name(service))
    connection.autocommit = True
    return connection


@pytest.fixture
def databases(postgresql: LocalCluster) -> ServiceDatabases:
    databases = postgresql.another_system()
    for service in SERVICES:
        connection = _connect(databases, databases.owner(service), service)
        connection.cursor().execute(
            "CREATE TABLE outbox (id integer); CREATE TABLE process_alive (id integer); CREATE TABLE kept (id integer)"
        )
        connection.close()
    databases.grant()
    return databases


@pytest.mark.parametrize("service", SERVICES)
def test_an_account_reaches_no_other_database(databases: ServiceDatabases, service: str) -> None:
    for other in SERVICES:
        if other != service:
            with pytest.raises(psycopg2.OperationalError, match="permission denied"):
                _connect(databases, databases.name(service), other)
            with pytest.raises(psycopg2.OperationalError, match="permission denied"):
                _connect(databases, databases.owner(service), other)


@pytest.mark.parametrize("service", SERVICES)
def test_the_relay_reads_and_empties_the_outbox(databases: ServiceDatabases, service: str) -> None:
    connection = _connect(databases, databases.relay, service)
    cursor = connection.cursor()
    for allowed in ("SELECT * FROM outbox", "UPDATE outbox SET id = 2", "DELETE FROM outbox"):
        cursor.execute(allowed)
    connection.close()


@pytest.mark.parametrize(
    "refused",
    ["INSERT INTO outbox VALUES (1)", "TRUNCATE outbox", "SELECT * FROM kept", "CREATE TABLE x (i integer)"],
)
def test_the_relay_does_nothing_else(databases: ServiceDatabases, refused: str) -> None:
    connection = _connect(databases, databases.relay, "ballot")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        connection.cursor().execute(refused)
    connection.close()


def test_urls_name_every_service_and_the_relays_account(postgresql: LocalCluster) -> None:
    assert set(postgresql.urls()) == set(postgresql.relay_urls()) == set(SERVICES)
    assert all(f"_{RELAY}@" in url for url in postgresql.relay_urls().values())


def test_after_a_kill_it_starts_although_the_dead_one_is_still_dying() -> None:
    """A backend that has not noticed yet holds the memory that a new server asks for."""
    cluster = LocalCluster()
    try:
        cluster.start(empty=True)
        with psycopg2.connect(host="127.0.0.1", port=cluster.port, user="postgres", dbname="postgres") as connection:
            backend = connection.info.backend_pid
        os.kill(backend, signal.SIGSTOP)
        cluster.kill()
        threading.Timer(1.0, os.kill, (backend, signal.SIGCONT)).start()
        cluster.start()
        assert cluster.pid is not None
    finally:
        cluster.close()
