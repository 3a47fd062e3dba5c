"""Until when a session lasts, staying, and its end."""

from datetime import UTC, datetime, timedelta

import pytest

from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import IDENTIFIER, PASSWORD, FakeRpc


def test_pages_say_until_when_the_session_lasts(voter: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "resume_session"]["expires_at"] = "2100-01-01T13:05:00+00:00"
    page = voter.get("/accueil").text
    assert "votre session prend fin à" in page
    assert "14h05" in page
    assert "build/session-end.js" in page
    assert "Rester connecté" in page
    assert "data-session-seconds" not in voter.get("/aide/identifiant").text


def test_the_seconds_left_do_not_depend_on_the_device(voter: Browser, rpc: FakeRpc) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=100)
    rpc.table["identity", "resume_session"]["expires_at"] = soon.isoformat()
    answer = voter.client.post(
        "/session/prolonger", data={"csrf_token": voter.csrf()}, headers={"Accept": "application/json"}
    )
    left = (soon - datetime.now(UTC)).total_seconds()
    assert answer.json is not None
    assert left - 1 < answer.json["seconds"] <= 100
    assert set(answer.json) == {"seconds", "until"}
    assert len(rpc.made("identity", "resume_session")) == 1


def test_staying_works_without_script(voter: Browser) -> None:
    assert voter.post("/session/prolonger").location == "/accueil"
    assert voter.get("/session/prolonger").status_code == 405
    assert voter.client.post("/session/prolonger").status_code == 400


def test_staying_too_late_is_said(voter: Browser, browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "resume_session"] = Refusal("session_expired")
    assert voter.post("/session/prolonger").location == "/session-expiree"
    page = voter.get("/session-expiree").text
    assert "Votre session a pris fin" in page
    assert 'href="/identification"' in page
    assert "Se déconnecter" not in page
    assert browser.post("/session/prolonger").location == "/session-expiree"


def test_the_browsers_number_outlives_the_session_and_nothing_else_does(voter: Browser) -> None:
    with voter.client.session_transaction() as session:
        session["browser"] = "number"
        session["identifier"] = "ada@ac-demo.fr"
    voter.post("/deconnexion")
    with voter.client.session_transaction() as session:
        assert session["browser"] == "number"
        assert {"voter", "identifier", "link", "sent"}.isdisjoint(session)


@pytest.mark.parametrize("error", [RpcTimeout("identity"), RpcUnavailable("identity")])
def test_a_log_out_that_failed_can_be_sent_again(browser: Browser, rpc: FakeRpc, error: Exception) -> None:
    """The first answer said that a service was away; the cookie it left is one that the portal knows again."""
    first = browser.get("/api/v1/session").json
    assert first is not None
    opened = browser.send_solved("login", "/api/v1/session", {"identifier": IDENTIFIER, "password": PASSWORD})
    assert opened.json is not None
    headers = {"X-CSRFToken": opened.json["csrf_token"]}
    closed = rpc.table["identity", "close_session"]
    rpc.table["identity", "close_session"] = error
    assert browser.client.delete("/api/v1/session", headers=headers).status_code == 503
    rpc.table["identity", "close_session"] = closed
    again = browser.client.delete("/api/v1/session", headers=headers)
    assert again.status_code == 204 or again.json["code"] == "csrf_refused"  # type: ignore[index]
    assert browser.send("/api/v1/session", method="DELETE").status_code == 204


def test_a_form_of_a_session_that_ended_elsewhere_is_not_blamed_on_cookies(browser: Browser) -> None:
    opened = browser.send_solved("login", "/api/v1/session", {"identifier": IDENTIFIER, "password": PASSWORD})
    assert opened.json is not None
    headers = {"X-CSRFToken": opened.json["csrf_token"]}
    assert browser.client.delete("/api/v1/session", headers=headers).status_code == 204
    refused = browser.client.delete("/api/v1/session", headers=headers)
    assert refused.json is not None
    assert refused.json["code"] == "csrf_refused"
