"""A database of identity on SQLite, and on PostgreSQL where ISOLOIR_TEST_POSTGRES_URL names a server."""

import json
import os
import uuid

import pytest
from sqlalchemy import create_engine, make_url, select, text

from services.identity import voting_events
from services.identity.messages import MailRoom
from services.identity.models import outbox
from services.runtime.database import Database
from services.runtime.sealing_box import new_keypair, open_sealed
from tests.unit.identity.world import EVENT, definition, import_roll, row

POSTGRES = os.environ.get("ISOLOIR_TEST_POSTGRES_URL", "")


@pytest.fixture(scope="session")
def blank():
    """Two functions, on PostgreSQL: one makes a database that has the schema, the other drops it."""
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    template = f"identity_{uuid.uuid4().hex}"

    def run(statement):
        with server.connect() as connection:
            connection.execute(text(statement))

    def opened(name):
        return Database(make_url(POSTGRES).set(database=name).render_as_string(hide_password=False), "identity")

    run(f"CREATE DATABASE {template}")
    first = opened(template)
    first.upgrade()
    first.dispose()

    def make():
        name = f"identity_{uuid.uuid4().hex}"
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
    """An empty database with the schema of identity."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path}/identity.sqlite", "identity")
        made.upgrade()
        yield made
        made.dispose()
        return
    make, drop = request.getfixturevalue("blank")
    made = make()
    yield made
    drop(made)


@pytest.fixture
def event(database):
    """The voting event, opened, with an empty roll."""
    with database.transaction() as session:
        voting_events.open_voting_event(session, definition())
    return EVENT


@pytest.fixture
def voters(database, event):
    """Three voters: anne in an online and a paper election, bob in two online ones, chloe on paper only."""
    import_roll(
        database,
        [
            row("anne@ac-amiens.fr"),
            row("bob@ac-amiens.fr", scrutins="CSA-M|CAP-1"),
            row("chloe@ac-amiens.fr", scrutins="CCP"),
        ],
    )
    return ("anne@ac-amiens.fr", "bob@ac-amiens.fr", "chloe@ac-amiens.fr")


@pytest.fixture(scope="session")
def keypair():
    return new_keypair()


@pytest.fixture
def room(keypair):
    return MailRoom(keypair[1], "https://vote.example.org")


@pytest.fixture
def mails(database, keypair):
    """A function that opens the messages requested so far."""

    def opened():
        with database.reading() as session:
            payloads = [
                json.loads(text) for text in session.scalars(select(outbox.c.payload).order_by(outbox.c.sequence))
            ]
        return [{**payload, **open_sealed(keypair[0], payload["sealed"])} for payload in payloads]

    return opened
