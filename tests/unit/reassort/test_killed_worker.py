"""kill -9 of the worker in the middle of the codes of a roll: another makes the rest, and nothing twice."""

import pytest

from services.reassort.codes import generation_job
from services.runtime.jobs import job_queue, job_views
from services.runtime.refusals import Refusal
from tests.servers.killed import killed_then_finished
from tests.unit.reassort.roll import CODE_KEY, PUBLIC, pseudonym

VOTERS = generation_job.PAGE + 5


class IdentityOfManyPages:
    """What stands for identity in the worker processes: a roll of two pages."""

    def call(self, _service, method, payload, **_more):
        if method == "voting_event":
            raise Refusal("no_voting_event")
        first = int(payload["after"] or 0)
        following = first + payload["limit"]
        more = following < VOTERS
        return {
            "bearers": [
                {
                    "bearer": pseudonym(f"voter {number}"),
                    "notice": {"name": f"voter {number}", "lines": ["Paris"], "place": "", "posted": True},
                    "holders": [{"election": "QcmdAnVK7vcXSv", "holder": pseudonym(f"holder {number}")}],
                }
                for number in range(first, min(following, VOTERS))
            ],
            "next": str(following) if more else None,
            "total": VOTERS if first == 0 or not more else None,
        }


@pytest.mark.parametrize(
    ("place", "number"),
    [
        ("services.reassort.codes.generation:_keep", 2),  # the second page computed, not kept
        ("services.reassort.codes.generation:_publish", 2),  # half kept, in a transaction
        ("services.reassort.codes.generation:_commit", 1),  # all kept, not committed to
        ("services.runtime.jobs.job_queue:finish", 1),  # all done, not said
    ],
)
def test_the_rest_is_made_and_nothing_twice(database, roll, place, number):
    roll.elections = {"csa": "QcmdAnVK7vcXSv"}
    with database.transaction() as session:
        request = {"voting_event": roll.voting_event}
        job = job_queue.ask(session, generation_job.KIND, roll.voting_event, request)
    settings = {
        "ISOLOIR_REASSORT_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "ISOLOIR_REASSORT_CODE_KEY": CODE_KEY,
        "ISOLOIR_REASSORT_PRINTER_RECIPIENT": PUBLIC,
        "ISOLOIR_REASSORT_REGISTER_PRIVATE_KEY": "5e" * 32,
        "ISOLOIR_REASSORT_NOTIFICATION_PUBLIC_KEY": "5d" * 32,
        "ISOLOIR_REASSORT_PBKDF2_ITERATIONS": "2",
        "ISOLOIR_REASSORT_SPARES_PER_VOTER": "1",
    }
    killed_then_finished(
        database, "reassort", settings, place, number, "tests.unit.reassort.test_killed_worker:IdentityOfManyPages"
    )
    with database.reading() as session:
        assert job_views.look(session, job).result == {"voters": VOTERS, "missing": 0}
    assert len({notice["to"]["name"] for notice in roll.notices()}) == len(roll.notices()) == VOTERS
    (committed,) = roll.events("credentials_committed")
    assert (committed["holders"], committed["count"]) == (VOTERS, 2 * VOTERS)
