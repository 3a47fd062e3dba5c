"""What the database itself refuses, whoever asks (L10, C3)."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from services.ballot.elections import closing
from services.ballot.models import Base
from services.ballot.urn import published_heads
from tests.servers.databases import owners_transaction
from tests.unit.ballot.urn import DURING, RECEIPT_SEED, holder_of

RETIRE = "UPDATE credentials SET state = 'retired' WHERE election = :uuid AND rank = 0"
REFUSED = [
    "UPDATE ballots SET holder = 'x' WHERE election = :uuid",
    "DELETE FROM ballots WHERE election = :uuid",
    "UPDATE chain_events SET raw = '{}' WHERE election = :uuid",
    "DELETE FROM chain_events WHERE election = :uuid AND height = 1",
    "UPDATE chain_objects SET data = '{}' WHERE election = :uuid",
    "DELETE FROM chain_objects WHERE election = :uuid",
    "INSERT INTO chain_object_parts (election, height, position, part, data) VALUES (:uuid, 9, 9, 1, 'x')",
    "UPDATE heads SET head = 'x' WHERE election = :uuid",
    "DELETE FROM heads WHERE election = :uuid",
    "UPDATE elections SET closes_at = opens_at WHERE uuid = :uuid",
    "UPDATE elections SET raw = NULL WHERE uuid = :uuid",
    "DELETE FROM elections WHERE uuid = :uuid",
    "DELETE FROM credentials WHERE election = :uuid",
    "UPDATE credentials SET holder = 'x' WHERE election = :uuid",
    "UPDATE credentials SET rank = 9 WHERE election = :uuid",
    "UPDATE credentials SET state = 'spare' WHERE election = :uuid",
    "UPDATE credentials SET state = 'retired' WHERE election = :uuid AND rank = 1",
    "UPDATE credential_commitments SET count = 1 WHERE election = :uuid",
    "DELETE FROM credential_commitments WHERE election = :uuid",
    "INSERT INTO credentials (election, credential, holder, rank, state) VALUES (:uuid, 'c', 'h', 0, 'active')",
    "INSERT INTO chain_events (election, height, type, hash, raw) VALUES (:uuid, 3, 'Ballot', 'h', '{}')",
    "INSERT INTO chain_events (election, height, type, hash, raw) VALUES (:uuid, 1, 'Ballot', 'h', '{}')",
    "INSERT INTO ballots (election, height, holder, credential, tracker)"
    " SELECT election, 2, 'h', credential, 't' FROM ballots WHERE election = :uuid",
]


def refused(urn, statement, **values):
    """The database refuses the statement to whoever owns its tables too, and nothing is changed."""
    before = urn.snapshot()
    with pytest.raises(DatabaseError), owners_transaction(urn.database) as session:
        session.execute(text(statement), {"uuid": urn.uuid, **values})
    assert urn.snapshot() == before


@pytest.mark.parametrize("statement", REFUSED)
def test_the_urn_refuses_to_forget(urn, statement):
    urn.vote("anne")
    with urn.database.transaction() as session:
        published_heads.publish(session, urn.uuid, RECEIPT_SEED, DURING)
    refused(urn, statement)


def test_sqlites_replace_is_refused_too(urn):
    if not urn.database.is_sqlite:
        return  # PostgreSQL's ON CONFLICT DO UPDATE is an UPDATE, which the triggers refuse.
    urn.vote("anne")
    for table in ("ballots", "chain_events", "chain_objects", "elections"):
        column = "uuid" if table == "elections" else "election"
        refused(urn, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE {column} = :uuid")


def test_postgresqls_truncate_is_refused(urn):
    if urn.database.is_sqlite:
        return  # SQLite has no TRUNCATE.
    for table in ("ballots", "chain_events", "chain_objects", "credentials", "elections", "closings"):
        refused(urn, f"TRUNCATE {table} CASCADE")


def test_a_holder_and_a_credential_vote_once_by_constraint_too(urn):
    urn.vote("anne")
    new_event = "INSERT INTO chain_events (election, height, type, hash, raw) VALUES (:uuid, 2, 'Ballot', 'h', '{}')"
    ballot = (
        "INSERT INTO ballots (election, height, holder, credential, tracker) VALUES (:uuid, 2, :holder, :used, 't')"
    )
    with urn.database.reading() as session:
        credentials = "SELECT credential FROM credentials WHERE election = :uuid AND rank = 0 AND holder = :holder"
        of = {
            name: session.scalar(text(credentials), {"uuid": urn.uuid, "holder": holder_of(name)})
            for name in ("anne", "bruno")
        }
    before = urn.snapshot()
    for holder, used in (("anne", of["bruno"]), ("bruno", of["anne"])):
        with pytest.raises(DatabaseError), urn.database.transaction() as session:
            session.execute(text(new_event), {"uuid": urn.uuid})
            session.execute(text(ballot), {"uuid": urn.uuid, "holder": holder_of(holder), "used": used})
        assert urn.snapshot() == before


def test_after_end_ballots_the_database_refuses_ballots(urn):
    urn.vote("anne")
    with urn.database.transaction() as session:
        closing.close(session, urn.uuid, "arrêt", DURING)
    for kind in ("Ballot", "EndBallots"):
        refused(
            urn,
            "INSERT INTO chain_events (election, height, type, hash, raw) VALUES (:uuid, 3, :kind, 'h', '{}')",
            kind=kind,
        )
    refused(urn, "UPDATE closings SET reason = 'x' WHERE election = :uuid")
    refused(urn, "DELETE FROM closings WHERE election = :uuid")


def test_a_draft_refuses_ballots(draft):
    draft.create()
    refused(
        draft,
        "INSERT INTO ballots (election, height, holder, credential, tracker) VALUES (:uuid, 1, 'h', 'c', 't')",
    )


WITHDRAWN = "INSERT INTO withdrawn_holders (election, holder) VALUES (:uuid, :holder)"
GONE = "DELETE FROM credentials WHERE election = :uuid AND holder = :holder"


def test_a_credential_goes_before_sealing_alone_and_only_of_a_holder_who_is_withdrawn(draft):
    draft.create()
    draft.receive(draft.entries("anne", "bruno"))
    refused(draft, GONE, holder=holder_of("anne"))
    with draft.database.transaction() as session:
        for statement in (WITHDRAWN, GONE):
            session.execute(text(statement), {"uuid": draft.uuid, "holder": holder_of("anne")})
    refused(draft, "DELETE FROM credentials WHERE election = :uuid")
    refused(draft, "DELETE FROM withdrawn_holders WHERE election = :uuid")


def test_a_credential_of_a_sealed_election_stays_whoever_is_withdrawn(urn):
    with urn.database.transaction() as session:
        session.execute(text(WITHDRAWN), {"uuid": urn.uuid, "holder": holder_of("anne")})
    refused(urn, GONE, holder=holder_of("anne"))


def test_states_only_go_forward(urn):
    with urn.database.transaction() as session:
        session.execute(text(RETIRE), {"uuid": urn.uuid})
    refused(urn, "UPDATE credentials SET state = 'active' WHERE election = :uuid AND rank = 0")


def test_the_migration_makes_what_the_models_say(database):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_sqlite_does_not_keep_the_order_in_which_credentials_came(database):
    if not database.is_sqlite:
        return  # PostgreSQL has no rowid.
    with database.reading() as session:
        made = dict(session.connection().exec_driver_sql("SELECT name, sql FROM sqlite_master").all())
    assert "WITHOUT ROWID" in made["credentials"]
