"""The published API and the contracts behind it: what the document lets through is what the services take, and back.

The least and the most that the OpenAPI document lets through are sent to the real gateway; each call that it makes of a
service must load in the contract of that service. The services answer the least and the most of their contracts; what the
gateway makes of it must be what the document says, with no field more.
"""

import base64
import importlib
from typing import Any

import jsonschema
import pytest
from apispec import APISpec
from flask import Flask

from gateway.api.documentation.document import Plugin, schema_name
from gateway.app import create_app
from gateway.settings import Settings
from services.runtime.contracts.methods import AnyMethod
from services.runtime.refusals import Refusal
from tests.contract.extremes import LEAST, MOST, extreme
from tests.contract.openapi import at, closed, operations, pointer
from tests.fuzz.pages import GUARDED
from tests.unit.gateway.conftest import OPERATOR_TOKEN, VALUES, Browser
from tests.unit.gateway.fake_rpc import ELECTION, FakeRpc

CONTRACTS: dict[tuple[str, str], AnyMethod] = {
    (service, name): method
    for service in ("identity", "ballot", "reassort", "notification")
    for name, method in importlib.import_module(f"services.{service}.contract.methods").METHODS.items()
}
MEANT = {
    ("ballot", "booth_material"): {"election": ELECTION},
    ("ballot", "describe_election"): {"election": ELECTION, "result": '{"result": [[0, 1, 1]]}'},
    ("ballot", "read_archive"): {
        "data": base64.b64encode(b"tar").decode(),
        "before": None,
        "head": "ab" * 32,
        "complete": True,
    },
    # What solves a challenge is another test's matter.
    ("identity", "spend_proof"): {},
}
"""What the gateway reads within a text, which no schema says."""


def answers_of_contracts() -> dict[str, Any]:
    """A document in which the answer of each method is a body, at /service/method."""
    spec = APISpec("answers", "1", "3.1.0", plugins=[Plugin(schema_name)])
    for (service, method), contract in CONTRACTS.items():
        body = {"description": "", "content": {"application/json": {"schema": contract.answer.schema()}}}
        spec.path(f"/{service}/{method}", operations={"get": {"responses": {"200": body}}})
    found: dict[str, Any] = spec.to_dict()
    return found


class ContractBus(FakeRpc):
    """A bus whose services check what they are asked by their contracts, and answer the least or the most of them."""

    def __init__(self) -> None:
        super().__init__()
        self.document = answers_of_contracts()
        self.which = LEAST
        self.refused: list[str] = []

    def call(self, service: str, method: str, payload: Any, **options: Any) -> Any:
        """As RpcClient.call."""
        try:
            CONTRACTS[service, method].request.load(payload)
        except Refusal as refusal:
            self.refused.append(f"{service}.{method}: {refusal.details}")
        answer = extreme(self.document, {"$ref": pointer("get", f"/{service}/{method}", 200)}, self.which)
        meant = MEANT.get((service, method), {})
        # What is not there yet has nothing within it to read.
        return {**answer, **{name: value for name, value in meant.items() if answer.get(name, value) is not None}}


@pytest.fixture(scope="module")
def bus() -> ContractBus:
    return ContractBus()


@pytest.fixture(scope="module")
def app(bus: ContractBus, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    archives = tmp_path_factory.mktemp("archives")
    return create_app(Settings(**VALUES, demo_dir="/nonexistent", archive_dir=archives), bus)


def document_of(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").json
    return found


DOCUMENT = closed(document_of(create_app(Settings(**VALUES, demo_dir="/nonexistent"), FakeRpc())))
OPERATIONS = sorted(operations(DOCUMENT))
SIGNED = {"/api/v1/receipts/mail", "/api/v1/receipts/pdf"}
"""What takes a text that the urn has signed: no schema says which."""


@pytest.mark.parametrize("asked", [LEAST, MOST])
@pytest.mark.parametrize("answered", [LEAST, MOST])
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_the_edges_of_the_document_are_those_of_the_services(
    method: str, path: str, asked: str, answered: str, app: Flask, bus: ContractBus
) -> None:
    operation, template = operations(DOCUMENT)[method, path], path
    parameters = [*DOCUMENT["paths"][path].get("parameters", ()), *operation.get("parameters", ())]
    given = {
        (one["in"], one["name"]): extreme(DOCUMENT, one["schema"], asked)
        for one in (at(DOCUMENT, found["$ref"]) if "$ref" in found else found for found in parameters)
        if asked == MOST or one.get("required")
    }
    sent: dict[str, Any] = {
        "query_string": {name: value for (place, name), value in given.items() if place == "query"},
        "headers": {"Authorization": f"Bearer {OPERATOR_TOKEN}"},
    }
    bus.which = LEAST
    browser = Browser(app.test_client()).sign_in()
    if "requestBody" in operation and "application/json" in operation["requestBody"]["content"]:
        sent["json"] = extreme(DOCUMENT, {"$ref": pointer(method, path)}, asked)
        if path in GUARDED:
            sent["json"]["challenge"] = browser.solved(GUARDED[path])
    for (place, name), value in given.items():
        path = path.replace(f"{{{name}}}", value) if place == "path" else path
    if method != "get":
        sent["headers"]["X-CSRFToken"] = browser.client.get("/api/v1/session").json["csrf_token"]  # type: ignore[index]
    bus.refused, bus.which = [], answered
    answer = browser.client.open(path, method=method, **sent)
    assert not bus.refused
    if path in SIGNED and answer.status_code == 422:
        assert answer.json == {**answer.json, "code": "receipt_invalid"}  # type: ignore[dict-item]
        return
    assert answer.status_code not in {400, 422, 500}, answer.get_data(as_text=True)
    if answer.mimetype == "application/json":
        schema = {**DOCUMENT, "$ref": pointer(method, template, answer.status_code)}
        jsonschema.Draft202012Validator(schema).validate(answer.json)
