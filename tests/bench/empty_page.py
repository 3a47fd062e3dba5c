"""The page that a home page is compared with: Flask, the portal's cookie and RPC client, one question, no text."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask


@cache
def application() -> Flask:
    """One for each process."""
    from flask import Flask, session

    from gateway.settings import Settings
    from services.identity.contract.client import IdentityClient
    from services.runtime.bus.rpc import RpcClient
    from services.runtime.settings import load

    settings = load(Settings)
    made = Flask("empty")
    made.secret_key = settings.secret_key.get_secret_value()
    made.config["SESSION_COOKIE_NAME"] = "isoloir"
    identity = IdentityClient(RpcClient(settings.amqp_uri, settings.event_keys))

    @made.get("/")
    def page() -> str:
        if "voter" in session:  # whoever asks whether the page is there has none
            identity.resume_session(session["voter"], "fr")
        return ""

    return made


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """WSGI entry point."""
    return application()(environ, start_response)
