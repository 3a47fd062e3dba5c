"""kill -9 of the worker in the middle of the codes of a roll: another makes the rest, and nothing twice."""

import pytest

from services.reassort.codes import generation_job
from services.runtime.jobs import job_queue, job_views
from tests.servers.killed import killed_then_finished
from tests.unit.reassort.roll import CODE_KEY, PUBLIC, IdentityOfManyPages

PAGE = 10
VOTERS = PAGE + 5


@pytest.mark.parametrize(
    ("place", "number"),
    [
        ("services.reassort.codes.generation:_keep", 2),  # the second page computed, not kept
        ("services.reassort.codes.generation:_publish", 2),  # half kept, in a transaction
        ("services.reassort.codes.generation:_commit", 1),  # all kept, not committed to
        ("services.runtime.jobs.job_queue:finish", 1),  # all done, not said
    ],
)
def test_the_rest_is_made_and_nothing_twice(database, roll, place, number, monkeypatch):
    monkeypatch.setattr(generation_job, "PAGE", PAGE)
    roll.elections = {"csa": "QcmdAnVK7vcXSv"}
    with database.transaction() as session:
        request = {"voting_event": roll.voting_event}
        job = job_queue.ask(session, generation_job.KIND, roll.voting_event, request)
    settings = {
        "ISOLOIR_REASSORT_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "ISOLOIR_REASSORT_CODE_KEY": CODE_KEY,
        "ISOLOIR_REASSORT_PRINTER_RECIPIENT": PUBLIC,
        "ISOLOIR_REASSORT_REGISTER_PRIVATE_KEY": "5e" * 32,
        "ISOLOIR_REASSORT_SMS_PUBLIC_KEY": "5d" * 32,
        "ISOLOIR_REASSORT_PBKDF2_ITERATIONS": "2",
        "ISOLOIR_REASSORT_SPARES_PER_VOTER": "1",
    }
    killed_then_finished(database, "reassort", settings, place, number, lambda: IdentityOfManyPages(VOTERS))
    with database.reading() as session:
        assert job_views.look(session, job).result == {"voters": VOTERS, "missing": 0}
    assert len({notice["to"]["name"] for notice in roll.notices()}) == len(roll.notices()) == VOTERS
    (committed,) = roll.events("credentials_committed")
    assert (committed["holders"], committed["count"]) == (VOTERS, 2 * VOTERS)
