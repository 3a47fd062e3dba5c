"""Log lines say what happened and betray nobody."""

import io
import json

from services.runtime.contracts.client import RpcTimeout
from tests.unit.gateway.conftest import OPERATOR_TOKEN, Browser
from tests.unit.gateway.fake_rpc import (
    CAPTCHA,
    CAPTCHA_TEXT,
    IDENTIFIER,
    LINK_TOKEN,
    ONLINE,
    PASSWORD,
    SESSION,
    TRACKER,
    FakeRpc,
    permit,
)

QUESTION = "Une question à moi seule ?"
ANSWER = "ornithorynque"


def test_one_line_per_request_names_the_rule_and_never_a_secret(
    browser: Browser, rpc: FakeRpc, lines: io.StringIO
) -> None:
    rpc.table["identity", "request_access"] = {"next": "password", "sent_since": None, "retry_after": 0}
    browser.identify(IDENTIFIER)
    browser.post("/mot-de-passe", {"password": PASSWORD})
    browser.get(f"/lien/{LINK_TOKEN}")
    browser.choose_password(PASSWORD)
    rpc.table["identity", "open_link"]["prepared"] = True
    browser.get(f"/captcha/{CAPTCHA}.wav")
    browser.post("/question-defi", {"question": "own", "own": QUESTION, "answer": ANSWER, "confirmation": ANSWER})
    browser.send_solved("login", "/api/v1/session", {"identifier": IDENTIFIER, "password": PASSWORD})
    browser.get(f"/api/v1/elections/{ONLINE}/booth")
    browser.send(f"/api/v1/elections/{ONLINE}/ballots", {"permit": permit(), "ballot": '{"election_uuid":"secret"}'})
    browser.post(f"/urne/{ONLINE}", {"tracker": TRACKER})
    browser.get(f"/demo?adresse={IDENTIFIER}")
    browser.get(f"/nulle-part/{LINK_TOKEN}")
    browser.client.post("/api/v1/operator/health", json={}, headers={"Authorization": f"Bearer {OPERATOR_TOKEN}"})
    rpc.table["ballot", "describe_election"] = RpcTimeout(TRACKER)
    browser.get(f"/urne/{ONLINE}")
    rpc.table["ballot", "describe_election"] = ValueError(PASSWORD)
    browser.get(f"/urne/{ONLINE}")
    output = lines.getvalue()
    for secret in (
        IDENTIFIER,
        PASSWORD,
        LINK_TOKEN,
        CAPTCHA,
        CAPTCHA_TEXT,
        QUESTION,
        ANSWER,
        SESSION,
        TRACKER,
        permit(),
        OPERATOR_TOKEN,
        "Lovelace",
        "election_uuid",
    ):
        assert secret not in output, secret
    written = [json.loads(line) for line in output.splitlines()]
    requests = [line for line in written if line["event"] == "http_request"]
    by_rule = {(line["method"], line["rule"]) for line in requests}
    assert ("GET", "/lien/<token>") in by_rule
    assert ("POST", "/urne/<election:uuid>") in by_rule
    assert ("GET", "none") in by_rule
    for line in requests:
        assert isinstance(line["milliseconds"], float)
        assert isinstance(line["status"], int)
        assert line["correlation_id"]
    incidents = [line for line in written if line["event"] == "incident"]
    assert [line["kind"] for line in incidents] == ["ValueError"]
    assert "fake_rpc" in incidents[0]["where"]
