"""Three services and the events between them."""

import pytest

from tests.servers.databases import MigratedDatabases
from tests.unit.removal.world import World


def _no_server():
    raise AssertionError("what is tested here is the order of events, on SQLite")


@pytest.fixture(scope="session")
def services(tmp_path_factory):
    """Migrated databases of identity, reassort and ballot."""
    folder = tmp_path_factory.mktemp("removal")
    made = {}
    for name in ("identity", "reassort", "ballot"):
        (folder / name).mkdir()
        made[name] = MigratedDatabases(name, folder / name, _no_server)
    return made


@pytest.fixture
def world(services, tmp_path):
    """A roll whose codes are made and whose credentials have come."""
    databases = {}
    for name, migrated in services.items():
        opened = migrated.fresh("sqlite", tmp_path)
        databases[name] = opened.__enter__()
    yield World(databases)
    for database in databases.values():
        database.dispose()
