"""While jobs stand still in the middle of their transactions, voters log in, read their pages and vote (docs/adr/0015).

The real portal over the real services on PostgreSQL; each job in a worker's process, stopped where it holds the most.
"""

from datetime import timedelta

import pytest
from sqlalchemy import update

from deploy.rehearsal.voter import Voter as Scripted
from gateway.app import create_app
from gateway.settings import Settings
from services.ballot.elections import closing, sealing_job
from services.ballot.tally import tally_job
from services.identity.access import passwords
from services.identity.models import Account, VotingEvent
from services.identity.roll import roll_jobs, staging
from services.reassort.codes import generation_job
from services.runtime.clock import utc_now
from services.runtime.contracts.jobs import JobState
from services.runtime.jobs import job_queue
from services.runtime.storage.database import Database
from tests.servers.held import held
from tests.servers.served import served
from tests.servers.vote import HOLDERS, SERVICES, SETTINGS, TRUSTEES, Vote
from tests.unit.ballot.urn import Urn
from tests.unit.reassort.roll import IdentityOfManyPages

PASSWORD = "Un mot de passe inventé 1!"
NEXT_EVENT = "b0b0b0b0-0000-4000-8000-000000000000"
NEW = 3


@pytest.fixture
def vote(postgresql, monkeypatch):
    """Two elections that are open and a voter with an account, on PostgreSQL."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"ISOLOIR_{name}", value)
    monkeypatch.setenv("ISOLOIR_IDENTITY_BCRYPT_COST", "4")
    monkeypatch.setenv("ISOLOIR_REASSORT_PBKDF2_ITERATIONS", "2")
    databases = postgresql.another_system()
    for service in SERVICES:
        owned = Database(databases.owner_urls()[service], service)
        owned.upgrade()
        owned.dispose()
        monkeypatch.setenv(f"ISOLOIR_{service.upper()}_DATABASE_URL", databases.owner_urls()[service])
    made = Vote()
    made.prepare()
    with made.identity.transaction() as session:
        hashed = passwords.hash_password(PASSWORD, 4)
        session.add(Account(voter_id=made.voter, password_hash=hashed, activated_at=utc_now()))
        # Whoever is added now has codes and a notice singly: the roll is open until the eve.
        session.execute(update(VotingEvent).values(roll_sealed_at=None, codes_listed_at=utc_now()))
    yield made
    made.bus.stop()


@pytest.fixture
def portal(vote, tmp_path):
    """The portal, not served yet: its threads begin after the workers' processes."""
    settings = Settings(
        secret_key="0" * 40, ratelimit_enabled=False, archive_dir=tmp_path / "archives", challenge_max_number=20
    )
    return create_app(settings, vote.bus.caller)


def asked(database, kind, subject, **request):
    with database.transaction() as session:
        return job_queue.ask(session, kind, subject, request)


def roll_that_grows(vote):
    """Late additions, and the voter's own line with another address: her row is written to, and not committed."""
    line = dict.fromkeys(("affectation", "adresse1", "adresse2", "code_postal", "ville"), "")
    line |= {"nom": "A", "prenom": "Anne", "scrutins": "E0|E1", "numen": "", "date_naissance": ""}
    names = ("anne@x.fr", *(f"late-{number}@x.fr" for number in range(NEW)))
    rows = [line | {"identifiant": name, "ville": "Amiens"} for name in names]
    where = {"voting_event": vote.event, "import_id": "late"}
    with vote.identity.transaction() as session:
        staging.stage(session, first_line=2, rows=rows, holder_key=HOLDERS, **where)
    return asked(vote.identity, roll_jobs.COMMIT, "late", **where, lines=len(rows), complement=True)


def urn_that_is_closed(vote):
    permit, ballot = vote.ballot(1, 0)
    vote.bus.caller.call("ballot", "cast_ballot", {"permit": permit, "ballot": ballot})
    with vote.urn.transaction() as session:
        closing.close(session, vote.uuids[1], "bureau", utc_now())
        return tally_job.ask(session, vote.uuids[1])


def election_to_seal(vote):
    other, now = Urn(vote.urn, TRUSTEES), utc_now()
    other.create(opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=9))
    other.set_trustees()
    other.receive(other.entries("anne", "bruno"))
    other.commit()
    return asked(vote.urn, sealing_job.KIND, other.uuid, election=other.uuid, present=["Présidente"])


def test_voters_are_served_while_every_job_stands_still(vote, portal):
    roll, tally = roll_that_grows(vote), urn_that_is_closed(vote)
    codes = asked(vote.reassort, generation_job.KIND, NEXT_EVENT, voting_event=NEXT_EVENT)
    jobs = [("identity", roll), ("ballot", tally), ("reassort", codes)]
    with (
        held("identity", "services.identity.roll.staging:forget"),
        held("ballot", "services.ballot.urn.chain:append"),
        held("reassort", "services.reassort.codes.generation:_publish", rpc=lambda: IdentityOfManyPages(15)),
    ):
        jobs.append(("ballot", election_to_seal(vote)))
        with held("ballot", "services.ballot.urn.chain:append"), served(portal) as address:
            # One try of everything: whoever had to wait for a lock would be told to come again.
            anne = Scripted(address)
            anne.log_in("anne@x.fr", PASSWORD)
            assert {one["uuid"] for one in anne.elections()} == set(vote.uuids)
            for page in (
                "/accueil",
                f"/listes-electorales/{vote.uuids[0]}",
                f"/voter/{vote.uuids[0]}",
                f"/urne/{vote.uuids[0]}",
                "/reassort",
            ):
                assert anne.http.get(anne.base_url + page, timeout=30).status_code == 200, page
            assert anne.vote(vote.uuids[0], vote.codes[0], [[0, 1, 0, 0]])["tracker"]
            states = [looked_at(vote, service, job)["state"] for service, job in jobs]
            assert states == [JobState.RUNNING] * 4
            anne.log_out()
    done = [looked_at(vote, service, job) for service, job in jobs]
    assert [one["state"] for one in done] == [JobState.DONE] * 4
    assert done[0]["result"] == {"voters": 1 + NEW, "entitlements": 2 * (1 + NEW)}
    assert done[2]["result"] == {"voters": 15, "missing": 0}


def looked_at(vote, service, job):
    return vote.bus.caller.call(service, "job", {"job": job})
