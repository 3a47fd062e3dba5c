"""The entry points, with an identity that lists a roll."""

import pytest
from marshmallow import INCLUDE, Schema, fields

from services.ballot.belenios.credential import new_uuid
from services.reassort.service import ReassortService
from services.runtime.hosting.entrypoints import entrypoint
from services.runtime.hosting.in_process_bus import LocalBus
from services.runtime.hosting.resource_provider import ResourceProvider
from services.runtime.refusals import Refusal
from services.runtime.settings import RuntimeSettings
from tests.unit.reassort.roll import CODE_KEY, PUBLIC, Roll, pseudonym

VOTING_EVENT = "5b1c7d52-0000-4000-8000-000000000000"
ELECTION = new_uuid()
VOTERS = [f"voter {number}" for number in range(5)]


class Anything(Schema):
    class Meta:
        unknown = INCLUDE


class Raw(Schema):
    bearers = fields.Raw()
    next = fields.Raw()
    total = fields.Raw()
    voting_event = fields.Raw()
    name = fields.Raw()


class IdentitySettings(RuntimeSettings):
    database_url: str = "sqlite://"


class Identity:
    """Lists five voters, a page at a time."""

    name = "identity"
    resources = ResourceProvider(IdentitySettings)
    current = VOTING_EVENT

    @entrypoint(Anything, Raw)
    def list_bearers(self, request):
        if request["voting_event"] != VOTING_EVENT:
            raise Refusal("voting_event_unknown")
        first = int(request["after"] or 0)
        following = first + request["limit"]
        return {
            "bearers": [
                {
                    "bearer": pseudonym(voter),
                    "notice": {"name": voter, "lines": ["Paris"]},
                    "holders": [{"election": ELECTION, "holder": pseudonym(voter + ELECTION)}],
                }
                for voter in VOTERS[first:following]
            ],
            "next": str(following) if following < len(VOTERS) else None,
            "total": None if following < len(VOTERS) else len(VOTERS),
        }

    @entrypoint(Anything, Raw)
    def voting_event(self, _request):
        if self.current is None:
            raise Refusal("no_voting_event")
        return {"voting_event": self.current, "name": "Élections 2026"}


@pytest.fixture
def bus(tmp_path, monkeypatch, migrated):
    migrated.migrated_file(tmp_path)
    for name, value in {
        "DATABASE_URL": f"sqlite:///{tmp_path}/reassort.sqlite",
        "CODE_KEY": CODE_KEY,
        "NOTIFICATION_PUBLIC_KEY": PUBLIC,
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


def generate_all(call):
    pages, after = [], None
    while not pages or after is not None:
        page = call("generate_codes", voting_event=VOTING_EVENT, after=after, limit=2)
        pages.append(page)
        after = page["next"]
    return pages


def test_codes_for_the_whole_roll(call, roll):
    pages = generate_all(call)
    assert [page["generated"] for page in pages] == [2, 2, 1]
    assert pages[-1]["total_generated"] == 5
    counts = {"voters": 5, "spares": 5, "credentials": 10, "notices": 5}
    assert call("code_counts", voting_event=VOTING_EVENT) == counts
    assert {notice["to"]["name"] for notice in roll.notices()} == set(VOTERS)
    assert {notice["values"]["voting_event_name"] for notice in roll.notices()} == {"Élections 2026"}
    (committed,) = roll.events("credentials_committed")
    assert (committed["election"], committed["holders"], committed["count"]) == (ELECTION, 5, 10)


def test_a_page_left_out_leaves_the_urn_unsealable_until_it_is_made(call, roll):
    last = call("generate_codes", voting_event=VOTING_EVENT, after="2", limit=3)
    assert (last["next"], last["missing"]) == (None, 2)
    assert roll.events("credentials_committed") == []
    pages = generate_all(call)
    assert [page["missing"] for page in pages] == [None, None, 0]
    assert [committed["holders"] for committed in roll.events("credentials_committed")] == [5]


def test_starting_again_from_the_beginning_adds_nothing(call, roll):
    call("generate_codes", voting_event=VOTING_EVENT, after=None, limit=3)
    pages = generate_all(call)
    assert [page["generated"] for page in pages] == [0, 1, 1]
    before = roll.snapshot()
    assert {page["generated"] for page in generate_all(call)} == {0}
    assert roll.snapshot() == before


@pytest.mark.parametrize("current", [None, "another"])
def test_a_notice_without_the_name_of_another_voting_event(call, roll, monkeypatch, current):
    monkeypatch.setattr(Identity, "current", current)
    call("generate_codes", voting_event=VOTING_EVENT, after=None, limit=1)
    assert set(roll.notices()[0]["values"]) == {"voting_code"}


def test_identitys_refusal_passes_through(call, roll):
    before = roll.snapshot()
    with pytest.raises(Refusal) as caught:
        call("generate_codes", voting_event="unknown", after=None, limit=1)
    assert caught.value.code == "voting_event_unknown"
    assert roll.snapshot() == before


@pytest.mark.parametrize(
    "change",
    [
        {"limit": 0},
        {"limit": 501},
        {"limit": "5"},
        {"voting_event": ""},
        {"voting_event": "a\u0000"},
        {"voting_event": "x\n"},
        {"more": 1},
    ],
)
def test_malformed_requests(call, change):
    with pytest.raises(Refusal) as caught:
        call("generate_codes", **{"voting_event": VOTING_EVENT, "after": None, "limit": 1} | change)
    assert caught.value.code == "invalid_request"


def test_the_parameters_are_those_that_codes_were_made_with(call, monkeypatch, bus):
    generate_all(call)
    monkeypatch.setattr(bus.resources["reassort"].settings, "pbkdf2_iterations", 9)
    assert call("code_parameters") == {"iterations": 9}
    assert call("code_parameters", voting_event=VOTING_EVENT) == {"iterations": 2}
    assert call("code_parameters", voting_event="unknown") == {"iterations": 9}


def test_no_answer_holds_a_code(call, roll):
    pages = generate_all(call)
    codes = [notice["values"]["voting_code"] for notice in roll.notices()]
    assert len(codes) == 5
    assert all(code not in str(pages) for code in codes)


def test_health(call):
    assert call("health") == {"service": "reassort", "database": "ok"}
