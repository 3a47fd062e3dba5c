"""Whoever has the database account of a running service cannot undo what its database promises: it owns nothing."""

import psycopg2
import pytest

from deploy.production.postgresql.rights import RIGHTS, VERSION
from services.runtime.service_names import SERVICES
from services.runtime.storage.database import Database

GUARDED = """
    SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger
    WHERE NOT tgisinternal AND tgtype & 8 > 0
"""
"""Tables with a trigger on DELETE."""
BY_TRIGGER_ALONE = {"credentials"}
"""Whose rows may go in one case that the trigger knows: before sealing, of a voter who has left the roll."""


@pytest.fixture(scope="module")
def databases(postgresql):
    made = postgresql.another_system()
    for service, url in made.owner_urls().items():
        database = Database(url, service)
        database.upgrade()
        database.dispose()
    made.grant()
    made.grant()  # after every migration: again changes nothing
    return made


@pytest.fixture
def as_account(databases):
    opened = []

    def connect(service, account):
        connection = psycopg2.connect(
            host="127.0.0.1", port=databases.port, user=account, dbname=databases.name(service)
        )
        connection.autocommit = True
        opened.append(connection)
        return connection.cursor()

    yield connect
    for connection in opened:
        connection.close()


def refused(cursor, statement):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute(statement)


@pytest.mark.parametrize("service", SERVICES)
def test_the_running_account_can_alter_nothing(as_account, databases, service):
    cursor = as_account(service, databases.name(service))
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    tables = [name for (name,) in cursor.fetchall()]
    assert set(RIGHTS[service]) <= set(tables)
    for table in tables:
        for statement in (
            "TRUNCATE {}", "DROP TABLE {}", "ALTER TABLE {} DISABLE TRIGGER ALL", "ALTER TABLE {} ADD COLUMN x text",
            "CREATE TRIGGER mine BEFORE INSERT ON {} EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger()",
            "CREATE RULE mine AS ON INSERT TO {} DO INSTEAD NOTHING", "ALTER TABLE {} OWNER TO CURRENT_USER",
        ):  # fmt: skip
            refused(cursor, statement.format(table))
        for named, statements in {
            "SELECT, INSERT": ("DELETE FROM {}", "UPDATE {} SET ctid = ctid"),
            "SELECT, INSERT, UPDATE": ("DELETE FROM {}",),
            "SELECT, INSERT, UPDATE (state), DELETE": ("UPDATE {} SET holder = 'x'",),
        }.items():
            if RIGHTS[service].get(table) == named:
                for statement in statements:
                    if "ctid" in statement:
                        cursor.execute(
                            "SELECT column_name FROM information_schema.columns WHERE table_name = %s", (table,)
                        )
                        column = cursor.fetchone()[0]
                        statement = f"UPDATE {{}} SET {column} = {column}"
                    refused(cursor, statement.format(table))
    for statement in (
        "CREATE TABLE mine (x text)", "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET session_replication_role = replica", f"UPDATE {VERSION} SET version_num = 'x'", "CREATE SCHEMA mine",
        f"SET ROLE {databases.owner(service)}", "COPY (SELECT 1) TO PROGRAM 'true'",
    ):  # fmt: skip
        refused(cursor, statement)


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_that_a_trigger_keeps_is_kept_by_rights_too(as_account, databases, service):
    cursor = as_account(service, databases.owner(service))
    cursor.execute(GUARDED)
    guarded = {name for (name,) in cursor.fetchall()}
    for table in guarded - BY_TRIGGER_ALONE:
        cursor.execute("SELECT has_table_privilege(%s, %s, 'DELETE')", (databases.name(service), table))
        assert cursor.fetchone() == (False,), table
    assert guarded <= set(RIGHTS[service])


def test_the_urns_account_takes_no_credential_away_but_of_who_has_left(as_account, databases):
    cursor = as_account("ballot", databases.name("ballot"))
    for holder in ("left", "stays"):
        cursor.execute("INSERT INTO credentials VALUES ('e', %s, %s, 0, 'active')", (holder, holder))
    cursor.execute("INSERT INTO withdrawn_holders VALUES ('e', 'left')")
    with pytest.raises(psycopg2.errors.RestrictViolation):
        cursor.execute("DELETE FROM credentials")
    cursor.execute("DELETE FROM credentials WHERE holder = 'left'")
    refused(cursor, "DELETE FROM withdrawn_holders")


def test_the_urns_triggers_cannot_be_dropped(as_account, databases):
    cursor = as_account("ballot", databases.name("ballot"))
    cursor.execute("SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
    triggers = cursor.fetchall()
    assert ("ballots_no_delete", "ballots") in triggers
    for name, table in triggers:
        refused(cursor, f"DROP TRIGGER {name} ON {table}")
        refused(cursor, f"ALTER TABLE {table} DISABLE TRIGGER {name}")


def test_the_running_account_does_its_work_and_reads_no_other_database(as_account, databases):
    for service, url in databases.urls().items():
        database = Database(url, service)
        database.check()
        database.dispose()
        for other in set(SERVICES) - {service}:
            with pytest.raises(psycopg2.OperationalError, match="permission denied"):
                as_account(other, databases.name(service))
