"""The booth in a real browser, with the real gateway over services that answer as told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, redirect, session
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from gateway.app import create_app
from gateway.settings import Settings
from services.ballot.belenios.election import Election, Question, make_election
from services.ballot.belenios.keys.credential import private_from_credential, public_credential
from services.ballot.belenios.keys.trustees import single_key
from services.reassort.codes import voting_code
from tests.booth.backend import CODE, EVENT, ITERATIONS, NEXT, ROOT, UUID, Backend
from tests.unit.gateway.conftest import as_new
from tests.unit.gateway.fake_rpc import FakeRpc

SETTINGS = Settings(secret_key="x" * 40)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def browser(chromium: Browser) -> Browser:
    """The run's browser, once there is a booth to show."""
    assert (ROOT / "gateway" / "static" / "build" / "booth.js").is_file(), "the booth is not built: make setup"
    return chromium


@pytest.fixture(scope="session")
def vote_of_two() -> tuple[Election, str, Election, str]:
    """Two elections of three lists and a blank vote, each with the credential that the voter's code makes for it."""
    lists = ("Liste Unie", "Ensemble <b>au</b> travail", "Liste C")
    _secret, key = single_key()
    raw = make_election(UUID, "CSA ministériel", "", key["public_key"], [Question("Quelle liste ?", lists, True, 1, 1)])
    following = make_election(
        NEXT, "CAP nationale", "", key["public_key"], [Question("Quelle liste ?", lists, True, 1, 1)]
    )
    credential = voting_code.credential_from_code(CODE, EVENT, ITERATIONS)
    own, other = (public_credential(private_from_credential(uuid, credential)) for uuid in (UUID, NEXT))
    return Election.parse(raw), own, Election.parse(following), other


@pytest.fixture
def backend(vote_of_two: tuple[Election, str, Election, str]) -> Backend:
    """An open election, another after it, and the voter's code."""
    election, own, following, other = vote_of_two
    return Backend(election, own, next_election=following, next_credential=other)


@pytest.fixture(scope="session")
def shared_app() -> Flask:
    """One application for all tests: describing the API and reading the pages' templates takes a while."""
    app = create_app(SETTINGS, FakeRpc())

    @app.get("/test-sign-in")
    def sign_in() -> Any:
        session["voter"] = "session"
        return redirect(f"/voter/{UUID}")

    return app


@pytest.fixture
def address(shared_app: Flask, backend: Backend, tmp_path: Path) -> Iterator[str]:
    """The gateway on a free port of this machine, over this test's services."""
    as_new(shared_app, backend, SETTINGS, tmp_path)
    shared_app.extensions["isoloir_limiter"].reset()
    server = make_server("127.0.0.1", 0, shared_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The booth, opened by a voter who has signed in; any error in the page fails the test."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 320, "height": 640})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
    page.goto(f"{address}/test-sign-in")
    yield page
    context.close()
    assert errors == []
