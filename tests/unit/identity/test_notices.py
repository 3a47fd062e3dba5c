"""Paper notices that were not handed over: recorded once, their voters told once, and followed."""

from datetime import timedelta

from sqlalchemy import select

from services.identity.desk import notices
from services.identity.models import PollBookEntry, ReissueRequest, Voter
from tests.unit.identity.test_accounts import refusal
from tests.unit.identity.world import NOW, ONLINE, everything, import_roll, row

ANNE, BOB = "anne@ac-amiens.fr", "bob@ac-amiens.fr"


def record(database, letters, identifier=ANNE, reason="returned", now=NOW):
    with database.transaction() as session:
        return notices.record(session, letters, identifier=identifier, reason=reason, now=now)


def listed(database, after=None, limit=10):
    with database.reading() as session:
        return notices.page(session, after=after, limit=limit)


def test_a_notice_is_recorded_once_and_its_voter_told_once(database, voters, letters, mails):
    assert record(database, letters, " Anne@AC-amiens.fr") is True
    assert record(database, letters, reason="moved", now=NOW + timedelta(days=1)) is False
    assert record(database, letters, BOB, "absent") is True
    assert [(mail["template"], mail["to"]["email"]) for mail in mails()] == [
        ("notice_undelivered", ANNE),
        ("notice_undelivered", BOB),
    ]
    found = listed(database).notices
    assert [(one.voter.identifier, one.reason, one.recorded_at, one.reissues, one.voted) for one in found] == [
        (ANNE, "moved", NOW, 0, False),
        (BOB, "absent", NOW, 0, False),
    ]


def test_whoever_helped_himself_is_seen(database, voters, letters):
    record(database, letters)
    with database.transaction() as session:
        anne = session.scalars(select(Voter.id).where(Voter.identifier == ANNE)).one()
        for number, state in enumerate(("issued", "late")):
            session.add(
                ReissueRequest(id=f"{number}", voter_id=anne, state=state, channel="sms", masked="", asked_at=NOW)
            )
        session.add(PollBookEntry(id="1", voter_id=anne, election=ONLINE, signed_in_hour=NOW))
    (one,) = listed(database).notices
    assert (one.reissues, one.voted) == (1, True)


def test_pages_follow_each_other(database, voters, letters):
    for identifier in voters:
        record(database, letters, identifier)
    first = listed(database, limit=2)
    rest = listed(database, after=first.next, limit=2)
    assert [len(first.notices), len(rest.notices), rest.next] == [2, 1, None]
    assert {one.voter.identifier for one in (*first.notices, *rest.notices)} == set(voters)


def test_an_address_that_is_no_voter_s_changes_nothing(database, voters, letters):
    before = everything(database)
    assert refusal(record, database, letters, "nobody@ac-amiens.fr").code == "identifier_unknown"
    assert everything(database) == before


def test_a_voter_who_is_taken_off_the_roll_takes_his_notice_along(database, voters, letters):
    record(database, letters)
    import_roll(database, [row(BOB)], "import-2")
    assert listed(database).notices == []
