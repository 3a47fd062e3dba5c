"""A database of identity on SQLite and on PostgreSQL."""

import json

import pytest
from sqlalchemy import select

from services.identity.letters.requests import LetterSettings
from services.identity.models import outbox
from services.identity.voting_events import voting_events
from services.runtime.sealing_box import new_keypair, open_sealed
from tests.servers.databases import MigratedDatabases
from tests.unit.identity.world import EVENT, definition, import_roll, row


@pytest.fixture(scope="session")
def migrated(request, tmp_path_factory):
    """Databases of identity, on both kinds of server."""
    folder = tmp_path_factory.mktemp("identity")
    return MigratedDatabases("identity", folder, lambda: request.getfixturevalue("postgresql").port)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, migrated, tmp_path):
    """An empty database with the schema of identity."""
    with migrated.fresh(request.param, tmp_path) as made:
        yield made


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
def letters(keypair):
    return LetterSettings(keypair[1], keypair[1], "https://vote.example.org")


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
