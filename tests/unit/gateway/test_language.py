"""Which language an answer is in, and how a reader changes it."""

import pytest
from flask import Flask
from flask_babel import ngettext
from werkzeug.test import TestResponse

from gateway.edge.language import way_back
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import ONLINE, FakeRpc, described

FRENCH_PAGE = "Accès au portail Élections"
ENGLISH_PAGE = "Access to the Elections portal"


def to(browser: Browser, language: str, back: str = "/identification") -> TestResponse:
    return browser.post("/langue", {"language": language, "back": back})


@pytest.mark.parametrize(
    ("header", "words", "language"),
    [
        (None, FRENCH_PAGE, "fr"),
        ("de, ja", FRENCH_PAGE, "fr"),
        ("en-US,en;q=0.9,fr;q=0.8", ENGLISH_PAGE, "en"),
        ("fr-CA,fr;q=0.9,en;q=0.8", FRENCH_PAGE, "fr"),
        ("de,en;q=0.5", ENGLISH_PAGE, "en"),
        ("\x7f;;;q=zero,,", FRENCH_PAGE, "fr"),
    ],
)
def test_before_any_choice_the_browser_decides(browser: Browser, header: str | None, words: str, language: str) -> None:
    page = browser.get("/identification", headers={"Accept-Language": header} if header else {})
    assert words in page.text
    assert f'<html lang="{language}">' in page.text
    assert page.headers["Content-Language"] == language
    assert "Accept-Language" in page.headers["Vary"]


def test_the_readers_choice_comes_before_the_browsers(browser: Browser) -> None:
    answer = to(browser, "en")
    assert (answer.status_code, answer.location) == (303, "/identification")
    page = browser.get("/identification", headers={"Accept-Language": "fr"}).text
    assert ENGLISH_PAGE in page
    assert 'lang="fr">Français</button>' in page
    to(browser, "fr")
    assert FRENCH_PAGE in browser.get("/identification", headers={"Accept-Language": "en"}).text


def test_the_choice_outlives_sessions(voter: Browser) -> None:
    to(voter, "en", "/accueil")
    assert "Welcome to your Elections portal" in voter.get("/accueil").text
    voter.post("/deconnexion")
    assert "You are signed out" in voter.get("/au-revoir").text


def test_a_choice_needs_the_token_and_a_known_language(browser: Browser) -> None:
    assert browser.client.post("/langue", data={"language": "en"}).status_code == 400
    assert FRENCH_PAGE in browser.get("/identification").text
    assert to(browser, "xx").status_code == 303
    assert FRENCH_PAGE in browser.get("/identification").text


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [
        ("/identification", "/identification"),
        (f"/urne/{ONLINE}?apres=5", f"/urne/{ONLINE}?apres=5"),
        ("", "/"),
        ("https://ailleurs.example/", "/"),
        ("//ailleurs.example/", "/"),
        ("/\\ailleurs.example/", "/"),
        ("/%2F/ailleurs.example", "/"),
        ("/identification\r\nX: y", "/"),
        ("javascript:alert(1)", "/"),
        ("/deconnexion", "/"),
        ("/nulle-part", "/"),
        ("/api/v1/session", "/"),
        ("http://[", "/"),
        ("/" + "a" * 5000, "/"),
    ],
)
def test_the_way_back_never_leaves_the_portal(app: Flask, back: str, leads_to: str) -> None:
    with app.test_request_context("/langue", method="POST"):
        assert way_back(back) == leads_to


def test_the_api_answers_in_the_callers_language(browser: Browser) -> None:
    refused = browser.get("/api/v1/elections", headers={"Accept-Language": "en"})
    assert refused.json["code"] == "session_expired"
    assert refused.json["message"] == "Your session has ended. Sign in again to go on."
    assert browser.get("/api/v1/elections").json["message"].startswith("Votre session a pris fin.")


def test_numbers_and_dates_follow_the_language(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "describe_election"] = described(state="published", result='{"result":[[1,3000,1000]]}')
    page = browser.get(f"/urne/{ONLINE}").text
    assert "75,00\u00a0%" in page
    assert "3\u202f000" in page
    assert "jeudi 3 décembre 2026 à 08h00" in page
    page = browser.get(f"/urne/{ONLINE}", headers={"Accept-Language": "en"}).text
    assert "75.00%" in page
    assert "3,000" in page
    assert "Thursday 3 December 2026 at 08:00" in page


def test_services_are_told_the_language_that_messages_are_to_be_in(browser: Browser, rpc: FakeRpc) -> None:
    to(browser, "en")
    browser.identify("anne@ac-amiens.fr")
    assert rpc.made("identity", "request_access")[-1].payload["language"] == "en"


def test_a_voter_s_pages_tell_their_language(voter: Browser, rpc: FakeRpc) -> None:
    to(voter, "en", "/accueil")
    voter.get("/accueil")
    assert rpc.made("identity", "resume_session")[-1].payload["language"] == "en"


@pytest.mark.parametrize(("language", "said"), [("fr", "0 scrutin sur 2"), ("en", "0 elections out of 2")])
def test_none_is_singular_in_french_alone(app: Flask, language: str, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        words = ngettext(
            "Vous avez voté dans %(done)s scrutin sur %(all)s.",
            "Vous avez voté dans %(done)s scrutins sur %(all)s.",
            0,
            done=0,
            all=2,
        )
    assert said in words
