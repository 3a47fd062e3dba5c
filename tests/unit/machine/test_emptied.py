"""A database that one test after another uses is what it was at first, or is used no more."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from deploy.local.postgresql import LocalCluster
from services.runtime.storage.database import Database
from tests.servers.databases import MigratedDatabases

COUNT = "SELECT count(*) FROM outbox"
FILLED = (
    "INSERT INTO outbox (event_id, source, type, payload, correlation_id, created_at)"
    " VALUES ('e1', 'reassort', 'anything', '{}', 'c', now())"
)


@pytest.fixture(scope="module")
def databases(postgresql: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> MigratedDatabases:
    return MigratedDatabases("reassort", tmp_path_factory.mktemp("reassort"), lambda: postgresql.port)


@pytest.fixture
def used(databases: MigratedDatabases, tmp_path: Path) -> Callable[..., tuple[str, int]]:
    """Have a database of which these statements were made by its owner. Out: its name, rows of its outbox at first."""

    def use(*statements: str) -> tuple[str, int]:
        with databases.fresh("postgresql", tmp_path) as made:
            owner = create_engine(made.url.set(username="postgres"))
            with owner.begin() as connection:
                rows = connection.execute(text(COUNT)).scalar_one()
                for statement in statements:
                    connection.execute(text(statement))
            owner.dispose()
            assert isinstance(made, Database)
            return str(made.url.database), rows

    return use


def test_rows_are_gone_and_the_database_serves_again(used: Callable[..., tuple[str, int]]) -> None:
    first, _ = used(FILLED, "CREATE TEMPORARY TABLE probe (data text)")
    again, rows = used()
    assert (again, rows) == (first, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE outbox ADD COLUMN more text",
        "ALTER TABLE outbox DISABLE TRIGGER ALL",
        "CREATE INDEX more ON outbox (type)",
        "CREATE TABLE more (data text)",
        "DROP TABLE outbox CASCADE",
        "REVOKE ALL ON outbox FROM isoloir_reassort",
        "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
    ids=["column", "trigger", "index", "table", "drop", "rights", "function"],
)
def test_what_defines_something_ends_its_use(used: Callable[..., tuple[str, int]], statement: str) -> None:
    changed, _ = used(statement)
    again, rows = used()
    assert again != changed
    assert rows == 0
