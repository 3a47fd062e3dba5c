"""The OpenAPI document of /api/v1/openapi.json: JSON Schema 2020-12 (OpenAPI 3.1), true of what is checked and answered."""

from functools import cached_property
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Flask, Response, current_app, json
from flask_smorest import Api
from werkzeug.routing import BaseConverter

from gateway.api.documentation.patterns import PublishedConverter
from gateway.api.schemas.base import ErrorSchema

DESCRIPTION = """\
Voters' routes take the session cookie, which every answer to a new browser sets, and on unsafe methods the header
X-CSRFToken with the token of GET /api/v1/session. Operators' routes take a bearer token.

Bodies are I-JSON (RFC 7493): a name that an object has twice, NaN, halves of surrogate pairs are refused with
`malformed_json`. Fields that are not described are refused. Answers may gain fields: ignore those that you do not know.

Every error has the form of `Error`; its `code` is stable, its `message` says in French (or in English, for browsers that
ask for it) what to do next. `invalid_request` names each field at fault in `details.fields`.
"""


class Plugin(MarshmallowPlugin):
    """apispec's plugin with our converter."""

    Converter = PublishedConverter


def schema_name(schema: Any) -> str:
    """The name of a schema in the document: a service's own carries the name of the service."""
    found = resolve_schema_cls(schema)
    cls = found[0] if isinstance(found, list) else found
    owner = cls.__module__.split(".")[1].capitalize() if cls.__module__.startswith("services.") else ""
    return f"{owner}{cls.__name__.removesuffix('Schema')}"


def described_path_part(converter: BaseConverter) -> dict[str, str]:
    """The schema of a part of a path, which Werkzeug matches whole."""
    return {"type": "string", "pattern": f"^{converter.regex}$"}


class DescribedApi(Api):
    """flask-smorest with our own form of errors, in the answers and in the document."""

    ERROR_SCHEMA: Any = ErrorSchema

    def __init__(self, app: Flask) -> None:
        super().__init__(
            app,
            spec_kwargs={
                "marshmallow_plugin": Plugin(schema_name),
                "info": {"description": DESCRIPTION},
                # Where this document is, there is the API.
                "servers": [{"url": "/", "description": "This portal"}],
            },
        )
        cookie = app.config["SESSION_COOKIE_NAME"]
        components = self.spec.components
        components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": cookie})
        components.security_scheme("csrf", {"type": "apiKey", "in": "header", "name": "X-CSRFToken"})
        components.security_scheme("operator", {"type": "http", "scheme": "bearer"})

    @cached_property
    def document(self) -> dict[str, Any]:
        """The document, when all blueprints are registered."""
        found: dict[str, Any] = self.spec.to_dict()
        for item in found["paths"].values():
            for method in item.keys() - {"parameters"}:
                for content in item[method].get("requestBody", {}).get("content", {}).values():
                    _close(content["schema"], found["components"]["schemas"])
        return found

    def _register_pagination_header(self) -> None:
        """Pages of ours say `next` in their bodies."""

    def _register_error_handlers(self) -> None:
        """gateway/edge/failures.py answers for pages and API alike."""

    def _openapi_json(self) -> Response:
        return current_app.response_class(json.dumps(self.document), mimetype="application/json")


def _close(node: Any, schemas: dict[str, Any]) -> None:
    """Say of every object in a request that unknown fields are refused, which marshmallow does by default."""
    if isinstance(node, list):
        for inner in node:
            _close(inner, schemas)
    elif isinstance(node, dict):
        if "$ref" in node:
            target = schemas[node["$ref"].rpartition("/")[2]]
            if "additionalProperties" not in target:
                target["additionalProperties"] = False
                _close(target, schemas)
        for inner in node.values():
            _close(inner, schemas)
