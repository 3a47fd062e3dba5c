"""Agents' pages: role by role and route by route, what the table of rights gives is answered and all else refused."""

import re
from typing import Any

import pytest
from flask import Flask
from pydantic import ValidationError

from gateway.api.operators.commands import RIGHTS as OPERATOR_ROUTES
from gateway.api.operators.commands import UNNOTED
from gateway.settings import Settings
from services.identity.contract.staff.rights import OF_TOKENS, RIGHTS, Right, Role
from services.runtime.contracts.client import RpcTimeout
from services.runtime.contracts.methods import Command, Question
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import OPERATOR_TOKEN, VALUES, Browser
from tests.unit.gateway.fake_rpc import (
    AGENT,
    AGENT_SESSION,
    EVENT_UUID,
    INVITATION,
    METHODS,
    ONLINE,
    FakeRpc,
    agent_session,
)

OPEN = {
    "agents_entrance.show",
    "agents_entrance.submit",
    "agents_entrance.sign_out",
    "agents_invitation.follow",
    "agents_invitation.show",
    "agents_invitation.submit",
    "agents_passkey_invitation.show",
    "agents_passkey_invitation.submit",
    "agents_passkey_log_in.show",
    "agents_passkey_log_in.submit",
}
"""What needs no session: the ways in, and the way out."""
SHEET = {
    "voter": AGENT,
    "person": {"surname": "Brise", "first_name": "Anaël", "identifier": "a.brise@x.example", "assignment": "Dunes"},
    "elections": [{"uuid": ONLINE, "name": "Comité social", "mode": "online"}],
    "roll_sealed_at": None,
    "codes_made_at": "2026-11-20T07:00:00+00:00",
    "activated": False,
    "next_link_at": None,
    "link_until": None,
    "reissues": [],
    "most_reissues": 3,
    "reissue_opens_at": "2026-12-03T07:00:00+00:00",
    "reissue_open": True,
    "messages": [{"message": "m-1", "template": "activation_link", "asked_at": "2026-12-03T07:00:00+00:00"}],
    "seen": [{"code": "link_to_ask", "at": None}, {"code": "vote_open", "at": "2026-12-10T16:00:00+00:00"}],
    "looks": [{"at": "2026-12-04T07:00:00+00:00", "actor": "Luz Bergamote", "action": "voter_looked_at"}],
    "waiting": [],
}
PERSONAL = "iso_personal-token-that-must-not-leak"


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """(endpoint, method, path) of each route of agents' pages."""
    adapter = app.url_map.bind("localhost")
    blanks = {"token": "x" * 43, "voter": AGENT, "number": 1, "way": "adresse", "uuid": ONLINE, "table": "services"}
    return [
        (rule.endpoint, method, adapter.build(rule.endpoint, {name: blanks[name] for name in rule.arguments}, method))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("agents_")
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


def test_every_route_below_agents_declares_a_right_or_is_a_way_in(app: Flask) -> None:
    below = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/agents")}
    assert below == {endpoint for endpoint, _, _ in routes(app)}
    without = {endpoint for endpoint in below if not hasattr(app.view_functions[endpoint], "right")}
    assert without == OPEN


@pytest.mark.parametrize("role", Role)
def test_a_role_is_answered_where_it_has_the_right_and_refused_everywhere_else(
    role: Role, app: Flask, browser: Browser, rpc: FakeRpc
) -> None:
    browser.as_agent()
    csrf = browser.csrf()
    for endpoint, method, path in routes(app):
        if endpoint in OPEN:
            continue
        # A stranger here is whoever the services would refuse: what is asked of them is not the matter.
        rpc.table["identity", "agent_session"] = agent_session(role)
        rpc.calls.clear()
        answer = browser.client.open(path, method=method, data={"csrf_token": csrf})
        right = app.view_functions[endpoint].right  # type: ignore[attr-defined]
        if right in RIGHTS[role]:
            assert answer.status_code != 403, (endpoint, method)
        else:
            assert answer.status_code == 403, (endpoint, method)
            assert {call.method for call in rpc.calls} == {"agent_session"}, endpoint


def test_whoever_has_no_session_is_led_to_the_log_in(app: Flask, voter: Browser, rpc: FakeRpc) -> None:
    """A voter's session is none here."""
    csrf = voter.csrf()
    for endpoint, method, path in routes(app):
        if endpoint not in OPEN:
            rpc.calls.clear()
            answer = voter.client.open(path, method=method, data={"csrf_token": csrf})
            assert (answer.status_code, answer.location) == (303, "/agents/connexion"), endpoint
            assert rpc.calls == []


def test_a_session_that_is_over_is_forgotten_by_the_browser(browser: Browser, rpc: FakeRpc) -> None:
    browser.as_agent()
    rpc.table["identity", "agent_session"] = Refusal("agent_session_expired")
    answer = browser.get("/agents")
    assert (answer.status_code, answer.location) == (303, "/agents/connexion")
    assert "isoloir_agent=;" in answer.headers["Set-Cookie"]


def test_log_in_sets_a_cookie_of_its_own(make_app, rpc: FakeRpc) -> None:
    rpc.table["identity", "agent_log_in"] = {"session": AGENT_SESSION}
    fields = {"email": "luz.bergamote@rivages.example", "password": "secret-word", "code": "123 456"}
    answer = Browser(make_app().test_client()).post("/agents/connexion", fields)
    assert (answer.status_code, answer.location) == (303, "/agents")
    assert f"isoloir_agent={AGENT_SESSION}; HttpOnly; Path=/; SameSite=Lax" in answer.headers.getlist("Set-Cookie")
    assert rpc.made("identity", "agent_log_in")[0].payload["code"] == "123456"

    secure = make_app(secure_cookies=True).test_client()
    https = {"base_url": "https://localhost"}
    csrf = secure.get("/agents/connexion", **https).text.split('name="csrf-token" content="')[1].split('"')[0]
    answer = secure.post("/agents/connexion", data={**fields, "csrf_token": csrf}, **https)
    given = [cookie for cookie in answer.headers.getlist("Set-Cookie") if "isoloir_agent" in cookie]
    assert given == [f"__Host-isoloir_agent={AGENT_SESSION}; Secure; HttpOnly; Path=/; SameSite=Lax"]


@pytest.mark.parametrize("refusal", [Refusal("agent_log_in_refused"), Refusal("agent_locked", minutes=2)])
def test_a_refused_log_in_keeps_the_address_and_no_secret(refusal: Refusal, browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "agent_log_in"] = refusal
    answer = browser.post("/agents/connexion", {"email": "luz@rivages.example", "password": "S3cret", "code": "123456"})
    assert answer.status_code in (401, 429)
    assert 'value="luz@rivages.example"' in answer.text
    assert "S3cret" not in answer.text
    assert "123456" not in answer.text
    with browser.client.session_transaction() as session:
        assert "123456" not in str(dict(session))


def test_the_link_of_an_invitation_leaves_the_address(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "open_invitation"] = INVITATION
    answer = browser.get("/agents/invitation/link-token-that-must-not-leak")
    assert (answer.status_code, answer.location) == (303, "/agents/invitation")
    page = browser.get("/agents/invitation").text
    assert "<span>ABCD</span><span>EFGH</span>" in page
    assert '<svg class="qr"' in page.replace('viewBox="0 0 59 59" ', "") or 'class="qr"' in page
    rpc.table["identity", "accept_invitation"] = Refusal("second_factor_wrong")
    form = {"password": "Mot de passe 1!", "confirmation": "Mot de passe 1!", "code": "000000"}
    assert "n’est pas celui que l’application doit montrer" in browser.post("/agents/invitation", form).text
    rpc.table["identity", "accept_invitation"] = {"session": AGENT_SESSION}
    assert browser.post("/agents/invitation", form).location == "/agents"


def test_a_token_is_shown_once_and_in_no_cookie(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "agent_session"] = agent_session("operator")
    rpc.table["identity", "list_tokens"] = {"tokens": []}
    rpc.table["identity", "make_token"] = {"value": PERSONAL, "expires_at": "2026-12-05T07:00:00+00:00"}
    browser.as_agent()
    answer = browser.post("/agents/jetons", {"name": "poste", "rights": "watch", "days": "7"})
    assert PERSONAL in answer.text
    assert PERSONAL not in browser.get("/agents/jetons").text
    assert rpc.made("identity", "make_token")[0].payload["rights"] == ["watch"]
    refused = browser.post("/agents/jetons", {"name": "poste", "rights": "manage_agents", "days": "7"})
    assert "Choisissez parmi ce qui est proposé" in refused.text


def test_a_claim_is_answered_from_a_model(browser: Browser, rpc: FakeRpc) -> None:
    claim = {
        "claim": 7,
        "election": None,
        "subject": "wrong_name",
        "text": "Mon prénom a un tréma.",
        "state": "submitted",
        "answer": None,
        "submitted_at": "2026-11-01T07:00:00+00:00",
        "answered_at": None,
        "voter": {"surname": "Brise", "first_name": "Anaël", "identifier": "a.brise@x.example", "assignment": "Dunes"},
    }
    rpc.table["identity", "cell_claims"] = {"claims": [claim], "next": None}
    rpc.table["identity", "answer_cell_claim"] = {}
    browser.as_agent()
    queue = browser.get("/agents/reclamations").text
    assert "Brise" in queue
    assert "Aucune n’attend de réponse." in queue
    assert re.search(r"reçue il y a \d+", queue)
    page = browser.get("/agents/reclamations/7?modele=0").text
    assert "Nous venons de vous renvoyer un lien" in page
    refused = browser.post("/agents/reclamations/7", {"state": "rejected", "answer": " "})
    assert "Écrivez la réponse" in refused.text
    assert browser.post("/agents/reclamations/7", {"state": "accepted", "answer": "Corrigé."}).location == (
        "/agents/reclamations"
    )
    assert [call.payload["answer"] for call in rpc.made("identity", "answer_cell_claim")] == ["Corrigé."]


def test_a_sheet_is_shown_where_the_service_of_messages_is_silent(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "open_sheet"] = SHEET
    rpc.table["notification", "describe_messages"] = {
        "messages": [
            {
                "message_id": "m-1",
                "channel": "email",
                "template": "activation_link",
                "state": "bounced",
                "reason": "5.2.2",
                "at": "2026-12-04T07:00:00+00:00",
            }
        ]
    }
    browser.as_agent()
    page = browser.get(f"/agents/electeurs/{AGENT}").text
    assert "1 message n’est pas arrivé" in page
    assert "boîte pleine" in page
    rpc.table["notification", "describe_messages"] = RpcTimeout("notification")
    silent = browser.get(f"/agents/electeurs/{AGENT}")
    assert silent.status_code == 200
    assert "Le service des messages ne répond pas" in silent.text


# The operator API


def test_every_route_of_the_operator_api_has_a_right_that_tokens_can_have(app: Flask) -> None:
    names = {
        rule.endpoint.partition(".")[2] for rule in app.url_map.iter_rules() if rule.endpoint.startswith("operator.")
    }
    assert names == set(OPERATOR_ROUTES)
    assert set(OPERATOR_ROUTES.values()) <= OF_TOKENS


def test_a_personal_token_is_asked_for_the_right_of_each_route(app: Flask, browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "authorize_token"] = Refusal("right_missing")
    for name, right in OPERATOR_ROUTES.items():
        rpc.calls.clear()
        answer = browser.client.post(
            f"/api/v1/operator/{name}", json={}, headers={"Authorization": f"Bearer {PERSONAL}"}
        )
        assert answer.status_code == 403, name
        assert [(call.method, call.payload["right"]) for call in rpc.calls] == [("authorize_token", right.value)]


@pytest.mark.parametrize(
    ("name", "body", "asked"),
    [
        ("start-generate-codes", {"voting_event": EVENT_UUID}, [(None, True)]),
        ("stage-roll", {"voting_event": EVENT_UUID, "import_id": EVENT_UUID, "first_line": 2, "rows": []}, []),
        ("close-election", {"election": ONLINE, "reason": "fin"}, [(ONLINE, False)]),
        ("roll-integrity", {"voting_event": EVENT_UUID}, []),
    ],
)
def test_what_all_elections_share_asks_for_a_token_that_is_good_for_all(
    name: str, body: dict[str, Any], asked: list[Any], browser: Browser, rpc: FakeRpc
) -> None:
    browser.client.post(f"/api/v1/operator/{name}", json=body, headers={"Authorization": f"Bearer {PERSONAL}"})
    first, *further = [call.payload for call in rpc.calls if call.method == "authorize_token"]
    assert first["election"] is None
    assert [(one["election"], one["whole_event"]) for one in further] == asked


def test_a_token_that_is_none_any_more_is_401(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "authorize_token"] = Refusal("token_refused")
    answer = browser.client.post("/api/v1/operator/health", json={}, headers={"Authorization": f"Bearer {PERSONAL}"})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("token", [PERSONAL, OPERATOR_TOKEN])
def test_a_command_is_in_the_journal_before_it_is_done(token: str, browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "close_election"] = {"head": "ab" * 32, "ballots": 3}
    body = {"election": ONLINE, "reason": "Alerte incendie"}
    headers = {"Authorization": f"Bearer {token}"}
    assert browser.client.post("/api/v1/operator/close-election", json=body, headers=headers).status_code == 200
    noted, done = [call.method for call in rpc.calls][-2:]
    assert (noted, done) == ("note_command", "close_election")
    assert rpc.made("identity", "note_command")[0].payload == {
        "token": token if token == PERSONAL else None,
        "session": None,
        "command": "close-election",
        "election": ONLINE,
    }
    # What cannot be written down is not done.
    rpc.table["identity", "note_command"] = Refusal("token_refused")
    rpc.calls.clear()
    browser.client.post("/api/v1/operator/close-election", json=body, headers=headers)
    assert rpc.made("ballot", "close_election") == []


def test_what_changes_something_is_noted_and_what_only_looks_is_not(rpc: FakeRpc) -> None:
    for name, right in OPERATOR_ROUTES.items():
        for methods in METHODS.values():
            method = methods.get(name.replace("-", "_"))
            if isinstance(method, Command) and name not in UNNOTED:
                assert right != Right.WATCH, name
            if isinstance(method, Question):
                assert name not in UNNOTED


def test_a_gateway_in_earnest_does_not_start_with_the_shared_token() -> None:
    with pytest.raises(ValidationError, match="ISOLOIR_GATEWAY_DEMONSTRATION"):
        Settings(**{**VALUES, "demonstration": False})
    assert Settings(**{**VALUES, "demonstration": False, "operator_token": ""}).demonstration is False
