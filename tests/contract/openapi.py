"""Strangers' tools, run on the OpenAPI document: Ajv for schemas and values, Redocly for the rest."""

import copy
import json
import os
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BINARIES = HERE.parents[1] / "node_modules" / ".bin"
METHODS = {"get", "post", "put", "patch", "delete"}


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """(method, path) → operation."""
    return {
        (method, path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def escaped(step: str) -> str:
    """A step of a JSON pointer."""
    return step.replace("~", "~0").replace("/", "~1")


def pointer(method: str, path: str, status: int | None = None) -> str:
    """The schema of the JSON body of an answer of an operation, or of its request."""
    part = "requestBody" if status is None else f"responses/{status}"
    return f"#/paths/{escaped(path)}/{method}/{part}/content/application~1json/schema"


def at(document: dict[str, Any], pointer: str) -> Any:
    """What a JSON pointer leads to."""
    found: Any = document
    for step in pointer.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every object closed: an answer that says more than is described fails."""
    found = copy.deepcopy(document)
    for schema in found["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return found


def problems(document: dict[str, Any], values: list[dict[str, Any]] | None = None) -> list[str]:
    """What Ajv says of all schemas and patterns, and of values.

    Args:
        values: {"name", "pointer" to a schema within the document, "value"} each.
    """
    given = json.dumps({"document": document, "values": values or []})
    done = subprocess.run(
        ["node", HERE / "openapi_check.js"], input=given, capture_output=True, text=True, timeout=120, check=True
    )
    found: list[str] = json.loads(done.stdout)
    return found


def lint(file: Path) -> tuple[int, str]:
    """Redocly's verdict on a document. Nothing is sent anywhere, no newer version looked for."""
    done = subprocess.run(
        [BINARIES / "redocly", "lint", file, "--config", HERE / "redocly.yaml", "--format", "stylish"],
        env={**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr
