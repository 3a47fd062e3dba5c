"""What is decided before anything else: under which names the portal is reached, and which proxies it believes."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix

from gateway.settings import Settings

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

OWN_NAMES = ("127.0.0.1", "localhost", "::1")
"""By which health checks reach it on its own machine."""
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")


class OnlyKnownProxies:
    """Takes from a request what only a proxy may say, where whoever sent it is none of ours."""

    def __init__(self, application: Wsgi, believed: Wsgi, addresses: list[Any]) -> None:
        self._application = application
        self._believed = believed
        self._addresses = addresses

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Read the headers of a proxy that is ours, and forget those of anybody else."""
        if self._is_ours(environ.get("REMOTE_ADDR", "")):
            return self._believed(environ, start_response)
        for name in FORWARDED:
            environ.pop(name, None)
        return self._application(environ, start_response)

    def _is_ours(self, address: str) -> bool:
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(peer in network for network in self._addresses)


def install(app: Flask, settings: Settings) -> None:
    """Believe our proxies alone, and answer under our names alone. Before whatever redirects."""
    if settings.trusted_proxies:
        inner = app.wsgi_app
        believed = ProxyFix(inner, x_for=settings.trusted_proxies)
        app.wsgi_app = OnlyKnownProxies(inner, believed, settings.proxies())  # type: ignore[method-assign]
    names = {*OWN_NAMES, urlsplit(settings.public_url).hostname or "", *settings.more_names()}

    @app.before_request
    def expect_a_name_of_ours() -> None:
        # Another name would stand in redirects, and nobody sends one by mistake.
        if "HTTP_HOST" in request.environ and _name(request.environ["HTTP_HOST"]) not in names:
            abort(400)


def _name(host: str) -> str:
    """The name in a Host header, in lower case, without its port and brackets; '' for what is no host."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
