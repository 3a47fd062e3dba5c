"""The OpenAPI document: what strangers' tools say of it, and whether it is true of routes, ids and errors."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import regress
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.documentation.patterns import NotPublishable, ecma_pattern
from gateway.app import create_app
from gateway.edge.words import WORDS
from gateway.settings import Settings
from tests.contract.openapi import lint, operations, problems

VOTERS_OPERATIONS = {
    "activateAccount",
    "castBallot",
    "createChallenge",
    "findTracker",
    "getArchive",
    "getRegister",
    "getBooth",
    "getElection",
    "getHeads",
    "getRecordDraft",
    "getRecordFacts",
    "getResult",
    "getSealing",
    "getSession",
    "getVotingEvent",
    "listOwnElections",
    "listTrackers",
    "mailReceipt",
    "makeReceiptPages",
    "openLink",
    "requestAccess",
    "requestPasswordLink",
    "signIn",
    "signOut",
    "submitAssistance",
    "getReissue",
    "askReissue",
    "answerReissueChallenge",
    "followReissueLink",
    "getReissuedCode",
    "resendReissuedCode",
    "forgetReissuedCode",
}
"""Names of functions in clients that others have generated: they stay."""


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


def test_redocly_has_nothing_to_say(document: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    status, said = lint(file)
    assert status == 0, said


def test_redocly_would_say_it(document: dict[str, Any], tmp_path: Path) -> None:
    spoilt = copy.deepcopy(document) | {"servers": []}
    del spoilt["paths"]["/api/v1/session"]["get"]["operationId"]
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(spoilt), encoding="utf-8")
    status, said = lint(file)
    assert status != 0
    assert "operation-operationId" in said
    assert "no-empty-servers" in said


def test_ajv_compiles_every_schema_strictly(document: dict[str, Any]) -> None:
    assert problems(document) == []


def test_a_pattern_that_is_not_anchored_ecmascript_is_found(document: dict[str, Any]) -> None:
    patterns = [r"^a\Z", r"a$", r"^a", r"^\A1$", r"^(?P<name>a)$", r"^\@$", "^[$"]
    spoilt = copy.deepcopy(document)
    spoilt["components"]["schemas"]["Spoilt"] = {
        "type": "object",
        "properties": {f"f{number}": {"type": "string", "pattern": one} for number, one in enumerate(patterns)},
    }
    found = problems(spoilt)
    for number in range(len(patterns)):
        assert any(one.startswith(f"#/components/schemas/Spoilt/properties/f{number}/pattern") for one in found), number


@pytest.mark.parametrize(
    "pattern",
    [r"[1-9A-HJ-NP-Za-km-z]{14}", r"\s*[^@\s]+@[^@\s]+\s*", r"[a-z]+|[0-9]", r"[^|;\x00-\x1f]{0,3}", r".\-\@?"],
)
@given(text=st.one_of(st.text(max_size=20), st.from_regex(r"[\s\w@|;.-]{0,16}", fullmatch=True)))
def test_a_published_pattern_matches_what_python_matches(pattern: str, text: str) -> None:
    published = regress.Regex(ecma_pattern(pattern), "u")
    assert (published.find(text) is not None) == (re.fullmatch(pattern, text) is not None)


@pytest.mark.parametrize("pattern", ["a$", "^a", r"\d", r"\w+", r"\bx", r"(?P<x>a)", r"(?i)a", r"a\Ab", r"a\Z"])
def test_a_pattern_that_means_something_else_there_is_not_published(pattern: str) -> None:
    with pytest.raises(NotPublishable):
        ecma_pattern(pattern)


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


def test_operations_keep_their_ids(document: dict[str, Any]) -> None:
    found = operations(document)
    ids = [operation["operationId"] for operation in found.values()]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch("[a-z][A-Za-z]+", one) for one in ids)
    voters = {one["operationId"] for (_, path), one in found.items() if not path.startswith("/api/v1/operator/")}
    assert voters == VOTERS_OPERATIONS


def test_operations_say_what_allows_them(document: dict[str, Any]) -> None:
    for (method, path), operation in operations(document).items():
        required = operation["security"]
        if path.startswith("/api/v1/operator/"):
            assert required == [{"operator": []}], path
        elif method != "get":
            assert required == [{"session": [], "csrf": []}], path
        if "401" in operation["responses"]:
            assert required, path


def test_path_parameters_are_described(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        named = {parameter["name"] for parameter in item.get("parameters", []) if parameter["in"] == "path"}
        assert named == set(re.findall(r"{([^}]+)}", path)), path
        assert all("pattern" in parameter["schema"] for parameter in item.get("parameters", []))


def test_errors_are_described_with_codes_of_the_table_under_their_status(document: dict[str, Any]) -> None:
    for (method, path), operation in operations(document).items():
        statuses = set(operation["responses"])
        assert {"500", "503"} <= statuses, path
        if method == "post":
            assert {"400", "413", "415", "422"} <= statuses, path
            assert operation["requestBody"]["required"], path
        if path.startswith("/api/v1/operator/"):
            assert {"401", "403"} <= statuses, path
        for status, response in operation["responses"].items():
            if status >= "4" and status != "default":
                error, particular = response["content"]["application/json"]["schema"]["allOf"]
                assert error["$ref"].endswith("/Error"), (path, status)
                codes = particular["properties"]["code"]["enum"]
                assert {WORDS[code].status for code in codes} == {int(status)}, (path, codes)


def test_requests_refuse_unknown_fields_in_the_document_too(app: Any, document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    def look(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                schema = schemas[node["$ref"].rpartition("/")[2]]
                assert schema["additionalProperties"] is False, node
                look(schema)
            for inner in node.values():
                look(inner)
        elif isinstance(node, list):
            for inner in node:
                look(inner)

    for operation in operations(document).values():
        look(operation.get("requestBody", {}))
