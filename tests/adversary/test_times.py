"""Who holds every log and identity's database looks for times that tell whose ballot is whose (L1)."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.app import create_app
from gateway.settings import Settings
from services.ballot.belenios.ballot import make_ballot
from services.ballot.belenios.keys.trustees import make_trustees, single_key
from services.ballot.service import BallotService
from services.identity.access import sessions
from services.identity.models import Account, Voter
from services.identity.voting_events import voting_events
from services.runtime.clock import utc_now
from services.runtime.hosting.in_process_bus import LocalBus
from services.runtime.telemetry import correlation, hourly
from tests.servers.databases import MigratedDatabases
from tests.unit.ballot.urn import KEYS, RECEIPT_SEED, Urn, permit_for
from tests.unit.gateway.conftest import VALUES, Browser
from tests.unit.gateway.fake_rpc import ONLINE, FakeRpc, permit
from tests.unit.identity.world import NOW, definition, import_roll, row


@pytest.fixture
def lines(lines):
    """The log, where an hour begins."""
    hourly.COUNTS.write()
    lines.seek(0)
    lines.truncate(0)
    return lines


def read(lines):
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_the_urns_log_tells_no_vote_from_another(tmp_path, tmp_path_factory, monkeypatch, lines):
    MigratedDatabases("ballot", tmp_path_factory.mktemp("ballot"), lambda: 0).migrated_file(tmp_path)
    monkeypatch.setenv("ISOLOIR_BALLOT_DATABASE_URL", f"sqlite:///{tmp_path}/ballot.sqlite")
    monkeypatch.setenv("ISOLOIR_BALLOT_PERMIT_PUBLIC_KEY", KEYS.permit_public)
    monkeypatch.setenv("ISOLOIR_BALLOT_RECEIPT_PRIVATE_KEY", RECEIPT_SEED)
    bus = LocalBus([BallotService])
    try:
        urn = Urn(bus.resources["ballot"].database, make_trustees([("Single", single_key()[1])]))
        now = utc_now()
        urn.create(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=1))
        urn.set_trustees()
        urn.receive(urn.entries("anne", "bruno"))
        urn.commit()
        urn.seal(now)
        for name in ("anne", "bruno"):
            correlation.bind(None)
            raw = make_ballot(urn.election, urn.secrets[name, 0], [[1, 0, 0, 0]])
            for use, method in (("booth", "booth_material"), ("cast", "cast_ballot")):
                shown = {"permit": permit_for(urn.uuid, name, now=now, use=use)}
                bus.caller.call("ballot", method, shown | ({"ballot": raw} if use == "cast" else {}))
        bus.caller.call("ballot", "election_states", {"elections": [urn.uuid]})
        assert [line["method"] for line in read(lines) if line["event"] == "rpc"] == ["election_states"]
        hourly.COUNTS.write()
        counted = {line["what"]: line for line in read(lines) if line["event"] == "in_this_hour"}
        assert (counted["cast_ballot"]["count"], counted["booth_material"]["count"]) == (2, 2)
    finally:
        bus.stop()


def test_the_portals_log_tells_no_vote_from_another(tmp_path, lines):
    voter = Browser(create_app(Settings(**VALUES, demo_dir=str(tmp_path)), FakeRpc()).test_client()).sign_in()
    for path in ("booth", ""):
        voter.get(f"/api/v1/elections/{ONLINE}/{path}" if path else "/api/v1/elections")
    voter.send(f"/api/v1/elections/{ONLINE}/ballots", {"permit": permit(), "ballot": "{}"})
    pages = [line["page"] for line in read(lines) if line["event"] == "http_request"]
    assert not {"ballots.cast", "api_elections.booth", "api_elections.own"} & set(pages)
    hourly.COUNTS.write()
    assert {"ballots.cast"} <= {line["what"] for line in read(lines) if line["event"] == "in_this_hour"}


def test_the_hours_line_comes_by_the_clock_and_not_by_the_next_vote(lines):
    counts = hourly.HourlyCounts(lambda: datetime(2026, 12, 3, 10, 20, 30, tzinfo=NOW.tzinfo))
    for _ in range(3):
        counts.count("cast_ballot", "ok")
    assert read(lines) == []
    counts.write()
    assert [(line["what"], line["count"]) for line in read(lines)] == [("cast_ballot", 3)]


def test_times_of_persons_are_cut_to_what_they_are_for(tmp_path, tmp_path_factory):
    """Sixteen log in one after another and vote: what identity keeps of it puts them in no order."""
    databases = MigratedDatabases("identity", tmp_path_factory.mktemp("identity"), lambda: 0)
    with databases.fresh("sqlite", tmp_path) as database:
        with database.transaction() as session:
            voting_events.open_voting_event(session, definition())
        import_roll(database, [row(f"v{number}@ac-amiens.fr") for number in range(16)])
        with database.transaction() as session:
            for number, voter in enumerate(session.scalars(select(Voter.id)).all()):
                account = Account(voter_id=voter, password_hash="x" * 60, activated_at=NOW.replace(minute=0, second=0))
                session.add(account)
                session.flush()
                token = sessions.open_session(session, account, NOW + timedelta(minutes=2 * number))
                sessions.close(session, token)
        with database.reading() as session:
            kept = {(row.last_connection_at, row.activated_at) for row in session.scalars(select(Account))}
    assert len(kept) == 1, "one hour, and nothing finer, for all of them"
