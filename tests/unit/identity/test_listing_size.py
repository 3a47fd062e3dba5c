"""Listing the bearers of a long roll: counting them looks nobody up by himself, whatever the database knows (E21)."""

import json

import pytest
from sqlalchemy import text

from services.identity.voting_events import entitlements
from tests.unit.identity.world import EVENT, ONLINE

MANY = 20_000
VOTERS = f"""
    INSERT INTO voters (id, voting_event, identifier, surname, first_name, assignment, address1, address2, postcode, city,
                        page_tag, territory)
    SELECT md5(number::text)::uuid::text, '{EVENT}', 'v' || number || '@a.example', 'Tadorne', 'Ada', '', '', '', '', '',
           md5('tag' || number), ''
    FROM generate_series(1, {MANY}) number
"""
ENTITLEMENTS = f"""
    INSERT INTO entitlements (voter_id, election, lookup_tag, search_text)
    SELECT id, '{ONLINE}', md5(id), '' FROM voters
"""


def nodes(plan):
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


@pytest.fixture
def explained(database, event):
    """What a statement has PostgreSQL do, on a long roll that nothing has analysed."""
    with database.engine.begin() as connection:
        for statement in (VOTERS, ENTITLEMENTS):
            connection.execute(text(statement))

    def explain(statement):
        compiled = statement.compile(database.engine, compile_kwargs={"render_postcompile": True})
        with database.engine.connect() as connection:
            found = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}", compiled.params).scalar()
        return list(nodes((found if isinstance(found, list) else json.loads(found))[0]["Plan"]))

    return explain


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_counting_looks_nobody_up_by_himself(explained, database):
    found = explained(entitlements._counted([ONLINE]))
    assert max(one["Actual Loops"] for one in found) < MANY / 100
    with database.reading() as session:
        assert session.scalar(entitlements._counted([ONLINE])) == MANY
        assert session.scalar(entitlements._counted([])) == 0
