"""What the sealing of the roll fixes is found again at every check; whatever was changed since is named (E5)."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select, text

from services.identity.integrity import roll_integrity
from services.identity.models import PollBookEntry, Voter
from services.identity.roll import roll_jobs
from services.identity.settings import Settings
from services.runtime.integrity import seals
from services.runtime.refusals import Refusal
from tests.servers.databases import owners_transaction
from tests.unit.identity.world import EVENT, KEY, NOW, ONLINE, SIGNING_KEY

SETTINGS = Settings(holder_key=KEY, permit_private_key=SIGNING_KEY, mail_public_key="aa" * 32, sms_public_key="bb" * 32)


class Job(SimpleNamespace):
    """A job that nobody interrupts."""

    def report(self, *_progress):
        pass

    def confirm(self, _session):
        pass


def resources(database, settings=SETTINGS):
    return SimpleNamespace(database=database, settings=settings)


def seal(database):
    return roll_jobs.seal_roll(resources(database), Job(request={"voting_event": EVENT}))


def check(database, settings=SETTINGS):
    return roll_integrity.check(resources(database, settings), Job(request={"subject": EVENT}))


def named(found):
    return {(one["part"], one["what"]) for one in found["differences"]}


def test_a_roll_that_nobody_touched_is_as_it_was_sealed(database, voters):
    seal(database)
    seal(database)
    found = check(database)
    assert (found["total"], found["parts"]) == (0, ["attendance", "configuration", "event", "roll", "software"])
    with database.reading() as session:
        kept = seals.of(session, EVENT)
    assert kept.emptiness == {"signatures": 0}
    assert kept.parts["roll"]["CSA-M"].startswith("2 ")
    assert KEY not in str(kept.parts)
    assert SIGNING_KEY not in str(kept.parts)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE voters SET surname = 'Autre' WHERE identifier = 'anne@ac-amiens.fr'", {("roll", "CSA-M"), ("roll", "CCP")}),
        ("DELETE FROM entitlements WHERE election = 'BBBBBBBBBBBBBB'", {("roll", "CAP-1")}),
        ("UPDATE voting_events SET closes_at = '2027-01-01 00:00:00+00'", {("event", "closes_at")}),
        ("UPDATE elections SET name = 'Autre' WHERE code = 'CCP'", {("event", "CCP")}),
    ],
)  # fmt: skip
def test_a_row_that_was_altered_is_named(database, voters, statement, expected):
    seal(database)
    if database.is_sqlite:
        statement = statement.replace("+00'", ".000000'")
    with owners_transaction(database) as session:
        session.execute(text(statement))
    assert named(check(database)) == expected


def test_a_setting_and_a_key_that_were_changed_are_named(database, voters):
    seal(database)
    other = SETTINGS.model_copy(update={"permit_minutes": 61, "holder_key": "33" * 32})
    assert named(check(database, other)) == {("configuration", "permit_minutes"), ("configuration", "holder_key")}


def sign(database):
    """A signature of whoever has no right to vote there."""
    with database.transaction() as session:
        chloe = session.scalar(select(Voter.id).where(Voter.identifier == "chloe@ac-amiens.fr"))
        session.add(PollBookEntry(id="0" * 36, voter_id=chloe, election=ONLINE, signed_in_hour=NOW))


def test_whoever_signed_without_a_right_is_counted(database, voters):
    seal(database)
    sign(database)
    assert named(check(database)) == {("attendance", "CSA-M")}


def test_a_roll_with_signatures_is_not_sealed(database, voters):
    sign(database)
    with pytest.raises(Refusal) as refused:
        seal(database)
    assert (refused.value.code, refused.value.details) == ("poll_book_not_empty", {"signatures": 1})
    with database.reading() as session:
        assert seals.of(session, EVENT).at is None


def test_the_clock_asks_once_the_roll_is_sealed(database, voters):
    assert roll_integrity.ask_due(resources(database)) is False
    seal(database)
    assert roll_integrity.ask_due(resources(database)) is True
    assert roll_integrity.ask_due(resources(database)) is False
