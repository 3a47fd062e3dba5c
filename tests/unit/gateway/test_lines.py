"""Votes, log-ins, pages of sessions and strangers do not wait in the same line, and a full line says so at once."""

import threading

import pytest
from pydantic import ValidationError

from gateway.edge.lines import OWN_LINE, Line, line_of
from gateway.settings import SPARE_THREADS, Settings
from tests.unit.gateway.conftest import VALUES, Browser


class Held:
    """An answer that is given once `go` is set; `reached` tells how many wait for it."""

    def __init__(self, answer):
        self.answer, self.go, self.reached = answer, threading.Event(), threading.Semaphore(0)

    def __call__(self, _payload):
        self.reached.release()
        assert self.go.wait(60)
        return self.answer


def with_identifier(app):
    """A browser that has given its identifier and is asked for the password."""
    browser = Browser(app.test_client())
    with browser.client.session_transaction() as session:
        session["identifier"] = "ada@example.org"
    return browser


@pytest.fixture
def crowded(make_app, rpc):
    """A portal with one place in each line, and somebody who waits in that of log-ins."""
    app = make_app(line_vote=1, line_log_in=1, line_session=1, line_public=1, line_operator=1)
    held = rpc.table["identity", "log_in"] = Held(rpc.table["identity", "log_in"])
    first = with_identifier(app)
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(first.post("/mot-de-passe", {"password": "x"}).location))
    waiting.start()
    assert held.reached.acquire(timeout=60)
    yield app
    held.go.set()
    waiting.join(60)
    assert answers == ["/accueil"]


def test_a_full_line_is_answered_at_once_with_when_to_come_back(crowded, rpc):
    asked = len(rpc.made("identity", "log_in"))
    refused = Browser(crowded.test_client()).send("/api/v1/session", {"identifier": "b", "password": "x"})
    assert (refused.status_code, refused.headers["Retry-After"], refused.json["code"]) == (503, "10", "busy")
    page = with_identifier(crowded).post("/mot-de-passe", {"password": "x"})
    assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
    assert "attendez 10\N{NO-BREAK SPACE}secondes puis recommencez" in page.text
    assert len(rpc.made("identity", "log_in")) == asked


def test_the_other_lines_go_on(crowded):
    voter = Browser(crowded.test_client()).sign_in()
    assert voter.get("/accueil").status_code == 200
    assert voter.get("/api/v1/elections").status_code == 200
    assert Browser(crowded.test_client()).get("/identification").status_code == 200
    assert Browser(crowded.test_client()).get("/healthz").json == {"status": "ok"}
    assert Browser(crowded.test_client()).get("/readyz").status_code == 200


def test_a_place_is_given_back_whatever_the_answer(make_app, rpc):
    app = make_app(line_public=1, line_session=1)
    rpc.table["ballot", "describe_election"] = RuntimeError("a mistake of ours")
    stranger = Browser(app.test_client())
    for _ in range(3):
        assert stranger.get("/urne/AAAAAAAAAAAAAA").status_code == 500
        assert stranger.get("/identification").status_code == 200


def test_every_endpoint_has_a_line_and_none_is_named_that_is_gone(app):
    assert set(OWN_LINE) <= set(app.view_functions)
    operators = {name for name in app.view_functions if name.startswith("operator.")}
    assert operators
    assert {line_of(name, "operator", signed_in=lambda: False) for name in operators} == {Line.OPERATOR}


def test_a_process_has_a_thread_for_each_place_and_some_over():
    settings = Settings(**VALUES)
    assert set(settings.places()) == set(Line)
    assert settings.threads == sum(settings.places().values()) + SPARE_THREADS


def test_several_processes_share_what_limits_or_do_not_start():
    assert Settings(**VALUES).processes == 1
    assert Settings(**VALUES, ratelimit_storage="redis://limits:6379/0").processes == 2
    with pytest.raises(ValidationError, match="RATELIMIT_STORAGE"):
        Settings(**VALUES, workers=2)
