"""A database of notification on SQLite, and on PostgreSQL where ISOLOIR_TEST_POSTGRES_URL names a server."""

import os
import random
import uuid

import pytest
from sqlalchemy import create_engine, make_url, text

from services.notification import intake
from services.runtime.database import Database
from services.runtime.sealing_box import new_keypair, seal
from tests.unit.notification.world import Clock, MailServer

POSTGRES = os.environ.get("ISOLOIR_TEST_POSTGRES_URL", "")


@pytest.fixture(scope="session")
def blank():
    """Two functions, on PostgreSQL: one makes a database that has the schema, the other drops it."""
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    template = f"notification_{uuid.uuid4().hex}"

    def run(statement):
        with server.connect() as connection:
            connection.execute(text(statement))

    def opened(name):
        return Database(make_url(POSTGRES).set(database=name).render_as_string(hide_password=False), "notification")

    run(f"CREATE DATABASE {template}")
    first = opened(template)
    first.upgrade()
    first.dispose()

    def make():
        name = f"notification_{uuid.uuid4().hex}"
        run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return opened(name)

    def drop(database):
        database.dispose()
        run(f"DROP DATABASE {database.url.database}")

    yield make, drop
    run(f"DROP DATABASE {template}")
    server.dispose()


@pytest.fixture(params=["sqlite", *(["postgresql"] if POSTGRES else [])])
def database(request, tmp_path):
    """An empty database with the schema of notification."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path}/notification.sqlite", "notification")
        made.upgrade()
        yield made
        made.dispose()
        return
    make, drop = request.getfixturevalue("blank")
    made = make()
    yield made
    drop(made)


@pytest.fixture(scope="session")
def keypair():
    return new_keypair()


@pytest.fixture
def private_key(keypair):
    return keypair[0]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def jitter():
    return random.Random(7)


@pytest.fixture
def server():
    """A real SMTP server on a port that the kernel chose."""
    made = MailServer()
    yield made
    made.stop()


@pytest.fixture
def request_message(database, keypair, clock):
    """A function that takes in a message as the event does; returns its id."""

    def take_in(channel="email", template="attendance", *, to=None, values=None, expires_at=None, message_id=None):
        message_id = message_id or str(uuid.uuid4())
        content = {
            "to": to or {"email": "anne@ac-amiens.fr"},
            "values": values or {"first_name": "Zoé", "surname": "Œuvray", "portal": "x", "election": "CSA <M>"},
        }
        with database.transaction() as session:
            intake.receive(
                session,
                message_id=message_id,
                channel=channel,
                template=template,
                sealed=seal(keypair[1], content),
                expires_at=expires_at,
                now=clock(),
            )
        return message_id

    return take_in
