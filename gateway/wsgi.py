"""The application for gunicorn (`gateway.wsgi:app`), made at the first request a worker serves or asks for it.

Lazy, so that importing this module needs no settings and opens no connection in the master process.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask


@cache
def application() -> "Flask":
    """The one application of this process."""
    from gateway.app import create_app
    from gateway.settings import Settings
    from services.runtime.settings import load
    from services.runtime.telemetry import logs

    settings = load(Settings)
    logs.configure("gateway", settings.log_level)
    return create_app(settings)


def app(environ: dict[str, Any], start_response: Any) -> "Iterable[bytes]":
    """WSGI entry point."""
    return application()(environ, start_response)
