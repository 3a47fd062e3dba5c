"""« Mes clés » as its script uses it: who may, whose keys they are, and what the answers are when something is wrong."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import AGENT, ONLINE, FakeRpc, agent_session, event, states

JSON = {"Accept": "application/json"}
MESSAGE = {"voting_event": event()["voting_event"], "round": "1", "owner": "3", "step": "certificate", "content": "{}"}
SHARE = {"election": ONLINE, "owner": "3", "partial_decryption": "{}"}


@pytest.fixture
def member(browser: Browser, rpc: FakeRpc) -> Browser:
    """A delegate who is signed in."""
    rpc.table["identity", "agent_session"] = agent_session("delegate")
    rpc.table["ballot", "bring_key_message"] = {}
    rpc.table["ballot", "bring_share"] = {"received": [3]}
    return browser.as_agent()


def bring(browser: Browser, path: str, content: dict[str, str]) -> TestResponse:
    """As the page's script does."""
    client: FlaskClient = browser.client
    return client.post(f"/agents/cle/{path}", data={"csrf_token": browser.csrf(), **content}, headers=JSON)


def test_what_is_brought_is_the_session_s_own_and_in_the_journal_first(member: Browser, rpc: FakeRpc) -> None:
    assert bring(member, "message", {**MESSAGE, "agent": "00000009-0000-4000-8000-000000000000"}).json == {}
    assert bring(member, "part", SHARE).json == {"received": [3]}
    done = [(call.method, call.payload) for call in rpc.calls if call.method.startswith(("note", "bring"))]
    assert [method for method, _payload in done] == ["note_command", "bring_key_message", "note_command", "bring_share"]
    assert done[0][1]["command"] == "bring-key-message"
    assert (done[0][1]["token"], done[2][1]["election"]) == (None, ONLINE)
    assert done[1][1]["agent"] == done[3][1]["agent"] == AGENT


def test_a_holder_brings_nothing_for_another_and_a_stranger_nothing_at_all(
    member: Browser, rpc: FakeRpc, browser: Browser
) -> None:
    rpc.table["ballot", "bring_share"] = Refusal("key_not_yours")
    refused = bring(member, "part", SHARE)
    assert (refused.status_code, refused.json["code"]) == (403, "key_not_yours")
    # The support cell has no part in it; whoever is not signed in is told so, as the script understands it.
    rpc.table["identity", "agent_session"] = agent_session("support")
    assert bring(member, "message", MESSAGE).json["code"] == "right_missing"
    assert member.get("/agents/cle").status_code == 403
    rpc.table["identity", "agent_session"] = Refusal("agent_session_expired")
    over = bring(member, "message", MESSAGE)
    assert (over.status_code, over.json["code"]) == (401, "agent_session_expired")
    member.client.delete_cookie("isoloir_agent")
    assert bring(member, "part", SHARE).json["code"] == "agent_session_expired"
    assert member.get("/agents/cle").status_code == 303
    assert rpc.made("ballot", "bring_key_message") == []


@pytest.mark.parametrize("owner", ["", "-1", "x", "²", "1" * 400, "1.5"])
def test_a_number_that_is_none_is_refused(member: Browser, rpc: FakeRpc, owner: str) -> None:
    refused = bring(member, "part", {**SHARE, "owner": owner})
    assert (refused.status_code, refused.json["code"]) == (422, "invalid_request")
    assert rpc.made("ballot", "bring_share") == []


def test_without_the_page_s_token_nothing_is_brought(member: Browser, rpc: FakeRpc) -> None:
    refused = member.client.post("/agents/cle/part", data=SHARE, headers=JSON)
    assert refused.status_code == 400
    assert rpc.made("ballot", "bring_share") == []


def test_the_script_learns_of_closed_elections_alone_and_of_the_ceremony(member: Browser, rpc: FakeRpc) -> None:
    keys = {"keys": [], "groups": [], "enough": False}
    rpc.table["ballot", "tally_keys"] = keys
    assert member.get("/agents/cle/depouillement", headers=JSON).json["elections"] == []
    rpc.table["ballot", "election_states"] = states("closed")
    (found,) = member.get("/agents/cle/depouillement", headers=JSON).json["elections"]
    assert (found["uuid"], found["state"], found["keys"]) == (ONLINE, "closed", keys)
    unknown = member.get("/agents/cle/ceremonie", headers=JSON)
    assert (unknown.status_code, unknown.json["code"]) == (404, "ceremony_unknown")
    assert rpc.made("ballot", "ceremony")[0].payload["agent"] == AGENT


def test_the_page_is_for_those_who_may_hold_a_key(member: Browser, rpc: FakeRpc) -> None:
    page = member.get("/agents/cle").text
    assert "data-holder" in page
    assert "holder-worker.js" in page
    assert 'href="/agents/cle"' in member.get("/agents").text
    rpc.table["identity", "agent_session"] = agent_session("operator")
    assert Right.BRING_KEYS in agent_session("operator")["rights"]
    assert 'href="/agents/cle"' not in member.get("/agents").text
