"""The whole portal in this process: real services on SQLite and the in-process bus, real pages over HTTP, invented voters.

For looking at pages, not for an election: whoever holds this object can sign any voter in and change any clock.
"""

import atexit
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import BrowserContext, Page
from werkzeug.serving import BaseWSGIServer, make_server

from deploy.cli.serve import PATHS
from deploy.local.demonstration import scenario
from deploy.local.demonstration.loading import load, prepare_event
from deploy.local.launcher.environment import Addresses, environments
from deploy.local.launcher.ports import LOOPBACK, free_port
from deploy.local.printer import set_up
from deploy.local.sink.run import Sink
from deploy.local.sink.settings import SinkSettings
from deploy.production.hosting.loading import load_class
from deploy.production.keys import keep
from deploy.rehearsal.mailbox import Mailboxes
from gateway.app import create_app
from gateway.settings import Settings as GatewaySettings
from services.runtime.hosting.in_process_bus import LocalBus
from services.runtime.refusals import Refusal
from services.runtime.storage.database import Database
from tests.servers.databases import MigratedDatabases

PASSWORD = "Mot de passe inventé 1!"
QUESTION, ANSWER = "first_pet", "Bleu ciel"
QUICK = {
    "ISOLOIR_IDENTITY_BCRYPT_COST": "4",
    "ISOLOIR_REASSORT_PBKDF2_ITERATIONS": "1000",
    "ISOLOIR_GATEWAY_CHALLENGE_MAX_NUMBER": "200",
    "ISOLOIR_GATEWAY_RATELIMIT_ENABLED": "false",
    "ISOLOIR_LOG_LEVEL": "ERROR",
}
"""Work that guessing must cost and that looking at pages need not."""


class Recorder:
    """A bus that remembers which commands went over it."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.calls: list[tuple[str, str]] = []
        """(service, method) of each call of the gateway."""

    def call(self, service: str, method: str, payload: dict[str, Any], **options: Any) -> dict[str, Any]:
        """As RpcClient.call."""
        self.calls.append((service, method))
        answer: dict[str, Any] = self.inner.call(service, method, payload, **options)
        return answer

    def close(self) -> None:
        """Nothing is held."""


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """These ISOLOIR_ variables and no others, for as long as settings are read."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("ISOLOIR_") or name == "AMQP_URI"]:
        del os.environ[name]
    os.environ.update({name: value for name, value in values.items() if name.startswith("ISOLOIR_")})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class Portal:
    """In: an empty folder, the profile of the voting event ("2022" or "2018"), settings as environment variables.

    ``changes`` replaces parts of the voting event's definition before it is opened (dates, availability).
    Without ``notices`` nobody waits for the printer, and no voter has a code to vote with.
    """

    def __init__(
        self,
        state_dir: Path,
        profile: str = "2022",
        settings: Mapping[str, str] | None = None,
        changes: Mapping[str, Any] | None = None,
        *,
        notices: bool = True,
    ) -> None:
        self.state_dir = state_dir
        self.demo_dir = state_dir / "sent"
        self.mailboxes = Mailboxes(self.demo_dir / "mail")
        """What was sent to the voters; each message is read once."""
        self.codes: dict[str, str] = {}
        """Identifier → voting code, of the notices that a story has read."""
        self.presentation_file = state_dir / "voting_event.json"
        self.profile = profile
        self._settings = dict(settings or {})
        self._changes = dict(changes or {})
        self._notices = notices
        self._server: BaseWSGIServer | None = None
        self._sink: Sink | None = None
        self._bus: LocalBus | None = None
        self._tokens: dict[str, str] = {}
        self._strangers = 0
        self._kept_link = self._prepared_link = ""
        self.app: Flask
        self.rpc: Recorder
        self.event: dict[str, Any]
        self.base_url = ""
        self.operator_token = ""

    def __enter__(self) -> "Portal":
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop what was started."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        if self._bus is not None:
            self._bus.stop()
        if self._sink is not None:
            self._sink.stop()
        self._server = self._bus = self._sink = None

    @property
    def election(self) -> str:
        """Uuid of the first election held on the portal."""
        return str(next(entry["uuid"] for entry in self.event["elections"] if entry["mode"] == "online"))

    def database(self, service: str) -> Database:
        """The database of a service, for what no page can do: making time pass, reading what a picture shows."""
        assert self._bus is not None
        return self._bus.resources[service].database

    def call(self, service: str, method: str, **payload: Any) -> dict[str, Any]:
        """Ask a service, past the gateway."""
        answer: dict[str, Any] = self.rpc.inner.call(service, method, payload)
        return answer

    def link(self, identifier: str, method: str = "request_access") -> str:
        """The address in a new message to a voter."""
        mailboxes = self.mailboxes
        earlier = len(mailboxes.links(identifier))
        self.call("identity", method, identifier=identifier)
        return mailboxes.wait_for_link(identifier, earlier=earlier)

    def activate(self, token: str) -> str:
        """Use a link up. Out: the new session."""
        chosen = {"token": token, "password": PASSWORD}
        if self.profile == "2022":
            chosen |= {"question": QUESTION, "answer": ANSWER}
        return str(self.call("identity", "activate", **chosen)["session"])

    def unused_link(self) -> str:
        """The token of a link to a first connection, of a voter whom nothing else has been asked of."""
        self._strangers += 1
        return self.link(identifiers()[-self._strangers]).rsplit("/", 1)[-1]

    def kept_link(self) -> str:
        """The same, for pages that do not use it up: always one token."""
        if not self._kept_link:
            self._kept_link = self.unused_link()
        return self._kept_link

    def prepared_link(self) -> str:
        """The same, with a password chosen: what leads to the challenge question."""
        if not self._prepared_link:
            self._prepared_link = self.unused_link()
            self.call("identity", "prepare_activation", token=self._prepared_link, password=PASSWORD)
        return self._prepared_link

    def code_of(self, page: Page) -> str:
        """What the picture of a page's CAPTCHA says. In: a page that shows one."""
        number = page.locator("input[name=captcha_id]").first.input_value()
        cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies(self.base_url)}
        held = self._serializer().loads(cookies["isoloir"])
        return str(self.call("identity", "captcha_text", captcha=number, binding=held["browser"])["text"])

    def session(self, identifier: str) -> str:
        """A session of identity for a voter, whose account is activated at the first call."""
        if identifier not in self._tokens:
            self._tokens[identifier] = self.activate(self.link(identifier).rsplit("/", 1)[-1])
        try:
            self.call("identity", "resume_session", session=self._tokens[identifier])
        except Refusal:  # somebody signed out
            answer = self.call("identity", "log_in", identifier=identifier, password=PASSWORD)
            self._tokens[identifier] = str(answer["session"])
        return self._tokens[identifier]

    def cookie(self, **held: Any) -> str:
        """A signed cookie of the portal that holds these values."""
        return str(self._serializer().dumps(held))

    def _serializer(self) -> Any:
        return self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]

    def sign_in(self, context: BrowserContext, identifier: str, /, **more: Any) -> None:
        """Give a browser the cookie of a voter who is signed in."""
        self.give(context, voter=self.session(identifier), **more)

    def give(self, context: BrowserContext, **held: Any) -> None:
        """Give a browser a cookie of the portal."""
        context.add_cookies([{"name": "isoloir", "value": self.cookie(**held), "url": self.base_url}])

    def _start(self) -> None:
        self.state_dir.mkdir(parents=True, exist_ok=True)
        keys = keep(self.state_dir)
        self.operator_token = keys.operator_token
        port, smtp, sms = free_port(), free_port(), free_port()
        self.base_url = f"http://{LOOPBACK}:{port}"
        urls = {service: f"sqlite:///{self.state_dir / service}.sqlite" for service in PATHS}
        addresses = Addresses(port, smtp, sms, lambda _process: "", urls, urls, self.demo_dir, self.presentation_file)
        set_up(self.demo_dir, keys, self.base_url, self.presentation_file)
        values = environments(keys, addresses, {**QUICK, **self._settings})["all"]
        self._prepare_event()
        self._sink = Sink(
            SinkSettings(
                directory=self.demo_dir,
                smtp_bind=f"{LOOPBACK}:{smtp}",
                http_bind=f"{LOOPBACK}:{sms}",
                account_sid=keys.twilio_account_sid,
                auth_token=keys.twilio_auth_token,
            )
        )
        self._sink.start()
        with environment(values):
            for service in PATHS:
                migrated(service).migrated_file(self.state_dir)
            self._bus = LocalBus([load_class(path) for path in PATHS.values()])
            self._bus.start()
            self.rpc = Recorder(self._bus.caller)
            self.app = create_app(GatewaySettings(), self.rpc)
        self._server = make_server(LOOPBACK, port, self.app, threaded=True)
        threading.Thread(target=self._server.serve_forever, name="tour", daemon=True).start()
        load(self, self.event, lambda _line: None, notices=self._notices)  # type: ignore[arg-type]

    def _prepare_event(self) -> None:
        import json

        self.event = prepare_event(self.state_dir, self.presentation_file)
        self.event.update({"profile": self.profile, **self._changes})
        self.presentation_file.write_text(json.dumps(self.event, ensure_ascii=False), encoding="utf-8")


@cache
def migrated(service: str) -> MigratedDatabases:
    """Databases of a service, migrated once for all portals of this process."""
    folder = tempfile.TemporaryDirectory(prefix="isoloir-portal-")
    atexit.register(folder.cleanup)
    return MigratedDatabases(service, Path(folder.name) / service, lambda: 0)


def identifiers() -> list[str]:
    """The invented voters' addresses."""
    return [voter["identifiant"] for voter in scenario.voters()]
