"""The poll book is frozen by itself when the urn is closed and every signature is in (R211-572)."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from nacl.signing import SigningKey
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from services.ballot.contract.attendance import AttendanceEnd
from services.identity.attendance import poll_book, poll_book_seal
from services.identity.attendance.poll_book import Position
from services.identity.models import PollBookSeal, VotingEvent
from tests.servers.databases import owners_transaction
from tests.unit.identity.test_attendance import enter, holder_of, voter_id
from tests.unit.identity.world import EVENT, ONLINE, ONLINE_TOO

KEY = SigningKey(b"\x07" * 32)
PRIVATE = bytes(KEY).hex()
HEAD = "e" * 64


@pytest.fixture
def after(database, voters):
    """The moment after the closing, in a world with voters."""
    with database.reading() as session:
        return session.get_one(VotingEvent, EVENT).closes_at + timedelta(minutes=31)


def end(**changes):
    told = {"closed_at": datetime(2026, 12, 10, 16, 30, tzinfo=UTC), "head": HEAD, "ballots": 2, "last_batch": 0}
    return AttendanceEnd(**told | changes)


def seal(database, now, told, election=ONLINE, warned=None):
    with database.transaction() as session:
        return poll_book_seal.seal(session, election, told, PRIVATE, now, set() if warned is None else warned)


def counted(database, election=ONLINE):
    with database.reading() as session:
        return next(one for one in poll_book.counts(session, EVENT) if one.uuid == election)


@pytest.fixture
def signed(database, letters, voters):
    """Two have signed."""
    names = ("anne@ac-amiens.fr", "bob@ac-amiens.fr")
    assert enter(database, letters, *(holder_of(database, name) for name in names))
    return sorted(voter_id(database, name) for name in names)


def test_only_elections_whose_vote_has_begun_are_looked_at(database, after, signed):
    with database.reading() as session:
        begins = session.get_one(VotingEvent, EVENT).opens_at
        assert poll_book_seal.unsealed(session, begins - timedelta(seconds=1)) == []
        assert poll_book_seal.unsealed(session, begins) == [ONLINE, ONLINE_TOO], "votes on paper have no urn here"
    assert seal(database, after, end())
    with database.reading() as session:
        assert poll_book_seal.unsealed(session, after) == [ONLINE_TOO]


def test_the_seal_fixes_who_has_signed_and_what_was_cast(database, after, signed):
    assert counted(database).seal is None
    assert seal(database, after, end())
    found = counted(database).seal
    digest = hashlib.sha256("".join(f"{voter}\n" for voter in signed).encode()).hexdigest()
    assert (found.signed, found.digest, found.head) == (2, digest, HEAD)
    KEY.verify_key.verify(poll_book_seal.signed_text(ONLINE, 2, digest, HEAD).encode(), bytes.fromhex(found.signature))
    with database.reading() as session:
        assert poll_book_seal.digest(session, ONLINE) == digest


def test_it_is_set_once(database, after, signed):
    assert seal(database, after, end())
    assert not seal(database, after + timedelta(hours=1), end(head="f" * 64))
    assert counted(database).seal.head == HEAD


@pytest.mark.parametrize(
    "told",
    [
        {"closed_at": None, "last_batch": None},
        {"last_batch": 1},
        {"ballots": 3},
        {"ballots": 1},
    ],
)
def test_what_may_still_grow_or_must_be_explained_is_not_sealed(database, after, signed, told):
    assert not seal(database, after, end(**told))
    assert counted(database).seal is None


def test_counts_that_differ_are_said_once_to_the_log(database, after, signed, capfd):
    warned = set()
    for _ in range(3):
        assert not seal(database, after, end(ballots=3), warned=warned)
    assert warned == {ONLINE}
    assert capfd.readouterr().err.count("poll_book_differs") == 1


def test_an_election_where_nobody_voted_is_sealed_empty(database, after):
    assert seal(database, after, end(ballots=0, last_batch=None))
    assert counted(database).seal.signed == 0


def test_no_signature_comes_after_the_seal(database, letters, after, signed):
    assert seal(database, after, end())
    late = {"id": "z", "voter": voter_id(database, "chloe@ac-amiens.fr"), "election": ONLINE, "hour": after}
    columns = "INSERT INTO poll_book (id, voter_id, election, signed_in_hour) VALUES (:id, :voter, :election, :hour)"
    with pytest.raises(DBAPIError, match="sealed"), owners_transaction(database) as session:
        session.execute(text(columns), late)
    assert counted(database).signed == 2
    other = holder_of(database, "bob@ac-amiens.fr", ONLINE_TOO)
    assert enter(database, letters, other, at=Position(1, 0), election=ONLINE_TOO), "other elections go on"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE poll_book_seals SET signed = 9", "DELETE FROM poll_book_seals"],
)
def test_a_seal_stays(database, after, signed, statement):
    assert seal(database, after, end())
    with pytest.raises(DBAPIError), owners_transaction(database) as session:
        session.execute(text(statement))
    with database.reading() as session:
        assert session.scalar(select(PollBookSeal.signed)) == 2
