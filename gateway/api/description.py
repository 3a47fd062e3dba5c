"""Errors in the OpenAPI document, from the table of gateway/edge/errors.py: what is answered is what is described."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from flask_smorest import Blueprint

from gateway.api.schemas import ErrorSchema
from gateway.edge.errors import INCIDENT, UNAVAILABLE, WORDS

View = TypeVar("View", bound=Callable[..., Any])

ALWAYS = (INCIDENT, UNAVAILABLE)
WITH_BODY = ("malformed_json", "json_expected", "invalid_request", "too_large")
UNSAFE = ("csrf_refused", *WITH_BODY)
CHALLENGED = ("challenge_required", "challenge_wrong", "challenge_expired", "challenge_spent", "rate_limited")
SIGNED_IN = ("session_expired",)


def refusals(blueprint: Blueprint, *codes: str) -> Callable[[View], View]:
    """Describe the errors of a route, one response per status with the codes it may carry.

    Errors: KeyError when a code is not in the table.
    """
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in dict.fromkeys((*codes, *ALWAYS)):
        by_status[WORDS[code].status].append(code)

    def describe(view: View) -> View:
        for status, names in by_status.items():
            view = blueprint.alt_response(status, schema=ErrorSchema, description=", ".join(names))(view)
        return view

    return describe
