"""Urns on both databases: SQLite in a file of the test, PostgreSQL in one database of the session."""

import shutil

import pytest

from services.ballot.belenios.pedersen import run_ceremony
from services.ballot.belenios.trustees import make_trustees, single_key
from services.runtime.database import Database
from tests.unit.ballot.urn import Urn


@pytest.fixture(scope="session")
def postgresql_database(request):
    """Shared by the session: an append-only database cannot be emptied, so each test has an election of its own."""
    made = Database(request.getfixturevalue("postgresql").another_system().urls()["ballot"], "ballot")
    made.upgrade()
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """A migrated SQLite file to copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("ballot") / "migrated.sqlite"
    made = Database(f"sqlite:///{path}", "ballot")
    made.upgrade()
    made.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """A migrated database of the ballot box."""
    if request.param == "postgresql":
        yield request.getfixturevalue("postgresql_database")
        return
    shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "ballot.sqlite")
    made = Database(f"sqlite:///{tmp_path}/ballot.sqlite", "ballot")
    yield made
    made.dispose()


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
