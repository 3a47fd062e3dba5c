"""The application over a fake bus, and browsers of it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import altcha
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from gateway.app import create_app
from gateway.clients import Services
from gateway.elections.archive_files import ArchiveFiles
from gateway.figures.kept import KeptFigures
from gateway.pages.status.watch import Watch
from gateway.settings import Settings
from gateway.waiting.room import Room
from tests.servers.served import served
from tests.unit.gateway.fake_rpc import AGENT_SESSION, CAPTCHA, CAPTCHA_TEXT, SESSION, FakeRpc

OPERATOR_TOKEN = "operator-token-that-must-not-leak"
VALUES: dict[str, Any] = {
    "secret_key": "0123456789abcdef0123456789abcdef",
    "operator_token": OPERATOR_TOKEN,
    "demonstration": True,
    "challenge_max_number": 20,
    # Tests ask more of one address than a school does; those of the limits turn them on.
    "ratelimit_enabled": False,
}
CSRF = re.compile(r'name="csrf-token" content="([^"]+)"')


class Browser:
    """A client that fills the anti-forgery token in as a browser would."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> TestResponse:
        """GET, read to the end, as a server would have it sent."""
        return self.client.get(path, **{"buffered": True, **more})

    def csrf(self) -> str:
        """The token of a page of this session."""
        found = CSRF.search(self.client.get("/au-revoir").text)
        assert found
        return found[1]

    def post(self, path: str, data: dict[str, str] | None = None) -> TestResponse:
        """A form; one that is refused leads back to its page, which is what is answered here."""
        answer = self.client.post(path, data={"csrf_token": self.csrf(), **(data or {})})
        sent_back = answer.status_code == 303 and "?essai=" in answer.location
        return self.client.get(answer.location) if sent_back else answer

    def send(self, path: str, json: Any = None, method: str = "POST", **more: Any) -> TestResponse:
        """A call of the API."""
        headers = {"X-CSRFToken": self.csrf(), **more.pop("headers", {})}
        return self.client.open(path, method=method, json=json, headers=headers, **more)

    def identify(self, identifier: str, **more: str) -> TestResponse:
        """Give an identifier with the code of the image."""
        self.client.get("/identification")
        return self.post(
            "/identification", {"identifier": identifier, "captcha_id": CAPTCHA, "captcha": CAPTCHA_TEXT, **more}
        )

    def choose_password(self, password: str, **more: str) -> TestResponse:
        """Choose a password with the code of the image."""
        self.client.get("/activation")
        fields = {"password": password, "confirmation": password, "captcha_id": CAPTCHA, "captcha": CAPTCHA_TEXT}
        return self.post("/activation", {**fields, **more})

    def solved(self, form: str) -> str:
        """A challenge of the API, solved as scripted clients do."""
        challenge = altcha.Challenge.from_dict(self.client.get(f"/api/v1/challenge?form={form}").json)
        solution = altcha.solve_challenge(challenge)
        assert solution
        return altcha.Payload(challenge, solution).to_base64()

    def send_solved(self, form: str, path: str, json: dict[str, Any]) -> TestResponse:
        """A call of the API with a solved challenge."""
        return self.send(path, {**json, "challenge": self.solved(form)})

    def as_agent(self) -> "Browser":
        """Hold an agent's session without going through the pages."""
        self.client.set_cookie("isoloir_agent", AGENT_SESSION)
        return self

    def sign_in(self) -> "Browser":
        """Hold a session without going through the pages."""
        with self.client.session_transaction() as session:
            session["voter"] = SESSION
        return self


def as_new(app: Flask, rpc: Any, settings: Settings, archives: Path) -> None:
    """Have an application forget the test before, and serve over this bus."""
    app.extensions["isoloir"] = Services.over(rpc)
    app.extensions["isoloir_settings"] = settings
    app.extensions["isoloir_archives"] = ArchiveFiles(archives)
    app.extensions["isoloir_figures"] = KeptFigures()
    app.extensions["isoloir_status"] = Watch(app)
    # A door that one test has closed would keep the next one's visitors outside.
    app.extensions["isoloir_waiting_room"] = Room.of(settings)


@pytest.fixture
def rpc() -> FakeRpc:
    """The bus."""
    return FakeRpc()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """The pages' templates, compiled once for all applications."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def make_app(rpc: FakeRpc, tmp_path: Path, templates: FileSystemBytecodeCache) -> Callable[..., Flask]:
    """Make an application with other settings."""

    def make(**changes: Any) -> Flask:
        app = create_app(
            Settings(**{**VALUES, "demo_dir": str(tmp_path), "archive_dir": tmp_path / "archives", **changes}), rpc
        )
        app.jinja_env.bytecode_cache = templates
        return app

    return make


@pytest.fixture(scope="session")
def shared_app() -> Flask:
    """One application for all tests that need no setting of their own: describing the API takes a while."""
    return create_app(Settings(**VALUES, demo_dir="/nonexistent"), FakeRpc())


@pytest.fixture
def app(shared_app: Flask, rpc: FakeRpc, tmp_path: Path) -> Flask:
    """The application, demonstration page included, over this test's bus and folder."""
    as_new(shared_app, rpc, Settings(**VALUES, demo_dir=str(tmp_path)), tmp_path / "archives")
    return shared_app


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser that nobody has signed in with."""
    return Browser(app.test_client())


@pytest.fixture
def voter(app: Flask) -> Browser:
    """A browser of a voter who is signed in."""
    return Browser(app.test_client()).sign_in()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The gateway's address."""
    with served(app) as address:
        yield address
