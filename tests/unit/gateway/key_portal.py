"""A portal with a key ceremony: the real gateway, the ballot box with its database, identity by table; what it was sent."""

import base64
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from deploy.holder.keys.key_file import KeyFile
from gateway.clients import Services
from services.ballot.belenios.group import ED25519
from services.ballot.belenios.keys.pki import encryption_key, signing_key
from services.ballot.elections import closing
from services.ballot.service import BallotService
from services.ballot.tally import tallying
from services.runtime.hosting.in_process_bus import LocalBus
from services.runtime.refusals import Refusal
from tests.servers.databases import MigratedDatabases
from tests.servers.served import served
from tests.unit.ballot.urn import AFTER, KEYS, RECEIPT_SEED, Urn
from tests.unit.gateway.fake_rpc import FakeRpc, agent_session, event

EVENT = "a9a9a9a9-0000-4000-8000-000000000000"


def agent(position: int) -> str:
    """The account of a member of the board."""
    return f"{position:08d}-0000-4000-8000-000000000000"


class Portal(FakeRpc):
    """Identity by table, the ballot box in earnest; « iso_<name> » is a token, « session-of-<name> » a session."""

    def __init__(self, bus: LocalBus, members: Mapping[str, str]) -> None:
        super().__init__()
        self.bus = bus
        self.members = members
        self.elections: list[str] = []
        self.wire: list[bytes] = []
        self.table["identity", "authorize_token"] = lambda payload: {"agent": self.whose(payload["token"], "iso_")}
        self.table["identity", "agent_session"] = self.session_of
        self.table["identity", "list_board"] = {"agents": [self.account(name) for name in members]}
        self.table["identity", "voting_event"] = lambda _payload: (
            event()
            | {
                "voting_event": EVENT,
                "elections": [
                    {"uuid": uuid, "code": f"S{number}", "name": "Comité", "mode": "online", "notice": ""}
                    for number, uuid in enumerate(self.elections, 1)
                ],
            }
        )

    def agent(self, name: str) -> str:
        """The account of a member by the first name."""
        return agent(list(self.members).index(name))

    def account(self, name: str) -> dict[str, Any]:
        """A member as identity lists it."""
        return {
            "agent": self.agent(name),
            "email": f"{name}@x.example",
            "name": name.capitalize(),
            "role": self.members[name],
            "elections": [],
            "state": "active",
            "last_log_in": None,
        }

    def whose(self, token: str, prefix: str) -> str:
        """The account of a token or a session."""
        name = token.removeprefix(prefix)
        if name not in self.members:
            raise Refusal("token_refused" if prefix == "iso_" else "agent_session_expired")
        return self.agent(name)

    def session_of(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Who is signed in."""
        self.whose(payload["session"], "session-of-")
        name = payload["session"].removeprefix("session-of-")
        return agent_session(self.members[name]) | {"agent": self.account(name)}

    def call(self, service: str, method: str, payload: Any, **options: Any) -> Any:
        """As RpcClient.call."""
        self.wire.append(f"{service} {method} {json.dumps(payload, ensure_ascii=False)}".encode())
        if service != "ballot":
            return super().call(service, method, payload, **options)
        return self.bus.caller.call(service, method, payload, **options)

    def sealed_urn(self, choices: list[int | None]) -> Urn:
        """An election of the event, sealed for the keys that were made, with these ballots, closed and added up."""
        database = self.bus.resources["ballot"].database
        urn = Urn(database, "")
        urn.create()
        names = [f"voter {number}" for number in range(len(choices))]
        urn.receive(urn.entries(*names))
        urn.commit()
        urn.seal()
        for name, choice in zip(names, choices, strict=True):
            urn.vote(name, choice)
        with database.transaction() as session:
            closing.close(session, urn.uuid, "closes_at", AFTER)
        tallying.add_up(database, urn.uuid)
        self.elections.append(urn.uuid)
        return urn


@contextmanager
def portal_of(
    members: Mapping[str, str], folder: Path, factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Portal]:
    """A portal on an empty database, `ballot.sqlite` in the folder, until the block ends."""
    databases = MigratedDatabases("ballot", factory.mktemp("ballot"), lambda: 0)
    databases.migrated_file(folder)
    monkeypatch.setenv("ISOLOIR_BALLOT_DATABASE_URL", f"sqlite:///{folder}/ballot.sqlite")
    monkeypatch.setenv("ISOLOIR_BALLOT_PERMIT_PUBLIC_KEY", KEYS.permit_public)
    monkeypatch.setenv("ISOLOIR_BALLOT_RECEIPT_PRIVATE_KEY", RECEIPT_SEED)
    bus = LocalBus([BallotService])
    yield Portal(bus, members)
    bus.stop()


@contextmanager
def recorded(app: Flask, portal: Portal) -> Iterator[str]:
    """The gateway over that portal, which notes all that arrives: addresses, headers and bodies. Out: its address."""
    app.extensions["isoloir"] = Services.over(portal)

    def noting(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        headers = {name: value for name, value in environ.items() if isinstance(value, str)}
        portal.wire.append(json.dumps(headers).encode() + body)
        return app(environ, start)

    with served(noting) as address:
        yield address


def assert_never_sent(everything: bytes, file: Path, code: str) -> None:
    """Neither what the file holds nor its code is in what was sent or kept, in any spelling that we can think of."""
    _file, keys = KeyFile.opened(file, code)
    for key in keys.keys:
        for secret in (int(str(key.share)), signing_key(ED25519, key.seed), encryption_key(ED25519, key.seed)):
            for order in ("little", "big"):
                raw = secret.to_bytes(32, order)  # type: ignore[arg-type]
                assert raw not in everything
                assert raw.hex().encode() not in everything
                assert base64.b64encode(raw)[:-1] not in everything
            assert str(secret).encode() not in everything
        assert key.seed.encode() not in everything
    assert code.encode() not in everything
