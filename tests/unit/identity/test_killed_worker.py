"""kill -9 of the worker in the middle of taking a roll over, or of sealing it: another does the whole of it, once."""

import pytest
from sqlalchemy import select

from services.identity.models import Entitlement, RollUpload, RollUploadPiece, StagedRow, Voter
from services.identity.roll import roll_jobs
from services.runtime.jobs import job_queue, job_views
from tests.servers.killed import killed_then_finished
from tests.unit.identity.test_roll_uploads import file_of, line, send
from tests.unit.identity.world import EVENT, KEY, row, stage


@pytest.fixture
def settings(database, keypair):
    return {
        "ISOLOIR_IDENTITY_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "ISOLOIR_IDENTITY_HOLDER_KEY": KEY,
        "ISOLOIR_IDENTITY_PERMIT_PRIVATE_KEY": "22" * 32,
        "ISOLOIR_IDENTITY_MAIL_PUBLIC_KEY": keypair[1],
        "ISOLOIR_IDENTITY_SMS_PUBLIC_KEY": keypair[1],
    }


def ask(database, kind, subject, request):
    with database.transaction() as session:
        return job_queue.ask(session, kind, subject, request)


def result_of(database, job):
    with database.reading() as session:
        return job_views.look(session, job).result


@pytest.mark.parametrize(
    "place",
    [
        "services.identity.roll.electoral_roll:_remove",  # entitlements withdrawn, nothing added
        "services.identity.roll.staging:forget",  # all moved, not committed
        "services.runtime.jobs.job_queue:finish",  # committed, not said
    ],
)
def test_a_roll_is_taken_over_whole(database, voters, settings, place):
    rows = [row("anne@ac-amiens.fr", scrutins="CAP-1"), row("dora@ac-amiens.fr")]
    with database.transaction() as session:
        stage(session, rows, "second")
    request = {"voting_event": EVENT, "import_id": "second", "lines": 2}
    job = ask(database, roll_jobs.COMMIT, "second", request)
    killed_then_finished(database, "identity", settings, place)
    assert result_of(database, job) == {"voters": 2, "entitlements": 3}
    with database.reading() as session:
        names = sorted(session.scalars(select(Voter.identifier)))
        rights = len(session.scalars(select(Entitlement)).all())
    assert (names, rights) == (["anne@ac-amiens.fr", "dora@ac-amiens.fr"], 3)


def test_a_roll_is_sealed(database, voters, settings):
    job = ask(database, roll_jobs.SEAL, EVENT, {"voting_event": EVENT})
    killed_then_finished(database, "identity", settings, "services.identity.roll.staging:forget")
    assert result_of(database, job) == {"voters": 3, "entitlements": 5}


def test_a_file_sent_from_a_page_is_read_whole(database, voters, settings):
    """Its lines are staged when the worker dies, and the file is still there."""
    send(database, file_of(line("anne"), line("dora"), line("emil")))
    with database.reading() as session:
        job = session.scalar(select(RollUpload.job))
    killed_then_finished(database, "identity", settings, "services.identity.roll.sent.reading:_drop_pieces")
    found = result_of(database, job)
    assert (found["added"], found["removed"]) == (2, 2)
    with database.reading() as session:
        assert len(session.scalars(select(StagedRow.line)).all()) == 3
        assert session.scalars(select(RollUploadPiece.number)).all() == []
        assert len(session.scalars(select(Voter.id)).all()) == 3
