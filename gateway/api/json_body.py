"""The body of an API request is JSON and says so."""

from flask import abort, request
from flask_smorest import Blueprint


def install(blueprint: Blueprint) -> None:
    """Refuse bodies of another type: a form posted from another site must never look like an API call."""

    @blueprint.before_request
    def expect_json() -> None:
        if request.method in {"POST", "PUT", "PATCH"} and not request.is_json:
            abort(415)
