"""Until when a session lasts, staying, and its end."""

from datetime import UTC, datetime, timedelta

from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import FakeRpc


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
