"""The journal: in order, chained, and not to be changed by anybody."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.identity.agents import journal
from services.identity.contract.staff.journal import BEGINNING, Action, first_break
from tests.servers.databases import owners_transaction
from tests.unit.identity.agents_world import operator
from tests.unit.identity.world import NOW


@pytest.fixture
def entries(database, letters):
    """The journal after an operator has come in and has run some commands."""
    agent, _, _ = operator(database, letters)
    with database.transaction() as session:
        for number in range(3):
            journal.append(session, agent, Action.COMMAND, NOW, command="close-election", election=f"E{number}")
    with database.reading() as session:
        return journal.page(session, None, 50).entries


def test_each_entry_follows_the_one_before(entries):
    assert [entry.number for entry in entries] == [5, 4, 3, 2, 1]
    assert entries[-1].previous == BEGINNING
    assert first_break(entries) is None
    assert entries[0].details == {"as": "operator", "command": "close-election", "election": "E2"}
    assert entries[0].actor == "Luz Bergamote"
    assert entries[3].who == "Luz Bergamote"


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "Somebody else"},
        {"at": NOW + timedelta(seconds=1)},
        {"details": {}},
        {"subject": "somebody"},
        {"action": "agent_closed"},
        {"digest": "0" * 64},
        {"previous": "1" * 64},
    ],
)
def test_a_changed_entry_is_found(entries, change):
    entries[2] = replace(entries[2], **change)
    assert first_break(entries) in (entries[2].number, entries[1].number)


def test_a_missing_entry_is_found(entries):
    del entries[2]
    assert first_break(entries) == 4


def test_pages_lead_back_to_the_first(database, entries):
    with database.reading() as session:
        page = journal.page(session, None, 2)
        assert [entry.number for entry in page.entries] == [5, 4]
        assert (page.next, page.total, page.head) == (4, 5, entries[0].digest)
        last = journal.page(session, 2, 2)
        assert ([entry.number for entry in last.entries], last.next) == ([1], None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET actor = 'x'",
        "DELETE FROM journal",
        "DELETE FROM journal WHERE number = 1",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal",
        "TRUNCATE journal",
    ],
)
def test_the_database_itself_keeps_it(database, entries, statement):
    dialect = "sqlite" if database.is_sqlite else "postgresql"
    if ("OR REPLACE" in statement and dialect != "sqlite") or ("TRUNCATE" in statement and dialect == "sqlite"):
        pytest.skip("not a statement of this database")
    with pytest.raises(DBAPIError, match="append-only"), owners_transaction(database) as session:
        session.execute(text(statement))
    with database.reading() as session:
        assert journal.page(session, None, 50).entries == entries


def test_those_who_write_at_once_follow_each_other(database, entries):
    def write():
        with database.transaction() as session:
            journal.append(session, "Ligne de commande", Action.COMMAND, NOW, command="open-campaign")

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with database.reading() as session:
        found = journal.page(session, None, 50)
    assert (found.total, first_break(found.entries)) == (13, None)
