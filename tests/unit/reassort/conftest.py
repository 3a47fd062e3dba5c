"""Rolls on both databases: SQLite in a file of the test, PostgreSQL in one database of the session."""

import shutil
import uuid

import pytest
from sqlalchemy import delete

from services.ballot.belenios.credential import new_uuid
from services.reassort.models import Base
from services.runtime.database import Database
from tests.unit.reassort.roll import Roll


@pytest.fixture(scope="session")
def postgresql_database(request):
    """Shared by the session; each test finds it empty."""
    made = Database(request.getfixturevalue("postgresql").another_system().urls()["reassort"], "reassort")
    made.upgrade()
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """A migrated SQLite file to copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("reassort") / "migrated.sqlite"
    made = Database(f"sqlite:///{path}", "reassort")
    made.upgrade()
    made.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """A migrated, empty database of the credential authority."""
    if request.param == "postgresql":
        made = request.getfixturevalue("postgresql_database")
        with made.transaction() as session:
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(delete(table))
        yield made
        return
    shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "reassort.sqlite")
    made = Database(f"sqlite:///{tmp_path}/reassort.sqlite", "reassort")
    yield made
    made.dispose()


@pytest.fixture
def roll(database):
    """A voting event with two elections."""
    return Roll(database, str(uuid.uuid4()), {"csa": new_uuid(), "cap": new_uuid()})
