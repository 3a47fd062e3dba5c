"""What anybody may ask costs the same however many voters and ballots there are: calls, and work of the databases.

The real application over the real services, at two sizes. Work is counted in steps of SQLite's machine: a scan, a count or a
sort over everything shows in it even where few rows come back.
"""

import hashlib
import json
import re
from base64 import b64encode
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from nacl.signing import SigningKey
from sqlalchemy import event, insert

from gateway.app import create_app
from gateway.settings import Settings
from services.ballot.models import Ballot, ChainEvent, Commitment, Credential, Election
from services.ballot.service import BallotService
from services.identity.service import IdentityService
from services.identity.voting_events import voting_events
from services.notification.service import NotificationService
from services.reassort.service import ReassortService
from services.runtime.hosting.in_process_bus import LocalBus
from services.runtime.sealing_box import new_keypair
from tests.unit.identity.world import EVENT, KEY, ONLINE, definition, import_roll, row
from tests.unit.reassort.roll import PUBLIC

SIZES = (120, 400)
"""More than a page of the urn, both."""
SLACK = 10
"""Steps by which the same work differs: a random key falls here or there in its index. A scan would show in hundreds."""
TRACKER = b64encode(hashlib.sha256(b"1").digest()).decode().rstrip("=")
GROWS = {"api_elections.archive": "it is the urn itself, copied in pages of bounded size, each once"}
FILLED = {
    "election": ONLINE,
    "token": "x" * 43,
    "number": "1",
    "question": "2",
    "name": "tutorial_voter",
    "voter": "7f0c3f9e-0c52-4c3c-9d5b-0d6f2a0b8f01",
    "filename": "none.css",
    "table": "services",
    "message_id": "7f0c3f9e-0c52-4c3c-9d5b-0d6f2a0b8f01",
}
BODIES = {
    "ballot_box.search": {"tracker": TRACKER},
    "api_elections.tracker": {"tracker": TRACKER},
    "identification.submit": {"identifier": "voter-1@example.org"},
    "session.sign_in": {"identifier": "voter-1@example.org", "password": "wrong", "challenge": "x"},
    "password.submit": {"password": "wrong"},
    "agents_entrance.submit": {"email": "agent@example.org", "password": "wrong", "code": "123456"},
    "access.open_link": {"token": "x" * 43},
    "assistance.submit": {"email": "a@example.org", "name": "A", "subject": "other", "text": "?"},
}


class Counting:
    """The way to the services, which counts how often it is taken."""

    def __init__(self, caller):
        self.caller, self.calls = caller, Counter()

    def call(self, service, method, payload, **more):
        self.calls[f"{service}.{method}"] += 1
        return self.caller.call(service, method, payload, **more)

    def close(self):
        """Nothing is held."""


class Portal:
    """A portal with a roll and an urn of a size, and what a request of it costs."""

    def __init__(self, folder, size, monkeypatch):
        private, public = new_keypair()
        permit_key = SigningKey.generate()
        for name, value in {
            **{
                f"{name}_DATABASE_URL": f"sqlite:///{folder}/{name}.sqlite"
                for name in ("IDENTITY", "BALLOT", "REASSORT")
            },
            "NOTIFICATION_DATABASE_URL": f"sqlite:///{folder}/NOTIFICATION.sqlite",
            "IDENTITY_HOLDER_KEY": KEY,
            "IDENTITY_PERMIT_PRIVATE_KEY": permit_key.encode().hex(),
            "IDENTITY_MAIL_PUBLIC_KEY": public,
            "IDENTITY_SMS_PUBLIC_KEY": public,
            "IDENTITY_BCRYPT_COST": "4",
            "BALLOT_PERMIT_PUBLIC_KEY": permit_key.verify_key.encode().hex(),
            "BALLOT_RECEIPT_PRIVATE_KEY": "6" * 64,
            "REASSORT_CODE_KEY": "7" * 64,
            "REASSORT_PRINTER_RECIPIENT": PUBLIC,
            "REASSORT_SMS_PUBLIC_KEY": public,
            "REASSORT_REGISTER_PRIVATE_KEY": "8" * 64,
            "NOTIFICATION_MAIL_PRIVATE_KEY": private,
            "NOTIFICATION_SMS_PRIVATE_KEY": private,
        }.items():
            monkeypatch.setenv(f"ISOLOIR_{name}", value)
        self.bus = LocalBus([IdentityService, BallotService, ReassortService, NotificationService])
        self.steps = 0
        for resources in self.bus.resources.values():
            resources.database.upgrade()
            resources.database.dispose()
            event.listen(resources.database.engine, "connect", self._count)
        fill_roll(self.bus.resources["identity"].database, size)
        fill_urn(self.bus.resources["ballot"].database, size)
        self.caller = Counting(self.bus.caller)
        self.app = create_app(
            Settings(secret_key="0" * 40, ratelimit_enabled=False, archive_dir=folder / "archives"), self.caller
        )

    def _count(self, connection, _record):
        def step():
            self.steps += 1

        connection.set_progress_handler(step, 1)

    def cost(self, rule, method):
        """Calls, and steps of databases, of one request by a stranger who has the page's form before him."""
        browser = self.app.test_client()
        token = re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/au-revoir").text)[1]
        with browser.session_transaction() as session:
            session["identifier"] = "voter-1@example.org"
        address = re.sub(
            r"<(?:[^:<>]+:)?([^<>]+)>", lambda found: FILLED[found[1].replace("uuid", "election")], rule.rule
        )
        body = BODIES.get(rule.endpoint, {})
        sent = {"json": body, "headers": {"X-CSRFToken": token}} if address.startswith("/api/") else {}
        if method != "GET" and not sent:
            sent = {"data": {"csrf_token": token, **body}}
        self.caller.calls.clear()
        self.steps = 0
        status = browser.open(address, method=method, **(sent if method != "GET" else {})).status_code
        return status, dict(self.caller.calls), self.steps


def fill_roll(database, size):
    now = datetime.now(UTC)
    described = definition(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1))
    with database.transaction() as session:
        voting_events.open_voting_event(session, described)
    import_roll(database, [row(f"voter-{number}@example.org") for number in range(size)])


def fill_urn(database, size):
    now = datetime.now(UTC)
    questions = [{"answers": ["A", "B"], "blank": True, "min": 1, "max": 1, "question": "Qui ?"}]
    raw = json.dumps({"name": "Comité", "uuid": ONLINE, "questions": questions})
    numbers = range(1, size + 1)
    trackers = {number: b64encode(hashlib.sha256(str(number).encode()).digest()).decode()[:43] for number in numbers}
    with database.transaction() as session:
        session.execute(
            insert(Credential),
            [
                {
                    "election": ONLINE,
                    "credential": f"{number:064}",
                    "holder": f"{number:064}",
                    "rank": 0,
                    "state": "active",
                }
                for number in numbers
            ],
        )
        session.execute(insert(Commitment).values(election=ONLINE, holders=size, count=size, digest="d" * 64))
        session.execute(
            insert(Election).values(
                uuid=ONLINE,
                voting_event=EVENT,
                definition="{}",
                opens_at=now - timedelta(days=1),
                closes_at=now + timedelta(days=1),
                trustees="[]",
                raw=raw,
                hash="h" * 43,
                sealed_at=now,
                present="[]",
            )
        )
        events = [(0, "Setup"), *((number, "Ballot") for number in numbers)]
        session.execute(
            insert(ChainEvent),
            [{"election": ONLINE, "height": at, "type": kind, "hash": f"{at:064}", "raw": "{}"} for at, kind in events],
        )
        session.execute(
            insert(Ballot),
            [
                {
                    "election": ONLINE,
                    "height": number,
                    "holder": f"{number:064}",
                    "credential": f"{number:064}",
                    "tracker": one,
                }
                for number, one in trackers.items()
            ],
        )


@pytest.fixture(scope="module")
def costs(tmp_path_factory):
    """(endpoint, method) → the cost at each size."""
    found = {}
    for size in SIZES:
        with pytest.MonkeyPatch.context() as monkeypatch:
            portal = Portal(tmp_path_factory.mktemp(f"portal-{size}"), size, monkeypatch)
            for rule in portal.app.url_map.iter_rules():
                if rule.endpoint.startswith("operator."):  # they have a token
                    continue
                for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                    # The second time: what a process keeps is kept.
                    portal.cost(rule, method)
                    found.setdefault((rule.endpoint, method), []).append(portal.cost(rule, method))
            portal.bus.stop()
    return found


def test_no_request_of_a_stranger_costs_more_where_there_are_more_voters(costs):
    different = {
        route: cost
        for route, cost in costs.items()
        if route[0] not in GROWS and (cost[0][:2] != cost[1][:2] or abs(cost[0][2] - cost[1][2]) > SLACK)
    }
    assert different == {}


def test_a_stranger_is_answered_by_few_calls(costs):
    assert max(sum(calls.values()) for _, calls, _ in (cost[1] for cost in costs.values())) <= 5


def test_the_public_pages_are_among_them(costs):
    status, calls, steps = costs["ballot_box.search", "POST"][1]
    assert (status, calls["ballot.find_tracker"], calls["ballot.list_trackers"]) == (200, 1, 1)
    assert steps > 0
    assert costs["api_elections.tracker", "POST"][1][:2] == (200, {"ballot.find_tracker": 1})
    assert costs["home.show", "GET"][1][:2] == (303, {})
