"""What the console starts and the server does alone: a campaign, and a roll sealed before the board, whose urns follow."""

import json
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from services.identity.contract.events import RollSealed
from services.identity.desk import campaign_job, campaigns
from services.identity.models import outbox
from services.identity.roll import roll_jobs
from services.runtime.jobs.job_queue import LeaseLost
from tests.unit.identity.world import EVENT, NOW, import_roll, row

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PRESENT = ["Ondine Bruine", "Inès Galet", "Délia Verveine"]


class Running:
    """A job that is worked on; its worker loses it when `pages` were confirmed."""

    def __init__(self, request, pages=None, position=None):
        self.request, self.position, self.pages = request, position, pages
        self.told = []

    def report(self, step, done=None, total=None):
        self.told.append((step, done, total))

    def confirm(self, _session, position=None):
        if self.pages == 0:
            raise LeaseLost
        self.pages = None if self.pages is None else self.pages - 1
        self.position = position


@pytest.fixture
def resources(database, event):
    """Those of identity, as far as its jobs look."""
    import_roll(database, [row(f"v{number}@ac-amiens.fr") for number in range(25)])
    settings = SimpleNamespace(campaign_link_lifetime_minutes=60)
    return SimpleNamespace(database=database, settings=settings)


def told(database, kind):
    with database.reading() as session:
        found = select(outbox.c.payload).where(outbox.c.type == kind).order_by(outbox.c.sequence)
        return [json.loads(payload) for payload in session.scalars(found)]


def test_a_campaign_is_written_by_pages_and_goes_on_where_a_killed_worker_left_it(
    resources, letters, mails, monkeypatch
):
    monkeypatch.setattr(campaign_job, "PAGE", 10)
    monkeypatch.setattr(campaign_job.LetterSettings, "of", lambda _settings: letters)
    with resources.database.transaction() as session:
        campaign = campaigns.open_campaign(session, voting_event=EVENT, name="Ouverture", now=NOW)
    killed = Running({"campaign": campaign}, pages=1)
    with pytest.raises(LeaseLost):
        campaign_job.send(resources, killed)
    assert len(mails()) == 10, "the second page was rolled back with its lease"
    again = Running({"campaign": campaign}, position=killed.position)
    assert campaign_job.send(resources, again) == {"campaign": campaign, "queued": 25}
    assert again.told[0] == (campaign_job.STEP, 10, 25)
    assert len({mail["to"]["email"] for mail in mails()}) == len(mails()) == 25
    assert campaign_job.send(resources, Running({"campaign": campaign}))["queued"] == 0


@pytest.mark.parametrize("present", [PRESENT, []], ids=["before-the-board", "by-the-command-line"])
def test_a_roll_that_is_sealed_before_the_board_has_its_urns_follow(resources, present, monkeypatch):
    monkeypatch.setattr(roll_jobs.roll_integrity, "keep", lambda *_: None)
    job = Running({"voting_event": EVENT, "present": present})
    assert roll_jobs.seal_roll(resources, job)["voters"] == 25
    assert [RollSealed.read(one).present for one in told(resources.database, "roll_sealed")] == (
        [present] if present else []
    )


def test_a_worker_that_lost_the_sealing_tells_nobody(resources, monkeypatch):
    monkeypatch.setattr(roll_jobs.roll_integrity, "keep", lambda *_: None)
    with pytest.raises(LeaseLost):
        roll_jobs.seal_roll(resources, Running({"voting_event": EVENT, "present": PRESENT}, pages=0))
    assert told(resources.database, "roll_sealed") == []
