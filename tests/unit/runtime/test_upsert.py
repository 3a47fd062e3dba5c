"""Insertions where the row may be there already, on both databases."""

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, select
from sqlalchemy.orm import Session

from services.runtime.storage.upsert import upsert

METADATA = MetaData()
COUNTERS = Table("counters", METADATA, Column("name", String(10), primary_key=True), Column("value", Integer))


@pytest.fixture(params=["sqlite", "postgresql"])
def session(request):
    """In a database with one table, which holds (a, 1)."""
    if request.param == "sqlite":
        url = "sqlite://"
    else:
        url = request.getfixturevalue("postgresql").another_system().owner_urls()["identity"]
    engine = create_engine(url)
    METADATA.create_all(engine)
    with Session(engine) as session:
        session.execute(COUNTERS.insert().values(name="a", value=1))
        yield session
        session.rollback()
    engine.dispose()


def rows(session):
    return {row.name: row.value for row in session.execute(select(COUNTERS))}


def test_a_row_that_is_there_stays(session):
    for name in ("a", "b"):
        session.execute(upsert(session, COUNTERS).values(name=name, value=2).on_conflict_do_nothing())
    assert rows(session) == {"a": 1, "b": 2}


def test_what_was_not_inserted_returns_nothing(session):
    statement = upsert(session, COUNTERS).on_conflict_do_nothing().returning(COUNTERS.c.name)
    assert session.execute(statement.values(name="a", value=2)).scalar_one_or_none() is None
    assert session.execute(statement.values(name="b", value=2)).scalar_one_or_none() == "b"


def test_a_row_that_is_there_changes_on_its_condition_only(session):
    for value in (5, 3):
        statement = upsert(session, COUNTERS).values(name="a", value=value)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["name"], set_={"value": value}, where=COUNTERS.c.value < value
            )
        )
    assert rows(session) == {"a": 5}
