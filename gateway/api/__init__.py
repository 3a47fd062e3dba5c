"""The JSON API under /api/v1, described by its OpenAPI document at /api/v1/openapi.json."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from gateway.api import (
    access,
    assistance,
    ballots,
    callbacks,
    challenge,
    elections,
    operators,
    receipts,
    reissue,
    session,
)
from gateway.api.documentation.document import DescribedApi, described_path_part
from gateway.api.json_body import StrictJson


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add the API to the application. Operators send a bearer token and no cookie, the operator
    of short messages signs: nothing there to forge.
    """
    app.json = StrictJson(app)
    app.config.update(
        API_TITLE="Isoloir",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    described = DescribedApi(app)
    described.register_converter(app.url_map.converters["election"], described_path_part)
    for part in (session, challenge, access, assistance, elections, ballots, receipts, reissue, operators):
        described.register_blueprint(part.blueprint)
    csrf.exempt(operators.blueprint)
    app.register_blueprint(callbacks.blueprint)
    csrf.exempt(callbacks.blueprint)
