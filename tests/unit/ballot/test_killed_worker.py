"""kill -9 of the worker in the middle of sealing and of adding up: another does the whole of it, once."""

import pytest

from services.ballot.elections import closing, sealing_job
from services.ballot.tally import tally_job, tallying
from services.runtime.jobs import job_queue, job_views
from tests.servers.killed import killed_then_finished
from tests.unit.ballot.urn import AFTER, KEYS, RECEIPT_SEED


@pytest.fixture
def settings(database):
    return {
        "ISOLOIR_BALLOT_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "ISOLOIR_BALLOT_PERMIT_PUBLIC_KEY": KEYS.permit_public,
        "ISOLOIR_BALLOT_RECEIPT_PRIVATE_KEY": RECEIPT_SEED,
    }


def test_an_election_is_sealed_once(draft, settings):
    draft.create()
    draft.set_trustees()
    draft.receive(draft.entries("anne", "bruno"))
    draft.commit()
    with draft.database.transaction() as session:
        request = {"election": draft.uuid, "present": ["Présidente"]}
        job = job_queue.ask(session, sealing_job.KIND, draft.uuid, request)
    killed_then_finished(draft.database, "ballot", settings, "services.ballot.urn.chain:append")
    with draft.database.reading() as session:
        sealed = job_views.look(session, job).result
    described = draft.describe()
    assert (sealed["election_hash"], sealed["head"]) == (described.election_hash, described.head)
    assert (sealed["credentials"], described.height) == (4, 0)


@pytest.mark.parametrize(
    "place",
    [
        "services.ballot.belenios.tally:sized_encrypted_tally",  # added up, not stored
        "services.ballot.urn.chain:append",  # in the transaction that stores it
        "services.runtime.jobs.job_queue:finish",  # stored, not said
    ],
)
def test_the_ballots_are_added_up_once(urn, settings, place):
    urn.vote("anne", 1)
    urn.vote("bruno", 0)
    with urn.database.transaction() as session:
        closing.close(session, urn.uuid, "fin", AFTER)
        tally_job.ask(session, urn.uuid)
    before = urn.describe(AFTER).height
    killed_then_finished(urn.database, "ballot", settings, place)
    with urn.database.reading() as session:
        encrypted = tallying.stored_tally(session, urn.uuid)
    assert '"num_tallied":2' in encrypted.sized
    assert urn.describe(AFTER).height == before + 1, "one event, whoever added up"
