"""The operator's client: what the contracts refuse is said before anything travels."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.operator import client as operator_client
from deploy.operator.client import WATCHING_SECONDS, OperatorClient, OperatorRefusal
from deploy.operator.contract_check import METHODS, check
from gateway.api.operators.commands import COMMANDS
from tests.unit.gateway.conftest import OPERATOR_TOKEN
from tests.unit.gateway.fake_rpc import ONLINE, FakeRpc


@pytest.fixture
def client() -> Iterator[OperatorClient]:
    """A client of a portal that is not there: whatever is sent is « unreachable »."""
    client = OperatorClient("http://127.0.0.1:9", OPERATOR_TOKEN, check)
    yield client
    client.close()


@pytest.mark.parametrize(
    ("ask", "field", "code"),
    [
        (lambda client: client.close_election(ONLINE, "x" * 1001), "reason", "too_long"),
        (lambda client: client.close_election(ONLINE, " "), "reason", "blank"),
        (lambda client: client.seal_election("not Base58: l", []), "election", "wrong_form"),
        (lambda client: client.submit_partial_decryption(ONLINE, 0, "{}"), "owner", "too_small"),
        (lambda client: client.code_counts("u" * 64), "voting_event", "wrong_form"),
        (lambda client: client.list_failures(limit=5000), "limit", "too_large"),
        (lambda client: client.answer_claim(0, "accepted", "Oui."), "claim", "too_small"),
        (lambda client: client.answer_assistance(0, "Oui."), "request", "too_small"),
        (lambda client: client.open_campaign("u" * 64, "ouverture"), "voting_event", "wrong_form"),
        (lambda client: client.create_election({"uuid": ONLINE, "colour": "red"}), "colour", "unknown_field"),
    ],
)
def test_a_mistake_is_said_in_french_before_anything_travels(
    ask: Callable[[OperatorClient], Any], field: str, code: str, client: OperatorClient
) -> None:
    with pytest.raises(OperatorRefusal) as refused:
        ask(client)
    assert refused.value.code == "invalid_request"
    problem = refused.value.details["fields"][field]
    assert problem["code"] == code
    assert problem["message"].endswith((".", "\u202f!"))


def test_the_portal_says_the_same(address: str, client: OperatorClient, rpc: FakeRpc) -> None:
    with pytest.raises(OperatorRefusal) as here:
        client.close_election(ONLINE, "")
    portal = OperatorClient(address, OPERATOR_TOKEN)
    with pytest.raises(OperatorRefusal) as there:
        portal.close_election(ONLINE, "")
    portal.close()
    assert (here.value.code, here.value.message, here.value.details) == (
        there.value.code,
        there.value.message,
        there.value.details,
    )
    assert rpc.calls == []


def test_what_the_contracts_have_is_asked_as_they_have_it() -> None:
    for command in COMMANDS:
        assert METHODS[command.method.name] is command.method


def test_a_download_that_breaks_off_goes_on_where_it_stopped() -> None:
    """Over real connections: one is cut in the middle, one finds the copy in preparation, one brings the rest."""
    asked: list[str | None] = []
    content = bytes(range(256)) * 1000

    class Urn(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["Range"])
            if len(asked) == 1:
                self.answer(200, len(content), content[:100_000])
            elif len(asked) == 2:
                body = b'{"code":"archive_in_preparation","message":"","details":{"seconds":0.01},"correlation_id":""}'
                self.answer(503, len(body), body)
            else:
                rest = content[int(self.headers["Range"].removeprefix("bytes=").removesuffix("-")) :]
                self.answer(206, len(rest), rest)
            self.close_connection = True

        def answer(self, status: int, length: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Urn)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = OperatorClient(f"http://127.0.0.1:{server.server_port}", OPERATOR_TOKEN)
    try:
        assert b"".join(client.archive(ONLINE)) == content
    finally:
        client.close()
        server.shutdown()
        server.server_close()
    assert asked[0] is None
    assert asked[1] == asked[2] != "bytes=0-"


def answers_in_turn(client: OperatorClient, monkeypatch: pytest.MonkeyPatch, looks: list[Any]) -> list[float]:
    """Have the job answer so, look by look, on a clock of its own. Out: the seconds slept, as they come."""
    slept: list[float] = []
    monkeypatch.setattr(operator_client, "time", SimpleNamespace(sleep=slept.append, monotonic=lambda: sum(slept)))

    def command(name: str, _payload: dict[str, Any]) -> dict[str, Any]:
        if name != "job":
            return {"job": "j"}
        look = looks.pop(0) if len(looks) > 1 else looks[0]
        if isinstance(look, OperatorRefusal):
            raise look
        return look

    monkeypatch.setattr(client, "command", command)
    return slept


def test_a_job_is_watched_through_minutes_without_the_portal(
    client: OperatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = OperatorRefusal("service_unavailable", "")
    running, done = {"state": "running"}, {"state": "done", "result": {"rows": 1}}
    answers_in_turn(
        client, monkeypatch, [running, *[away] * 20, running, *[OperatorRefusal("unreachable", "")] * 9, done]
    )
    seen: list[str] = []
    assert client.commit_roll("e", "i", 1, lambda job: seen.append(job["state"])) == {"rows": 1}
    assert seen == ["running", "running", "done"]


@pytest.mark.parametrize(("code", "patience"), [("service_unavailable", WATCHING_SECONDS), ("job_unknown", 0.0)])
def test_what_waiting_does_not_mend_is_told(
    client: OperatorClient, monkeypatch: pytest.MonkeyPatch, code: str, patience: float
) -> None:
    slept = answers_in_turn(client, monkeypatch, [{"state": "running"}, OperatorRefusal(code, "")])
    with pytest.raises(OperatorRefusal, match=code):
        client.commit_roll("e", "i", 1)
    assert patience <= sum(slept) <= patience + 3
