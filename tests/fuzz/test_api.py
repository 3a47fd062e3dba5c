"""Schemathesis against the OpenAPI document: whatever is sent, the answers are those that are described."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gateway.edge.words import WORDS
from tests.contract.openapi import closed, operations, pointer, problems
from tests.fuzz.pages import GUARDED, solved
from tests.tour.portal import Portal, identifiers

EXAMPLES = 8
"""Of each operation, of which there are over a hundred: they take as long as all other fuzzing together."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def voter(portal: Portal) -> tuple[dict[str, str], dict[str, str]]:
    """Cookies and headers of a voter who is signed in."""
    client = portal.app.test_client()
    client.set_cookie("isoloir", portal.cookie(voter=portal.session(identifiers()[0])))
    token = client.get("/api/v1/session").json["csrf_token"]
    held = client.get_cookie("isoloir")
    assert held is not None
    return {"isoloir": held.value}, {"X-CSRFToken": token}


# The services' loops draw their pauses at random, in threads of this very process, while Schemathesis draws.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_answers_are_those_of_the_document(portal: Portal, voter: Any, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", portal.app)
    found: list[str] = []
    answers: dict[tuple[str, str, int], Any] = {}
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        try:
            throw_at(operation, portal, voter, mode, answers)
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE
            continue  # takes nothing that could be wrong
        except (FailureGroup, AssertionError) as error:
            parts = error.exceptions if isinstance(error, FailureGroup) else [error]
            found += [f"{operation.label}: {part}" for part in parts]
        tried += 1
    assert not found, "\n".join(found)
    assert tried > 25
    document = portal.app.test_client().get("/api/v1/openapi.json").json
    described = operations(document)
    values = [
        {"name": f"{method} {path} {status}", "pointer": pointer(method, path, status), "value": value}
        for (method, path, status), value in answers.items()
        if "application/json" in described[method, path]["responses"].get(str(status), {}).get("content", {})
    ]
    assert len(values) > tried
    # A second opinion, of what clients in a browser validate with, and stricter: nothing is said that is not described.
    strict = closed(document)
    del strict["components"]["schemas"]["Details"]["additionalProperties"]  # they depend on the code
    assert "\n".join(problems(strict, values)) == ""


def throw_at(
    operation: Any, portal: Portal, voter: Any, mode: GenerationMode, answers: dict[tuple[str, str, int], Any]
) -> None:
    """Send one operation what its description allows, or what it forbids; of each status keep the last answer."""
    cookies, headers = voter
    # Not every encoding that this client would take can it read.
    headers = headers | {"Accept-Encoding": "identity"}
    if "/operator/" in operation.path:
        headers = {"Authorization": f"Bearer {portal.operator_token}", "Accept-Encoding": "identity"}
    elif operation.label == "DELETE /api/v1/session":
        cookies = {}  # the others need this session

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answer(case: Any) -> None:
        if operation.path in GUARDED and mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
            case.body["challenge"] = solved(portal, GUARDED[operation.path])
        response = case.call(headers=headers, cookies=cookies)
        case.validate_response(response, checks=CHECKS)
        if "json" in response.headers.get("content-type", [""])[0]:
            answers[operation.method.lower(), operation.full_path, response.status_code] = response.json()
        if response.status_code >= 400:
            told = response.json()
            assert WORDS[told["code"]].status == response.status_code, told

    answer()
