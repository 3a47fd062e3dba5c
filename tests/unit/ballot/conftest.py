"""Urns on both kinds of database, a fresh one for each test."""

import pytest

from services.ballot.belenios.keys.pedersen import run_ceremony
from services.ballot.belenios.keys.trustees import make_trustees, single_key
from tests.servers.databases import MigratedDatabases
from tests.unit.ballot.urn import Urn


@pytest.fixture(scope="session")
def migrated(request, tmp_path_factory):
    """Databases of ballot, on both kinds of server."""
    folder = tmp_path_factory.mktemp("ballot")
    return MigratedDatabases("ballot", folder, lambda: request.getfixturevalue("postgresql").port)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, migrated, tmp_path):
    """A migrated, empty database of the ballot box."""
    with migrated.fresh(request.param, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def board():
    """The trustees of R211-573: administration 1 of 2, delegates 2 of 3. (raw file, secrets by owner from 1)."""
    administration, first = run_ceremony(2, 1)
    delegates, second = run_ceremony(3, 2)
    raw = make_trustees([("Pedersen", administration), ("Pedersen", delegates)])
    return raw, {owner: holder.decryption_key for owner, holder in enumerate([*first, *second], start=1)}


@pytest.fixture
def draft(database, board):
    """An urn of which nothing is written yet."""
    return Urn(database, board[0])


@pytest.fixture
def urn(draft):
    """A sealed election with three voters."""
    return draft.sealed("anne", "bruno", "chloé")


@pytest.fixture(scope="session")
def other_trustees():
    """A trustees file with one Single trustee."""
    return make_trustees([("Single", single_key()[1])])
