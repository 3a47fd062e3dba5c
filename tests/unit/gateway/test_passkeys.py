"""Pages that ask an agent's browser for a passkey: what they hand on, what they keep, and what they say without a script."""

import json
import re
from typing import Any

import pytest

from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import AGENT, AGENT_SESSION, INVITATION, FakeRpc, agent_session

CEREMONY = "ceremony-that-must-not-leak"
OPTIONS = '{"challenge": "Y2hhbGxlbmdl", "rpId": "localhost"}'
ANSWER = '{"id": "a2V5"}'
LOG_IN = {"email": "luz@rivages.example", "password": "S3cret", "way": "passkey"}
BEGUN = {"ceremony": CEREMONY, "expires_at": "2026-12-04T07:05:00+00:00"}
KEY = {
    "passkey": AGENT,
    "name": "Clé bleue",
    "added_at": "2026-12-04T07:00:00+00:00",
    "last_used_at": None,
}


@pytest.fixture
def asked(rpc: FakeRpc) -> FakeRpc:
    """Identity as it is when all is well."""
    rpc.table["identity", "agent_session"] = agent_session("support")
    for method in ("begin_passkey_log_in", "begin_passkey", "begin_invitation_passkey"):
        rpc.table["identity", method] = BEGUN
    rpc.table["identity", "passkey_options"] = {"options": OPTIONS, "expires_at": BEGUN["expires_at"]}
    rpc.table["identity", "list_passkeys"] = {"passkeys": [KEY], "telephone": True, "possible": True}
    rpc.table["identity", "passkey_log_in"] = {"session": AGENT_SESSION}
    rpc.table["identity", "accept_by_passkey"] = {"session": AGENT_SESSION}
    rpc.table["identity", "add_passkey"] = {}
    rpc.table["identity", "remove_passkey"] = {}
    rpc.table["identity", "open_invitation"] = INVITATION
    return rpc


def followed(browser: Browser, answer: Any) -> str:
    """The page that a redirection leads to."""
    assert answer.status_code == 303
    return str(browser.get(answer.location).text)


def test_password_then_passkey_signs_in(browser: Browser, asked: FakeRpc) -> None:
    answer = browser.post("/agents/connexion", LOG_IN)
    assert answer.location == "/agents/connexion/cle"
    page = browser.get("/agents/connexion/cle").text
    assert json.loads(re.search(r'data-options="([^"]+)"', page)[1].replace("&#34;", '"')) == json.loads(OPTIONS)
    assert CEREMONY not in page
    assert asked.made("identity", "agent_log_in") == []
    answer = browser.post("/agents/connexion/cle", {"answer": ANSWER})
    assert answer.location == "/agents"
    assert any(AGENT_SESSION in cookie for cookie in answer.headers.getlist("Set-Cookie"))
    assert asked.made("identity", "passkey_log_in")[0].payload == {"ceremony": CEREMONY, "answer": ANSWER}
    with browser.client.session_transaction() as session:
        assert CEREMONY not in str(dict(session))


def test_without_a_script_the_page_says_so_and_sends_nothing(browser: Browser, asked: FakeRpc) -> None:
    browser.post("/agents/connexion", LOG_IN)
    page = browser.get("/agents/connexion/cle").text
    assert "connectez-vous par les six chiffres" in page
    assert re.search(r"data-passkey-able hidden", page)
    assert "<script>" not in page
    assert browser.post("/agents/connexion/cle", {"answer": ""}).location == "/agents/connexion/cle"
    assert asked.made("identity", "passkey_log_in") == []


@pytest.mark.parametrize("code", ["passkey_log_in_refused", "agent_locked", "passkeys_off"])
def test_a_first_step_that_is_refused_is_said_in_the_form(code: str, browser: Browser, asked: FakeRpc) -> None:
    asked.table["identity", "begin_passkey_log_in"] = Refusal(code, minutes=2)
    page = browser.post("/agents/connexion", LOG_IN).text
    assert 'id="password-error"' in page
    assert 'value="luz@rivages.example"' in page
    assert "S3cret" not in page


@pytest.mark.parametrize("code", ["passkey_refused", "passkey_over"])
def test_a_refused_answer_leads_back_to_the_password(code: str, browser: Browser, asked: FakeRpc) -> None:
    browser.post("/agents/connexion", LOG_IN)
    asked.table["identity", "passkey_log_in"] = Refusal(code)
    assert 'id="password-error"' in browser.post("/agents/connexion/cle", {"answer": ANSWER}).text
    # The challenge is gone with the answer.
    assert browser.get("/agents/connexion/cle").location.startswith("/agents/connexion?")


def test_a_key_is_added_with_the_password_and_a_name(browser: Browser, asked: FakeRpc) -> None:
    browser.as_agent()
    page = browser.get("/agents/cles-d-acces").text
    assert "Clé bleue" in page
    assert "N’a pas encore servi." in page
    assert browser.post("/agents/cles-d-acces", {"password": "S3cret"}).location == "/agents/cles-d-acces/nouvelle"
    assert 'value="Clé du' in browser.get("/agents/cles-d-acces/nouvelle").text
    refused = browser.post("/agents/cles-d-acces/nouvelle", {"answer": ANSWER, "name": " "})
    assert "Donnez un nom à cette clé" in refused.text
    assert asked.made("identity", "add_passkey") == []
    assert (
        browser.post("/agents/cles-d-acces/nouvelle", {"answer": ANSWER, "name": "Bureau"}).location
        == "/agents/cles-d-acces"
    )
    assert asked.made("identity", "add_passkey")[0].payload == {
        "session": AGENT_SESSION,
        "ceremony": CEREMONY,
        "answer": ANSWER,
        "name": "Bureau",
    }


@pytest.mark.parametrize("code", ["agent_password_wrong", "agent_locked", "too_many_passkeys", "passkeys_off"])
def test_what_keeps_a_key_from_being_added_is_said_on_the_page(code: str, browser: Browser, asked: FakeRpc) -> None:
    browser.as_agent()
    asked.table["identity", "begin_passkey"] = Refusal(code, minutes=2, most=10)
    assert 'id="password-error"' in browser.post("/agents/cles-d-acces", {"password": "S3cret"}).text


def test_a_key_is_removed_and_the_last_second_factor_is_not(browser: Browser, asked: FakeRpc) -> None:
    browser.as_agent()
    removed = followed(browser, browser.post("/agents/cles-d-acces/retirer", {"passkey": AGENT}))
    assert "n’ouvre plus votre compte" in removed
    asked.table["identity", "remove_passkey"] = Refusal("passkey_last")
    kept = followed(browser, browser.post("/agents/cles-d-acces/retirer", {"passkey": AGENT}))
    assert "C’est votre seul second facteur" in kept
    assert "n’ouvre plus" not in kept
    asked.table["identity", "list_passkeys"] = {"passkeys": [KEY], "telephone": False, "possible": True}
    assert "Retirer</button>" not in browser.get("/agents/cles-d-acces").text


def test_an_invitation_is_accepted_by_passkey(browser: Browser, asked: FakeRpc) -> None:
    browser.get("/agents/invitation/link-token-that-must-not-leak")
    form = {"password": "Mot de passe 1!", "confirmation": "Mot de passe 1!", "way": "passkey"}
    assert "différentes" in browser.post("/agents/invitation", {**form, "confirmation": "autre"}).text
    assert browser.post("/agents/invitation", form).location == "/agents/invitation/cle"
    assert "reliez un téléphone" in browser.get("/agents/invitation/cle").text
    asked.table["identity", "accept_by_passkey"] = [Refusal("passkey_known"), {"session": AGENT_SESSION}]
    refused = browser.post("/agents/invitation/cle", {"answer": ANSWER, "name": "Bureau"})
    assert "déjà reliée à un compte" in refused.text
    browser.post("/agents/invitation", form)
    assert browser.post("/agents/invitation/cle", {"answer": ANSWER, "name": "Bureau"}).location == "/agents"
    assert asked.made("identity", "accept_by_passkey")[-1].payload["token"] == "link-token-that-must-not-leak"


def test_a_portal_without_passkeys_says_so(browser: Browser, asked: FakeRpc) -> None:
    browser.as_agent()
    asked.table["identity", "list_passkeys"] = {"passkeys": [], "telephone": True, "possible": False}
    page = browser.get("/agents/cles-d-acces").text
    assert "Ce portail n’a pas de clés d’accès" in page
    assert 'name="password"' not in page
