"""Migrations are history: each makes what it once made, and together they make what the models say."""

import importlib
import warnings

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.runtime.service_names import SERVICES
from services.runtime.storage.database import Database
from tests.contract.migrated_schemas import KEPT, migrate_step_by_step


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, service, tmp_path):
    """Of an empty database of the service."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/{service}.sqlite"
    return request.getfixturevalue("postgresql").another_system().owner_urls()[service]


@pytest.mark.parametrize("service", SERVICES)
def test_each_makes_what_it_once_made_and_all_make_what_the_models_say(url, service):
    database = Database(url, service)
    made = dict(migrate_step_by_step(database.engine, service))
    missing = [path.name for path in made if not path.exists()]
    assert missing == [], "new migrations: python -m tests.contract.migrated_schemas"
    for path, changes in made.items():
        assert changes == path.read_text(encoding="utf-8"), path.name

    models = importlib.import_module(f"services.{service}.models").Base.metadata
    with database.engine.connect() as connection, warnings.catch_warnings():
        # SQLite has no indexes of words, and alembic says that it would not see them.
        warnings.filterwarnings("ignore", "autogenerate skipping metadata-specified expression-based index")
        assert compare_metadata(MigrationContext.configure(connection), models) == []
    database.dispose()


@pytest.mark.parametrize("service", SERVICES)
def test_no_record_is_left_of_a_migration_that_is_gone(service, tmp_path):
    database = Database(f"sqlite:///{tmp_path}/{service}.sqlite", service)
    revisions = {path.name.split(".")[0] for path, _ in migrate_step_by_step(database.engine, service)}
    assert {path.name.split(".")[0] for path in (KEPT / service).iterdir()} == revisions
    database.dispose()
