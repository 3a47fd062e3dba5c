"""Times of waiting add up the right way round: whoever is nearer to the database gives up first."""

import threading

import pytest
from pydantic import ValidationError
from sqlalchemy import insert, text

from services.runtime import deadline, settings
from services.runtime.bus import rpc
from services.runtime.contracts import methods
from services.runtime.storage.absence import is_away
from services.runtime.storage.database import ORDINARY_SECONDS, Database
from services.runtime.storage.green_driver import GRACE_SECONDS
from services.runtime.time_limits import TimeLimits
from tests.servers.databases import MigratedDatabases


@pytest.fixture
def no_deadline():
    yield
    deadline.bind(None)


def test_the_gateway_waits_longer_than_a_service_and_a_service_longer_than_its_database():
    limits = settings.RuntimeSettings().time_limits()
    assert limits.lock < limits.statement < methods.QUESTION_SECONDS
    assert limits.connect + limits.lock < methods.QUESTION_SECONDS
    assert rpc.PUBLISH_SECONDS < methods.QUESTION_SECONDS
    assert methods.QUESTION_SECONDS == rpc.DEFAULT_TIMEOUT
    assert methods.QUESTION_SECONDS < methods.COMMAND_SECONDS < methods.PASSWORD_SECONDS < ORDINARY_SECONDS
    assert ORDINARY_SECONDS < methods.COUNTING_SECONDS
    assert limits.statement + GRACE_SECONDS < methods.COMMAND_SECONDS


@pytest.mark.parametrize("name", ["database_lock_seconds", "database_statement_seconds"])
def test_no_setting_turns_them_round(name):
    with pytest.raises(ValidationError):
        settings.RuntimeSettings(**{name: methods.QUESTION_SECONDS})


def test_what_nobody_waits_for_is_not_begun(database, notes, no_deadline):
    deadline.bind(1e-9)
    with pytest.raises(deadline.DeadlinePassed), database.transaction() as session:
        session.execute(insert(notes).values(text="too late"))


def test_a_second_writer_of_sqlite_waits_no_longer_than_its_caller(database, no_deadline):
    told = []

    def write():
        deadline.bind(0.2)
        try:
            with database.transaction():
                pass
        except Exception as error:
            told.append(error)

    with database.transaction():
        late = threading.Thread(target=write)
        late.start()
        late.join(timeout=30)
    assert [is_away(error) for error in told] == [True]


@pytest.fixture(scope="module")
def postgresql_database(postgresql, tmp_path_factory):
    databases = MigratedDatabases("ballot", tmp_path_factory.mktemp("databases"), lambda: postgresql.port)
    with databases.fresh("postgresql", tmp_path_factory.mktemp("unused")) as made:
        yield Database(made.url.render_as_string(hide_password=False), "ballot")


def limit(database, name):
    with database.transaction() as session:
        return session.execute(
            text(f"SELECT setting::int / 1000.0 FROM pg_settings WHERE name = '{name}'")
        ).scalar_one()


@pytest.mark.parametrize("asked", [5.0, 15.0])
def test_a_page_has_the_limits_of_the_settings(postgresql_database, no_deadline, asked):
    deadline.bind(asked)
    assert limit(postgresql_database, "lock_timeout") == TimeLimits.lock
    assert limit(postgresql_database, "statement_timeout") == TimeLimits.statement


def test_who_waits_for_minutes_and_who_waits_for_nothing_have_their_own(postgresql_database, no_deadline):
    deadline.bind(300.0)
    assert 290 < limit(postgresql_database, "statement_timeout") <= 300
    deadline.bind(None)
    assert limit(postgresql_database, "statement_timeout") == TimeLimits.background
    assert limit(postgresql_database, "lock_timeout") == TimeLimits.lock


def test_the_check_leaves_nothing_behind(postgresql_database, database):
    for checked in (postgresql_database, database):
        checked.check()
        with checked.reading() as session:
            assert session.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 0
