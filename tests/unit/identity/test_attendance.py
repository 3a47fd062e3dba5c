import contextlib
import threading
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from services.identity.attendance import poll_book
from services.identity.models import PollBookEntry, RecentSignature, Voter
from services.identity.voting_events import entitlements, holders
from services.runtime.refusals import Refusal
from tests.unit.identity.world import EVENT, KEY, NOW, ONLINE, ONLINE_TOO, PAPER, everything


def voter_id(database, identifier):
    with database.reading() as session:
        return session.scalar(select(Voter.id).where(Voter.identifier == identifier))


HOUR = timedelta(hours=1)


def sign(database, holder, election=ONLINE, now=NOW):
    with database.transaction() as session:
        return poll_book.sign(session, holder_key=KEY, election=election, holder=holder, now=now, mail_every=HOUR)


def mail(database, letters, now, limit=200):
    with database.transaction() as session:
        return poll_book.enter_due(session, letters, now=now, limit=limit)


@pytest.fixture
def anne(database, voters):
    """Anne's pseudonym in the first election."""
    return holders.holder(KEY, ONLINE, voter_id(database, "anne@ac-amiens.fr"))


def test_signed_once_however_often_the_urn_tells(database, anne):
    assert sign(database, anne) is True
    before = everything(database)
    assert sign(database, anne, now=NOW + timedelta(hours=3)) is False
    assert everything(database) == before


def test_the_voter_is_told_once_and_not_before_the_hour_is_over(database, letters, mails, anne):
    sign(database, anne)
    end = poll_book.end_of_period(NOW, HOUR)
    assert end == datetime(2026, 12, 3, 11, tzinfo=UTC)
    assert mail(database, letters, end - timedelta(seconds=1)) == 0
    assert mails() == []
    assert [mail(database, letters, end), mail(database, letters, end)] == [1, 0]
    (sent,) = mails()
    assert (sent["template"], sent["to"]) == ("attendance", {"email": "anne@ac-amiens.fr"})
    assert sent["values"]["election"] == "CSA ministériel"
    assert "tracker" not in sent["values"]


def test_the_mails_of_an_hour_leave_in_the_order_of_the_random_keys(database, letters, mails, voters):
    for name in voters:
        entitled = voter_id(database, name)
        for election in (ONLINE, ONLINE_TOO):
            with contextlib.suppress(poll_book.UnknownHolder):
                sign(database, holders.holder(KEY, election, entitled), election)
    with database.reading() as session:
        keys = session.execute(
            select(RecentSignature.id, Voter.identifier)
            .join(Voter, Voter.id == RecentSignature.voter_id)
            .order_by(RecentSignature.id)
        ).all()
    assert len(keys) > 2
    while mail(database, letters, NOW + HOUR, limit=1):
        pass
    assert [sent["to"]["email"] for sent in mails()] == [key.identifier for key in keys]


@pytest.mark.parametrize(
    ("minutes", "expected"), [(60, "11:00:00"), (30, "10:30:00"), (1440, "00:00:00"), (0, "10:00:00")]
)
def test_a_period_ends_on_the_clock_and_keeps_no_exact_time(minutes, expected):
    ends = {
        poll_book.end_of_period(datetime(2026, 12, 3, 10, 7, second, 5, tzinfo=UTC), timedelta(minutes=minutes))
        for second in (0, 59)
    }
    assert [f"{end:%H:%M:%S}" for end in ends] == [expected]


def test_signed_once_by_two_processes(database, letters, anne):
    ends = []
    threads = [threading.Thread(target=lambda: ends.append(sign(database, anne))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert sorted(ends) == [False, False, False, True]
    assert mail(database, letters, NOW + HOUR) == 1


def test_the_time_is_cut_to_the_hour(database, letters, anne):
    sign(database, anne)
    with database.reading() as session:
        assert session.scalar(select(RecentSignature.signed_in_hour)) == datetime(2026, 12, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize("holder", ["00" * 32, "nonsense"])
def test_an_unknown_holder_is_for_people_to_look_at(database, letters, voters, holder):
    before = everything(database)
    with pytest.raises(poll_book.UnknownHolder) as unknown:
        sign(database, holder)
    assert holder not in str(unknown.value)
    assert everything(database) == before


def test_a_holder_counts_for_its_own_election_only(database, letters, anne):
    with pytest.raises(poll_book.UnknownHolder):
        sign(database, anne, election=ONLINE_TOO)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE poll_book SET election = election",
        "DELETE FROM poll_book",
        "UPDATE recent_signatures SET due_at = due_at",
        "DELETE FROM recent_signatures",
    ],
)
def test_signatures_are_never_taken_back(database, letters, voters, statement):
    """Bob's is in the poll book already, Anne's on its way."""
    for name, hour in (("bob@ac-amiens.fr", 0), ("anne@ac-amiens.fr", 1)):
        mail(database, letters, NOW + hour * HOUR)
        sign(database, holders.holder(KEY, ONLINE, voter_id(database, name)), now=NOW + hour * HOUR)
    before = everything(database)
    assert [len(before[table]) for table in ("poll_book", "recent_signatures")] == [1, 1]
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(text(statement))
    assert everything(database) == before


def test_the_poll_book_has_no_hidden_order(database, letters, anne):
    with pytest.raises(DBAPIError), database.reading() as session:
        session.execute(text("SELECT rowid FROM poll_book"))
    with pytest.raises(DBAPIError), database.reading() as session:
        session.execute(text("SELECT rowid FROM recent_signatures"))


@pytest.mark.parametrize("table", ["recent_signatures", "poll_book"])
def test_signatures_are_laid_out_by_their_random_keys(database, letters, voters, table):
    for name in voters[:2]:
        sign(database, holders.holder(KEY, ONLINE, voter_id(database, name)))
    bob = voter_id(database, "bob@ac-amiens.fr")
    late = RecentSignature(id="0", voter_id=bob, election=ONLINE_TOO, signed_in_hour=NOW, due_at=NOW + HOUR)
    with database.transaction() as session:
        session.add(late)
    with database.transaction() as session:
        if table == "poll_book":
            assert poll_book.enter_due(session, letters, now=NOW + HOUR) == 3
        else:
            poll_book.hide_order(session)
    with database.reading() as session:
        # Whole rows, as a dump takes them: an index that covers the column alone would give its own order.
        stored = [row.id for row in session.execute(text(f"SELECT * FROM {table}"))]
    assert len(stored) == 3
    assert stored == sorted(stored)


def test_what_is_signed_counts_before_and_after_it_is_entered(database, letters, mails, anne):
    def told():
        with database.reading() as session:
            own = entitlements.own_elections(session, voter_id(database, "anne@ac-amiens.fr"))
            return poll_book.counts(session, EVENT)[0].signed, [election.signed for election in own]

    assert told() == (0, [False, False])
    sign(database, anne)
    assert told() == (1, [True, False])
    assert mail(database, letters, NOW + HOUR) == 1
    assert told() == (1, [True, False])
    assert sign(database, anne, now=NOW + HOUR) is False
    assert (told(), mail(database, letters, NOW + 2 * HOUR), len(mails())) == ((1, [True, False]), 0, 1)


def test_a_signature_of_both_tables_counts_once(database, letters, anne):
    """As a version leaves it that entered signatures at once, and mailed later."""
    sign(database, anne)
    with database.transaction() as session:
        (recent,) = session.scalars(select(RecentSignature))
        kept = {name: getattr(recent, name) for name in ("id", "voter_id", "election", "signed_in_hour")}
        session.add(PollBookEntry(**kept))
    with database.reading() as session:
        assert poll_book.counts(session, EVENT)[0].signed == 1
    assert mail(database, letters, NOW + HOUR) == 1
    with database.reading() as session:
        assert poll_book.counts(session, EVENT)[0].signed == 1


def test_counts(database, letters, anne):
    sign(database, anne)
    with database.reading() as session:
        assert [asdict(one) for one in poll_book.counts(session, EVENT)] == [
            {"uuid": ONLINE, "entitled": 2, "signed": 1},
            {"uuid": ONLINE_TOO, "entitled": 1, "signed": 0},
            {"uuid": PAPER, "entitled": 2, "signed": 0},
        ]
        with pytest.raises(Refusal) as refused:
            poll_book.counts(session, "nowhere")
    assert refused.value.code == "voting_event_unknown"


def test_own_elections_tell_what_is_signed(database, letters, anne):
    sign(database, anne)
    with database.reading() as session:
        own = entitlements.own_elections(session, voter_id(database, "anne@ac-amiens.fr"))
    assert [(election.code, election.mode, election.signed) for election in own] == [
        ("CSA-M", "online", True),
        ("CCP", "paper", False),
    ]
