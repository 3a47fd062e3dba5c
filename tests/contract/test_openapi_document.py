"""The OpenAPI document: well formed, complete, and true of the errors that are answered."""

import re
from typing import Any

import jsonschema
import pytest

from gateway.app import create_app
from gateway.edge.errors import WORDS
from gateway.settings import Settings

METHODS = {"get", "post", "put", "patch", "delete"}
# The parts of the OpenAPI 3.0 schema that this document uses, as strict as the standard is about them.
SHAPE: dict[str, Any] = {
    "type": "object",
    "required": ["openapi", "info", "paths"],
    "properties": {
        "openapi": {"const": "3.0.3"},
        "info": {"type": "object", "required": ["title", "version"]},
        "paths": {
            "type": "object",
            "patternProperties": {
                "^/api/v1/": {
                    "type": "object",
                    "propertyNames": {"enum": [*sorted(METHODS), "parameters"]},
                    "additionalProperties": {"anyOf": [{"type": "array"}, {"$ref": "#/definitions/operation"}]},
                }
            },
            "additionalProperties": False,
        },
    },
    "definitions": {
        "operation": {
            "type": "object",
            "required": ["responses", "summary", "tags"],
            "properties": {
                "responses": {
                    "type": "object",
                    "minProperties": 1,
                    "patternProperties": {"^([1-5][0-9][0-9]|default)$": {"$ref": "#/definitions/response"}},
                    "additionalProperties": False,
                },
                "requestBody": {"type": "object", "required": ["content"]},
            },
        },
        "response": {"anyOf": [{"required": ["$ref"]}, {"required": ["description"]}]},
    },
}


class Nobody:
    """A bus that is never called."""

    def call(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Never called."""
        raise AssertionError

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture(scope="module")
def app() -> Any:
    return create_app(Settings(secret_key="0123456789abcdef0123456789abcdef"), Nobody())


@pytest.fixture(scope="module")
def document(app: Any) -> dict[str, Any]:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_document_has_the_shape_of_the_standard(document: dict[str, Any]) -> None:
    jsonschema.validate(document, SHAPE)


def test_references_lead_somewhere(document: dict[str, Any]) -> None:
    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                target: Any = document
                for step in node["$ref"].removeprefix("#/").split("/"):
                    target = target[step]
            for inner in node.values():
                walk(inner)
        elif isinstance(node, list):
            for inner in node:
                walk(inner)

    walk(document)


def test_every_route_of_the_api_is_described(app: Any, document: dict[str, Any]) -> None:
    described = set(operations(document))
    routes = {
        (method.lower(), re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "api-docs.openapi_json"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == described
    assert len(routes) > 25


def test_path_parameters_are_described(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        named = {parameter["name"] for parameter in item.get("parameters", []) if parameter["in"] == "path"}
        assert named == set(re.findall(r"{([^}]+)}", path)), path


def test_errors_are_described_with_codes_of_the_table_under_their_status(document: dict[str, Any]) -> None:
    for (method, path), operation in operations(document).items():
        statuses = set(operation["responses"])
        assert {"500", "503"} <= statuses, path
        if method == "post":
            assert {"400", "413", "415", "422"} <= statuses, path
            assert "requestBody" in operation, path
        if path.startswith("/api/v1/operator/"):
            assert {"401", "404"} <= statuses, path
            assert operation["security"] == [{"operator": []}]
        for status, response in operation["responses"].items():
            if status.isdigit() and int(status) >= 400:
                for code in response["description"].split(", "):
                    assert WORDS[code].status == int(status), (path, code)
                assert response["content"]["application/json"]["schema"]["$ref"].endswith("/Error"), (path, status)


def test_requests_refuse_unknown_fields_in_the_document_too(document: dict[str, Any]) -> None:
    for (_, path), operation in operations(document).items():
        if "requestBody" in operation:
            name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]
            assert document["components"]["schemas"][name].get("additionalProperties", False) is False, path
