"""The entry points, with an identity that lists a roll."""

import pytest
from sqlalchemy import update

from services.ballot.belenios.keys.credential import new_uuid
from services.identity.contract import methods
from services.identity.contract.event.roll import Bearer, Bearers, Holder, NoticeAddress
from services.identity.contract.event.voting_events import VotingEventShown
from services.reassort.codes import generation_job
from services.reassort.service import ReassortService
from services.runtime.clock import utc_now
from services.runtime.hosting.entrypoints import command, question
from services.runtime.hosting.in_process_bus import LocalBus
from services.runtime.hosting.jobs import JobWorker, jobs_of
from services.runtime.hosting.resource_provider import ResourceProvider
from services.runtime.jobs.job_table import JOB
from services.runtime.refusals import Refusal, ServiceFault
from services.runtime.settings import ServiceSettings
from tests.unit.reassort.roll import CODE_KEY, PUBLIC, Roll, pseudonym

VOTING_EVENT = "5b1c7d52-0000-4000-8000-000000000000"
ELECTION = new_uuid()
VOTERS = [f"voter {number}" for number in range(5)]


class IdentitySettings(ServiceSettings):
    database_url: str = "sqlite://"


class Identity:
    """Lists five voters, a page at a time."""

    name = "identity"
    resources = ResourceProvider(IdentitySettings)
    current = VOTING_EVENT

    @command(methods.LIST_BEARERS)
    def list_bearers(self, request, _session):
        if request.voting_event != VOTING_EVENT:
            raise Refusal("voting_event_unknown")
        first = int(request.after or 0)
        following = first + request.limit
        bearers = [
            Bearer(
                bearer=pseudonym(voter),
                notice=NoticeAddress(name=voter, lines=["Paris"], place="", posted=True),
                holders=[Holder(election=ELECTION, holder=pseudonym(voter + ELECTION))],
            )
            for voter in VOTERS[first:following]
        ]
        more = following < len(VOTERS)
        return Bearers(
            bearers=bearers,
            next=str(following) if more else None,
            total=None if first > 0 and more else len(VOTERS),
        )

    @question(methods.VOTING_EVENT)
    def voting_event(self, _request, _session):
        if self.current is None:
            raise Refusal("no_voting_event")
        return VotingEventShown(
            voting_event=self.current,
            name="Élections 2026",
            opens_at=utc_now(),
            closes_at=utc_now(),
            now=utc_now(),
            profile="2022",
            availability={},
            roll_sealed=True,
            version=1,
            grace_minutes=30,
            elections=[],
        )


@pytest.fixture
def bus(tmp_path, monkeypatch, migrated):
    migrated.migrated_file(tmp_path)
    for name, value in {
        "DATABASE_URL": f"sqlite:///{tmp_path}/reassort.sqlite",
        "CODE_KEY": CODE_KEY,
        "PRINTER_RECIPIENT": PUBLIC,
        "REGISTER_PRIVATE_KEY": "5e" * 32,
        "SMS_PUBLIC_KEY": "5d" * 32,
        "PBKDF2_ITERATIONS": "2",
        "SPARES_PER_VOTER": "1",
    }.items():
        monkeypatch.setenv(f"ISOLOIR_REASSORT_{name}", value)
    made = LocalBus([ReassortService, Identity])
    yield made
    made.stop()


@pytest.fixture
def call(bus):
    def ask(method, **payload):
        return bus.caller.call("reassort", method, payload)

    return ask


@pytest.fixture
def roll(bus):
    return Roll(bus.resources["reassort"].database, VOTING_EVENT, {"csa": ELECTION})


@pytest.fixture
def generate(bus, call, monkeypatch):
    """Have the codes of the whole roll made, two voters a page; its result."""
    monkeypatch.setattr(generation_job, "PAGE", 2)
    resources = bus.resources["reassort"]
    worker = JobWorker(resources, jobs_of(ReassortService))

    def run(voting_event=VOTING_EVENT):
        job = call("start_generate_codes", voting_event=voting_event)["job"]
        assert worker.step()
        return call("job", job=job)

    return run


def test_codes_for_the_whole_roll(call, roll, generate):
    job = generate()
    assert (job["state"], job["result"]) == ("done", {"voters": 5, "missing": 0})
    counts = {"voters": 5, "spares": 5, "credentials": 10, "notices": 5}
    assert call("code_counts", voting_event=VOTING_EVENT) == counts
    assert {notice["to"]["name"] for notice in roll.notices()} == set(VOTERS)
    assert {notice["values"]["voting_event_name"] for notice in roll.notices()} == {"Élections 2026"}
    (committed,) = roll.events("credentials_committed")
    assert (committed["election"], committed["holders"], committed["count"]) == (ELECTION, 5, 10)


def test_two_askers_share_the_job(call, generate):
    first = call("start_generate_codes", voting_event=VOTING_EVENT)["job"]
    assert call("start_generate_codes", voting_event=VOTING_EVENT)["job"] == first
    assert [job["job"] for job in call("jobs")["jobs"]] == [first]


def test_it_goes_on_from_the_page_where_it_was_interrupted(call, roll, generate, monkeypatch):
    asked, is_away = [], [True]
    real = Identity.list_bearers

    def away(_self, payload):
        asked.append((payload["after"], payload["limit"]))
        if payload["after"] == "2" and is_away[0]:
            raise ServiceFault("x")
        return real(_self, payload)

    away.nameko_entrypoints = real.nameko_entrypoints
    monkeypatch.setattr(Identity, "list_bearers", away)
    job = generate()
    assert (job["state"], job["reason"]) == ("waiting", "ServiceFault")
    assert len(roll.notices()) == 2
    with roll.database.transaction() as session:
        session.execute(update(JOB).values(next_attempt_at=utc_now()))
    asked.clear()
    is_away[0] = False
    assert generate()["result"] == {"voters": 5, "missing": 0}
    assert asked == [(None, 1), ("2", 2), ("4", 2)], "the size of the roll, then the pages that were missing"
    assert len(roll.notices()) == 5
    assert len(roll.events("credentials_committed")) == 1


def test_voters_before_the_place_where_it_goes_on_are_not_forgotten(call, roll, generate):
    """A voter who came upon the roll meanwhile may stand before that place: the urn could never be sealed without him."""
    call("start_generate_codes", voting_event=VOTING_EVENT)
    with roll.database.transaction() as session:
        session.execute(update(JOB).values(position="4"))
    assert generate()["result"] == {"voters": 5, "missing": 0}
    assert [committed["holders"] for committed in roll.events("credentials_committed")] == [5]


def test_again_from_the_beginning_adds_nothing(call, roll, generate):
    generate()
    before = roll.snapshot()
    generate()
    assert roll.snapshot() | {"job": 1} == before


@pytest.mark.parametrize("current", [None, "another"])
def test_a_notice_without_the_name_of_another_voting_event(call, roll, monkeypatch, current, generate):
    monkeypatch.setattr(Identity, "current", current)
    generate()
    assert set(roll.notices()[0]["values"]) == {"voting_code"}


def test_identitys_refusal_reaches_the_asker(roll, generate):
    before = roll.snapshot()
    with pytest.raises(Refusal) as caught:
        generate("unknown")
    assert caught.value.code == "voting_event_unknown"
    assert roll.snapshot() == before | {"job": 1}


@pytest.mark.parametrize(
    "change",
    [{"voting_event": ""}, {"voting_event": "a\u0000"}, {"voting_event": "x\n"}, {"more": 1}],
)
def test_malformed_requests(call, change):
    with pytest.raises(Refusal) as caught:
        call("start_generate_codes", **{"voting_event": VOTING_EVENT} | change)
    assert caught.value.code == "invalid_request"
    assert call("jobs") == {"jobs": []}


def test_the_parameters_are_those_that_codes_were_made_with(call, monkeypatch, bus, generate):
    generate()
    monkeypatch.setattr(bus.resources["reassort"].settings, "pbkdf2_iterations", 9)
    assert call("code_parameters") == {"iterations": 9}
    assert call("code_parameters", voting_event=VOTING_EVENT) == {"iterations": 2}
    assert call("code_parameters", voting_event="unknown") == {"iterations": 9}


def test_no_answer_holds_a_code(call, roll, generate):
    said = str(generate()) + str(call("jobs"))
    codes = [notice["values"]["voting_code"] for notice in roll.notices()]
    assert len(codes) == 5
    assert all(code not in said for code in codes)


def test_health(call):
    assert call("health") == {"service": "reassort", "database": "ok", "warnings": ["relay_silent"]}
