"""The entry points, called as the bus calls them: payloads in and out, refusals, events."""

import base64
import io
import json
import uuid
from datetime import timedelta

import pytest

from services.ballot.belenios import tally
from services.ballot.belenios.ballot import make_ballot
from services.ballot.belenios.checking.verify import verify_archive
from services.ballot.belenios.election import Election
from services.ballot.belenios.keys.credential import public_credential
from services.ballot.contract import receipts
from services.ballot.contract.ballots import Receipt
from services.ballot.service import BallotService, close_due, credentials_committed, credentials_issued, cut_attendance
from services.reassort.contract.events import CredentialsCommitted, CredentialsIssued
from services.runtime.bus import relay
from services.runtime.clock import utc_now
from services.runtime.hosting import in_process_bus, received
from services.runtime.hosting.in_process_bus import LocalBus
from services.runtime.hosting.jobs import JobWorker, jobs_of
from services.runtime.refusals import Refusal
from tests.unit.ballot.urn import KEYS, RECEIPT_SEED, Urn, holder_of, permit_for
from tests.waiting import wait_until


@pytest.fixture
def bus(tmp_path, monkeypatch, migrated):
    migrated.migrated_file(tmp_path)
    monkeypatch.setenv("ISOLOIR_BALLOT_DATABASE_URL", f"sqlite:///{tmp_path}/ballot.sqlite")
    monkeypatch.setenv("ISOLOIR_BALLOT_PERMIT_PUBLIC_KEY", KEYS.permit_public)
    monkeypatch.setenv("ISOLOIR_BALLOT_RECEIPT_PRIVATE_KEY", RECEIPT_SEED)
    made = LocalBus([BallotService])
    yield made
    made.stop()


@pytest.fixture
def work(bus, call):
    """Do all the jobs that are due, having asked for one; its result."""
    worker = JobWorker(bus.resources["ballot"], jobs_of(BallotService))

    def run(start, **payload):
        job = call(start, **payload)["job"]
        while worker.step():
            pass
        return call("job", job=job)["result"]

    return run


@pytest.fixture
def call(bus):
    def ask(method, **payload):
        return bus.caller.call("ballot", method, payload)

    return ask


@pytest.fixture
def deliver(bus):
    """An event of the credential authority arrives and is worked off."""
    works = {
        "credentials_issued": (CredentialsIssued, credentials_issued),
        "credentials_committed": (CredentialsCommitted, credentials_committed),
    }

    def arrive(kind, payload):
        event = {
            "id": str(uuid.uuid4()),
            "source": "reassort",
            "type": kind,
            "payload": payload,
            "correlation_id": str(uuid.uuid4()),
        }
        bus.deliver(event)
        assert received.work_due(bus.resources["ballot"], "reassort", *works[kind]) == 1

    return arrive


@pytest.fixture
def urn(bus, board):
    return Urn(bus.resources["ballot"].database, board[0])


def creation(urn, **changes):
    now = utc_now()
    return {
        "uuid": urn.uuid,
        "voting_event": str(uuid.uuid4()),
        "name": "Comité social",
        "description": "",
        "questions": [
            {"question": "Quelle liste ?", "answers": ["A", "B", "C"], "blank": True, "minimum": 1, "maximum": 1}
        ],
        "opens_at": (now - timedelta(hours=1)).isoformat(),
        "closes_at": (now + timedelta(hours=1)).isoformat(),
    } | changes


def code_of(call, method, **payload):
    with pytest.raises(Refusal) as caught:
        call(method, **payload)
    return caught.value.code


def test_a_whole_election_over_the_bus(bus, call, work, deliver, urn, board):
    issued = urn.entries("anne", "bruno")
    commitment = {"election": urn.uuid, **urn.commitment()}
    deliver("credentials_committed", commitment)
    assert call("create_election", **creation(urn))["uuid"] == urn.uuid
    assert call("describe_election", election=urn.uuid)["election"] is None
    key = call("set_trustees", election=urn.uuid, trustees=board[0])["public_key"]
    assert code_of(work, "start_seal_election", election=urn.uuid, present=["P"]) == "credentials_incomplete"
    deliver("credentials_issued", {"election": urn.uuid, "batch": 1, "entries": issued[2:]})
    deliver("credentials_issued", {"election": urn.uuid, "batch": 0, "entries": issued})
    sealed = work("start_seal_election", election=urn.uuid, present=["P", "D1", "D2"])
    assert sealed["credentials"] == 4

    material = call("booth_material", permit=permit_for(urn.uuid, "anne", now=utc_now(), use="booth"))
    election = Election.parse(material["election"])
    assert (election.public_key, election.hash) == (key, sealed["election_hash"])
    assert (material["voted"], material["state"]) == (False, "open")
    assert material["credential"] == public_credential(urn.secrets["anne", 0])
    raw = make_ballot(election, urn.secrets["anne", 0], [[0, 0, 1, 0]])
    permit = permit_for(urn.uuid, "anne", now=utc_now())
    given = call("cast_ballot", permit=permit, ballot=raw)["receipt"]
    assert set(given) == {"election", "tracker", "head", "height", "signature"}
    assert call("cast_ballot", permit=permit, ballot=raw)["receipt"] == given
    assert receipts.is_signed(sealed["receipt_key"], Receipt(**given))
    assert call("describe_election", election=urn.uuid)["receipt_key"] == sealed["receipt_key"]
    assert call("list_trackers", election=urn.uuid, after=0, limit=10) == {
        "trackers": [{"height": 1, "tracker": given["tracker"]}],
        "next": None,
        "total": 1,
    }

    assert call("find_tracker", election=urn.uuid, tracker=given["tracker"]) == {"height": 1, "replaced": False}
    assert call("find_tracker", election=urn.uuid, tracker="A" * 43) == {"height": None, "replaced": False}

    assert call("close_election", election=urn.uuid, reason="fin")["ballots"] == 1
    assert code_of(call, "encrypted_tally", election=urn.uuid) == "tally_missing"
    (tally_of_closing,) = [job["job"] for job in call("jobs")["jobs"] if job["kind"] == "tally"]
    assert call("start_tally", election=urn.uuid)["job"] == tally_of_closing, "the closing has asked for it already"
    work("start_tally", election=urn.uuid)
    encrypted = call("encrypted_tally", election=urn.uuid)
    assert encrypted["election_hash"] == election.hash
    assert [(one["owner"], one["group"], one["kind"]) for one in encrypted["owners"]] == [
        (1, 1, "Pedersen"),
        (2, 1, "Pedersen"),
        (3, 2, "Pedersen"),
        (4, 2, "Pedersen"),
        (5, 2, "Pedersen"),
    ]
    for owner in (1, 3, 5):
        partial = tally.partial_decryption(election, encrypted["encrypted_tally"], board[1][owner])
        call("submit_partial_decryption", election=urn.uuid, owner=owner, partial_decryption=partial)
    published = call("publish_result", election=urn.uuid)
    assert json.loads(published["result"]) == {"result": [[0, 0, 1, 0]]}
    described = call("describe_election", election=urn.uuid)
    assert (described["state"], described["result"]) == ("published", published["result"])
    own = [permit_for(urn.uuid, name, now=utc_now(), use="state") for name in ("anne", "bruno")]
    for permits, voted in ((own[:1], [urn.uuid]), (own[1:], []), ([], [])):
        answer = call("election_states", elections=[urn.uuid], permits=permits)
        assert answer == {"states": {urn.uuid: "published"}, "voted": voted, "revoting": []}
    assert code_of(call, "election_states", elections=[], permits=[permit]) == "permit_invalid", "a permit to cast"

    page = call("read_archive", election=urn.uuid, after=-1)
    archive = base64.b64decode(page["data"])
    while not page["complete"]:
        page = call("read_archive", election=urn.uuid, after=page["after"], skip=page["skip"])
        archive += base64.b64decode(page["data"])
    report = verify_archive(io.BytesIO(archive), processes=1, trackers=[given["tracker"]], heads=[given["head"]])
    assert report.ok


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"uuid": "short"}, "uuid"),
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 501}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"questions": []}, "questions"),
        ({"questions": [{"question": "?", "answers": [], "minimum": 1, "maximum": 1}]}, "questions.0.answers"),
        (
            {"questions": [{"question": "?", "answers": ["x"] * 101, "minimum": 1, "maximum": 1}]},
            "questions.0.answers",
        ),
        (
            {"questions": [{"question": "?", "answers": ["a" * 501], "minimum": 1, "maximum": 1}]},
            "questions.0.answers.0",
        ),
        ({"questions": [{"question": "", "answers": ["a"], "minimum": 1, "maximum": 1}]}, "questions.0.question"),
        ({"questions": [{"question": "?", "answers": ["a"], "minimum": "1", "maximum": 1}]}, "questions.0.minimum"),
        ({"questions": [{"question": "?", "answers": ["a"], "minimum": 1, "maximum": 0}]}, "questions.0.maximum"),
        ({"opens_at": "tomorrow"}, "opens_at"),
        ({"opens_at": "0001-01-01T00:00:00+14:00"}, "opens_at"),
        ({"closes_at": "9999-12-31T23:59:59-14:00"}, "closes_at"),
        ({"voting_event": "a\u0000b"}, "voting_event"),
        ({"description": "a\u0000b"}, "description"),
        ({"description": "\ud800"}, "description"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_malformed_elections_are_refused_by_field(bus, call, urn, change, field):
    with pytest.raises(Refusal) as caught:
        call("create_election", **creation(urn, **change))
    assert caught.value.code == "invalid_request"
    assert list(caught.value.details["fields"]) == [field]


def test_heights_beyond_any_chain_are_refused(call):
    assert code_of(call, "list_trackers", election="4zrSvGhhbnvfVP", after=10**30, limit=1) == "invalid_request"
    for beyond in ({"after": 10**30}, {"after": -1, "skip": 10**30}):
        assert code_of(call, "read_archive", election="4zrSvGhhbnvfVP", **beyond) == "invalid_request"


def test_unknown_elections_are_refused_everywhere(call, board):
    named = {"election": "4zrSvGhhbnvfVP"}
    for method, more in (
        ("set_trustees", {"trustees": board[0]}),
        ("describe_election", {}),
        ("list_trackers", {"after": 0, "limit": 1}),
        ("close_election", {"reason": "x"}),
        ("encrypted_tally", {}),
        ("submit_partial_decryption", {"owner": 1, "partial_decryption": "{}"}),
        ("publish_result", {}),
        ("read_archive", {"after": -1}),
    ):
        assert code_of(call, method, **named, **more) == "election_unknown"


def test_a_job_about_an_unknown_election_ends_with_its_refusal(work):
    for start, more in (("start_seal_election", {"present": []}), ("start_tally", {})):
        assert code_of(work, start, election="4zrSvGhhbnvfVP", **more) == "election_unknown"


def test_the_urn_closes_by_itself_when_its_time_is_over(bus, call, work, deliver, urn, board):
    soon = utc_now() + timedelta(milliseconds=20)
    call("create_election", **creation(urn, closes_at=soon.isoformat(), grace_minutes=0))
    call("set_trustees", election=urn.uuid, trustees=board[0])
    deliver("credentials_issued", {"election": urn.uuid, "batch": 0, "entries": urn.entries("anne")})
    deliver("credentials_committed", {"election": urn.uuid, **urn.commitment()})
    work("start_seal_election", election=urn.uuid, present=[])
    while not close_due(bus.resources["ballot"]):
        assert utc_now() < soon + timedelta(seconds=20)
    assert not close_due(bus.resources["ballot"])
    work("start_tally", election=urn.uuid)
    assert call("encrypted_tally", election=urn.uuid)["sized"]


def test_the_sealing_is_told_once_and_a_ballot_never(bus, call, work, deliver, urn, board):
    call("create_election", **creation(urn))
    call("set_trustees", election=urn.uuid, trustees=board[0])
    deliver("credentials_issued", {"election": urn.uuid, "batch": 0, "entries": urn.entries("anne")})
    deliver("credentials_committed", {"election": urn.uuid, **urn.commitment()})
    sealed = work("start_seal_election", election=urn.uuid, present=[])
    work("start_seal_election", election=urn.uuid, present=[])
    raw = make_ballot(urn.election, urn.secrets["anne", 0], [[1, 0, 0, 0]])
    for _ in range(3):
        call("cast_ballot", permit=permit_for(urn.uuid, "anne", now=utc_now()), ballot=raw)
    with bus.resources["ballot"].database.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT type, payload FROM outbox").all()
    assert [(row.type, json.loads(row.payload)) for row in rows] == [
        (
            "election_sealed",
            {
                "election": urn.uuid,
                "fingerprint": sealed["election_hash"],
                "receipt_key": sealed["receipt_key"],
            },
        )
    ]


def test_attendance_is_cut_and_handed_over(bus, call, work, deliver, urn, board, monkeypatch):
    monkeypatch.setattr(bus.resources["ballot"].settings, "attendance_minutes", 0)
    monkeypatch.setattr(bus.resources["ballot"].settings, "attendance_minimum", 2)
    call("create_election", **creation(urn))
    call("set_trustees", election=urn.uuid, trustees=board[0])
    deliver("credentials_issued", {"election": urn.uuid, "batch": 0, "entries": urn.entries("anne", "bruno", "chloé")})
    deliver("credentials_committed", {"election": urn.uuid, **urn.commitment()})
    work("start_seal_election", election=urn.uuid, present=[])
    nothing = {"election": None, "hour": None, "parts": 0, "holders": []}
    for name, told in (("bruno", False), ("anne", True), ("chloé", False)):
        raw = make_ballot(urn.election, urn.secrets[name, 0], [[1, 0, 0, 0]])
        call("cast_ballot", permit=permit_for(urn.uuid, name, now=utc_now()), ballot=raw)
        assert cut_attendance(bus.resources["ballot"]) is told
    first = call("attendance_part", batch=0, part=0)
    assert (first["election"], first["parts"]) == (urn.uuid, 1)
    assert first["holders"] == sorted(map(holder_of, ("anne", "bruno")))
    assert call("attendance_part", batch=0, part=1) == call("attendance_part", batch=1, part=0) == nothing
    unfinished = {"closed_at": None, "head": "", "ballots": 0, "last_batch": None}
    assert call("attendance_end", election=urn.uuid) == unfinished
    closed = call("close_election", election=urn.uuid, reason="fin")
    assert call("attendance_end", election=urn.uuid) == unfinished, "closed, but the last batch is not cut"
    assert cut_attendance(bus.resources["ballot"])
    assert call("attendance_part", batch=1, part=0)["holders"] == [holder_of("chloé")]
    assert not cut_attendance(bus.resources["ballot"])
    end = call("attendance_end", election=urn.uuid)
    assert end.pop("closed_at") is not None
    assert end == {"head": closed["head"], "ballots": 3, "last_batch": 1}


def test_health(call):
    assert call("health") == {"service": "ballot", "database": "ok", "warnings": ["relay_silent"]}


def test_in_one_process_nobody_waits_for_the_next_look(request, monkeypatch):
    looks = []
    monkeypatch.setattr(in_process_bus, "IDLE", 3600.0)
    monkeypatch.setattr(relay, "drain", lambda *_: looks.append("relay"))
    monkeypatch.setattr(JobWorker, "step", lambda _: looks.append("jobs"))
    started = request.getfixturevalue("bus")
    started.start()
    with started.resources["ballot"].database.transaction():
        pass
    wait_until(lambda: min(looks.count("relay"), looks.count("jobs")) > 1, 60, "a look after the first")
