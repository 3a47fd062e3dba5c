"""Rolls on both kinds of database, a fresh one for each test."""

import uuid

import pytest

from services.ballot.belenios.keys.credential import new_uuid
from tests.servers.databases import MigratedDatabases
from tests.unit.reassort.roll import Roll


@pytest.fixture(scope="session")
def migrated(request, tmp_path_factory):
    """Databases of reassort, on both kinds of server."""
    folder = tmp_path_factory.mktemp("reassort")
    return MigratedDatabases("reassort", folder, lambda: request.getfixturevalue("postgresql").port)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, migrated, tmp_path):
    """A migrated, empty database of the credential authority."""
    with migrated.fresh(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def roll(database):
    """A voting event with two elections."""
    return Roll(database, str(uuid.uuid4()), {"csa": new_uuid(), "cap": new_uuid()})
