"""What a sealing fixes of an election is found again at every check; whatever was changed since is named (E5)."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from services.ballot.contract.elections import SealElection
from services.ballot.elections import closing, interruptions, sealing_job
from services.ballot.integrity import integrity_job, parts
from services.ballot.settings import Settings
from services.ballot.urn import published_heads
from services.identity.contract.events import BoardAct, BoardDecided
from services.runtime.clock import utc_now
from services.runtime.integrity import checks, seals, software
from services.runtime.jobs import job_queue
from services.runtime.refusals import Refusal
from tests.servers.databases import owners_transaction
from tests.unit.ballot.urn import AFTER, DURING, KEYS, RECEIPT_SEED, Urn

SETTINGS = Settings(permit_public_key=KEYS.permit_public, receipt_private_key=RECEIPT_SEED)


class Job(SimpleNamespace):
    """A job that nobody interrupts."""

    def report(self, *_progress):
        pass

    def confirm(self, _session):
        pass


def resources(urn, settings=SETTINGS):
    return SimpleNamespace(database=urn.database, settings=settings)


def seal(urn):
    """Sealed as the job does it."""
    request = SealElection(election=urn.uuid, present=["Présidente"]).dump()
    return sealing_job.seal_election(resources(urn), Job(request=request))


def check(urn, settings=SETTINGS):
    return integrity_job.check(resources(urn, settings), Job(request={"subject": urn.uuid}))


def named(found):
    return [(one["part"], one["what"]) for one in found["differences"]]


def without_triggers(database, session):
    """What somebody does first who owns the database and means to change what triggers keep."""
    if not database.is_sqlite:
        session.execute(text("SET session_replication_role = replica"))
        return
    for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        session.execute(text(f'DROP TRIGGER "{name}"'))


@pytest.fixture
def sealed(draft):
    draft.create()
    draft.set_trustees()
    draft.receive(draft.entries("anne", "bruno", "chloé"))
    draft.commit()
    seal(draft)
    return draft


@pytest.fixture
def unguarded(board, migrated, tmp_path):
    """A sealed urn with two ballots, in the hands of somebody who owns its database and has dropped its triggers."""
    with migrated.fresh("sqlite", tmp_path) as database:
        urn = Urn(database, board[0])
        urn.create()
        urn.set_trustees()
        urn.receive(urn.entries("anne", "bruno", "chloé"))
        urn.commit()
        seal(urn)
        urn.vote("anne", 0)
        urn.vote("bruno", 1)
        with database.transaction() as session:
            published_heads.publish(session, urn.uuid, RECEIPT_SEED, DURING)
        with owners_transaction(database) as session:
            without_triggers(database, session)
        yield urn


def test_an_urn_that_nobody_touched_is_as_it_was_sealed(sealed):
    sealed.vote("anne", 0)
    with sealed.database.transaction() as session:
        published_heads.publish(session, sealed.uuid, RECEIPT_SEED, DURING)
    sealed.vote("bruno", None)
    with sealed.database.transaction() as session:
        closing.close(session, sealed.uuid, "fin", AFTER)
    found = check(sealed)
    assert (found["total"], found["differences"]) == (0, [])
    assert found["parts"] == ["chain", "configuration", "credentials", "election", "lists", "software"]
    with sealed.database.reading() as session:
        kept = seals.of(session, sealed.uuid)
        assert kept.emptiness == {"ballots": 0, "attendance": 0, "closings": 0}
        assert seals.manifest(session, kept.software) == software.manifest()
        assert RECEIPT_SEED not in str(kept.parts), "of secret keys the public halves"


ALTERED = {
    "the name of a list": (
        "UPDATE elections SET raw = replace(raw, 'Liste A', 'Liste Z')",
        {("lists", "questions[1].answers[1]"), ("election", "file")},
    ),
    "the closing hour": ("UPDATE elections SET closes_at = '2027-01-01 00:00:00.000000'", {("election", "closes_at")}),
    "the trustees": ("UPDATE elections SET trustees = '[]'", {("election", "trustees")}),
    "whose a credential is": (
        "UPDATE credentials SET holder = 'x' WHERE rowid_of = 1",
        {("credentials", "rows")},
    ),
    "a credential more": (
        "INSERT INTO credentials (election, credential, holder, rank, state)"
        " SELECT uuid, 'zz', 'h', 0, 'active' FROM elections",
        {("credentials", "rows"), ("credentials", "count")},
    ),
    "the commitment": ("UPDATE credential_commitments SET digest = 'x'", {("credentials", "committed")}),
    "a ballot is exchanged": (
        "UPDATE chain_objects SET data = (SELECT data FROM chain_objects WHERE height = 2) WHERE height = 1",
        {("chain", "height 1")},
    ),
    "a ballot disappears": (
        "DELETE FROM ballots WHERE height = 2",
        {("chain", "height 2"), ("chain", "counter")},
    ),
    "voters may vote again": ("UPDATE elections SET revoting = 1", {("election", "revoting")}),
    "a ballot replaces another voter's": (
        "UPDATE ballots SET replaces = 1, replaced = 1 WHERE height = 2",
        {("chain", "height 2")},
    ),
    "fewer ballots count": ("UPDATE ballots SET replaced = 1 WHERE height = 2", {("chain", "height 2")}),
    "an event is changed": ("UPDATE chain_events SET raw = '{}' WHERE height = 2", {("chain", "height 2")}),
    "the end of the chain disappears": (
        "DELETE FROM ballots WHERE height = 2; DELETE FROM chain_objects WHERE height = 2;"
        " DELETE FROM chain_events WHERE height = 2",
        {("chain", "height 2")},
    ),
    "the list of credentials in the chain": (
        "UPDATE chain_objects SET data = '[]' WHERE height = 0 AND position = 2",
        {("chain", "height 0")},
    ),
}


@pytest.mark.parametrize(("statements", "expected"), ALTERED.values(), ids=ALTERED)
def test_a_row_that_was_altered_is_named(unguarded, statements, expected):
    statements = statements.replace(
        "WHERE rowid_of = 1", "WHERE credential = (SELECT min(credential) FROM credentials)"
    )
    assert named(check(unguarded)) == []
    with owners_transaction(unguarded.database) as session:
        for statement in statements.split(";"):
            session.execute(text(statement))
    assert set(named(check(unguarded))) == expected


def test_a_setting_that_was_changed_is_named_with_both_values(sealed):
    found = check(sealed, SETTINGS.model_copy(update={"attendance_minimum": 1}))
    [difference] = found["differences"]
    assert difference == {"part": "configuration", "what": "attendance_minimum", "sealed": "20", "now": "1"}


def test_a_file_and_a_library_that_were_changed_are_named(sealed, monkeypatch):
    now = software.manifest() | {"services/ballot/urn/casting.py": "0" * 64, "gateway/static/build/new.js": "1" * 64}
    del now["library click"]
    monkeypatch.setattr(software, "manifest", lambda: now)
    assert named(check(sealed)) == [
        ("software", "gateway/static/build/new.js"),
        ("software", "library click"),
        ("software", "services/ballot/urn/casting.py"),
    ]


def test_the_software_is_told_file_by_file(tmp_path):
    (tmp_path / "services" / "__pycache__").mkdir(parents=True)
    (tmp_path / "services" / "one.py").write_text("1")
    (tmp_path / "services" / "__pycache__" / "one.pyc").write_text("no part of it")
    first = software.manifest(tmp_path)
    assert [name for name in first if "/" in name] == ["services/one.py"]
    assert first["library click"].split()[0][0].isdigit()
    (tmp_path / "services" / "one.py").write_text("2")
    second = software.manifest(tmp_path)
    assert [one.what for one in checks.compared("software", first, second)] == ["services/one.py"]
    assert software.digest_of(first) != software.digest_of(second)


def test_an_urn_that_is_not_empty_is_not_sealed(sealed):
    sealed.vote("anne", 0)
    with sealed.database.reading() as session, pytest.raises(Refusal) as refused:
        parts.emptiness(session, sealed.uuid)
    assert refused.value.code == "urn_not_empty"


def test_what_was_sealed_before_seals_were_kept_is_checked_as_far_as_it_goes(urn):
    assert check(urn)["parts"] == ["chain"]
    # Asked to seal it again, nothing is made up about what it was then.
    seal(urn)
    with urn.database.reading() as session:
        assert checks.state(session, urn.uuid).sealed_at is None


def test_checks_are_asked_for_by_the_clock_and_their_last_word_is_told(sealed):
    hourly = resources(sealed)
    assert integrity_job.ask_due(hourly) is True
    assert integrity_job.ask_due(hourly) is False, "it is under way"
    assert integrity_job.ask_due(resources(sealed, SETTINGS.model_copy(update={"integrity_minutes": 0}))) is False
    with sealed.database.transaction() as session:
        assert checks.state(session, sealed.uuid).checking
        claimed = job_queue.claim(session, [checks.KIND], worker="w", lease=timedelta(minutes=1))
        found = check(sealed, SETTINGS.model_copy(update={"attendance_minimum": 1}))
        job_queue.finish(session, claimed, found)
    with sealed.database.reading() as session:
        told = checks.state(session, sealed.uuid)
        assert (told.checking, told.total, told.differences[0].what) == (False, 1, "attendance_minimum")
        assert told.checked_at is not None
        assert told.checked_at <= utc_now()
        assert checks.count(session) == 1
        assert replace(told, total=0).dump()["total"] == 0
    assert [value for _name, _labels, value in checks.samples(sealed.database)] == [1]


def test_a_change_of_configuration_is_an_alarm_until_two_members_have_admitted_this_very_one(sealed):
    other = SETTINGS.model_copy(update={"attendance_minimum": SETTINGS.attendance_minimum + 1})
    found = check(sealed, other)
    assert (found["total"], found["alarm"], found["admissible"]) == (1, 1, 1)
    decision = BoardDecided(
        election=sealed.uuid,
        act=BoardAct.ADMIT,
        reason="Trop peu d’électeurs par lot",
        members=["Inès", "Délia"],
        changes=[found["change"]],
    )
    for _ in range(2):
        with sealed.database.transaction() as session:
            interruptions.apply(session, decision, DURING)
    found = check(sealed, other)
    assert (found["total"], found["alarm"]) == (1, 0)
    with sealed.database.reading() as session:
        state = checks.state(session, sealed.uuid)
        assert seals.of(session, sealed.uuid).at != DURING
    assert [(one.reason, one.members, one.change) for one in state.admitted] == [
        (decision.reason, ["Inès", "Délia"], found["change"])
    ]
    # Another change is another alarm, and what is no software or configuration is never admitted.
    assert check(sealed, SETTINGS.model_copy(update={"attendance_minimum": 1}))["alarm"] == 1
    with owners_transaction(sealed.database) as session:
        without_triggers(sealed.database, session)
        session.execute(text("UPDATE credential_commitments SET digest = 'x'"))
    assert check(sealed, other)["alarm"] > 0
