"""One table from refusals to status and words, complete and in use."""

import importlib
import uuid

import pytest

from gateway.edge.errors import RETRY_AFTER_SECONDS
from gateway.edge.words import INCIDENT, WORDS
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal, ServiceFault
from services.runtime.service_names import SERVICES
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import FakeRpc

CODES = sorted(
    {
        str(code)
        for service in SERVICES
        for code in importlib.import_module(f"services.{service}.contract.refusals").Code
    }
)
DETAILS = {
    "minutes": 5,
    "seconds": 20,
    "expected": 3,
    "received": 1,
    "limit": 9,
    "staged": 2,
    "signatures": 4,
    "name": "Élections 2026",
    "provider": "FranceConnect",
} | {"names": "Délia", "most": 2, "least": 2, "delegates": 3, "all": 5, "count": 12, "elections": "CSA"}


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_has_status_and_words(code: str, browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "list_trackers"] = Refusal(code, **DETAILS)
    answer = browser.get("/api/v1/elections/QcmdAnVK7vcXSv/trackers")
    assert answer.status_code == WORDS[code].status
    # A full line, or a provider that does not answer, is no mistake of whoever asks.
    assert answer.status_code == 503 if code in ("busy", "provider_away") else 400 <= answer.status_code < 500
    assert answer.json is not None
    assert set(answer.json) == {"code", "message", "details", "correlation_id"}
    assert answer.json["code"] == code
    assert answer.json["details"] == DETAILS
    assert answer.json["message"].endswith(".")
    assert "%(" not in answer.json["message"]
    assert "?" not in answer.json["message"].replace("oublié\u00a0?", "")
    assert answer.json["correlation_id"] == answer.headers["X-Correlation-Id"]


@pytest.mark.parametrize("code", [code for code in CODES if code != "session_expired"])
def test_pages_say_the_same_words(code: str, browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "describe_election"] = Refusal(code, **DETAILS)
    answer = browser.get("/urne/QcmdAnVK7vcXSv")
    assert answer.status_code == WORDS[code].status
    assert answer.mimetype == "text/html"
    headings = {429: "Trop de demandes", 503: "Service momentanément indisponible"}
    assert headings.get(answer.status_code, "Demande refusée") in answer.text
    assert answer.headers["X-Correlation-Id"] in answer.text


def test_signs_never_end_up_alone_on_a_line(browser: Browser, rpc: FakeRpc) -> None:
    page = browser.get("/identification").text
    assert "Vous ne connaissez pas votre identifiant\u00a0?" in page
    assert "* \u00a0" not in page
    rpc.table["ballot", "describe_election"] = Refusal("already_voted")
    assert "scrutin. Il est définitif\u00a0: vous" in browser.get("/urne/QcmdAnVK7vcXSv").text


def test_gateway_codes_have_words_too(app: object) -> None:
    for code, words in WORDS.items():
        assert 400 <= words.status < 600, code


def test_unknown_code_is_an_incident(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "list_trackers"] = Refusal("something_new", secret="x")
    answer = browser.get("/api/v1/elections/QcmdAnVK7vcXSv/trackers")
    assert answer.status_code == 500
    assert answer.json is not None
    assert (answer.json["code"], answer.json["details"]) == (INCIDENT, {})


@pytest.mark.parametrize("error", [ServiceFault("f" * 8), ValueError("a secret in a message"), KeyError("x")])
def test_our_own_mistakes_are_incidents_with_a_reference(error: Exception, browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "describe_election"] = error
    answer = browser.get("/urne/QcmdAnVK7vcXSv")
    assert answer.status_code == 500
    assert "Incident" in answer.text
    assert answer.headers["X-Correlation-Id"] in answer.text
    assert "in a message" not in answer.text


@pytest.mark.parametrize("error", [RpcTimeout("ballot"), RpcUnavailable("ballot")])
@pytest.mark.parametrize("path", ["/urne/QcmdAnVK7vcXSv", "/api/v1/elections/QcmdAnVK7vcXSv/result"])
def test_a_silent_service_is_503_with_retry_after(error: Exception, path: str, browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "describe_election"] = error
    answer = browser.get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == str(RETRY_AFTER_SECONDS)
    assert "Rien n’a été perdu" in (answer.json or {"message": answer.text})["message"]


@pytest.mark.parametrize(("path", "method", "status"), [("/nulle-part", "GET", 404), ("/identification", "PUT", 405)])
def test_http_errors_are_french_pages(path: str, method: str, status: int, browser: Browser) -> None:
    answer = browser.client.open(path, method=method, headers={"X-CSRFToken": browser.csrf()})
    assert answer.status_code == status
    assert '<html lang="fr">' in answer.text
    assert "accueil" in answer.text
    if status == 405:
        assert "GET" in answer.headers["Allow"]


def test_http_errors_are_json_under_api(browser: Browser) -> None:
    answer = browser.get("/api/v1/nulle-part")
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["code"] == "not_found"


def test_correlation_id_is_taken_over_only_when_it_is_a_plain_uuid(browser: Browser) -> None:
    good = str(uuid.uuid4())
    assert browser.get("/healthz", headers={"X-Correlation-Id": good}).headers["X-Correlation-Id"] == good
    for bad in ("x", good.upper() + "A", "ada@ac-demo.fr", good + "0"):
        given = browser.get("/healthz", headers={"X-Correlation-Id": bad}).headers["X-Correlation-Id"]
        assert given != bad
        uuid.UUID(given)
