"""The JSON API under /api/v1, described by its OpenAPI document at /api/v1/openapi.json."""

from typing import Any

from flask import Flask
from flask_smorest import Api
from flask_wtf.csrf import CSRFProtect

from gateway.api import access, assistance, ballots, challenge, elections, operator, session
from gateway.api.schemas import ErrorSchema


class DescribedApi(Api):
    """flask-smorest with our own form of errors, in the answers and in the document."""

    ERROR_SCHEMA: Any = ErrorSchema

    def _register_error_handlers(self) -> None:
        """gateway/edge/failures.py answers for pages and API alike."""


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add the API to the application. Operators send a bearer token and no cookie: nothing there to forge."""
    app.config.update(
        API_TITLE="Isoloir",
        API_VERSION="v1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    described = DescribedApi(
        app,
        spec_kwargs={
            "info": {
                "description": "Voters' routes take the session cookie, and on unsafe methods the header X-CSRFToken "
                "with the token of GET /session. Operators' routes take a bearer token."
            }
        },
    )
    described.spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "isoloir"})
    described.spec.components.security_scheme("csrf", {"type": "apiKey", "in": "header", "name": "X-CSRFToken"})
    described.spec.components.security_scheme("operator", {"type": "http", "scheme": "bearer"})
    for part in (session, challenge, access, assistance, elections, ballots, operator):
        described.register_blueprint(part.blueprint)
    csrf.exempt(operator.blueprint)
