"""The operators' API at an address of its own, that the public's proxy does not lead to (issue 8).

By the port that a request came to, as the server knows it (waitress: SERVER_PORT is the listener's); no header says it.
"""

from __future__ import annotations

from flask import Flask, abort, request

from gateway.settings import Settings


def install(app: Flask, settings: Settings) -> None:
    """Answer the operators' API at its own port alone, where it has one; elsewhere it does not exist."""
    port = settings.operator_port
    if port is None:
        return

    @app.before_request
    def keep_operators_apart() -> None:
        # Unknown methods and paths below it are no blueprint's: they are refused as any that do not exist.
        if request.blueprint == "operator" and request.environ.get("SERVER_PORT") != str(port):
            abort(404)
