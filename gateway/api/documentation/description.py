"""What every operation says of itself: its id, what it takes to be allowed, and its errors, from the table of
gateway/edge/words, so that what is answered is what is described.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from flask_smorest import Blueprint

from gateway.edge.words import INCIDENT, UNAVAILABLE, WORDS

View = TypeVar("View", bound=Callable[..., Any])

ALWAYS = (INCIDENT, UNAVAILABLE)
WITH_BODY = ("malformed_json", "json_expected", "invalid_request", "too_large")
UNSAFE = ("csrf_refused", *WITH_BODY)
CHALLENGED = ("challenge_required", "challenge_wrong", "challenge_expired", "challenge_spent", "rate_limited")
SIGNED_IN = ("session_expired",)


PUBLIC: list[dict[str, list[str]]] = []
ANYBODY: list[dict[str, list[str]]] = [{}, {"session": []}]
"""Answered to strangers too, with less."""
STRANGER: list[dict[str, list[str]]] = [{"session": [], "csrf": []}]
"""The token is of a session, also where nobody is signed in."""
VOTER: list[dict[str, list[str]]] = [{"session": []}]
VOTER_UNSAFE = STRANGER
OPERATOR: list[dict[str, list[str]]] = [{"operator": []}]


def operation(name: str, security: list[dict[str, list[str]]], **more: Any) -> Callable[[View], View]:
    """Name an operation for generated clients.

    Args:
        name: its id, which stays.
        security: one of the requirements above.
        more: what the OpenAPI document says beside.
    """
    described: Callable[[View], View] = Blueprint.doc(operationId=name, security=security, **more)
    return described


def refusals(blueprint: Blueprint, *codes: str) -> Callable[[View], View]:
    """Describe the errors of a route, one response per status with the codes it may carry.

    Raises:
        KeyError: for a code that is not in the table.
    """
    by_status: dict[int, list[str]] = defaultdict(list)
    named = [*codes, *ALWAYS]
    # Before a view is asked: an address that is none, and a browser that brings no cookie back.
    named += ["not_found"] * any(WORDS[code].status == 404 for code in named)
    named += ["cookies_refused"] * ("csrf_refused" in named)
    for code in dict.fromkeys(named):
        by_status[WORDS[code].status].append(code)

    def describe(view: View) -> View:
        for status, names in by_status.items():
            code = {"type": "object", "properties": {"code": {"type": "string", "enum": names}}}
            schema = {"allOf": [{"$ref": "#/components/schemas/Error"}, code]}
            view = blueprint.alt_response(status, schema=schema, description=", ".join(names))(view)
        return view

    return describe
