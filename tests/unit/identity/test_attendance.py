import threading
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from services.identity.attendance import poll_book
from services.identity.attendance.poll_book import Position
from services.identity.models import PollBookEntry, Voter
from services.identity.voting_events import holders
from services.runtime.refusals import Refusal
from tests.servers.databases import owners_transaction
from tests.unit.identity.world import EVENT, KEY, ONLINE, ONLINE_TOO, PAPER, everything, import_roll, row

HOUR = datetime(2026, 12, 3, 10, tzinfo=UTC)
FIRST = Position(0, 0)


def voter_id(database, identifier):
    with database.reading() as session:
        return session.scalar(select(Voter.id).where(Voter.identifier == identifier))


def holder_of(database, identifier, election=ONLINE):
    return holders.holder(KEY, election, voter_id(database, identifier))


def enter(database, letters, *signers, at=FIRST, parts=1, election=ONLINE):
    with database.transaction() as session:
        return poll_book.enter(
            session, letters, holder_key=KEY, at=at, parts=parts, election=election, signers=signers, hour=HOUR
        )


@pytest.fixture
def anne(database, voters):
    """Anne's pseudonym in the first election."""
    return holder_of(database, "anne@ac-amiens.fr")


def test_a_part_is_entered_once_and_its_voters_are_told(database, letters, mails, voters, anne):
    assert enter(database, letters, anne, holder_of(database, "bob@ac-amiens.fr"))
    before = everything(database)
    assert not enter(database, letters, anne), "the same part again"
    assert everything(database) == before
    assert sorted(sent["to"]["email"] for sent in mails()) == ["anne@ac-amiens.fr", "bob@ac-amiens.fr"]
    for sent in mails():
        assert sent["template"] == "attendance"
        assert set(sent["values"]) == {"portal", "first_name", "surname", "election"}, "neither tracker nor time"
        assert sent["values"]["election"] == "CSA ministériel"


def test_parts_and_batches_come_in_their_order_and_none_is_passed_over(database, letters, anne):
    assert not enter(database, letters, anne, at=Position(0, 1), parts=2), "the first part is not there"
    assert enter(database, letters, at=Position(0, 0), parts=2)
    assert enter(database, letters, anne, at=Position(0, 1), parts=2)
    with database.reading() as session:
        assert poll_book.position(session) == Position(1, 0)


def test_who_is_told_of_twice_signs_once(database, letters, mails, anne):
    enter(database, letters, anne)
    enter(database, letters, anne, at=Position(1, 0))
    assert len(mails()) == 1
    with database.reading() as session:
        assert poll_book.counts(session, EVENT)[0].signed == 1


def test_a_part_is_entered_once_by_several_processes(database, letters, mails, anne):
    ends = []
    threads = [threading.Thread(target=lambda: ends.append(enter(database, letters, anne))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert sorted(ends) == [False, False, False, True]
    assert len(mails()) == 1


def test_an_unknown_signer_is_said_and_holds_nobody_up(database, letters, mails, anne, caplog, capfd):
    """A pseudonym that identity did not make, or made for another election: the two counts will differ, and people look."""
    elsewhere = holder_of(database, "bob@ac-amiens.fr", ONLINE_TOO)
    assert enter(database, letters, anne, "00" * 32, elsewhere)
    assert [sent["to"]["email"] for sent in mails()] == ["anne@ac-amiens.fr"]
    said = caplog.text + "".join(capfd.readouterr())
    assert "unknown_signers" in said
    assert elsewhere not in said
    with database.reading() as session:
        assert poll_book.counts(session, EVENT)[0].signed == 1


@pytest.mark.parametrize("statement", ["UPDATE poll_book SET election = election", "DELETE FROM poll_book"])
def test_signatures_are_never_taken_back(database, letters, anne, statement):
    enter(database, letters, anne)
    before = everything(database)
    with pytest.raises(DBAPIError, match="append-only"), owners_transaction(database) as session:
        session.execute(text(statement))
    assert everything(database) == before


def test_the_poll_book_has_no_hidden_order(database, letters, anne):
    with pytest.raises(DBAPIError), database.reading() as session:
        session.execute(text("SELECT rowid FROM poll_book"))


def test_rows_and_mails_follow_random_keys(database, letters, mails, event):
    """Neither the urn's order nor that of pseudonyms, which whoever has the urn can sort by."""
    import_roll(database, [row(f"v{number}@ac-amiens.fr") for number in range(30)])
    signers = sorted(holder_of(database, f"v{number}@ac-amiens.fr") for number in range(30))
    enter(database, letters, *signers)
    with database.reading() as session:
        # Whole rows, as a dump takes them: an index that covers the column alone would give its own order.
        stored = session.execute(text("SELECT * FROM poll_book")).all()
        names = {row.id: row.identifier for row in session.execute(select(Voter.id, Voter.identifier))}
        assert {row.signed_in_hour for row in session.scalars(select(PollBookEntry))} == {HOUR}
    assert [row.id for row in stored] == sorted(row.id for row in stored)
    assert [names[row.voter_id] for row in stored] == [sent["to"]["email"] for sent in mails()]
    assert [holder_of(database, names[row.voter_id]) for row in stored] != signers


def test_counts(database, letters, anne):
    enter(database, letters, anne)
    with database.reading() as session:
        assert [asdict(one) for one in poll_book.counts(session, EVENT)] == [
            {"uuid": ONLINE, "entitled": 2, "signed": 1, "seal": None},
            {"uuid": ONLINE_TOO, "entitled": 1, "signed": 0, "seal": None},
            {"uuid": PAPER, "entitled": 2, "signed": 0, "seal": None},
        ]
        with pytest.raises(Refusal) as refused:
            poll_book.counts(session, "nowhere")
    assert refused.value.code == "voting_event_unknown"
