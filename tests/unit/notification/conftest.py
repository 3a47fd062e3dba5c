"""A database of notification on SQLite and on PostgreSQL."""

import random
import uuid

import pytest

from services.notification.contract.events import MessageRequested
from services.notification.queue import intake
from services.runtime.sealing_box import new_keypair, seal
from tests.servers.databases import MigratedDatabases
from tests.unit.notification.world import Clock, MailServer


@pytest.fixture(scope="session")
def migrated(request, tmp_path_factory):
    """Databases of notification, on both kinds of server."""
    folder = tmp_path_factory.mktemp("notification")
    return MigratedDatabases("notification", folder, lambda: request.getfixturevalue("postgresql").port)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, migrated, tmp_path):
    """An empty database with the schema of notification."""
    with migrated.fresh(request.param, tmp_path) as made:
        yield made


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

    def take_in(channel="email", template="attendance", *, to=None, values=None, message_id=None, **more):
        message_id = message_id or str(uuid.uuid4())
        content = {
            "to": to or {"email": "anne@ac-amiens.fr"},
            "values": values or {"first_name": "Zoé", "surname": "Œuvray", "portal": "x", "election": "CSA <M>"},
        }
        with database.transaction() as session:
            message = MessageRequested(
                message_id=message_id,
                channel=channel,
                template=template,
                sealed=seal(keypair[1], content),
                **more,
            )
            intake.receive(session, message, clock())
        return message_id

    return take_in
