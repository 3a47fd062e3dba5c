"""The operator's routes: who may call them, and what reaches the services."""

from collections.abc import Callable

import pytest
from flask import Flask

from gateway.api.operators.commands import COMMANDS
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import OPERATOR_TOKEN, Browser
from tests.unit.gateway.fake_rpc import EVENT_UUID, ONLINE, FakeRpc
from tests.unit.gateway.jobs import job

RIGHT = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
NAMES = {
    "open-voting-event",
    "stage-roll",
    "start-compare-roll",
    "list-differences",
    "drop-roll",
    "start-commit-roll",
    "start-seal-roll",
    "start-generate-codes",
    "code-counts",
    "create-election",
    "sealing-checks",
    "set-trustees",
    "start-seal-election",
    "start-check-integrity",
    "integrity",
    "start-check-roll-integrity",
    "roll-integrity",
    "describe-election",
    "close-election",
    "start-mock",
    "mock-minutes",
    "start-tally",
    "encrypted-tally",
    "submit-partial-decryption",
    "publish-result",
    "tally-keys",
    "list-board",
    "attendance",
    "record-earlier-turnout",
    "message-counts",
    "list-deliveries",
    "list-failures",
    "list-shared-phones",
    "record-notice",
    "list-notices",
    "open-campaign",
    "list-campaigns",
    "start-campaign",
    "send-campaign-page",
    "campaign-progress",
    "list-claims-queue",
    "answer-claim",
    "list-assistance",
    "answer-assistance",
}


def test_every_command_of_the_contract_has_a_route() -> None:
    assert {command.name for command in COMMANDS} == NAMES


JOB = job("running", step="codes", done=1, total=2)


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {OPERATOR_TOKEN}", f"Bearer {OPERATOR_TOKEN}x", "Bearer é"],
)
def test_wrong_tokens_are_refused_alike(header: str, browser: Browser, rpc: FakeRpc) -> None:
    answer = browser.client.post("/api/v1/operator/message-counts", json={}, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json is not None
    assert answer.json["code"] == "operator_refused"
    assert rpc.calls == []


def test_a_voters_session_opens_no_operator_route(voter: Browser, rpc: FakeRpc) -> None:
    assert voter.send("/api/v1/operator/start-seal-roll", {"voting_event": EVENT_UUID}).status_code == 401
    assert rpc.calls == []


def test_without_a_shared_token_an_empty_one_is_none(make_app: Callable[..., Flask]) -> None:
    client = make_app(operator_token="", demonstration=False).test_client()
    for header in ("Bearer ", "Bearer x"):
        answer = client.post("/api/v1/operator/health", json={}, headers={"Authorization": header})
        assert answer.status_code == 401


def test_payload_goes_through_and_answer_comes_back(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "start_seal_election"] = {"job": "j"}
    body = {"election": ONLINE, "present": ["Présidente Brise"]}
    answer = browser.client.post("/api/v1/operator/start-seal-election", json=body, headers=RIGHT)
    assert (answer.status_code, answer.json) == (200, {"job": "j"})
    call = rpc.made("ballot", "start_seal_election")[0]
    assert call.payload == body
    assert call.idempotency_key


def test_questions_carry_no_key(browser: Browser, rpc: FakeRpc) -> None:
    browser.client.post("/api/v1/operator/describe-election", json={"election": ONLINE}, headers=RIGHT)
    assert rpc.made("ballot", "describe_election")[0].idempotency_key is None


def test_commands_are_tried_twice_with_one_key(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "start_seal_roll"] = [RpcUnavailable("x"), {"job": "j"}]
    body = {"voting_event": EVENT_UUID}
    assert browser.client.post("/api/v1/operator/start-seal-roll", json=body, headers=RIGHT).status_code == 200
    first, second = rpc.made("identity", "start_seal_roll")
    assert first.idempotency_key == second.idempotency_key


def test_unknown_fields_are_refused(browser: Browser, rpc: FakeRpc) -> None:
    body = {"voting_event": EVENT_UUID, "force": True}
    answer = browser.client.post("/api/v1/operator/start-seal-roll", json=body, headers=RIGHT)
    assert answer.status_code == 422
    assert rpc.calls == []


def test_details_of_a_refused_roll_come_through(browser: Browser, rpc: FakeRpc) -> None:
    errors = [{"line": 3, "column": "nom", "problem": "vide", "remedy": "Complétez le nom."}]
    rpc.table["identity", "job"] = Refusal("roll_invalid", total=1, errors=errors)
    answer = browser.client.post("/api/v1/operator/job", json={"service": "identity", "job": "j"}, headers=RIGHT)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["details"] == {"total": 1, "errors": errors}


def test_health_of_all_hides_none(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["reassort", "health"] = RpcTimeout("x")
    found = browser.client.post("/api/v1/operator/health", json={}, headers=RIGHT).json
    assert found is not None
    assert found["ballot"] == {"service": "ballot", "database": "ok", "warnings": []}
    assert found["reassort"]["error"] == "RpcTimeout"


def test_a_job_is_looked_at_and_its_refusal_is_its_commands(browser: Browser, rpc: FakeRpc) -> None:
    body = {"service": "reassort", "job": "j"}
    rpc.table["reassort", "job"] = JOB
    assert browser.client.post("/api/v1/operator/job", json=body, headers=RIGHT).json == JOB
    assert rpc.made("reassort", "job")[0].idempotency_key is None
    rpc.table["reassort", "job"] = Refusal("entitlements_changed", bearers=2)
    answer = browser.client.post("/api/v1/operator/job", json=body, headers=RIGHT)
    assert (answer.status_code, answer.json["code"], answer.json["details"]) == (
        409, "entitlements_changed", {"bearers": 2},
    )  # fmt: skip
    for wrong in ({"service": "gateway", "job": "j"}, {"service": "reassort", "job": "j" * 37}):
        assert browser.client.post("/api/v1/operator/job", json=wrong, headers=RIGHT).status_code == 422


def test_the_list_of_jobs_hides_none_for_a_service_that_is_away(browser: Browser, rpc: FakeRpc) -> None:
    for service in ("identity", "ballot"):
        rpc.table[service, "jobs"] = {"jobs": []}
    rpc.table["reassort", "jobs"] = {"jobs": [JOB]}
    found = browser.client.post("/api/v1/operator/jobs", json={}, headers=RIGHT).json
    assert {"service": "reassort", **JOB} in found["jobs"]
    rpc.table["reassort", "jobs"] = RpcTimeout("x")
    assert "reassort" in browser.client.post("/api/v1/operator/jobs", json={}, headers=RIGHT).json["away"]
