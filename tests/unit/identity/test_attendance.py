import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from services.identity import attendance, entitlements, holders
from services.identity.models import PollBookEntry, Voter
from services.runtime.refusals import Refusal
from tests.unit.identity.world import EVENT, KEY, NOW, ONLINE, ONLINE_TOO, PAPER, everything


def voter_id(database, identifier):
    with database.reading() as session:
        return session.scalar(select(Voter.id).where(Voter.identifier == identifier))


def sign(database, room, holder, election=ONLINE, now=NOW):
    with database.transaction() as session:
        return attendance.sign(session, room, holder_key=KEY, election=election, holder=holder, now=now)


@pytest.fixture
def anne(database, voters):
    """Anne's pseudonym in the first election."""
    return holders.holder(KEY, ONLINE, voter_id(database, "anne@ac-amiens.fr"))


def test_signed_once_however_often_the_urn_tells(database, room, mails, anne):
    assert sign(database, room, anne) is True
    before = everything(database)
    assert sign(database, room, anne, now=NOW + timedelta(hours=3)) is False
    assert everything(database) == before
    (mail,) = mails()
    assert (mail["template"], mail["to"]) == ("attendance", {"email": "anne@ac-amiens.fr"})
    assert mail["values"]["election"] == "CSA ministériel"
    assert "tracker" not in mail["values"]


def test_signed_once_by_two_processes(database, room, mails, anne):
    ends = []
    threads = [threading.Thread(target=lambda: ends.append(sign(database, room, anne))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(ends) == [False, False, False, True]
    assert len(mails()) == 1


def test_the_time_is_cut_to_the_hour(database, room, anne):
    sign(database, room, anne)
    with database.reading() as session:
        assert session.scalar(select(PollBookEntry.signed_in_hour)) == datetime(2026, 12, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize("holder", ["00" * 32, "nonsense"])
def test_an_unknown_holder_is_for_people_to_look_at(database, room, voters, holder):
    before = everything(database)
    with pytest.raises(attendance.UnknownHolder) as unknown:
        sign(database, room, holder)
    assert holder not in str(unknown.value)
    assert everything(database) == before


def test_a_holder_counts_for_its_own_election_only(database, room, anne):
    with pytest.raises(attendance.UnknownHolder):
        sign(database, room, anne, election=ONLINE_TOO)


@pytest.mark.parametrize("statement", ["UPDATE poll_book SET election = election", "DELETE FROM poll_book"])
def test_the_poll_book_only_grows(database, room, anne, statement):
    sign(database, room, anne)
    before = everything(database)
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(text(statement))
    assert everything(database) == before


def test_the_poll_book_has_no_hidden_order(database, room, anne):
    with pytest.raises(DBAPIError), database.reading() as session:
        session.execute(text("SELECT rowid FROM poll_book"))


def test_the_poll_book_is_laid_out_by_its_random_keys(database, room, voters):
    for name in voters[:2]:
        sign(database, room, holders.holder(KEY, ONLINE, voter_id(database, name)))
    late = PollBookEntry(
        id="0", voter_id=voter_id(database, "bob@ac-amiens.fr"), election=ONLINE_TOO, signed_in_hour=NOW
    )
    with database.transaction() as session:
        session.add(late)
    with database.transaction() as session:
        attendance.hide_order(session)
    with database.reading() as session:
        # Whole rows, as a dump takes them: an index that covers the column alone would give its own order.
        stored = [row.id for row in session.execute(text("SELECT * FROM poll_book"))]
    assert len(stored) == 3
    assert stored == sorted(stored)


def test_counts(database, room, anne):
    sign(database, room, anne)
    with database.reading() as session:
        assert attendance.counts(session, EVENT) == [
            {"uuid": ONLINE, "entitled": 2, "signed": 1},
            {"uuid": ONLINE_TOO, "entitled": 1, "signed": 0},
            {"uuid": PAPER, "entitled": 2, "signed": 0},
        ]
        with pytest.raises(Refusal) as refused:
            attendance.counts(session, "nowhere")
    assert refused.value.code == "voting_event_unknown"


def test_own_elections_tell_what_is_signed(database, room, anne):
    sign(database, room, anne)
    with database.reading() as session:
        own = entitlements.own_elections(session, voter_id(database, "anne@ac-amiens.fr"))
    assert [(election["code"], election["mode"], election["signed"]) for election in own] == [
        ("CSA-M", "online", True),
        ("CCP", "paper", False),
    ]
